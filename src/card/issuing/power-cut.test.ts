import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../bytes/index.ts';
import { drawing } from '../../exchange/sides.testing.ts';
import { Region } from '../../units/index.ts';
import { internalTag } from '../authentication.ts';
import { dataOf, loadedCard, PowerCut, statusOf } from '../bench.testing.ts';
import {
  changePinTo,
  confirmIssue,
  deriveKey,
  encodePin,
  finishCommand,
  issueCard,
  resetMasterCard,
  resetSubscriberCard,
  selectBlank,
  selectMaster,
  verifyPin,
} from '../index.ts';
import { ticketRowAt } from '../layout.ts';
import {
  BLANK_CSN,
  blankCard,
  bothMasters,
  heldMaster,
  heldSubscriber,
  inSlots,
  masterOf,
  PIN,
} from './bench.testing.ts';

/** What may stand in the byte that was being written. */
const TORN: readonly ((old: number, next: number) => number)[] = [
  (old) => old,
  (_, next) => next,
  () => 0x00,
  () => 0xff,
  (old, next) => old ^ next,
  (old, next) => (old ^ 0x31) + next,
  () => 0x42,
  () => 0x57,
  () => 0x5a,
];

type Write = { readonly address: number; readonly bytes: Uint8Array };

/** Every memory that a cut at any byte of these writes leaves, whatever it makes of that byte. */
function* cuts(
  before: Uint8Array,
  writes: readonly Write[],
): Generator<{ memory: Uint8Array; cut: number; isLast: boolean }> {
  const memory = before.slice();
  const all = writes.flatMap(({ address, bytes }) => [...bytes].map((byte, i) => ({ at: address + i, byte })));
  for (const [cut, { at, byte }] of all.entries()) {
    const old = memory[at] as number;
    for (const torn of TORN) {
      memory[at] = torn(old, byte);
      yield { memory, cut, isLast: cut === all.length - 1 };
    }
    memory[at] = byte;
  }
}

test('a cut at any byte while a card is finished leaves it blank or whole, and what is left of it goes on', async () => {
  const masters = bothMasters();
  const blank = blankCard();
  const before = blank.memory.slice();
  assert.ok(!('reason' in (await issueCard(inSlots(masters), blank.session()))));
  const whole = toHex(blank.memory);
  const seen = { blank: 0, issued: 0 };
  let wasIssued = false;
  for (const { memory, cut } of cuts(before, blank.writes)) {
    const stored: Write[] = [];
    const card = resetSubscriberCard(memory, drawing(1), {
      store: (address, bytes) => stored.push({ address, bytes }),
    });
    assert.ok(!('reason' in card), `byte ${cut}`);
    seen[card.life.name] += 1;
    if (card.life.name === 'blank') {
      assert.equal(stored.length, 0);
      assert.equal(card.life.blank.csn, BLANK_CSN);
      // A byte that was half written may already be what makes the card one; the next is not written before it.
      assert.ok(!wasIssued || memory[0] !== 0x57, `byte ${cut}`);
      continue;
    }
    wasIssued = true;
    // What was left of its maker goes when the power comes, and then it is the card to its last byte.
    const healed = memory.slice();
    for (const { address, bytes } of stored) healed.set(bytes, address);
    const rest = toHex(healed.subarray(ticketRowAt(0), ticketRowAt(1)));
    if (memory[ticketRowAt(0)] === 0x42) assert.equal(toHex(healed), whole, `byte ${cut}`);
    else assert.equal(rest.slice(2), '0'.repeat(rest.length - 2), `byte ${cut}`);
  }
  assert.ok(seen.blank > 9 * 3_600 && seen.issued > 9 * 40, JSON.stringify(seen));
});

test('a chip whose power went while it was finished is issued when it is tried again, with the same master cards or others', async () => {
  const trial = blankCard();
  assert.ok(!('reason' in (await issueCard(inSlots(bothMasters()), trial.session()))));
  const whole = toHex(trial.memory);
  const bytes = trial.writes.reduce((sum, write) => sum + write.bytes.length, 0);
  for (let cut = 0; cut < bytes; cut += 97) {
    const blank = blankCard();
    const masters = bothMasters();
    blank.bytesLeft = cut;
    await assert.rejects(issueCard(inSlots(masters), blank.session()), PowerCut);
    blank.pull();
    assert.ok(!('reason' in (await issueCard(inSlots(masters), blank.session()))), `byte ${cut}`);
    assert.equal(toHex(blank.memory), whole, `byte ${cut}`);
  }
});

test('a card that has had tickets is left alone when it gets its power', () => {
  const { memory } = loadedCard(1_000);
  const stored: Write[] = [];
  resetSubscriberCard(memory, drawing(1), { store: (address, bytes) => stored.push({ address, bytes }) });
  assert.deepEqual(stored, []);
});

const pin = encodePin(PIN) as Uint8Array;
const wrong = encodePin('9999') as Uint8Array;
const challenge = new Uint8Array(16).fill(7);

type Master = ReturnType<typeof heldMaster>;
const ready = (master: Master): void => {
  master.send(selectMaster());
  master.send(verifyPin(pin));
};

/** What may be under way in a master card, after what must go before, and what it says when all went well. */
const UNDER_WAY: readonly [
  name: string,
  before: (master: Master) => void,
  command: (master: Master) => Uint8Array,
  status: number,
][] = [
  ['a right PIN', (master) => master.send(selectMaster()), () => verifyPin(pin), 0x9000],
  ['a wrong PIN', (master) => master.send(selectMaster()), () => verifyPin(wrong), 0x63c2],
  ['a change of PIN', (master) => master.send(selectMaster()), () => changePinTo(pin, wrong), 0x9000],
  ['a key that is given', ready, () => deriveKey(BLANK_CSN, challenge), 0x9000],
  [
    'a card that is proved',
    (master) => {
      ready(master);
      master.send(deriveKey(BLANK_CSN, challenge));
    },
    (master) => {
      const own = dataOf(master.send(Uint8Array.of(0, 0x84, 0, 0, 0)));
      return confirmIssue(BLANK_CSN, internalTag(masterOf(Region.gas).cardKey(BLANK_CSN), own));
    },
    0x9000,
  ],
];

for (const [name, prepare, command, status] of UNDER_WAY) {
  test(`a cut at any byte of ${name} leaves a master card as it was or as it is to be, and never with a try too many`, () => {
    const [, master] = bothMasters();
    prepare(master);
    const asked = command(master);
    const before = master.memory.slice();
    const start = master.writes.length;
    const said = master.send(asked);
    assert.equal(statusOf(said), status);
    const states = [before, master.memory].map((memory) => stateOf(memory));
    const writes = master.writes.slice(start);
    assert.ok(writes.length > 0);
    let cutsSeen = 0;
    for (const { memory, cut } of cuts(before, writes)) {
      cutsSeen += 1;
      const state = stateOf(memory);
      const [was, becomes] = states as [State, State];
      // Of a PIN that was tried a try is gone, until it is known to be right.
      const tried = { ...was, triesLeft: was.triesLeft - 1 };
      const known = [was, becomes, ...(asked[1] === 0x20 || asked[1] === 0x24 ? [tried] : [])];
      assert.ok(
        known.some((each) => same(each, state)),
        `${name}, byte ${cut}: ${JSON.stringify(state)}`,
      );
      assert.ok(state.triesLeft <= 3);
    }
    assert.ok(cutsSeen >= 9 * 30);
  });
}

interface State {
  readonly triesLeft: number;
  readonly pin: string;
  readonly given: number;
  readonly issued: number;
  readonly lines: number;
}

function stateOf(memory: Uint8Array): State {
  const card = resetMasterCard(memory, drawing(1));
  assert.ok(!('reason' in card), JSON.stringify(card));
  const { triesLeft, pin: kept, given, issued, lines } = card.memory.state;
  return { triesLeft, pin: toHex(kept), given, issued, lines };
}

const same = (a: State, b: State): boolean => JSON.stringify(a) === JSON.stringify(b);

test('whoever cuts the power of a master card before it says that a PIN is wrong has used a try', () => {
  const memory = bothMasters()[0].memory;
  const master = heldMaster(memory);
  for (const left of [2, 1, 0]) {
    master.send(selectMaster());
    // Every byte that goes before the comparison.
    const trial = heldMaster(memory.slice());
    trial.send(selectMaster());
    trial.send(verifyPin(wrong));
    assert.equal(trial.program.memory.state.triesLeft, left);
    master.send(verifyPin(wrong));
    master.pull();
    assert.equal(master.program.memory.state.triesLeft, left);
  }
  master.send(selectMaster());
  assert.equal(statusOf(master.send(verifyPin(pin))), 0x6983);
});

test('a chip that loses its power between two keys has none of them', () => {
  const blank = blankCard();
  const [issuer] = bothMasters();
  ready(issuer);
  blank.send(selectBlank());
  const drawn = dataOf(blank.send(Uint8Array.of(0, 0x84, 0, 0, 0)));
  const key = dataOf(issuer.send(deriveKey(BLANK_CSN, drawn)));
  assert.equal(statusOf(blank.send(Uint8Array.of(0x80, 0x60, 0, 0, key.length, ...key))), 0x9000);
  assert.equal(blank.writes.length, 0);
  for (const again of [() => blank.pull(), () => undefined]) {
    again();
    blank.send(selectBlank());
    assert.ok(blank.program.life.name === 'blank' && blank.program.life.blank.keys.size === 0);
    assert.equal(statusOf(blank.send(finishCommand())), 0x6985);
  }
  assert.ok(heldSubscriber(blank.memory).program.life.name === 'blank');
});
