import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Fields, parseTraces, type Trace, type TraceStep } from '../../models/trace.ts';
import {
  type CardInHand,
  GAS,
  LoadBook,
  LoadExchange,
  MeterOnBench,
  newCard,
  OTHER_GAS,
  order,
  purseOf,
  REGION,
  ticketOf,
} from '../../src/card/bench.testing.ts';
import {
  CardOp,
  type CardStatus,
  decodeCardReceipt,
  decodeCardStatus,
  encodeCardCommand,
  PurseInstruction,
  type Taking,
  type TakingOutcome,
  takingAmount,
  takingReceive,
  takingStored,
} from '../../src/card/index.ts';
import { asVoid, type HostSession, hostCommand, hostFirst, hostReceive } from '../../src/exchange/index.ts';
import { tokens } from '../../src/units/index.ts';

const traces = parseTraces(readFileSync(join(import.meta.dirname, '../../models/traces.txt'), 'utf8'));
const ofCards = traces.filter(({ model }) => model === 'card');

/** The step of a wrong variant after which card and meters hold something else than the model says. */
const PARTS_AT: Readonly<Record<string, string | undefined>> = {
  WRONG_CREDIT_FIRST: 'debit',
  WRONG_NOTHING_PENDING: 'debit',
  WRONG_PENDING_WRITTEN_LATER: 'debit',
  WRONG_CLEARED_WHEN_PULLED: 'pull',
  WRONG_ACKNOWLEDGED_FIRST: 'acknowledged',
  WRONG_OTHER_METER: 'record',
  WRONG_NO_LAST: 'record',
  WRONG_NO_NONCE: 'old-record',
  WRONG_NO_LTC_CHECK: 'third',
  // It is in the host's book alone, and that gives nothing back.
  WRONG_REFUND_BY_TIME_OUT: undefined,
};

/** A real card, its provider's book and two real meters, stepped as the model says. */
class CardWorld {
  readonly hand: CardInHand = newCard();
  readonly book = new LoadBook();
  readonly meters = [new MeterOnBench(GAS), new MeterOnBench(OTHER_GAS)] as const;
  readonly #waiting: number[] = [];
  #exchange: { session: HostSession; second?: Uint8Array; third?: Uint8Array; fourth?: Uint8Array } | undefined;
  /** What the card has heard and not answered yet, whatever became of the host's exchange. */
  #third: Uint8Array | undefined;
  #seed = 0;
  #taking: Taking | undefined;
  #meter: MeterOnBench | undefined;
  #outcome: TakingOutcome | undefined;
  readonly #records: Uint8Array[] = [];

  constructor() {
    for (const [i, { svpmsn }] of this.meters.entries()) {
      this.#exchangeOf(order(CardOp.query, 0, 0, { ticket: ticketOf(svpmsn, { version: i + 1 }) }));
    }
  }

  seen(): Fields {
    const { balance, pending, loaded } = purseOf(this.hand);
    const [first, second] = this.meters;
    const fields = {
      balance,
      pending: pending?.amount ?? 0,
      credited1: first.credited,
      credited2: second.credited,
      loaded,
    };
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, `${value}`]));
  }

  take({ name, fields }: TraceStep): void {
    switch (name) {
      case 'sell':
        this.#waiting.push(Number(fields.load));
        return;
      case 'void':
        this.#turnIntoVoid();
        return;
      case 'begin':
        this.#begin();
        return;
      case 'first':
        this.#first();
        return;
      case 'second':
        this.#second();
        return;
      case 'third':
        this.#takeThird();
        return;
      case 'fourth':
        this.#fourth();
        return;
      case 'time-out':
        this.#exchange = undefined;
        return;
      case 'insert':
        this.#insert(this.meters[Number(fields.meter) - 1] as MeterOnBench);
        return;
      case 'debit':
        // A load may have come since the card was put in, so the meter asks for its status anew.
        this.#insert(this.#meter as MeterOnBench);
        if (this.#outcome?.type !== 'amount-wanted') return;
        this.#run(takingAmount(this.#taking as Taking, tokens(Number(fields.amount))));
        return;
      case 'record':
        if (this.#outcome?.type !== 'store-credit') return;
        this.#meter?.credit(this.#outcome);
        this.#outcome = takingStored(this.#taking as Taking);
        return;
      case 'old-record': {
        // A meter listens to a record only after it has asked for one: the card shows it a token that is not there.
        const region = this.hand.card.regions.get(REGION) as { purse: ReturnType<typeof purseOf> };
        const { purse } = region;
        region.purse = { ...purse, balance: tokens(1) };
        this.#insert(this.#meter as MeterOnBench);
        region.purse = purse;
        takingAmount(this.#taking as Taking, tokens(1));
        const outcome = takingReceive(this.#taking as Taking, this.#records[0] as Uint8Array);
        assert.deepEqual(outcome, { type: 'refused', refusal: 'card-false' });
        return;
      }
      case 'acknowledged':
        if (this.#outcome?.type === 'send') this.#run(this.#outcome);
        return;
      case 'pull':
      case 'cut':
        this.#taking = undefined;
        this.#outcome = undefined;
        if (name === 'pull') this.hand.pull();
        return;
      default:
        // What only a wrong card or a wrong meter does has no step here.
        assert.ok(['debit-later', 'pending-written', 'acknowledge-first'].includes(name), name);
    }
  }

  /** No more faults: the card goes where something is pending, and the host tries until nothing waits. */
  settle(): void {
    this.hand.pull();
    this.#exchange = undefined;
    const { pending } = purseOf(this.hand);
    const meter = this.meters.find(({ svpmsn }) => svpmsn === pending?.meter);
    assert.equal(meter?.take(this.hand, 0)?.type ?? 'done', 'done');
    while (this.#waiting.length > 0 || this.book.account.outstanding !== undefined) {
      this.#insert(this.meters[0]);
      for (const name of ['begin', 'first', 'second', 'third', 'fourth']) this.take({ name, fields: {}, seen: {} });
    }
    this.hand.pull();
  }

  #turnIntoVoid(): void {
    const { outstanding } = this.book.account;
    assert.ok(outstanding !== undefined);
    this.book.account = { ...this.book.account, outstanding: asVoid(outstanding) };
  }

  #begin(): void {
    if (this.book.account.outstanding === undefined) {
      const load = this.#waiting.shift() as number;
      this.book.begin(load, `load ${load}`);
    }
    this.#seed += 1;
    this.#exchange = { session: new LoadExchange(this.hand, this.#seed).session };
  }

  #first(): void {
    if (this.#exchange === undefined) return;
    this.#exchange.second = this.#pass(hostFirst(this.#exchange.session));
  }

  #second(): void {
    const second = this.#exchange?.second;
    const { outstanding } = this.book.account;
    if (this.#exchange === undefined || second === undefined || outstanding === undefined) return;
    const status = hostReceive(this.#exchange.session, second);
    assert.ok(status.type === 'status');
    this.book.judge(decodeCardStatus(status.status) as CardStatus);
    const command = encodeCardCommand({ ...outstanding, ticket: undefined });
    this.#exchange.third = hostCommand(this.#exchange.session, command)[0] as Uint8Array;
    this.#third = this.#exchange.third;
  }

  #takeThird(): void {
    if (this.#third === undefined) return;
    const fourth = this.#pass(this.#third);
    if (this.#exchange?.third === this.#third) this.#exchange.fourth = fourth;
    this.#third = undefined;
  }

  #fourth(): void {
    const fourth = this.#exchange?.fourth;
    if (this.#exchange === undefined || fourth === undefined) return;
    const answer = hostReceive(this.#exchange.session, fourth);
    assert.ok(answer.type === 'answer');
    const receipt = decodeCardReceipt(answer.answer);
    assert.ok(!('reason' in receipt));
    this.book.book(receipt);
    this.#exchange = undefined;
  }

  #pass(frame: Uint8Array): Uint8Array {
    return new LoadExchange(this.hand, 0).pass(frame);
  }

  #exchangeOf(command: Parameters<typeof encodeCardCommand>[0]): void {
    this.#insert(this.meters[0]);
    this.#seed += 1;
    const exchange = new LoadExchange(this.hand, this.#seed);
    exchange.first();
    exchange.third(command);
    this.hand.pull();
  }

  #insert(meter: MeterOnBench): void {
    const { taking, command } = meter.begin();
    this.#taking = taking;
    this.#meter = meter;
    this.#run({ type: 'send', command });
  }

  /** Until the meter waits for something that is a step of its own. */
  #run(first: TakingOutcome): void {
    let outcome = first;
    while (outcome.type === 'send') {
      const response = this.hand.send(outcome.command);
      const isRecord = outcome.command[1] === PurseInstruction.debit && response.length > 2;
      if (isRecord) this.#records.push(response);
      outcome = takingReceive(this.#taking as Taking, response);
      // The acknowledgement of what was credited before is a step of its own too.
      if (isRecord) break;
    }
    this.#outcome = outcome;
  }
}

function replayed(trace: Trace): { readonly world: CardWorld; readonly parted: string | undefined } {
  const world = new CardWorld();
  let parted: string | undefined;
  for (const step of trace.steps) {
    world.take(step);
    const seen = world.seen();
    if (Object.keys(step.seen).some((key) => step.seen[key] !== seen[key])) parted ??= step.name;
  }
  return { world, parted };
}

for (const trace of ofCards) {
  const at = PARTS_AT[trace.variant];
  test(`${trace.variant}: the real card and its meters part from the wrong model at "${at}", and nothing comes of it`, () => {
    const { world, parted } = replayed(trace);
    assert.equal(parted, at);
    world.settle();
    const { balance, pending, loaded } = purseOf(world.hand);
    const credited = world.meters.reduce((sum, meter) => sum + meter.credited, 0);
    assert.deepEqual([pending, balance + credited], [undefined, loaded]);
    assert.deepEqual([world.book.stored, world.book.refunded], [loaded, 0]);
  });
}

test('every wrong variant of the card has its trace', () => {
  const text = readFileSync(join(import.meta.dirname, '../../models/card.pml'), 'utf8');
  const variants = new Set([...text.matchAll(/\bWRONG_[A-Z_]*[A-Z]\b/g)].map(([name]) => name));
  assert.deepEqual(ofCards.map(({ variant }) => variant).sort(), [...variants].sort());
  assert.deepEqual(Object.keys(PARTS_AT).sort(), [...variants].sort());
});
