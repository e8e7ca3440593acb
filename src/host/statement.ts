import { type Accrual, CHARGE_UNITS_PER_TOKEN, charge } from '../tariff/index.ts';
import { allocate, type Milliseconds, type Svpmsn } from '../units/index.ts';
import {
  chargeOf,
  type Price,
  type SupplyRecord,
  type UnknownMinute,
  type UsedMinute,
  walkMinutes,
} from './statement-minutes.ts';
import type { Account, LedgerSum, MeterlessKind, Posting, PostingKind, Terms, Trade } from './types.ts';

/** Tokens of one meter in the books, each of them what an account of the ledger says. */
export interface StatementBalance {
  /** Sold, and neither in the meter nor refunded yet. */
  readonly inFlight: bigint;
  /** In the purse, as far as the meter has told. */
  readonly purse: bigint;
  /** Emergency credit that is not paid back. */
  readonly owed: bigint;
  readonly arrears: bigint;
  /** Of sales that never were in the meter: to be given back. */
  readonly refunds: bigint;
}

/** A movement of value that somebody made, with what it changed. */
export interface StatementEntry {
  readonly at: Milliseconds;
  readonly kind: Exclude<PostingKind, 'spent' | 'divided' | MeterlessKind>;
  readonly order: string | undefined;
  /** Number of the newest receipt of that order. */
  readonly receipt: string | undefined;
  /** Of what was sold: what it was made of. */
  readonly trade: Trade | undefined;
  readonly change: StatementBalance;
}

/** How much of some minutes is known. */
export interface Coverage {
  /** Minutes with a value, over all supplies. */
  readonly minutes: number;
  /** Minutes that no profile has. */
  readonly missing: number;
  /** Minutes whose energy was not measured by itself. */
  readonly uncertain: number;
}

/** A day of local time. */
export interface StatementDay extends Coverage {
  readonly date: string;
  /** When the next one began. */
  readonly end: Milliseconds;
  /** `none`: nothing of it was collected. */
  readonly profile: 'whole' | 'part' | 'none';
  /** 0.1 Wh. */
  readonly energy: number;
  /** By minutes and prices. The days sum to what was used in the period. */
  readonly used: bigint;
  /** Booked on that day: the meter told of it then. */
  readonly spent: bigint;
  /** All other movements of that day together, without what was spent. */
  readonly moved: StatementBalance;
  /** When the day ended. */
  readonly balance: StatementBalance;
}

/** What was used at one price. */
export interface StatementStep extends Price {
  readonly minutes: number;
  /** 0.1 Wh. */
  readonly energy: number;
  /** Mean, rounded down to whole watts: for the eye. */
  readonly watts: number;
  /** Exact, in 10⁻¹¹ token: rate × energy. */
  readonly chargeUnits: bigint;
  /** Its share of what was used, in whole tokens: the shares sum to it. */
  readonly used: bigint;
}

/**
 * Why what was booked as spent in a period differs from what was used in it:
 * - `used-before` the period, and told in it
 * - `not-told-yet`: used in the period, and booked after it
 * - `without-minutes`: spent in minutes that no profile has, or none by itself
 * - `fractions` of a token, and of the minutes in which the meter spoke
 * - `unexplained`: more than these can be; the meter, its clock or its tables were not what the books hold them for
 */
export interface StatementDifference {
  readonly kind: 'used-before' | 'not-told-yet' | 'without-minutes' | 'fractions' | 'unexplained';
  readonly tokens: bigint;
  /** 0.1 Wh, where it is known. */
  readonly energy: number | undefined;
  /** Minutes that are missing or uncertain. */
  readonly missing: number;
}

/** Energy of one supply in a quarter of an hour, for whoever draws it. */
export interface StatementInterval {
  readonly supply: number;
  readonly start: Milliseconds;
  /** Minutes with a value, of 15. */
  readonly minutes: number;
  /** 0.1 Wh. */
  readonly energy: number;
  /** 10⁻¹¹ token. */
  readonly chargeUnits: bigint;
}

/**
 * A balance explained: opening + entries − spent = closing, account by account; the days lead from one to the other;
 * steps sum to what was used; and used + differences = spent. Whole tokens throughout.
 */
export interface Statement {
  readonly svpmsn: Svpmsn;
  readonly subscriber: { readonly id: string; readonly name: string };
  readonly zone: string;
  readonly currency: Terms['currency'];
  /** Local dates, both included. */
  readonly from: string;
  readonly to: string;
  readonly begin: Milliseconds;
  readonly end: Milliseconds;
  /** What the books said at this instant. */
  readonly asOf: Milliseconds;
  readonly opening: StatementBalance;
  readonly entries: readonly StatementEntry[];
  /** Out of the purse or on emergency credit. */
  readonly spent: bigint;
  /** Of it on emergency credit, less what was paid back. */
  readonly lent: bigint;
  readonly closing: StatementBalance;
  readonly days: readonly StatementDay[];
  readonly steps: readonly StatementStep[];
  readonly used: bigint;
  readonly energy: number;
  readonly coverage: Coverage;
  readonly differences: readonly StatementDifference[];
  readonly intervals: readonly StatementInterval[];
}

/** What a store holds of a meter and a period. */
export interface StatementInput {
  readonly svpmsn: Svpmsn;
  readonly subscriber: { readonly id: string; readonly name: string };
  readonly zone: string;
  readonly currency: Terms['currency'];
  readonly dates: readonly string[];
  /** When each of the dates begins, and when the day after the last does. */
  readonly starts: readonly Milliseconds[];
  readonly asOf: Milliseconds;
  readonly enrolledAt: Milliseconds;
  /** Of the ledger before the period. */
  readonly before: readonly Sum[];
  /** Of the period, the oldest first. */
  readonly postings: readonly Posting[];
  /** When spending was last booked before the period; when the meter was enrolled, if it never was. */
  readonly toldBefore: Milliseconds;
  readonly trades: ReadonlyMap<string, Trade>;
  /** The number of the newest receipt, by order. */
  readonly receipts: ReadonlyMap<string, string>;
  readonly supplies: readonly SupplyRecord[];
}

export function statementOf(input: StatementInput): Statement {
  const { starts, postings } = input;
  const [begin, end] = [starts[0], starts.at(-1)] as [Milliseconds, Milliseconds];
  const opening = balanceOf(input.before);
  const use = usedIn(input);
  let closing = opening;
  const days = input.dates.map((date, i): StatementDay => {
    const own = postings.filter(({ at }) => at >= (starts[i] as number) && at < (starts[i + 1] as number));
    closing = own.reduce((sum, posting) => plus(sum, changeOf(posting)), closing);
    const moved = own.filter(({ kind }) => kind !== 'spent').reduce((sum, each) => plus(sum, changeOf(each)), NOTHING);
    return {
      date,
      end: starts[i + 1] as Milliseconds,
      ...(use.days[i] as DayUse),
      spent: spentIn(own),
      moved,
      balance: closing,
    };
  });
  const used = days.reduce((sum, day) => sum + day.used, 0n);
  const spent = spentIn(postings);
  return {
    svpmsn: input.svpmsn,
    subscriber: input.subscriber,
    zone: input.zone,
    currency: input.currency,
    ...{ from: input.dates[0] as string, to: input.dates.at(-1) as string, begin, end, asOf: input.asOf },
    opening,
    entries: postings.flatMap((posting) => entryOf(posting, input)),
    spent,
    lent: postings.filter(({ kind }) => kind === 'spent').reduce((sum, each) => sum + changeOf(each).owed, 0n),
    closing,
    days,
    steps: stepsOf(use.steps, used),
    used,
    energy: days.reduce((sum, day) => sum + day.energy, 0),
    coverage: days.reduce(covered, UNCOVERED),
    differences: differencesOf(input, { begin, end }, { spent, used }),
    intervals: use.intervals,
  };
}

type Sum = Pick<LedgerSum, 'account' | 'amount'>;

const sumOf = (sums: readonly Sum[], account: Account): bigint =>
  sums.reduce((sum, each) => (each.account === account ? sum + each.amount : sum), 0n);

export const balanceOf = (sums: readonly Sum[]): StatementBalance => ({
  inFlight: -sumOf(sums, 'prepaid'),
  purse: -sumOf(sums, 'value-in-meters'),
  owed: sumOf(sums, 'emergency-credit'),
  arrears: sumOf(sums, 'arrears'),
  refunds: -sumOf(sums, 'refunds-payable'),
});

export const changeOf = ({ lines }: Posting): StatementBalance => balanceOf(lines);

const NOTHING = balanceOf([]);

export const plus = (a: StatementBalance, b: StatementBalance): StatementBalance => ({
  inFlight: a.inFlight + b.inFlight,
  purse: a.purse + b.purse,
  owed: a.owed + b.owed,
  arrears: a.arrears + b.arrears,
  refunds: a.refunds + b.refunds,
});

const spentIn = (postings: readonly Posting[]): bigint =>
  postings.reduce((sum, { kind, lines }) => (kind === 'spent' ? sum - sumOf(lines, 'energy-revenue') : sum), 0n);

const isMeterless = (kind: PostingKind): kind is MeterlessKind =>
  kind === 'float' ||
  kind === 'commission' ||
  kind === 'cash-up' ||
  kind === 'dues-paid' ||
  kind === 'bought' ||
  kind.startsWith('card-');

function entryOf(posting: Posting, { trades, receipts }: StatementInput): StatementEntry[] {
  const { at, kind, order } = posting;
  if (kind === 'spent' || kind === 'divided') return [];
  if (isMeterless(kind)) return [];
  const known = order === undefined ? undefined : { trade: trades.get(order), receipt: receipts.get(order) };
  return [
    {
      ...{ at, kind, order, receipt: known?.receipt },
      trade: kind === 'sold' ? known?.trade : undefined,
      change: changeOf(posting),
    },
  ];
}

const UNCOVERED: Coverage = { minutes: 0, missing: 0, uncertain: 0 };

const covered = (sum: Coverage, each: Coverage): Coverage => ({
  minutes: sum.minutes + each.minutes,
  missing: sum.missing + each.missing,
  uncertain: sum.uncertain + each.uncertain,
});

const minuteOf = (at: number): number => Math.floor(at / MS_PER_MINUTE);

type DayUse = Coverage & Pick<StatementDay, 'profile' | 'energy' | 'used'>;
type StepUse = Price & { minutes: number; energy: number };

interface PeriodUse {
  readonly days: readonly DayUse[];
  readonly steps: readonly StepUse[];
  readonly intervals: readonly StatementInterval[];
}

/** All minutes of the period, charged in their order as the meter does it. */
function usedIn(input: StatementInput): PeriodUse {
  const { starts } = input;
  const accrual: Accrual = { remainder: 0 };
  const steps = new Map<Price, StepUse>();
  const intervals = new Map<string, StatementInterval>();
  const days = starts.slice(1).map((end, i): DayUse => {
    const day = { minutes: 0, missing: 0, uncertain: 0, energy: 0, used: 0n };
    walk(input, starts[i] as number, end, (use) => {
      if (use.energy === undefined) {
        day[use.measured ? 'uncertain' : 'missing'] += 1;
        return;
      }
      day.minutes += 1;
      day.energy += use.energy;
      day.used += BigInt(charge(use.price.rate, use.energy, accrual));
      const step = steps.get(use.price) ?? { ...use.price, minutes: 0, energy: 0 };
      step.minutes += 1;
      step.energy += use.energy;
      steps.set(use.price, step);
      addTo(intervals, use);
    });
    return { ...day, profile: day.minutes === 0 ? 'none' : day.missing + day.uncertain === 0 ? 'whole' : 'part' };
  });
  return { days, steps: merged([...steps.values()]), intervals: [...intervals.values()].sort(byStart) };
}

/** Minutes before a meter was enrolled, and those that have not been yet, are none that anybody misses. */
function walk(
  { supplies, enrolledAt, asOf }: Pick<StatementInput, 'supplies' | 'enrolledAt' | 'asOf'>,
  from: number,
  to: number,
  tell: (use: UsedMinute | UnknownMinute) => void,
): void {
  walkMinutes(supplies, { from: minuteOf(Math.max(from, enrolledAt)), to: minuteOf(Math.min(to, asOf)) }, tell);
}

function addTo(intervals: Map<string, StatementInterval>, use: UsedMinute): void {
  const { supply } = use.price;
  const quarter = Math.floor(use.minute / MINUTES_PER_INTERVAL);
  const key = `${supply} ${quarter}`;
  const { minutes = 0, energy = 0, chargeUnits = 0n } = intervals.get(key) ?? {};
  intervals.set(key, {
    supply,
    start: (quarter * MINUTES_PER_INTERVAL * MS_PER_MINUTE) as Milliseconds,
    minutes: minutes + 1,
    energy: energy + use.energy,
    chargeUnits: chargeUnits + chargeOf(use.price.rate, use.energy),
  });
}

const byStart = (a: StatementInterval, b: StatementInterval): number => a.supply - b.supply || a.start - b.start;

/** The same price that came again later is one line. */
function merged(steps: readonly StepUse[]): StepUse[] {
  const lines = new Map<string, StepUse>();
  for (const { minutes, energy, ...price } of steps) {
    const key = [price.supply, price.version, price.percent, price.surcharge].join(' ');
    const line = lines.get(key) ?? { ...price, minutes: 0, energy: 0 };
    line.minutes += minutes;
    line.energy += energy;
    lines.set(key, line);
  }
  return [...lines.values()].sort(
    (a, b) => a.supply - b.supply || a.version - b.version || a.percent - b.percent || a.surcharge - b.surcharge,
  );
}

function stepsOf(steps: readonly StepUse[], used: bigint): StatementStep[] {
  const units = steps.map(({ rate, energy }) => chargeOf(rate, energy));
  const shares = units.some((each) => each > 0n) ? allocate(used, units) : units;
  return steps.map((step, i) => ({
    ...step,
    watts: Math.floor((step.energy * 6) / step.minutes),
    chargeUnits: units[i] as bigint,
    used: shares[i] as bigint,
  }));
}

/** A report that was booked may be as old as this: longer no meter takes to be read. */
const REPORT_MINUTES = 5;
/** Each of four sums is short of its exact value by less than a token. */
const FRACTIONS = 4n;

interface Stretch {
  readonly units: bigint;
  readonly energy: number;
  readonly missing: number;
}

/** What was booked covers the minutes from the last booking before the period to the last one in it. */
function differencesOf(
  input: StatementInput,
  { begin, end }: { readonly begin: Milliseconds; readonly end: Milliseconds },
  { spent, used }: { readonly spent: bigint; readonly used: bigint },
): StatementDifference[] {
  const { postings, toldBefore } = input;
  const toldLast = postings.findLast(({ kind }) => kind === 'spent')?.at ?? toldBefore;
  const stretch = (from: number, to: number) => stretchOf(input, from, to);
  const before = stretch(toldBefore, begin);
  const after = stretch(toldLast, end);
  const tokensOf = ({ units }: Stretch) => units / UNITS_PER_TOKEN;
  const rest = spent - used - tokensOf(before) + tokensOf(after);
  const around = (at: number) => stretch(at - REPORT_MINUTES * MS_PER_MINUTE, at + MS_PER_MINUTE);
  const bound = (at: number) => tokensOf(around(at)) + FRACTIONS;
  const unread = stretch(toldBefore - REPORT_MINUTES * MS_PER_MINUTE, toldLast + MS_PER_MINUTE).missing;
  const isFraction = rest <= bound(toldBefore) && -rest <= bound(toldLast);
  const kind = isFraction ? 'fractions' : rest > 0n && unread > 0 ? 'without-minutes' : 'unexplained';
  const lines: StatementDifference[] = [
    { kind: 'used-before', tokens: tokensOf(before), energy: before.energy, missing: before.missing },
    { kind: 'not-told-yet', tokens: -tokensOf(after), energy: after.energy, missing: after.missing },
    { kind, tokens: rest, energy: undefined, missing: kind === 'without-minutes' ? unread : 0 },
  ];
  return lines.filter(({ tokens }) => tokens !== 0n);
}

function stretchOf(input: StatementInput, from: number, to: number): Stretch {
  let [units, energy, missing] = [0n, 0, 0];
  walk(input, from, to, (use) => {
    if (use.energy === undefined) {
      missing += 1;
      return;
    }
    units += chargeOf(use.price.rate, use.energy);
    energy += use.energy;
  });
  return { units, energy, missing };
}

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_INTERVAL = 15;
const UNITS_PER_TOKEN = BigInt(CHARGE_UNITS_PER_TOKEN);
