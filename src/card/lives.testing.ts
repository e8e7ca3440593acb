import assert from 'node:assert/strict';
import { asVoid } from '../exchange/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { type Csn, type Svpmsn, tokens } from '../units/index.ts';
import {
  type CardInHand,
  CSN,
  cardKey,
  GAS,
  LoadBook,
  LoadExchange,
  MeterOnBench,
  newCard,
  OTHER_CSN,
  OTHER_GAS,
  PowerCut,
  purseOf,
  REGION,
  ticketOf,
} from './bench.testing.ts';
import { CardOp, type CardReceipt, selectPurse } from './index.ts';

/** One card of the life, with its provider's book and what a shim between it and its readers has kept. */
interface Holder {
  readonly csn: Csn;
  readonly hand: CardInHand;
  readonly book: LoadBook;
  readonly overheard: Uint8Array[];
  blocked: boolean;
  orders: number;
  /** Ended by the issuer: DTC and amount. */
  readonly released: { readonly debitCounter: number; readonly amount: number; readonly meter: Svpmsn }[];
  /** Amounts of pending records that ended, by DTC, with what ended them. */
  pendingBefore: { readonly counter: number; readonly amount: number; readonly meter: Svpmsn } | undefined;
}

const STEPS_A_LIFE = 12;
const TICKET_LIMIT = tokens(1_000_000);

/**
 * Two cards, their provider's books and two meters, through loads, voids, releases, debits, new tickets, a block, pulls
 * after any command, power cuts in any byte, and replays of whatever was overheard; I23 to I25 hold after each step,
 * and when the faults end everything settles.
 * @throws AssertionError that names the seed
 */
export function live(seed: number): void {
  const random = drawing(seed);
  const meters = [new MeterOnBench(GAS, { seed: seed ^ 1 }), new MeterOnBench(OTHER_GAS, { seed: seed ^ 2 })] as const;
  const holders = [CSN, OTHER_CSN].map((csn, i): Holder => {
    const hand = newCard([REGION], csn, undefined, seed * 2 + i);
    return {
      csn,
      hand,
      book: new LoadBook(),
      overheard: [],
      blocked: false,
      orders: 0,
      released: [],
      pendingBefore: undefined,
    };
  });
  let version = 1;
  let epoch = 0;
  /** What a blocked card had given a meter when the epoch came there. */
  const givenAtEpoch = new Map<string, number>();

  const said = (sentence: string) => `seed ${seed}: ${sentence}`;
  const given = (csn: Csn, meter: MeterOnBench) =>
    meter.taken.filter((each) => each.csn === csn).reduce((sum, { amount }) => sum + amount, 0);
  const credited = (csn: Csn, meter: Svpmsn, counter: number) =>
    meters.some((m) => m.svpmsn === meter && m.taken.some((each) => each.csn === csn && each.debitCounter === counter));

  function check(): void {
    for (const holder of holders) {
      const purse = purseOf(holder.hand);
      const { csn, released, pendingBefore } = holder;
      // I24: what was pending is pending, or was acknowledged after its credit, or was released.
      if (pendingBefore !== undefined && purse.pending?.counter !== pendingBefore.counter) {
        const { counter, meter } = pendingBefore;
        const ended = credited(csn, meter, counter) || released.some(({ debitCounter }) => debitCounter === counter);
        assert.ok(ended, said(`I24: pending record ${counter} ended by nobody`));
      }
      holder.pendingBefore = purse.pending;
      // I23, with what the issuer wrote off beside.
      const onTheWay =
        purse.pending !== undefined && !credited(csn, purse.pending.meter, purse.pending.counter)
          ? purse.pending.amount
          : 0;
      const writtenOff = released
        .filter(({ debitCounter, meter }) => !credited(csn, meter, debitCounter))
        .reduce((sum, { amount }) => sum + amount, 0);
      const spent = meters.reduce((sum, meter) => sum + given(csn, meter), 0);
      assert.equal(purse.balance + onTheWay + spent + writtenOff, purse.loaded, said('I23: value came or went'));
      const { stored, account } = holder.book;
      const open = account.outstanding?.amount ?? 0;
      assert.ok(stored <= purse.loaded && purse.loaded <= stored + open, said('what is booked is loaded, and no more'));
      for (const meter of meters) {
        const at = givenAtEpoch.get(`${csn} ${meter.svpmsn}`);
        if (at !== undefined) assert.equal(given(csn, meter), at, said('I25: a blocked card credited'));
      }
    }
  }

  /** The shim keeps what goes by, and the power goes when the dice say so. */
  function reader(holder: Holder, commands: number): { send(command: Uint8Array): Uint8Array } {
    let left = commands;
    return {
      send(command) {
        if (left-- === 0) throw new PowerCut();
        holder.overheard.push(command);
        return holder.hand.send(command);
      },
    };
  }

  function faulty(holder: Holder, act: () => void): void {
    if (random.below(3) === 0) {
      holder.hand.bytesLeft = random.below(160);
      const garbage = random.below(256);
      holder.hand.torn = [(old: number) => old, (_: number, next: number) => next, () => garbage][
        random.below(3)
      ] as CardInHand['torn'];
    }
    try {
      act();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    holder.hand.pull();
  }

  /** One try of the outstanding order, which may end anywhere. */
  function tryLoad(holder: Holder, commands: number, ticket: Uint8Array | undefined): void {
    const { book, hand } = holder;
    const { outstanding } = book.account;
    const through = { send: reader(holder, commands).send } as CardInHand;
    through.send(selectPurse());
    const exchange = new LoadExchange(through, random.below(1 << 30), { key: cardKey(REGION, holder.csn) });
    book.judge(exchange.first());
    const { pending } = purseOf(hand);
    const command =
      outstanding === undefined
        ? { op: CardOp.query, counter: 0, txid: new Uint8Array(8), amount: 0, ticket }
        : { ...outstanding, ticket };
    const receipt: CardReceipt = exchange.third(command);
    book.book(receipt);
    assert.equal(pending?.counter, purseOf(hand).pending?.counter);
  }

  /** The issuer ends what is pending. Its LTC is one like any other, so it waits until no order is outstanding. */
  function release(holder: Holder): void {
    const { book, hand } = holder;
    const { pending, debitCounter } = purseOf(hand);
    if (pending === undefined || book.account.outstanding !== undefined) return;
    hand.send(selectPurse());
    const exchange = new LoadExchange(hand, random.below(1 << 30), { key: cardKey(REGION, holder.csn) });
    exchange.first();
    const counter = book.account.lastCounter + 1;
    const receipt = exchange.third({
      op: CardOp.release,
      counter,
      txid: new Uint8Array(8).fill(9),
      amount: debitCounter,
      ticket: undefined,
    });
    assert.equal(receipt.amount, pending.amount);
    book.account = { lastCounter: counter, outstanding: undefined };
    holder.released.push({ debitCounter, amount: pending.amount, meter: pending.meter });
  }

  function newTicket(holder: Holder): Uint8Array | undefined {
    if (holder.blocked) return undefined; // A blocked card is given none.
    version += 1;
    const meter = meters[random.below(2)]?.svpmsn as Svpmsn;
    return ticketOf(meter, { version, epoch, limit: TICKET_LIMIT }, { key: cardKey(REGION, holder.csn) });
  }

  function take(holder: Holder, meter: MeterOnBench, wanted: number | 'all', steps?: number): void {
    meter.take(reader(holder, Number.POSITIVE_INFINITY), wanted, steps);
    if (meter.epoch < epoch) return;
    for (const other of holders) {
      const place = `${other.csn} ${meter.svpmsn}`;
      if (other.blocked && !givenAtEpoch.has(place)) givenAtEpoch.set(place, given(other.csn, meter));
    }
  }

  function step(): void {
    const holder = holders[random.below(2)] as Holder;
    const { book, hand } = holder;
    const meter = meters[random.below(2)] as MeterOnBench;
    const act = random.below(9);
    if (act <= 1) {
      if (book.account.outstanding === undefined && !holder.blocked) {
        holder.orders += 1;
        book.begin(1 + random.below(500), `${seed} ${holder.csn} ${holder.orders}`);
      }
      faulty(holder, () => tryLoad(holder, random.below(5), newTicket(holder)));
    } else if (act === 2) {
      const { outstanding } = book.account;
      if (outstanding !== undefined) book.account = { ...book.account, outstanding: asVoid(outstanding) };
      faulty(holder, () => tryLoad(holder, 9, undefined));
    } else if (act <= 5) {
      faulty(holder, () => take(holder, meter, random.below(200), random.below(10)));
    } else if (act === 6) {
      faulty(holder, () => take(holder, meter, 'all'));
    } else if (act === 7) {
      // Whoever sits between card and reader says again what was said before, to either card.
      const other = holders[random.below(2)] as Holder;
      faulty(other, () => {
        other.hand.send(selectPurse());
        for (let n = random.below(8); n >= 0 && holder.overheard.length > 0; n--) {
          other.hand.send(holder.overheard[random.below(holder.overheard.length)] as Uint8Array);
        }
      });
    } else if (act === 8) {
      const blocked = holders.find((other) => other.blocked);
      if (blocked === undefined && random.below(2) === 0) {
        holder.blocked = true;
        epoch += 1;
      } else if (blocked === undefined || random.below(3) === 0) release(holder);
      else visitedAfter(blocked, meter);
      hand.pull();
    }
  }

  /** The good card brings the epoch to a meter, and the blocked one comes after it. */
  function visitedAfter(blocked: Holder, meter: MeterOnBench): void {
    const good = holders.find((other) => other !== blocked) as Holder;
    version += 1;
    const ticket = ticketOf(meter.svpmsn, { version, epoch, limit: TICKET_LIMIT }, { key: cardKey(REGION, good.csn) });
    faulty(good, () => tryLoad(good, 9, ticket));
    faulty(good, () => take(good, meter, random.below(200)));
    faulty(blocked, () => take(blocked, meter, 'all'));
  }

  for (let i = 0; i < STEPS_A_LIFE; i++) {
    step();
    check();
  }

  // No more faults: the provider tries until it has its receipts, and each good card goes to where something is pending.
  for (const holder of holders) {
    const { hand, book } = holder;
    for (let tries = 0; book.account.outstanding !== undefined; tries++) {
      assert.ok(tries < 2, said('an order never settles'));
      tryLoad(holder, 9, undefined);
      hand.pull();
    }
    assert.equal(book.stored, purseOf(hand).loaded, said('the book and the card differ'));
    const { pending } = purseOf(hand);
    if (pending !== undefined && !holder.blocked) {
      version += 1;
      tryLoad(
        holder,
        9,
        ticketOf(pending.meter, { version, epoch, limit: TICKET_LIMIT }, { key: cardKey(REGION, holder.csn) }),
      );
      hand.pull();
      take(holder, meters.find(({ svpmsn }) => svpmsn === pending.meter) as MeterOnBench, 0);
      assert.equal(purseOf(hand).pending, undefined, said('what is pending does not end'));
    }
    check();
  }
}
