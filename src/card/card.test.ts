import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../bytes/index.ts';
import { keyBytesOf, keyName, Purpose, Suite, suiteOf } from '../crypto/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { csn, Region } from '../units/index.ts';
import {
  type CardInHand,
  CSN,
  cardKey,
  dataOf,
  GAS,
  load,
  loadedCard,
  MeterOnBench,
  newCard,
  OTHER_CSN,
  order,
  purseOf,
  statusOf,
  UTILITY,
} from './bench.testing.ts';
import {
  CARD_NVM_BYTES,
  CardOp,
  encodeCommandApdu,
  externalTag,
  internalTag,
  mutualTags,
  personaliseCard,
  resetCard,
  StatusWord,
  selectPurse,
} from './index.ts';
import {
  CARD_HEAD_BYTES,
  DEBIT_ROW_BYTES,
  debitRowAt,
  LOAD_ROW_BYTES,
  loadRowAt,
  NVM_BYTES_MAX,
  REPORT_ROW_BYTES,
  REPORT_ROWS,
  regionHeadAt,
  reportRowAt,
  SLOT_BYTES,
  slotAt,
  TICKET_ROW_BYTES,
  TICKET_ROWS,
  ticketRowAt,
} from './layout.ts';

const AID = 'f0574154545055525345';
const send = (hand: CardInHand, hex: string): string => toHex(hand.send(fromHex(hex)));
/** A card with its purse selected, a load and a debit. */
function usedCard(): CardInHand {
  const hand = loadedCard(500);
  new MeterOnBench(GAS).take(hand, 20);
  hand.pull();
  hand.send(selectPurse());
  return hand;
}

/** [what it shows, commands before it, command, what the card answers]; ISO/IEC 7816-4:2005, its clause in front. */
const TABLE: readonly [clause: string, before: readonly string[], command: string, answer: string | RegExp][] = [
  ['§7.1.1 SELECT the master file by identifier', [], '00a40000023f0000', '6f078201388302' + '3f009000'],
  ['§7.1.1 SELECT without data is the master file', [], '00a4000000', '6f0782013883023f009000'],
  ['§7.1.1 SELECT without Le is answered without data', [], '00a40000', '9000'],
  [
    '§7.1.1 SELECT the purse by name, with FCI',
    [],
    `00a404000a${AID}00`,
    `6f2282013883025750840a${AID}a50d5a07${CSN}c10201029000`,
  ],
  ['§7.1.1 SELECT with Ne smaller than the FCI is cut there', [], `00a404000a${AID}04`, '6f2282019000'],
  ['§7.1.1 SELECT as T=0 has it, without Le', [], '00a40000023f00', '6f0782013883023f009000'],
  ['§7.1.1 SELECT the purse by identifier', [], '00a4000c025750', '9000'],
  ['§7.1.1 SELECT by another name', [], '00a404000af0574154545055525346', '6a82'],
  ['§7.1.1 SELECT by the beginning of the name', [], '00a4040005f057415454', '6a82'],
  ['§7.1.1 SELECT an EF, FCP', [], '00a40204022f0200', '620e8002000982010183022f028801109000'],
  ['§7.1.1 SELECT an EF, FCI', [], '00a40200022f0000', '6f0e8002001982010183022f008801f09000'],
  [
    '§7.1.1 SELECT the loads of region 2',
    ['purse'],
    '00a4020402011200',
    '62128002001182050601001101' + '83020112' + '880150' + '9000',
  ],
  ['§7.1.1 SELECT an EF of another folder', [], '00a4020c020001', '6a82'],
  ['§7.1.1 SELECT of the logs of a region that the card lacks', ['purse'], '00a4020c020113', '6a82'],
  ['§7.1.1 SELECT of an identifier between the logs', ['purse'], '00a4020c020132', '6a82'],
  ['§7.1.1 SELECT of an unknown file', [], '00a4000c02aaaa', '6a82'],
  ['§7.1.1 SELECT with half an identifier', [], '00a4000c013f', '6700'],
  ['§7.1.1 SELECT with seventeen bytes', [], `00a4040c11${'00'.repeat(17)}`, '6700'],
  ['§7.1.1 SELECT by path', [], '00a4080c023f00', '6a86'],
  ['§7.1.1 SELECT the next occurrence', [], `00a404020a${AID}00`, '6a86'],
  ['§7.2.3 READ BINARY of the current EF', ['00a4020c022f02'], '00b0000000', `5a07${CSN}9000`],
  ['§7.2.3 READ BINARY by short identifier', [], '00b0820000', `5a07${CSN}9000`],
  ['§8.2.1.1 READ BINARY of EF.DIR', [], '00b09e0000', `61174f0a${AID}50095761747470757273659000`],
  ['§7.2.3 READ BINARY from an offset, with a short identifier', [], '00b0820202', '04a19000'],
  ['§7.2.3 READ BINARY from an offset', ['00a4020c022f02'], '00b0000203', '04a1b29000'],
  ['§7.2.3 READ BINARY of more than there is', [], '00b082020a', '04a1b2c3d4e5f66282'],
  ['§7.2.3 READ BINARY with an extended Le', [], '00b08200000100', `5a07${CSN}9000`],
  ['§7.2.3 READ BINARY behind the end', [], '00b0820900', '6b00'],
  ['§7.2.3 READ BINARY without a current EF', [], '00b0000000', '6986'],
  ['§7.2.3 READ BINARY without Le', [], '00b08200', '6700'],
  ['§7.2.3 READ BINARY with data', [], '00b0820001aa00', '6700'],
  ['§7.2.2 READ BINARY with a reserved bit in P1', [], '00b0a20000', '6a86'],
  ['§7.2.3 READ BINARY of an unknown short identifier', [], '00b0830000', '6a82'],
  ['§7.2.3 READ BINARY of a cyclic file', ['purse'], '00b08a0000', '6981'],
  ['§7.2.3 READ BINARY of the issuer’s data', ['purse'], '00b0810004', '000000009000'],
  ['§7.2.5 UPDATE BINARY by somebody', ['purse'], '00d6810001aa', '6982'],
  ['§7.2.5 UPDATE BINARY by the issuer', ['issuer'], '00d6810202aabb', '9000'],
  ['§7.2.5 UPDATE BINARY beyond the end', ['issuer'], '00d6811f02aabb', '6b00'],
  ['§7.2.5 UPDATE BINARY of a file that nobody writes', ['issuer', '00a4000c023f00'], '00d6820001aa', '6982'],
  ['§7.2.5 UPDATE BINARY of a cyclic file', ['issuer'], '00d68a0001aa', '6981'],
  ['§7.2.5 UPDATE BINARY without a current EF', ['issuer'], '00d6000001aa', '6986'],
  ['§7.2.5 UPDATE BINARY without data', ['issuer'], '00d68100', '6700'],
  ['§7.3.3 READ RECORD of the last load', ['purse'], '00b2015400', /^00000001[0-9a-f]{16}000001f4009000$/],
  ['§7.3.3 READ RECORD of the last debit', ['purse'], '00b2019400', '000000010a1b2d000000149000'],
  [
    '§7.3.3 READ RECORD of the current EF',
    ['00a4040c0af0574154545055525345', '00a4020c020122'],
    '00b2010400',
    '000000010a1b2d000000149000',
  ],
  ['§7.3.3 READ RECORD that there is not', ['purse'], '00b2025400', '6a83'],
  ['§7.3.3 READ RECORD 0', ['purse'], '00b2005400', '6a83'],
  ['§7.3.3 READ RECORDS from one on', ['purse'], '00b2015500', '6a86'],
  ['§7.3.3 READ RECORD of a transparent file', ['purse'], '00b2010c00', '6981'],
  ['§7.3.3 READ RECORD of a region that the card lacks', ['purse'], '00b2015c00', '6a82'],
  ['§7.3.3 READ RECORD of a short identifier between the logs', ['purse'], '00b2014400', '6a82'],
  ['§7.3.3 READ RECORD without a current EF', [], '00b2010400', '6986'],
  ['§7.3.3 READ RECORD without Le', ['purse'], '00b20154', '6700'],
  ['§7.3.3 READ RECORD with an Le that is too short', ['purse'], '00b2015410', '6c11'],
  ['§7.4.2 GET DATA of the CSN', [], '00ca005a00', `${CSN}9000`],
  ['§7.4.2 GET DATA with an Le that is too short', [], '00ca005a06', '6c07'],
  ['§7.4.2 GET DATA without Le', [], '00ca005a', '6700'],
  ['§7.4.2 GET DATA of another object', [], '00ca005b00', '6a88'],
  ['§7.4.2 GET DATA of an object in another space', [], '00ca015a00', '6a88'],
  ['§7.5.3 GET CHALLENGE', [], '0084000000', /^[0-9a-f]{32}9000$/],
  ['§7.5.3 GET CHALLENGE, half of it', [], '0084000008', '6c10'],
  ['§7.5.3 GET CHALLENGE without Le', [], '00840000', '6c10'],
  ['§7.5.3 GET CHALLENGE of an algorithm', [], '0084010000', '6a86'],
  ['§7.5.2 INTERNAL AUTHENTICATE with an unknown key', [], `0088000710${'00'.repeat(16)}00`, '6a88'],
  ['§7.5.2 INTERNAL AUTHENTICATE with a region that the card lacks', [], `0088000310${'00'.repeat(16)}00`, '6a88'],
  ['§7.5.2 INTERNAL AUTHENTICATE with a short challenge', [], `008800000f${'00'.repeat(15)}00`, '6700'],
  ['§7.5.2 INTERNAL AUTHENTICATE with too small an Le', [], `0088000010${'00'.repeat(16)}0f`, '6c10'],
  ['§7.5.4 EXTERNAL AUTHENTICATE without a challenge', [], `0082000010${'00'.repeat(16)}`, '6985'],
  ['§7.5.4 EXTERNAL AUTHENTICATE that is wrong', ['0084000000'], `0082000010${'00'.repeat(16)}`, '6982'],
  ['§7.5.4 EXTERNAL AUTHENTICATE with an unknown key', ['0084000000'], `0082000710${'00'.repeat(16)}`, '6a88'],
  ['§7.5.4 EXTERNAL AUTHENTICATE of another length', ['0084000000'], `0082000011${'00'.repeat(17)}`, '6700'],
  ['§7.5.4 MUTUAL AUTHENTICATE with too small an Le', ['0084000000'], `0082000020${'00'.repeat(32)}0f`, '6c10'],
  ['table 4.2, INS of no command', [], '00c0000000', '6d00'],
  ['table 4.2, INS of no command of the purse', ['purse'], '8051000000', '6d00'],
  ['INS of the purse in the interindustry class', ['purse'], '0058000200', '6d00'],
  ['the purse’s commands before it is selected', [], '8058000200', '6985'],
  [
    'STATUS',
    ['purse'],
    '8058000200',
    '000720' + '00000001' + '00000000000001f4' + '000001e0' + '00000001' + '000000' + '00000000' + '0001' + '9000',
  ],
  ['STATUS of a region that the card lacks', ['purse'], '8058000300', '6a88'],
  ['STATUS of no region', ['purse'], '8058000000', '6a88'],
  ['STATUS with P1', ['purse'], '8058010200', '6a86'],
  ['STATUS with data', ['purse'], '8058000201aa00', '6700'],
  ['STATUS with too small an Le', ['purse'], '805800021f', '6c20'],
  ['OPEN of neither kind', ['purse'], '8050020201aa00', '6a86'],
  ['OPEN for a load with P2', ['purse'], '8050000201aa00', '6a86'],
  ['OPEN for a load with too small an Le', ['purse'], '8050000001aa3b', '6c3c'],
  ['OPEN without data', ['purse'], '8050000000', '6700'],
  ['OPEN for a meter with a byte too few', ['purse'], `8050010212${'00'.repeat(18)}00`, '6700'],
  ['OPEN for a meter with too small an Le', ['purse'], `8050010213${'00'.repeat(19)}23`, '6c24'],
  ['OPEN for a meter, in a region that the card lacks', ['purse'], `8050010313${'00'.repeat(19)}00`, '6a88'],
  ['DEBIT before OPEN', ['purse'], `805200020c${'00'.repeat(12)}00`, '6985'],
  ['DEBIT with a byte too many', ['purse'], `805200020d${'00'.repeat(13)}00`, '6700'],
  ['DEBIT with too small an Le', ['purse'], `805200020c${'00'.repeat(12)}0f`, '6c10'],
  ['CREDIT before OPEN', ['purse'], '8054000001aa00', '6985'],
  ['CREDIT with P2', ['purse'], '8054000201aa00', '6a86'],
  ['CREDIT with too small an Le', ['purse'], '8054000001aa38', '6c39'],
  ['ACK before OPEN', ['purse'], `805600020c${'00'.repeat(12)}`, '6985'],
  ['TICKET for a meter that the card has none for', ['purse'], '805a0002030a1b2c00', '6a88'],
  ['TICKET with half a meter', ['purse'], '805a0002020a1b00', '6700'],
];

for (const [clause, before, command, answer] of TABLE) {
  test(`${clause}: ${typeof answer === 'string' ? answer.slice(-4) : '9000'}`, () => {
    const hand = usedCard();
    hand.pull();
    for (const step of before) {
      if (step === 'purse' || step === 'issuer') hand.send(selectPurse());
      if (step === 'issuer') authenticated(hand);
      else if (step !== 'purse') hand.send(fromHex(step));
    }
    const written = hand.written;
    const told = send(hand, command);
    if (typeof answer === 'string') assert.equal(told, answer);
    else assert.match(told, answer);
    if (!told.endsWith('9000')) assert.equal(hand.written, written, 'what is refused changes nothing');
  });
}

function authenticated(hand: CardInHand, key = cardKey(0), reference = 0): number {
  const challenge = dataOf(hand.send(fromHex('0084000000')));
  return authenticate(hand, reference, externalTag(key, challenge));
}
const authenticate = (hand: CardInHand, p2: number, data: Uint8Array, expected?: number): number =>
  statusOf(hand.send(encodeCommandApdu({ class: 0, instruction: 0x82, p1: 0, p2, data, expected })));

test('INTERNAL AUTHENTICATE proves the key that is asked for, over this challenge', () => {
  const hand = newCard([Region.gas, Region.water]);
  const challenge = new Uint8Array(16).fill(7);
  for (const reference of [0, Region.gas, Region.water] as const) {
    const command = { class: 0, instruction: 0x88, p1: 0, p2: reference, data: challenge, expected: 16 } as const;
    assert.deepEqual(dataOf(hand.send(encodeCommandApdu(command))), internalTag(cardKey(reference), challenge));
    assert.notDeepEqual(
      internalTag(cardKey(reference), challenge),
      internalTag(cardKey(reference, OTHER_CSN), challenge),
    );
    assert.notDeepEqual(internalTag(cardKey(reference), challenge), externalTag(cardKey(reference), challenge));
  }
});

test('the issuer writes its data after EXTERNAL AUTHENTICATE, until another folder is selected or the power goes', () => {
  const hand = newCard();
  hand.send(selectPurse());
  const update = (): number => hand.status(fromHex('00d6810003abcdef'));
  assert.equal(update(), StatusWord.securityStatusNotSatisfied);
  assert.equal(authenticated(hand), 0x9000);
  assert.equal(update(), 0x9000);
  hand.send(selectPurse());
  assert.equal(update(), 0x6982);
  assert.equal(authenticated(hand), 0x9000);
  hand.pull();
  hand.send(selectPurse());
  assert.equal(update(), 0x6982);
  assert.equal(send(hand, '00b0810004'), 'abcdef009000');
});

test('whoever proves the key of a region is not the issuer', () => {
  const hand = newCard();
  hand.send(selectPurse());
  assert.equal(authenticated(hand, cardKey(Region.gas), Region.gas), 0x9000);
  assert.equal(hand.status(fromHex('00d6810001aa')), 0x6982);
});

test('MUTUAL AUTHENTICATE proves both sides, each over both challenges', () => {
  const hand = newCard();
  const own = new Uint8Array(16).fill(9);
  const challenge = dataOf(hand.send(fromHex('0084000000')));
  const tags = mutualTags(cardKey(0), challenge, own);
  const data = Uint8Array.from([...own, ...tags.outside]);
  const told = hand.send(encodeCommandApdu({ class: 0, instruction: 0x82, p1: 0, p2: 0, data, expected: 16 }));
  assert.deepEqual(dataOf(told), tags.card);
  hand.send(fromHex('0084000000'));
  assert.equal(authenticate(hand, 0, data, 16), 0x6982, 'a challenge is new each time');
});

test('every bit of a proof counts, and a challenge is good for one try', () => {
  const hand = newCard();
  for (let bit = 0; bit < 128; bit++) {
    const tag = externalTag(cardKey(0), dataOf(hand.send(fromHex('0084000000'))));
    const wrong = tag.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    assert.equal(authenticate(hand, 0, wrong), 0x6982);
    assert.equal(authenticate(hand, 0, tag), 0x6985);
    hand.pull();
  }
});

test('after three wrong proofs the key is blocked until the power goes, and no longer', () => {
  const hand = newCard();
  const wrong = (): number => authenticated(hand, cardKey(0, OTHER_CSN));
  assert.deepEqual([wrong(), wrong()], [0x6982, 0x6982]);
  assert.equal(authenticated(hand), 0x9000);
  assert.deepEqual([wrong(), wrong(), wrong(), wrong()], [0x6982, 0x6982, 0x6982, 0x6983]);
  assert.equal(authenticated(hand), 0x6983);
  hand.pull();
  assert.equal(authenticated(hand), 0x9000);
});

test('the logs show the newest first, as many as are kept, and say so when one is damaged', () => {
  const hand = newCard();
  for (let counter = 1; counter <= 20; counter++) load(hand, order(CardOp.credit, counter, counter));
  const record = (number: number) => send(hand, `00b2${number.toString(16).padStart(2, '0')}5400`);
  for (let number = 1; number <= 16; number++)
    assert.equal(Number.parseInt(record(number).slice(0, 8), 16), 21 - number);
  assert.equal(record(17), '6a83');
  hand.memory[loadRowAt(Region.gas, 20) + 4] = 0xee;
  hand.pull();
  hand.send(selectPurse());
  assert.equal(record(1), '6581');
  assert.ok(record(2).endsWith('9000'));
});

test('the files of a damaged region are not there', () => {
  const hand = usedCard();
  hand.memory[slotAt(Region.gas, 0)] = 0xee;
  hand.pull();
  hand.send(selectPurse());
  assert.equal(send(hand, '00b2015400'), '6a82');
});

test('a card fits into 4 KB, and nothing in it lies in another’s place', () => {
  assert.ok(CARD_NVM_BYTES <= NVM_BYTES_MAX, `${CARD_NVM_BYTES} bytes`);
  const owners = new Uint8Array(CARD_NVM_BYTES);
  const claim = (at: number, bytes: number) => {
    for (let i = at; i < at + bytes; i++) {
      assert.equal(owners[i], 0, `byte ${i} is claimed twice`);
      owners[i] = 1;
    }
  };
  claim(0, CARD_HEAD_BYTES + 32);
  for (const region of Object.values(Region)) {
    claim(regionHeadAt(region), 40);
    for (const slot of [0, 1]) claim(slotAt(region, slot), SLOT_BYTES);
    for (let counter = 0; counter < 17; counter++) claim(loadRowAt(region, counter), LOAD_ROW_BYTES);
    for (let counter = 0; counter < 5; counter++) claim(debitRowAt(region, counter), DEBIT_ROW_BYTES);
  }
  for (let row = 0; row < TICKET_ROWS; row++) claim(ticketRowAt(row), TICKET_ROW_BYTES);
  for (let row = 0; row < REPORT_ROWS; row++) claim(reportRowAt(row), REPORT_ROW_BYTES);
  assert.ok(owners.every((owned) => owned === 1));
});

test('a card is made for one CSN, with each region once', () => {
  const region = { utility: UTILITY, key: cardKey(Region.gas) };
  assert.throws(() => personaliseCard({ issuerKey: cardKey(Region.gas), regions: [] }), /issuer’s/);
  assert.throws(() => personaliseCard({ issuerKey: cardKey(0, OTHER_CSN), regions: [region] }), /this card/);
  assert.throws(
    () => personaliseCard({ issuerKey: cardKey(0), regions: [{ utility: 1, key: cardKey(0) }] }),
    /this card/,
  );
  assert.throws(() => personaliseCard({ issuerKey: cardKey(0), regions: [region, region] }), /each region once/);
});

test('a memory that is no card’s, or whose keys are damaged, gives no card', () => {
  const memory = newCard([Region.gas]).memory;
  const random = drawing(1);
  assert.deepEqual(resetCard(memory.slice(1), random), { reason: 'memory-length-wrong' });
  const heads = [0, regionHeadAt(Region.gas)];
  for (const at of heads) {
    for (let i = 0; i < 40; i++) {
      const changed = memory.slice();
      changed[at + i] = (changed[at + i] as number) ^ 0x10;
      assert.deepEqual(resetCard(changed, random), { reason: 'memory-damaged' }, `byte ${at + i}`);
    }
  }
  assert.ok(!('reason' in resetCard(memory, random)));
});

test('a key under a name that no card serves gives no card', () => {
  const suites = [keyName(Purpose.value, Suite.tripleDesXo, 0), keyName(Purpose.control, Suite.aes128, 0)];
  for (const region of [undefined, Region.gas]) {
    for (const n of suites) {
      const memory = newCard([Region.gas]).memory;
      const [at, length, nAt] = region === undefined ? [0, CARD_HEAD_BYTES, 8] : [regionHeadAt(region), 40, 3];
      memory[at + nAt] = n;
      putCheck(memory, at, length);
      assert.deepEqual(resetCard(memory, drawing(1)), { reason: 'memory-damaged' });
      assert.ok(keyBytesOf(suiteOf(n)) >= 16);
    }
  }
});

function putCheck(memory: Uint8Array, at: number, length: number): void {
  let crc = 0xffff_ffff;
  for (const byte of memory.subarray(at, at + length - 4)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  crc = (crc ^ 0xffff_ffff) >>> 0;
  for (let i = 0; i < 4; i++) memory[at + length - 4 + i] = crc >>> (24 - 8 * i);
}

test('a CSN is fourteen hex digits', () => {
  assert.equal(csn('00000000000000'), '00000000000000');
  for (const text of ['', '0000000000000', '0000000000000G', '0000000000000A', '000000000000000'])
    assert.throws(() => csn(text), RangeError);
  assert.equal(purseOf(newCard()).balance, 0);
});
