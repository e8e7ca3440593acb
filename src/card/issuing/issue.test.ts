import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../bytes/index.ts';
import { exportCardKey, exportCardMaster, exportChipBatchKey, exportChipKey, Suite } from '../../crypto/index.ts';
import { Region } from '../../units/index.ts';
import { CardInHand, CSN, dataOf, load, order, statusOf } from '../bench.testing.ts';
import {
  askMasterCounts,
  askMasterLine,
  CARD_NVM_BYTES,
  CardOp,
  type CardSession,
  changePinTo,
  decodeMasterCounts,
  decodeMasterLogRow,
  deriveKey,
  encodePin,
  finishCommand,
  type IssuedCard,
  type IssueFailure,
  issueCard,
  type MasterCounts,
  makeBlankCard,
  personaliseCard,
  selectBlank,
  selectMaster,
  verifyPin,
} from '../index.ts';
import {
  BATCH,
  BLANK_CSN,
  blankCard,
  bothMasters,
  heldSubscriber,
  inSlots,
  masterCard,
  masterOf,
  OTHER_BATCH,
  PIN,
  UTILITY,
} from './bench.testing.ts';

type Master = ReturnType<typeof masterCard>;

const counts = (master: Master): MasterCounts => {
  master.send(selectMaster());
  const told = decodeMasterCounts(dataOf(master.send(askMasterCounts())));
  assert.ok(!('reason' in told));
  return told;
};

function issued(outcome: IssuedCard | IssueFailure): IssuedCard {
  assert.ok(!('reason' in outcome), JSON.stringify(outcome));
  return outcome;
}

async function reasonOf(outcome: Promise<IssuedCard | IssueFailure>): Promise<string> {
  const told = await outcome;
  assert.ok('reason' in told, JSON.stringify(told));
  assert.match(told.sentence, /^[A-Z].*\.$/);
  return told.reason;
}

const isBlank = (card: ReturnType<typeof blankCard>): boolean => card.program.life.name === 'blank';

for (const suite of [Suite.aes128, Suite.aes256] as const) {
  test(`a blank card is issued and is the purse card that its keys make, to the last byte: suite ${suite}`, async () => {
    const masters = [masterCard(0, { suite }), masterCard(Region.gas, { suite }), masterCard(Region.water, { suite })];
    const blank = blankCard();
    const n = masterOf(0, suite).n;
    assert.deepEqual(issued(await issueCard(inSlots(masters), blank.session())), {
      ...{ csn: BLANK_CSN, issuer: { utility: UTILITY, n }, wasIssued: false },
      regions: [Region.gas, Region.water].map((region) => ({ region, utility: UTILITY, n })),
    });
    const keyOf = (scope: Region | 0) => masterOf(scope, suite).cardKey(BLANK_CSN);
    const whole = personaliseCard({
      issuerKey: keyOf(0),
      regions: [Region.gas, Region.water].map((region) => ({ utility: UTILITY, key: keyOf(region) })),
    });
    assert.equal(toHex(blank.memory), toHex(whole));
    // It takes value under the key that the provider's host derives, at once and after the power was gone.
    for (const counter of [1, 2]) {
      const hand = new CardInHand(blank.memory);
      assert.equal(load(hand, order(CardOp.credit, counter, 500), { key: keyOf(Region.gas) }).amount, 500);
    }
  });
}

test('a card of any region is made of the issuer’s master card and that provider’s', async () => {
  for (const region of Object.values(Region)) {
    const card = issued(await issueCard(inSlots([masterCard(region), masterCard(0)]), blankCard().session()));
    assert.deepEqual(
      card.regions.map((each) => each.region),
      [region],
    );
  }
});

test('a master card counts what it gave out and what was proved, and tells both of the last cards, the newest first', async () => {
  const [issuer, gas] = bothMasters();
  const blank = blankCard();
  issued(await issueCard(inSlots([issuer, gas]), blank.session()));
  for (const master of [issuer, gas]) {
    const { given, issued: proved, triesLeft } = counts(master);
    assert.deepEqual([given, proved, triesLeft], [1, 1, 3]);
    assert.equal(statusOf(master.send(askMasterLine(1))), 0x6982, 'the log is for whoever knows the PIN');
    master.send(verifyPin(encodePin(PIN) as Uint8Array));
    const lines = [1, 2].map((record) => decodeMasterLogRow(dataOf(master.send(askMasterLine(record)))));
    assert.deepEqual(lines, [
      { number: 2, csn: BLANK_CSN, event: 1 },
      { number: 1, csn: BLANK_CSN, event: 0 },
    ]);
    assert.equal(statusOf(master.send(askMasterLine(3))), 0x6a83);
  }
});

test('a card that was finished and not proved is proved when it comes again, and counts once', async () => {
  const [issuer, gas] = bothMasters();
  const blank = blankCard();
  let finished = false;
  const pulled = blank.session((command, send) => {
    if (finished) throw new Error('pulled');
    finished = toHex(command) === toHex(finishCommand());
    return send(command);
  });
  await assert.rejects(issueCard(inSlots([issuer, gas]), pulled), /pulled/);
  assert.deepEqual([counts(issuer).given, counts(issuer).issued], [1, 0]);
  blank.pull();
  for (let turn = 0; turn < 2; turn++) {
    assert.equal(issued(await issueCard(inSlots([issuer, gas]), blank.session())).wasIssued, true);
    for (const master of [issuer, gas]) assert.deepEqual([counts(master).given, counts(master).issued], [1, 1]);
  }
});

test('master cards that do not make a card together are named before any PIN is tried or any key given', async () => {
  const cases: readonly [readonly Master[], string][] = [
    [[], 'issuer-missing'],
    [[masterCard(Region.gas)], 'issuer-missing'],
    [[masterCard(0)], 'region-missing'],
    [[masterCard(0), masterCard(0)], 'issuer-twice'],
    [[masterCard(0), masterCard(Region.gas), masterCard(Region.gas)], 'region-twice'],
  ];
  for (const [masters, reason] of cases) {
    const blank = blankCard();
    assert.equal(await reasonOf(issueCard(inSlots(masters, '0000'), blank.session())), reason);
    for (const master of masters) assert.equal(counts(master).triesLeft, 3);
  }
  const blank = blankCard();
  const masters: { session(): CardSession }[] = [masterCard(0), blankCard()];
  assert.equal(await reasonOf(issueCard(inSlots(masters), blank.session())), 'not-a-master-card');
});

test('what is no blank card, and a card that others issued, are told apart', async () => {
  assert.equal(await reasonOf(issueCard(inSlots(bothMasters()), masterCard(0).session())), 'not-blank');
  const blank = blankCard();
  issued(await issueCard(inSlots(bothMasters()), blank.session()));
  assert.equal(await reasonOf(issueCard(inSlots(bothMasters()), blank.session())), 'issued-by-others');
  const water = [masterCard(0), masterCard(Region.water)];
  assert.equal(await reasonOf(issueCard(inSlots(water), blank.session())), 'issued-by-others');
});

test('a card that is issued again for a region more is told which region it lacks', async () => {
  const blank = blankCard();
  const masters = bothMasters();
  issued(await issueCard(inSlots(masters), blank.session()));
  const lacks = await issueCard(inSlots([...masters, masterCard(Region.water)]), blank.session());
  assert.ok('reason' in lacks);
  assert.deepEqual(
    [lacks.reason, lacks.sentence],
    ['issued-by-others', `Card ${BLANK_CSN} was issued before, and without region 3 (water).`],
  );
});

test('a chip of another batch takes no key, and stays blank', async () => {
  const blank = blankCard();
  const masters = [masterCard(0, { batch: OTHER_BATCH }), masterCard(Region.gas)];
  assert.equal(await reasonOf(issueCard(inSlots(masters), blank.session())), 'key-refused');
  assert.ok(isBlank(blank));
  issued(await issueCard(inSlots(bothMasters()), blank.session()));
});

test('a card whose key is not what its master card gives is found by its proof', async () => {
  const [issuer, gas] = bothMasters();
  const blank = blankCard();
  // The same chip, bought twice: another of the same CSN lies in the slot when it comes to the proof.
  const twin = new CardInHand(
    personaliseCard({
      issuerKey: masterOf(0, Suite.aes128, 9).cardKey(BLANK_CSN),
      regions: [{ utility: 9, key: masterOf(Region.gas, Suite.aes128, 9).cardKey(BLANK_CSN) }],
    }),
  );
  let finished = false;
  const swapped = blank.session((command, send) => {
    if (finished) return twin.send(command);
    finished = toHex(command) === toHex(finishCommand());
    return send(command);
  });
  assert.equal(await reasonOf(issueCard(inSlots([issuer, gas]), swapped)), 'proof-wrong');
  assert.deepEqual([counts(issuer).issued, counts(gas).issued], [0, 0]);
});

test('a wrong PIN says how many tries are left, the third blocks for good, and a right one in time gives all back', async () => {
  const [issuer, gas] = bothMasters();
  const wrong = () => issueCard(inSlots([issuer, gas], '4712'), blankCard().session());
  const told = async () => ((await wrong()) as IssueFailure).sentence;
  assert.equal(await told(), 'The PIN of the master card is wrong: 2 tries are left.');
  assert.equal(await told(), 'The PIN of the master card is wrong: 1 try is left.');
  issued(await issueCard(inSlots([issuer, gas]), blankCard().session()));
  assert.equal(counts(issuer).triesLeft, 3);
  for (const reason of ['pin-wrong', 'pin-wrong', 'pin-blocked', 'pin-blocked'])
    assert.equal(await reasonOf(wrong()), reason);
  issuer.pull();
  assert.equal(await reasonOf(issueCard(inSlots([issuer, gas]), blankCard().session())), 'pin-blocked');
  assert.deepEqual([counts(issuer).triesLeft, counts(gas).triesLeft], [0, 3]);
  for (const pin of ['123', '123456789', '12a4', '']) {
    assert.equal(await reasonOf(issueCard(inSlots(bothMasters(), pin), blankCard().session())), 'pin-wrong');
  }
});

test('the PIN is changed by whoever knows it, and is no longer what it was', () => {
  const [master] = bothMasters();
  master.send(selectMaster());
  const [old, next] = [encodePin(PIN), encodePin('12345678')] as [Uint8Array, Uint8Array];
  assert.equal(statusOf(master.send(changePinTo(next, old))), 0x63c2);
  assert.equal(statusOf(master.send(changePinTo(old, new Uint8Array(8)))), 0x6a80);
  assert.equal(statusOf(master.send(changePinTo(old, next))), 0x9000);
  master.pull();
  master.send(selectMaster());
  assert.equal(statusOf(master.send(verifyPin(old))), 0x63c2);
  assert.equal(statusOf(master.send(verifyPin(next))), 0x9000);
});

test('a key that was heard once serves no second time: not in this session, not after the power was gone, not elsewhere', async () => {
  const [issuer, gas] = bothMasters();
  const blank = blankCard();
  const heard: Uint8Array[] = [];
  const session = blank.session((command, send) => {
    if (command[1] === 0x60) heard.push(command);
    // The power goes before it is finished.
    return command[1] === 0x62 ? Uint8Array.of(0x69, 0x85) : send(command);
  });
  assert.equal(await reasonOf(issueCard(inSlots([issuer, gas]), session)), 'command-refused');
  assert.equal(heard.length, 2);
  const other = blankCard(CSN, 99);
  for (const held of [blank, other]) {
    held.pull();
    held.send(selectBlank());
    const [first] = heard as [Uint8Array];
    assert.equal(statusOf(held.send(first)), 0x6985, 'without a challenge');
    for (const tried of [first, first, first]) {
      held.send(Uint8Array.of(0, 0x84, 0, 0, 0));
      assert.equal(statusOf(held.send(tried)), 0x6982);
    }
    held.send(Uint8Array.of(0, 0x84, 0, 0, 0));
    assert.equal(statusOf(held.send(first)), 0x6983, 'until the power goes');
    assert.equal(statusOf(held.send(finishCommand())), 0x6985);
    assert.ok(isBlank(held));
  }
  blank.pull();
  issued(await issueCard(inSlots([issuer, gas]), blank.session()));
});

test('every bit of a sealed key and of its head counts', () => {
  const [issuer] = bothMasters();
  issuer.send(selectMaster());
  issuer.send(verifyPin(encodePin(PIN) as Uint8Array));
  const bytes = 44;
  for (let bit = 0; bit <= 8 * bytes; bit++) {
    const blank = blankCard();
    blank.send(selectBlank());
    const challenge = dataOf(blank.send(Uint8Array.of(0, 0x84, 0, 0, 0)));
    const key = dataOf(issuer.send(deriveKey(BLANK_CSN, challenge)));
    assert.equal(key.length, bytes);
    if (bit < 8 * bytes) key[bit >> 3] = (key[bit >> 3] as number) ^ (1 << (bit & 7));
    const status = statusOf(blank.send(Uint8Array.of(0x80, 0x60, 0, 0, bytes, ...key)));
    if (bit === 8 * bytes) assert.equal(status, 0x9000);
    else assert.ok(status === 0x6982 || status === 0x6a80, `bit ${bit}: ${status.toString(16)}`);
  }
});

test('a master card gives two keys alike for no two challenges, nor twice for one', () => {
  const [issuer] = bothMasters();
  issuer.send(selectMaster());
  issuer.send(verifyPin(encodePin(PIN) as Uint8Array));
  const challenge = new Uint8Array(16).fill(5);
  const told = new Set(
    Array.from({ length: 8 }, () => toHex(dataOf(issuer.send(deriveKey(BLANK_CSN, challenge))).slice(20))),
  );
  assert.equal(told.size, 8);
});

test('neither KH nor KM nor KC nor KX is in anything that the cards say or show', async () => {
  const [issuer, gas] = bothMasters();
  const blank = blankCard();
  const secrets = [
    ...[issuer, gas].map(({ program }) => exportCardMaster(program.master)),
    ...[issuer, gas].map(({ program }) => exportCardKey(program.master.cardKey(BLANK_CSN))),
    ...[exportChipBatchKey(BATCH), exportChipKey(BATCH.chipKey(BLANK_CSN))],
  ].map(toHex);
  const said: string[] = [];
  const spying = (card: { session: Master['session'] }) =>
    card.session((command, send) => {
      const answer = send(command);
      said.push(toHex(command), toHex(answer));
      return answer;
    });
  const masters = [issuer, gas].map((master) => ({ session: spying(master), pin: PIN }));
  const blankSession = blank.session((command, send) => {
    const answer = send(command);
    said.push(toHex(command), toHex(answer));
    return answer;
  });
  issued(await issueCard(masters, blankSession));
  const { master, batch } = issuer.program;
  const shown = JSON.stringify([master, batch, batch.chipKey(BLANK_CSN), `${master}`]);
  assert.match(shown, /value aes128 generation 0 of utility 7, issuer of cards/);
  const text = `${said.join(' ')} ${shown}`;
  for (const secret of secrets) assert.ok(!text.includes(secret));
});

test('a memory that is neither a card’s nor a chip’s gives no card', () => {
  const memory = makeBlankCard(BATCH.chipKey(BLANK_CSN));
  assert.ok(isBlank(heldSubscriber(memory.slice())));
  for (let at = 0; at < CARD_NVM_BYTES; at++) {
    if (memory[at] === 0) continue;
    const changed = memory.slice();
    changed[at] = (changed[at] as number) ^ 0x10;
    assert.throws(() => heldSubscriber(changed), /memory-damaged/, `byte ${at}`);
  }
  assert.throws(() => heldSubscriber(memory.slice(1)), /memory-length-wrong/);
});
