import assert from 'node:assert/strict';
import { Suite } from '../crypto/index.ts';
import { asVoid } from '../exchange/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { type Csn, REGIONS, type Region, type Svpmsn, tokens, U32_MAX, unixSeconds } from '../units/index.ts';
import {
  AT,
  CardInHand,
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
  statusOf,
  ticketOf,
} from './bench.testing.ts';
import {
  CardOp,
  type CardReceipt,
  type OwnReport,
  openMeterReport,
  PurseInstruction,
  StatusWord,
  selectPurse,
} from './index.ts';

/** Another card takes the place of the first at a command. */
interface Swap {
  readonly at: number;
  readonly other: Holder;
}

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
  /** Another chip with what was in its memory at some time, and the value that it had then. */
  copy: { readonly hand: CardInHand; readonly value: number } | undefined;
}

const STEPS_A_LIFE = 12;
const TICKET_LIMIT = tokens(1_000_000);
const TICKET_SECONDS = 86_400;
const YEAR_SECONDS = 365 * 86_400;
/** One order of so many is of more than the region has room for beside what is there. */
const OVERFULL = 12;

/**
 * Two cards, their provider's books and two meters, through loads that have room and that have none, voids, releases,
 * debits, new tickets, a block, pulls after any command, power cuts in any byte, another card put in its place in the
 * middle, replays of whatever was overheard, a meter that dies, years in which nobody does anything, and a copy of a
 * card that goes to the meters too; I23 to I25 hold after each step, of a card that was copied by what the copy had, no meter takes under a ticket that has run out, each brings the last report that it kept, and when the faults end everything settles.
 * Region and suite are others from seed to seed.
 * @throws AssertionError that names the seed
 */
export function live(seed: number): void {
  const random = drawing(seed);
  const region = REGIONS[seed % REGIONS.length] as Region;
  const suite = Math.floor(seed / REGIONS.length) % 2 === 0 ? Suite.aes128 : Suite.aes256;
  const meters = [
    new MeterOnBench(GAS, { region, suite, seed: seed ^ 1 }),
    new MeterOnBench(OTHER_GAS, { region, suite, seed: seed ^ 2 }),
  ] as const;
  const holders = [CSN, OTHER_CSN].map((csn, i): Holder => {
    const hand = newCard([region], csn, suite, seed * 2 + i);
    return {
      csn,
      hand,
      book: new LoadBook(),
      overheard: [],
      blocked: false,
      orders: 0,
      released: [],
      pendingBefore: undefined,
      copy: undefined,
    };
  });
  let version = 1;
  let reports = 0;
  /** Sequence of the last report that a chip has said to keep. */
  const kept = new Map<CardInHand, number>();
  let epoch = 0;
  let now = AT;
  /** It has no power any more, and never will. */
  let dead: MeterOnBench | undefined;
  /** By card and meter: the last second of the tickets that were issued. */
  const goodUntil = new Map<string, number>();
  /** What a blocked card had given a meter when the epoch came there. */
  const givenAtEpoch = new Map<string, number>();

  const said = (sentence: string) => `seed ${seed}: ${sentence}`;
  const given = (csn: Csn, meter: MeterOnBench) =>
    meter.taken.filter((each) => each.csn === csn).reduce((sum, { amount }) => sum + amount, 0);
  const purse = ({ hand }: Holder) => purseOf(hand, region);
  const keyOf = ({ csn }: Holder) => cardKey(region, csn, suite);
  const credited = (csn: Csn, meter: Svpmsn, counter: number) =>
    meters.some((m) => m.svpmsn === meter && m.taken.some((each) => each.csn === csn && each.debitCounter === counter));

  function check(): void {
    for (const holder of holders) {
      const its = purse(holder);
      const { csn, released, pendingBefore } = holder;
      // I24: what was pending is pending, or was acknowledged after its credit, or was released.
      if (pendingBefore !== undefined && its.pending?.counter !== pendingBefore.counter) {
        const { counter, meter } = pendingBefore;
        const ended = credited(csn, meter, counter) || released.some(({ debitCounter }) => debitCounter === counter);
        assert.ok(ended, said(`I24: pending record ${counter} ended by nobody`));
      }
      holder.pendingBefore = its.pending;
      // I23, with what the issuer wrote off beside.
      const onTheWay =
        its.pending !== undefined && !credited(csn, its.pending.meter, its.pending.counter) ? its.pending.amount : 0;
      const writtenOff = released
        .filter(({ debitCounter, meter }) => !credited(csn, meter, debitCounter))
        .reduce((sum, { amount }) => sum + amount, 0);
      const spent = meters.reduce((sum, meter) => sum + given(csn, meter), 0);
      const there = its.balance + onTheWay + spent + writtenOff;
      if (holder.copy === undefined) assert.equal(there, its.loaded, said('I23: value came or went'));
      else assert.ok(there <= its.loaded + holder.copy.value, said('I23: a copy gave what the card never had'));
      const { stored, account } = holder.book;
      const open = account.outstanding?.amount ?? 0;
      assert.ok(stored <= its.loaded && its.loaded <= stored + open, said('what is booked is loaded, and no more'));
      for (const meter of meters) {
        const debits = meter.taken.filter((each) => each.csn === csn).map(({ debitCounter }) => debitCounter);
        assert.equal(new Set(debits).size, debits.length, said('a meter credited a debit twice'));
        const at = givenAtEpoch.get(`${csn} ${meter.svpmsn}`);
        if (at !== undefined) assert.equal(given(csn, meter), at, said('I25: a blocked card credited'));
      }
    }
  }

  /** The shim keeps what goes by, the power goes when the dice say so, and from a command on another card is there. */
  function reader(holder: Holder, commands: number, swap?: Swap) {
    let sent = 0;
    return {
      send(command: Uint8Array): Uint8Array {
        const number = sent++;
        if (number === commands) throw new PowerCut();
        holder.overheard.push(command);
        const { hand } = swap !== undefined && number >= swap.at ? swap.other : holder;
        const response = hand.send(command);
        const isReport = command[1] === PurseInstruction.report;
        if (isReport && statusOf(response) === StatusWord.done) kept.set(hand, reports);
        return response;
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
    const { book } = holder;
    const { outstanding } = book.account;
    const through = { send: reader(holder, commands).send } as CardInHand;
    through.send(selectPurse());
    const exchange = new LoadExchange(through, random.below(1 << 30), { key: keyOf(holder) });
    book.judge(exchange.first());
    const { pending } = purse(holder);
    const command =
      outstanding === undefined
        ? { op: CardOp.query, counter: 0, txid: new Uint8Array(8), amount: 0, ticket }
        : { ...outstanding, ticket };
    const receipt: CardReceipt = exchange.third(command);
    book.book(receipt);
    assert.equal(pending?.counter, purse(holder).pending?.counter);
    hear(holder, receipt);
  }

  /** A cut leaves the last report that was kept, or the one after it. */
  function hear(holder: Holder, { report: bytes }: CardReceipt): void {
    const last = kept.get(holder.hand) ?? 0;
    const heard = bytes === undefined ? undefined : openMeterReport(keyOf(holder), bytes);
    assert.ok(bytes === undefined || heard !== undefined, said('a report that no meter left'));
    const sequence = heard?.sequence ?? 0;
    assert.ok(last <= sequence && sequence <= reports, said('a report that was kept is not there'));
  }

  /** No two have the same sequence. */
  function nextReport({ credited: fromCards }: MeterOnBench): OwnReport {
    reports += 1;
    const value = { balance: tokens(fromCards), used: tokens(0), fromCards: tokens(fromCards), owed: tokens(0) };
    return { sequence: reports, time: now, register: reports, flags: 0, events: [], ...value };
  }

  /** The issuer ends what is pending. Its LTC is one like any other, so it waits until no order is outstanding. */
  function release(holder: Holder): void {
    const { book, hand } = holder;
    const { pending, debitCounter } = purse(holder);
    if (pending === undefined || book.account.outstanding !== undefined) return;
    hand.send(selectPurse());
    const exchange = new LoadExchange(hand, random.below(1 << 30), { key: keyOf(holder) });
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

  function ticketFor(holder: Holder, meter: Svpmsn): Uint8Array {
    version += 1;
    const expiry = unixSeconds(now + TICKET_SECONDS);
    goodUntil.set(`${holder.csn} ${meter}`, expiry);
    return ticketOf(meter, { version, epoch, expiry, limit: TICKET_LIMIT }, { key: keyOf(holder), suite });
  }

  function newTicket(holder: Holder): Uint8Array | undefined {
    if (holder.blocked) return undefined; // A blocked card is given none.
    return ticketFor(holder, meters[random.below(2)]?.svpmsn as Svpmsn);
  }

  function take(holder: Holder, meter: MeterOnBench, wanted: number | 'all', steps?: number, swap?: Swap): void {
    if (meter === dead) return;
    const before = meter.taken.length;
    meter.report = nextReport(meter);
    try {
      meter.take(reader(holder, Number.POSITIVE_INFINITY, swap), wanted, steps);
    } finally {
      for (const { csn } of meter.taken.slice(before)) {
        const isGood = now < (goodUntil.get(`${csn} ${meter.svpmsn}`) ?? 0);
        assert.ok(isGood, said('a meter took under a ticket that had run out'));
      }
    }
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
    const act = random.below(13);
    if (act <= 1) {
      if (book.account.outstanding === undefined && !holder.blocked) {
        holder.orders += 1;
        const amount = random.below(OVERFULL) === 0 ? U32_MAX : 1 + random.below(500);
        book.begin(amount, `${seed} ${holder.csn} ${holder.orders}`);
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
    } else if (act === 9) {
      const other = holders.find((each) => each !== holder) as Holder;
      faulty(holder, () => take(holder, meter, random.below(200), undefined, { at: random.below(8), other }));
      other.hand.pull();
    } else if (act === 10) {
      now = unixSeconds(now + YEAR_SECONDS);
      for (const each of meters) each.now = now;
    } else if (act === 11 && dead === undefined && random.below(2) === 0) {
      // In the middle of a taking, perhaps before it could acknowledge it.
      faulty(holder, () => take(holder, meter, random.below(200), random.below(10)));
      dead = meter;
    } else if (act === 12 && random.below(3) === 0) copied(holder, meter);
  }

  /** Its chip is read out once; from then on the copy goes to the meters as the card does. */
  function copied(holder: Holder, meter: MeterOnBench): void {
    if (holder.copy === undefined) {
      const { balance, pending } = purse(holder);
      const isGiven = pending === undefined || credited(holder.csn, pending.meter, pending.counter);
      const value = balance + (isGiven ? 0 : pending.amount);
      holder.copy = { hand: new CardInHand(holder.hand.memory.slice(), seed ^ 3), value };
    }
    const { hand } = holder.copy;
    const other = { ...holder, hand };
    faulty(other, () => take(other, meter, random.below(3) === 0 ? 'all' : random.below(200), 3 + random.below(9)));
  }

  /** The good card brings the epoch to a meter, and the blocked one comes after it. */
  function visitedAfter(blocked: Holder, meter: MeterOnBench): void {
    const good = holders.find((other) => other !== blocked) as Holder;
    faulty(good, () => tryLoad(good, 9, ticketFor(good, meter.svpmsn)));
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
    assert.equal(book.stored, purse(holder).loaded, said('the book and the card differ'));
    const { pending } = purse(holder);
    if (pending !== undefined && !holder.blocked) {
      if (pending.meter === dead?.svpmsn) release(holder);
      else {
        tryLoad(holder, 9, ticketFor(holder, pending.meter));
        hand.pull();
        take(holder, meters.find(({ svpmsn }) => svpmsn === pending.meter) as MeterOnBench, 0);
      }
      assert.equal(purse(holder).pending, undefined, said('what is pending does not end'));
    }
    check();
  }
}
