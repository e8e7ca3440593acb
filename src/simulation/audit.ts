import { Suite } from '../crypto/index.ts';
import type { Books, HostServices, MeterView, Totalled } from '../host/index.ts';
import { inspectPurse, type Levels } from '../meter/index.ts';
import { type Svpmsn, svpmsnText, UNIX_MS_MAX } from '../units/index.ts';
import type { House } from './house.ts';
import { registerOf } from './second-meter.ts';
import type { Utility } from './utility.ts';

/** Something that does not agree, for a person. */
export interface Finding {
  /** The meter; `undefined` for the books as a whole. */
  readonly svpmsn: Svpmsn | undefined;
  readonly sentence: string;
}

export interface Audit {
  /** Nothing was made or lost when there are none. */
  readonly findings: readonly Finding[];
  /** Meters without power, line or calendar, which cannot say what they spent: their books may lag behind them, not lead. */
  readonly unheard: number;
  /** The books, and what each meter's own memories hold, by house. */
  readonly books: Books;
  readonly held: readonly Levels[];
}

const MINUTE_MS = 60_000;
/** A line of 256 meters is polled through in five of them. */
const POLLING_MINUTES_MAX = 60;

/**
 * Compares what the books say with what the memories of the meters hold, meter by meter. Everybody switches off,
 * what was used is committed, and each meter is polled until the host has posted what it said after that; this takes
 * some minutes of the utility's time. Then, for each meter,
 *
 * - the ledger's stored and found, spent, owed, value in meters and closed are its purse's credited, used, owed, sum
 *   of purse, tank and exchanger, and closed. Suite `3des` tells nobody what is owed: there spent less owed is
 *   compared;
 * - the ledger is the sum of its orders;
 * - what the purse says was used is what flowed since this process began, charged a second time without it, and the
 *   register is what flowed.
 *
 * Of a meter that cannot be reached, or whose orders are still under way, the books may know less than the purse
 * holds, and never more. A purse that is frozen proves nothing, which is a finding of its own.
 */
export function audit(utility: Utility): Promise<Audit> {
  return utility.whileIdle(async () => {
    const unposted = await hearAll(utility);
    const books = await utility.host.books();
    const held = utility.houses.map((house) => inspectPurse(house.memory));
    const findings: Finding[] = [...inTheBooks(books, utility), ...(await ordersAgainst(books, utility.host))];
    const views = new Map((await utility.host.meters()).map((view) => [view.meter.svpmsn, view]));
    const bookedIn = new Map(books.meters.map((meter) => [meter.svpmsn, meter]));
    let unheard = 0;
    for (const [i, house] of utility.houses.entries()) {
      const { svpmsn } = house;
      const levels = held[i] as Levels;
      const booked = bookedIn.get(svpmsn) ?? NOTHING_BOOKED;
      const say = (sentence: string) => findings.push({ svpmsn, sentence: `Meter ${svpmsnText(svpmsn)}: ${sentence}` });
      if (levels.frozen !== 0) {
        say('its purse is frozen, and what it holds cannot be proved.');
        continue;
      }
      const isReachable = reachable(utility, house);
      if (!isReachable) unheard += 1;
      else if (unposted.has(svpmsn)) say('the host has not posted what it said, in an hour of polls.');
      const settled = isReachable && booked.inFlight === 0n;
      const inFull = settled && !unposted.has(svpmsn);
      compare(booked, levels, { inFull, suite: views.get(svpmsn)?.meter.suite }, say);
      compareWithLoad(house, levels, say);
    }
    return { findings, unheard, books, held };
  });
}

/**
 * Whether polls get through: a meter without power, or behind a cut line, says nothing, and when the seconds of a u32
 * have come to their end no report has a date by which the books could take it.
 */
function reachable({ transformers, time }: Utility, house: House): boolean {
  return !house.dark && transformers[house.localUnit]?.cut === false && time.now <= UNIX_MS_MAX;
}

/** Polls until the host has posted a report of each meter that can give one. Returns those that it has none of. */
async function hearAll(utility: Utility): Promise<ReadonlySet<Svpmsn>> {
  const { time, host, houses } = utility;
  // Two ends of minutes: a clock that lags has committed by then what was used before.
  const quietFrom = (Math.ceil(time.now / MINUTE_MS) + 2) * MINUTE_MS;
  await utility.runUntil(quietFrom);
  for (let minute = 0; ; minute++) {
    const inFlight = new Set((await host.books()).meters.filter((m) => m.inFlight > 0n).map((m) => m.svpmsn));
    const views = new Map((await host.meters()).map((view) => [view.meter.svpmsn, view]));
    const waiting = houses.filter(({ svpmsn, frozen }) => {
      const view = views.get(svpmsn);
      const arriving = inFlight.has(svpmsn) && view?.purse.freeze === undefined;
      return !frozen && (arriving || !hasReported(view, quietFrom));
    });
    const asked = waiting.filter((house) => reachable(utility, house));
    if (asked.length === 0 || minute === POLLING_MINUTES_MAX) {
      return new Set(waiting.filter(({ svpmsn }) => !hasReported(views.get(svpmsn), quietFrom)).map((h) => h.svpmsn));
    }
    for (const house of asked) utility.poll(house);
    await utility.runUntil(time.now + MINUTE_MS);
  }
}

/** Whether what was spent is posted from a report that is younger than the last minute and the last receipt. */
const hasReported = (view: MeterView | undefined, since: number): boolean =>
  view !== undefined && view.purse.reportedAt >= since && view.purse.reportedAt >= view.purse.bookedAt;

type Say = (sentence: string) => void;

function compare(
  booked: Totalled,
  held: Levels,
  { inFull, suite }: { readonly inFull: boolean; readonly suite: Suite | undefined },
  say: Say,
): void {
  const credited = booked.stored + booked.found;
  if (!inFull) {
    const within = (what: string, least: bigint, inPurse: number, most: bigint) => {
      if (least <= BigInt(inPurse) && BigInt(inPurse) <= most) return;
      say(`${what} is ${inPurse} in the purse, and the books allow ${least} to ${most}.`);
    };
    within('credited', credited, held.credited, credited + booked.inFlight);
    if (booked.spent > held.used) say(`the books say that ${booked.spent} was spent, and the purse only ${held.used}.`);
    return;
  }
  const same = (what: string, inBooks: bigint, inPurse: number) => {
    if (inBooks !== BigInt(inPurse)) say(`${what} is ${inBooks} in the books and ${inPurse} in the purse.`);
  };
  same('credited', credited, held.credited);
  same('from cards', booked.fromCards, held.fromCards);
  same('left', booked.valueInMeters, held.stored + held.out);
  same('closed', booked.closed, held.closed);
  if (suite === Suite.tripleDes) {
    same('spent less owed', booked.spent - booked.owed, held.used - held.owed);
  } else {
    same('spent', booked.spent, held.used);
    same('owed', booked.owed, held.owed);
  }
}

/** The purse against the house: energy has no part in the exchange, and a receipt none in the load. */
function compareWithLoad({ meter, secondMeter }: House, { used }: Levels, say: Say): void {
  const { used: due, unbilledMax, register } = secondMeter;
  if (used > due || used < due - unbilledMax) {
    say(`used is ${used} in the purse, and ${due} by what flowed and the tariff.`);
  }
  if (registerOf(meter) !== register) {
    say(`its register shows ${registerOf(meter)}, and ${register} flowed, in 0.1 Wh.`);
  }
}

/** The books' own equations, and meters in them that nobody has. */
function inTheBooks(books: Books, { houses }: Utility): Finding[] {
  const findings: Finding[] = [];
  if (!books.balanced) findings.push({ svpmsn: undefined, sentence: 'The books do not balance in themselves.' });
  const known = new Set(houses.map(({ svpmsn }) => svpmsn));
  for (const { svpmsn } of books.meters) {
    if (known.has(svpmsn)) continue;
    findings.push({ svpmsn, sentence: `Meter ${svpmsnText(svpmsn)} has an account, and no house has it.` });
  }
  return findings;
}

const ORDERS_A_PAGE = 1_000;

/** What was sold, stored, refunded and found must be the sums of the orders that say so. */
async function ordersAgainst(books: Books, host: HostServices): Promise<Finding[]> {
  const sums = new Map<Svpmsn, { issued: bigint; stored: bigint; refunded: bigint; found: bigint }>();
  for (let before: number | undefined; ; ) {
    const page = await host.orders({ limit: ORDERS_A_PAGE, ...(before === undefined ? {} : { before }) });
    for (const { svpmsn, op, state, amount } of page) {
      if (op !== 'credit') continue;
      const sum = sums.get(svpmsn) ?? { issued: 0n, stored: 0n, refunded: 0n, found: 0n };
      sums.set(svpmsn, sum);
      if (state !== 'found') sum.issued += BigInt(amount);
      if (state === 'stored' || state === 'refunded' || state === 'found') sum[state] += BigInt(amount);
    }
    before = page.at(-1)?.sequence;
    if (page.length < ORDERS_A_PAGE) break;
  }
  const bookedIn = new Map(books.meters.map((meter) => [meter.svpmsn, meter]));
  const findings: Finding[] = [];
  for (const svpmsn of new Set([...sums.keys(), ...bookedIn.keys()])) {
    for (const name of ['issued', 'stored', 'refunded', 'found'] as const) {
      const inOrders = sums.get(svpmsn)?.[name] ?? 0n;
      const inLedger = bookedIn.get(svpmsn)?.[name] ?? 0n;
      if (inOrders === inLedger) continue;
      const sentence = `Meter ${svpmsnText(svpmsn)}: ${name} is ${inOrders} by its orders and ${inLedger} in the ledger.`;
      findings.push({ svpmsn, sentence });
    }
  }
  return findings;
}

const NOTHING_BOOKED: Totalled = {
  issued: 0n,
  stored: 0n,
  inFlight: 0n,
  refunded: 0n,
  found: 0n,
  fromCards: 0n,
  closed: 0n,
  spent: 0n,
  owed: 0n,
  valueInMeters: 0n,
};
