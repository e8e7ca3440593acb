import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../src/bytes/index.ts';
import { Purpose, SUITE_NAMES, type Suite } from '../../src/crypto/index.ts';
import {
  Command,
  decodeValueReceipt,
  encodeValueCommand,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  ValueOp,
  ValueResult,
} from '../../src/exchange/index.ts';
import { drawing, REPAIRED } from '../../src/exchange/sides.testing.ts';
import { ask, BENCH_ID, type Bench, createBench, keyOf, TXID } from '../../src/meter/board.testing.ts';
import { levelsOf } from '../../src/meter/index.ts';
import { type Rest, restOf, wake } from '../../src/meter/power-cut.testing.ts';
import { tokens } from '../../src/units/index.ts';

/**
 * The line has three copies of each of the four messages of a credit and delivers the twelve in any order. A copy that is
 * due before its message was said is lost.
 */
const COPIES = 3;
/** 12! / (3!)^4 */
const ORDERS = 369_600;
const AMOUNT = 500;
type Message = 1 | 2 | 3 | 4;
const MESSAGES: readonly Message[] = [1, 2, 3, 4];

class Delivery {
  readonly bench: Bench;
  readonly host: HostSession;
  readonly #suite: Suite;
  readonly #said = new Map<Message, Uint8Array>();
  concluded = 0;

  constructor(rest: Rest, suite: Suite) {
    this.#suite = suite;
    ({ bench: this.bench } = wake(rest));
    this.host = openHostSession(keyOf(Purpose.value, suite), Command.valueStore, drawing(1));
    this.#said.set(1, hostFirst(this.host));
  }

  deliver(message: Message): void {
    const frame = this.#said.get(message);
    if (frame === undefined) return;
    if (message === 1 || message === 3) {
      const answer = ask(this.bench, frame);
      // A refusal proves nothing and goes nowhere.
      if (answer?.[0] === 0x11 + message) this.#said.set((message + 1) as Message, answer);
      return;
    }
    const outcome = hostReceive(this.host, frame);
    if (outcome.type === 'status') {
      const order = { op: ValueOp.credit, counter: 1, txid: TXID('order'), amount: tokens(AMOUNT) };
      this.#said.set(3, hostCommand(this.host, encodeValueCommand(this.#suite, order))[0] as Uint8Array);
    }
    if (outcome.type !== 'answer') return;
    this.concluded += 1;
    const receipt = decodeValueReceipt(this.#suite, BENCH_ID, outcome.answer);
    assert.ok(!('reason' in receipt) && receipt.result === ValueResult.done && receipt.amount === AMOUNT);
  }

  /** All that decides what follows: both sides whole, the purse, and what is on the line. */
  get state(): string {
    const { terminal } = this.bench.meter.sam;
    const sessions = terminal.sessions.map(({ first, state }) => [toHex(first.bytes), state.name]);
    const { lastCounter, credited } = this.bench.meter.svm.purse;
    const said = MESSAGES.map((message) => toHex(this.#said.get(message) ?? new Uint8Array(0)));
    const { deafUntil, wrongTags } = terminal;
    const purse = [lastCounter, credited, this.bench.meter.svm.applyNonce === undefined];
    return JSON.stringify([sessions, deafUntil, wrongTags, purse, this.host.state.name, this.concluded, said]);
  }
}

/** What an order comes to, by the rule alone: each message counts once, when the one before it was heard. */
function heardInTurn(order: readonly Message[]): number {
  let next = 1;
  for (const message of order) if (message === next) next += 1;
  return next - 1;
}

function assertOutcome(delivery: Delivery, order: readonly Message[]): void {
  const heard = heardInTurn(order);
  const what = order.join(' ');
  assert.equal(levelsOf(delivery.bench.meter).credited, heard >= 3 ? AMOUNT : 0, what);
  assert.equal(delivery.concluded, heard >= 4 ? 1 : 0, what);
}

for (const suite of REPAIRED) {
  const rest = restOf(createBench({ suite }));
  const delivered = (order: readonly Message[]): Delivery => {
    const delivery = new Delivery(rest, suite);
    for (const message of order) delivery.deliver(message);
    return delivery;
  };

  test(`${SUITE_NAMES[suite]}: in every order of three copies of four messages a credit comes once and is concluded once`, () => {
    // Orders that lead to the same state with the same copies left go on alike: one of them stands for all.
    let level = new Map([['', { order: [] as Message[], orders: 1 }]]);
    let states = 0;
    for (let length = 0; length < COPIES * MESSAGES.length; length++) {
      const next: typeof level = new Map();
      for (const { order, orders } of level.values()) {
        for (const message of MESSAGES) {
          if (order.filter((sent) => sent === message).length === COPIES) continue;
          const longer = [...order, message];
          const delivery = delivered(longer);
          assertOutcome(delivery, longer);
          const left = MESSAGES.map((sent) => longer.filter((one) => one === sent).length);
          const state = `${left} ${heardInTurn(longer)} ${delivery.state}`;
          const same = next.get(state);
          if (same === undefined) next.set(state, { order: longer, orders });
          else same.orders += orders;
        }
      }
      states += next.size;
      level = next;
    }
    const covered = [...level.values()].reduce((sum, { orders }) => sum + orders, 0);
    assert.equal(covered, ORDERS);
    assert.ok(states > 255, `${states} states`);
  });

  test(`${SUITE_NAMES[suite]}: and so it is in orders drawn at random, delivered from end to end`, () => {
    const random = drawing(11);
    for (let draw = 0; draw < 300; draw++) {
      const left = MESSAGES.flatMap((message) => Array<Message>(COPIES).fill(message));
      const order = Array.from(left, () => left.splice(random.below(left.length), 1)[0] as Message);
      assertOutcome(delivered(order), order);
    }
  });
}
