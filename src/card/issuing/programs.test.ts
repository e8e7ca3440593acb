import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../bytes/index.ts';
import { CardMaster, ChipBatchKey, ChipKey, keyName, openCardKey, Purpose, Suite } from '../../crypto/index.ts';
import { drawing } from '../../exchange/sides.testing.ts';
import { Region } from '../../units/index.ts';
import { dataOf } from '../bench.testing.ts';
import {
  deriveKey,
  encodePin,
  finishCommand,
  MASTER_LOG_KEPT,
  MASTER_NVM_BYTES,
  personaliseMasterCard,
  resetMasterCard,
  selectBlank,
  selectMaster,
  verifyPin,
} from '../index.ts';
import { BATCH, BLANK_CSN, blankCard, heldMaster, MASTER_CSN, masterCard, masterOf, PIN } from './bench.testing.ts';
import { masterSlotAt } from './master-memory.ts';

const BLANK = 'f057415454424c414e4b';
const MASTER = 'f0574154544d4153544552';
const PIN_HEX = '34373131ffffffff';
const ABOUT = `${BLANK_CSN}${'05'.repeat(16)}`;

type Row = readonly [clause: string, before: readonly string[], command: string, answer: string | RegExp];

/** [what it shows, commands before it, command, what the card answers]; ISO/IEC 7816-4:2005, its clause in front. */
const BLANK_TABLE: readonly Row[] = [
  ['§7.1.1 SELECT by name, with FCI', [], `00a404000a${BLANK}00`, `6f1a840a${BLANK}a50c5a07${BLANK_CSN}c101019000`],
  ['§7.1.1 SELECT by name, without an answer', [], `00a4040c0a${BLANK}`, '9000'],
  ['§7.1.1 SELECT of the purse that it is not yet', [], '00a4040c0af0574154545055525345', '6a82'],
  ['§7.1.1 SELECT of a master card’s program', [], `00a4040c0b${MASTER}`, '6a82'],
  ['§7.1.1 SELECT by the beginning of the name', [], '00a4040c05f057415454', '6a82'],
  ['§7.1.1 SELECT the master file', [], '00a4000c023f00', '6a86'],
  ['§7.1.1 SELECT with FCP', [], `00a404040a${BLANK}00`, '6a86'],
  ['§7.4.2 GET DATA of the CSN', [], '00ca005a00', `${BLANK_CSN}9000`],
  ['§7.4.2 GET DATA with an Le that is too short', [], '00ca005a06', '6c07'],
  ['§7.4.2 GET DATA without Le', [], '00ca005a', '6700'],
  ['§7.4.2 GET DATA of another object', [], '00ca005b00', '6a88'],
  ['§7.5.3 GET CHALLENGE', [], '0084000000', /^[0-9a-f]{32}9000$/],
  ['§7.5.3 GET CHALLENGE, half of it', [], '0084000008', '6c10'],
  ['§7.2.3 READ BINARY', ['blank'], '00b0820000', '6d00'],
  ['§7.5.2 INTERNAL AUTHENTICATE', ['blank'], `0088000010${'00'.repeat(16)}00`, '6d00'],
  ['STATUS of the purse', ['blank'], '8058000200', '6d00'],
  ['OPEN of the purse', ['blank'], '8050000001aa00', '6d00'],
  ['STORE KEY before it is selected', [], `806000002c${'00'.repeat(44)}`, '6985'],
  ['STORE KEY without a challenge', ['blank'], `806000002c${'00'.repeat(44)}`, '6985'],
  ['STORE KEY that is wrong', ['blank', '0084000000'], `806000002c20000007${'00'.repeat(40)}`, '6982'],
  ['STORE KEY of a scope that is none', ['blank', '0084000000'], `806000002c20070007${'00'.repeat(40)}`, '6a80'],
  ['STORE KEY of another purpose', ['blank', '0084000000'], `806000002c60000007${'00'.repeat(40)}`, '6a80'],
  ['STORE KEY of a suite that no card serves', ['blank', '0084000000'], `806000002c10000007${'00'.repeat(40)}`, '6982'],
  ['STORE KEY of a length between', ['blank', '0084000000'], `806000002d${'00'.repeat(45)}`, '6a80'],
  ['STORE KEY too short', ['blank', '0084000000'], `806000002b${'00'.repeat(43)}`, '6700'],
  ['STORE KEY too long', ['blank', '0084000000'], `806000003d${'00'.repeat(61)}`, '6700'],
  ['STORE KEY with P2', ['blank', '0084000000'], `806000012c${'00'.repeat(44)}`, '6a86'],
  ['FINISH before it is selected', [], '80620000', '6985'],
  ['FINISH without keys', ['blank'], '80620000', '6985'],
  ['FINISH with the issuer’s key alone', ['blank', 'key 0'], '80620000', '6985'],
  ['FINISH with a region’s key alone', ['blank', 'key 2'], '80620000', '6985'],
  ['FINISH with both', ['blank', 'key 0', 'key 2'], '80620000', '9000'],
  ['FINISH with both, but selected anew', ['blank', 'key 0', 'key 2', 'blank'], '80620000', '6985'],
  ['FINISH with P1', ['blank', 'key 0', 'key 2'], '80620100', '6a86'],
  ['FINISH with data', ['blank', 'key 0', 'key 2'], '8062000001aa', '6700'],
  ['table 4.2, INS of no command', ['blank'], '00c0000000', '6d00'],
  ['§5.1.1, a logical channel', ['blank'], '0184000000', '6881'],
  ['§5.1.1, a class of others', ['blank'], 'a084000000', '6e00'],
  ['after FINISH: STORE KEY', ['blank', 'key 0', 'key 2', '80620000'], `806000002c${'00'.repeat(44)}`, '6d00'],
  [
    'after FINISH: the purse',
    ['blank', 'key 0', 'key 2', '80620000', '00a4040c0af0574154545055525345'],
    '8058000300',
    '6a88',
  ],
  ['after FINISH: SELECT as a blank card', ['blank', 'key 0', 'key 2', '80620000'], `00a4040c0a${BLANK}`, '6a82'],
];

for (const [clause, before, command, answer] of BLANK_TABLE) {
  test(`blank card, ${clause}: ${typeof answer === 'string' ? answer.slice(-4) : '9000'}`, () => {
    const blank = blankCard();
    for (const step of before) {
      if (step === 'blank') blank.send(selectBlank());
      else if (step.startsWith('key ')) give(blank, masterCard(Number(step.slice(4)) as Region | 0));
      else blank.send(fromHex(step));
    }
    const written = blank.writes.length;
    const told = toHex(blank.send(fromHex(command)));
    if (typeof answer === 'string') assert.equal(told, answer);
    else assert.match(told, answer);
    if (toHex(finishCommand()) !== command || told !== '9000') assert.equal(blank.writes.length, written);
  });
}

function give(blank: ReturnType<typeof blankCard>, master: ReturnType<typeof masterCard>): void {
  const challenge = dataOf(blank.send(fromHex('0084000000')));
  const key = dataOf(shown(master).send(deriveKey(BLANK_CSN, challenge)));
  assert.equal(toHex(blank.send(Uint8Array.of(0x80, 0x60, 0, 0, key.length, ...key))), '9000');
}

/** Selected, with its PIN shown. */
function shown(master: ReturnType<typeof masterCard>): ReturnType<typeof masterCard> {
  master.send(selectMaster());
  master.send(verifyPin(encodePin(PIN) as Uint8Array));
  return master;
}

const MASTER_TABLE: readonly Row[] = [
  ['§7.1.1 SELECT by name, with FCI', [], `00a404000b${MASTER}00`, `6f1b840b${MASTER}a50c5a07${MASTER_CSN}c101019000`],
  ['§7.1.1 SELECT of a blank card’s program', [], `00a4040c0a${BLANK}`, '6a82'],
  ['§7.1.1 SELECT the master file', [], '00a4000c023f00', '6a86'],
  ['§7.4.2 GET DATA of the CSN', [], '00ca005a00', `${MASTER_CSN}9000`],
  ['§7.5.6 VERIFY before it is selected', [], `0020000108${PIN_HEX}`, '6985'],
  ['§7.5.6 VERIFY', ['master'], `0020000108${PIN_HEX}`, '9000'],
  ['§7.5.6 VERIFY that is wrong', ['master'], '002000010834373132ffffffff', '63c2'],
  ['§7.5.6 VERIFY of how many tries are left', ['master'], '00200001', '63c3'],
  ['§7.5.6 VERIFY of what was shown', ['pin'], '00200001', '9000'],
  ['§7.5.6 VERIFY of what was shown before it was selected anew', ['pin', 'master'], '00200001', '63c3'],
  ['§7.5.6 VERIFY of what was shown before a wrong one', ['pin', '002000010834373132ffffffff'], '00200001', '63c2'],
  [
    '§7.5.6 VERIFY that is blocked',
    ['master', ...Array(3).fill(`0020000108${'ff'.repeat(8)}`)],
    `0020000108${PIN_HEX}`,
    '6983',
  ],
  [
    '§7.5.6 VERIFY of how many are left of a blocked one',
    ['master', ...Array(3).fill(`0020000108${'ff'.repeat(8)}`)],
    '00200001',
    '6983',
  ],
  ['§7.5.6 VERIFY of half a PIN', ['master'], '002000010434373131', '6700'],
  ['§7.5.6 VERIFY of another reference', ['master'], `0020000208${PIN_HEX}`, '6a86'],
  ['§7.5.7 CHANGE REFERENCE DATA', ['master'], `0024000110${PIN_HEX}3132333435363738`, '9000'],
  ['§7.5.7 CHANGE REFERENCE DATA to no PIN', ['master'], `0024000110${PIN_HEX}3132ffffffffffff`, '6a80'],
  ['§7.5.7 CHANGE REFERENCE DATA to digits behind filling', ['master'], `0024000110${PIN_HEX}31323334ff36ffff`, '6a80'],
  ['§7.5.7 CHANGE REFERENCE DATA of the first PIN', ['master'], `0024010108${PIN_HEX}`, '6a86'],
  ['§7.5.3 GET CHALLENGE', ['master'], '0084000000', /^[0-9a-f]{32}9000$/],
  ['§7.5.3 GET CHALLENGE before it is selected', [], '0084000000', '6985'],
  ['§7.3.3 READ RECORD without the PIN', ['master'], '00b2010c00', '6982'],
  ['§7.3.3 READ RECORD that there is not', ['pin'], '00b2010c00', '6a83'],
  ['§7.3.3 READ RECORD of the last line', ['pin', `8064000017${ABOUT}00`], '00b2010c00', `00000001${BLANK_CSN}009000`],
  ['§7.3.3 READ RECORD 0', ['pin', `8064000017${ABOUT}00`], '00b2000c00', '6a83'],
  ['§7.3.3 READ RECORD of another file', ['pin'], '00b2011400', '6a86'],
  ['§7.3.3 READ RECORD with an Le that is too short', ['pin'], '00b2010c0b', '6c0c'],
  ['§7.2.3 READ BINARY', ['pin'], '00b0820000', '6d00'],
  ['COUNTS', ['master'], '8068000000', '0000072003' + '00000000' + '00000000' + '9000'],
  [
    'COUNTS after a key was given',
    ['pin', `8064000017${ABOUT}00`],
    '8068000000',
    '0000072003' + '00000001' + '00000000' + '9000',
  ],
  ['COUNTS before it is selected', [], '8068000000', '6985'],
  ['COUNTS with too small an Le', ['master'], '806800000c', '6c0d'],
  ['DERIVE without the PIN', ['master'], `8064000017${ABOUT}00`, '6982'],
  ['DERIVE', ['pin'], `8064000017${ABOUT}00`, /^20000007[0-9a-f]{80}9000$/],
  ['DERIVE as T=0 has it, without Le', ['pin'], `8064000017${ABOUT}`, /^20000007[0-9a-f]{80}9000$/],
  ['DERIVE with too small an Le', ['pin'], `8064000017${ABOUT}3b`, '6c3c'],
  ['DERIVE with a byte too few', ['pin'], `8064000016${ABOUT.slice(2)}00`, '6700'],
  ['DERIVE of a scope in P2', ['pin'], `8064000217${ABOUT}00`, '6a86'],
  ['CONFIRM without the PIN', ['master'], `8066000017${ABOUT}`, '6982'],
  ['CONFIRM without a challenge', ['pin'], `8066000017${ABOUT}`, '6985'],
  ['CONFIRM of a card that was given no key', ['pin', '0084000000'], `8066000017${ABOUT}`, '6a88'],
  ['CONFIRM that is wrong', ['pin', `8064000017${ABOUT}00`, '0084000000'], `8066000017${ABOUT}`, '6982'],
  [
    'CONFIRM once more after a wrong one',
    ['pin', `8064000017${ABOUT}00`, '0084000000', `8066000017${ABOUT}`],
    `8066000017${ABOUT}`,
    '6985',
  ],
  ['table 4.2, INS of no command', ['master'], '00c0000000', '6d00'],
  ['§5.1.1, secure messaging', ['master'], '0484000000', '6882'],
];

for (const [clause, before, command, answer] of MASTER_TABLE) {
  test(`master card, ${clause}: ${typeof answer === 'string' ? answer.slice(-4) : '9000'}`, () => {
    const master = masterCard(0);
    for (const step of before) {
      if (step === 'pin') shown(master);
      else if (step === 'master') master.send(selectMaster());
      else master.send(fromHex(step));
    }
    const told = toHex(master.send(fromHex(command)));
    if (typeof answer === 'string') assert.equal(told, answer);
    else assert.match(told, answer);
  });
}

test('a master card keeps its last lines, and counts on', () => {
  const master = shown(masterCard(0));
  for (let i = 0; i < MASTER_LOG_KEPT + 5; i++) {
    const command = deriveKey(BLANK_CSN, new Uint8Array(16).fill(i));
    assert.equal(master.send(command).length, 46);
  }
  const number = (record: number) => toHex(master.send(Uint8Array.of(0, 0xb2, record, 0x0c, 0))).slice(0, 8);
  assert.deepEqual([number(1), number(MASTER_LOG_KEPT)], ['00000025', '00000006']);
  assert.equal(number(MASTER_LOG_KEPT + 1), '6a83');
  const log = masterSlotAt(2);
  for (let at = log; at < MASTER_NVM_BYTES; at += 14) master.memory[at + 4] = (master.memory[at + 4] as number) ^ 1;
  master.pull();
  shown(master);
  assert.equal(number(1), '6581', 'a line whose check sum is wrong');
});

test('a master card whose memory is damaged, or none, gives no master card', () => {
  const { memory } = masterCard(Region.gas);
  const random = drawing(1);
  assert.deepEqual(resetMasterCard(memory.slice(1), random), { reason: 'memory-length-wrong' });
  for (let at = 0; at < masterSlotAt(1); at++) {
    const changed = memory.slice();
    changed[at] = (changed[at] as number) ^ 0x10;
    const found = resetMasterCard(changed, random);
    // The state byte of a slot is not needed but to say that it is being written.
    if (at === masterSlotAt(1) - 1) assert.ok(!('reason' in found));
    else assert.deepEqual(found, { reason: 'memory-damaged' }, `byte ${at}`);
  }
  assert.throws(() => personaliseMasterCard({ csn: MASTER_CSN, master: masterOf(0), batch: BATCH, pin: '12' }), /PIN/);
  assert.ok(heldMaster(memory).program.master.scope === Region.gas);
});

test('keys of another size, and names that no card serves, are refused where they are made', () => {
  const n = keyName(Purpose.value, Suite.aes128, 0);
  assert.throws(() => new ChipBatchKey(new Uint8Array(16)), /32 bytes, not 16/);
  assert.throws(() => new ChipKey(BLANK_CSN, new Uint8Array(31)), /32 bytes, not 31/);
  assert.throws(() => new CardMaster(n, 0, 7, new Uint8Array(32)), /16 bytes, not 32/);
  assert.throws(() => new CardMaster(n, 7 as Region, 7, new Uint8Array(16)), /regions 1 to 6, not 7/);
  assert.throws(() => new CardMaster(n, 0, 0x10000, new Uint8Array(16)), /0 to 65535/);
  const xo = keyName(Purpose.value, Suite.tripleDesXo, 0);
  assert.throws(() => new CardMaster(xo, 0, 7, new Uint8Array(16)), /AES suite/);
  const passage = { n: xo, scope: 0, utility: 7, challenge: new Uint8Array(16), nonce: new Uint8Array(16) } as const;
  assert.equal(openCardKey(BATCH.chipKey(BLANK_CSN), passage, new Uint8Array(24)), undefined);
});
