import { type Column, ExplainedEnergy, type Support } from './explained-energy.ts';

/** Intervals of a transformer on which energy was lost, all of them known; energies in milliwatt-hours. */
export interface LostIntervals {
  readonly minutes: number;
  readonly gave: Float64Array;
  readonly meters: readonly SuspectMeter[];
  /** Hour of the day of each interval, as people live it. */
  readonly hours: Uint8Array;
  /** Intervals of a day, where all of each day are there. */
  readonly dayLength?: number;
  /** What the lines lost, by the flow in their network; without it their loss is learned on the way. */
  readonly lines?: Float64Array;
}

export interface SuspectMeter {
  readonly meter: number;
  readonly counted: Float64Array;
  /** What it counted at such times before, and how many days of it are known. */
  readonly usual?: Float64Array;
  /** What its seal told in these days or shortly before. */
  readonly events: readonly SuspectEvent[];
  /** What visits found at this meter, the latest last. */
  readonly visits: readonly SuspectVisit[];
}

/** What a meter tells of being tampered with. */
export const SUSPECT_EVENTS = ['output-voltage', 'bypass', 'cover', 'magnet', 'reverse', 'record', 'log'] as const;
export type SuspectEvent = (typeof SUSPECT_EVENTS)[number];
export type SuspectVisit = 'theft' | 'nothing';

/**
 * How the missing energy goes with a meter. `share`: as what it counts, all day; `night`: as what it counts, at night;
 * `missing`: as what it used to count and does not; `clipped`: when it counts its very most; `turned`: as if a day were
 * told from its end.
 */
export const LOSS_PATTERNS = ['share', 'night', 'missing', 'clipped', 'turned'] as const;
export type LossPattern = (typeof LOSS_PATTERNS)[number];

/** Why a meter is where it is in the ranking. */
export type Evidence =
  /** What is missing in all these intervals goes with it so: milliwatt-hours, and their deviation. */
  | { readonly kind: 'pattern'; readonly pattern: LossPattern; readonly energy: number; readonly deviation: number }
  /** Percent of what it used to count, where its neighbours changed by `neighbours` percent. */
  | { readonly kind: 'dropped'; readonly percent: number; readonly neighbours: number }
  | { readonly kind: 'event'; readonly event: SuspectEvent }
  | { readonly kind: 'visit'; readonly found: SuspectVisit };

export interface Suspect {
  readonly meter: number;
  /** Percent: how likely it is this meter, given those before it in the list; never 100. */
  readonly likelihood: number;
  /** Natural logarithm of how much more likely the data are with it than without, and of what was held before. */
  readonly score: number;
  readonly evidence: readonly Evidence[];
}

export interface Suspects {
  /** All meters, the most likely first. */
  readonly ranked: readonly Suspect[];
  /** A load that no meter sees and that is the same all day: watts, and percent of likelihood. */
  readonly constant: { readonly watts: number; readonly likelihood: number };
  /** Whether the data tell a place; if not, the ranking says only where to look first. */
  readonly isPlaced: boolean;
}

/** One deviation of a meter's gain: class 1, evenly spread. */
const GAIN = 0.0058;
/** The same of the check meter. */
const CHECK_GAIN = 0.005;
/** Minutes that a clock is off. */
const CLOCK_MINUTES = 0.1;
/** Of what is given, what iron takes all day: a share of the mean. */
const IRON_SHARE = 0.004;
/** Lines lose so much of the mean at the mean, one deviation; where their network is known, of what it says. */
const LINES_SHARE = 0.02;
/** What the current of one meter meets on its way, one deviation: a thin and long service line. */
const OWN_OHMS = 0.3;
const VOLTS = 230;
const KNOWN_SHARE = 0.1;
/** Amounts of a pattern that are held to be possible, each a deviation, in units of the pattern. */
const AMOUNTS: Readonly<Record<LossPattern, readonly number[]>> = {
  share: [0.03, 0.15, 0.6, 4],
  night: [0.15, 0.6, 4],
  missing: [0.3, 1],
  clipped: [0.1, 0.5, 2],
  turned: [1],
};
const CONSTANT_WATTS = [20, 100, 500];
/** Beforehand: that a meter is it, one of how many there are; a load that no meter sees. */
const CONSTANT_PRIOR = 0.5;
const METERS_PRIOR = 1;
/** Below this share of what is usual something is held to be missing: habits alone move less or more. */
const MISSING_BELOW = 0.2;
const NIGHT_FROM = 22;
const NIGHT_END = 6;
/** So near its most a meter is held to be clipped, and in so many intervals at least. */
const CLIPPED_SHARE = 0.98;
const CLIPPED_MIN = 8;
const SUSPECTS_MAX = 12;
/** Logarithm of the odds from which a meter is taken to be one of those who take. */
const TAKEN_ODDS = Math.log(20);
const PLACED_PERCENT = 50;
/** A mean of less is taken by nobody. */
const MATERIAL_WATTS = 5;
/** Who is said to be the place explains so much of what is missing all day, or the place of it is not told. */
const PLACED_SHARE = 0.1;
const PERCENT_MAX = 99;
/** Logarithms that are added to what is held before. */
const EVENT_WEIGHTS: Readonly<Record<SuspectEvent, number>> = {
  'output-voltage': 4,
  ...{ bypass: 3, cover: 3, magnet: 3, reverse: 3, record: 2, log: 2 },
};
const VISIT_WEIGHTS: Readonly<Record<SuspectVisit, number>> = { theft: 2, nothing: -3 };
const DROP_WEIGHT_MAX = 1.5;
const DROP_LEAST = 0.2;

/**
 * Where on a line energy is lost: each meter's likelihood from how the missing energy goes with what it counts and
 * used to count, minute by minute, with gains, clocks and lines allowed to be wrong; and from its events, its drop
 * against its neighbours, and what visits found. Who explains most is taken to be there, and the others are judged
 * anew, so that several can be found.
 */
export function rankSuspects(lost: LostIntervals): Suspects {
  const { meters } = lost;
  const left = leftOver(lost);
  const explained = new ExplainedEnergy(left, expectedOf(lost));
  const drops = dropsOf(meters);
  const candidates = meters.map((meter, at): Candidate => {
    const history = drops[at];
    const weight = beforehand(meter, history);
    return { meter, at, prior: Math.log(METERS_PRIOR / meters.length) + weight, drop: history, patterns: undefined };
  });
  const even = new Float64Array(left.length).fill((lost.minutes * 1000) / MINUTES_PER_HOUR);
  const taken: Taken[] = [];
  let isConstant = false;
  let constant: Suspects['constant'] | undefined;
  for (;;) {
    const found = candidates
      .filter((each) => taken.every(({ candidate }) => candidate !== each))
      .map((each) => judged(each, lost, explained));
    const evenSupport = isConstant ? undefined : explained.supportOf(even);
    const evenOdds =
      evenSupport === undefined
        ? Number.NEGATIVE_INFINITY
        : Math.log(CONSTANT_PRIOR) + oddsOf(evenSupport, CONSTANT_WATTS);
    const share = sharesOf([0, evenOdds, ...found.map(({ odds }) => odds)]);
    constant ??= { watts: Math.max(0, Math.round(evenSupport?.amount ?? 0)), likelihood: percent(share[1] as number) };
    const best = found.reduce<Judged | undefined>(
      (most, each) => (most && most.odds >= each.odds ? most : each),
      undefined,
    );
    const isOver = taken.length >= Math.min(SUSPECTS_MAX, meters.length - 1) || best === undefined;
    if (isOver || Math.max(best.odds, evenOdds) < TAKEN_ODDS) {
      const others = found.map((each, i) => ({ ...each, likelihood: percent(share[i + 2] as number) }));
      return rankingOf({ lost, explained, taken, others, constant });
    }
    if (evenOdds > best.odds) {
      isConstant = true;
      explained.expect(even.map((each) => each * (evenSupport?.amount ?? 0)));
      continue;
    }
    const scale = Math.max(...AMOUNTS[best.pattern]);
    const place = explained.expect(best.values.map((each) => each * scale));
    const likelihood = percent(share[2 + found.indexOf(best)] as number);
    taken.push({ candidate: best.candidate, judged: best, likelihood, place, scale });
  }
}

const MINUTES_PER_HOUR = 60;

interface Candidate {
  readonly meter: SuspectMeter;
  /** Its place among the meters, and that of its gain among the columns. */
  readonly at: number;
  readonly prior: number;
  readonly drop: Drop | undefined;
  patterns: readonly Pattern[] | undefined;
}

interface Pattern {
  readonly pattern: LossPattern;
  readonly values: Float64Array;
}

interface Judged {
  readonly candidate: Candidate;
  readonly pattern: LossPattern;
  readonly values: Float64Array;
  readonly support: Support;
  readonly odds: number;
}

interface Taken {
  readonly candidate: Candidate;
  readonly judged: Judged;
  readonly likelihood: number;
  readonly place: number;
  readonly scale: number;
}

/** What was given, not counted, and not lost in lines that are known. */
function leftOver({ gave, meters, lines }: LostIntervals): Float64Array {
  const left = gave.slice();
  for (const { counted } of meters) subtract(left, counted);
  if (lines !== undefined) subtract(left, lines);
  return left;
}

function subtract(from: Float64Array, what: Float64Array): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] as number) - (what[i] as number);
}

/** Gains of the meters, which come first; their clocks; the check meter, iron and lines. */
function expectedOf({ gave, meters, minutes, lines }: LostIntervals): Column[] {
  const mean = Math.max(1, meanOf(gave));
  const clock = CLOCK_MINUTES / minutes;
  return [
    ...meters.map(({ counted }) => counted.map((each) => GAIN * each)),
    ...meters.map(({ counted }) => counted.map((each, i) => clock * ((counted[i - 1] ?? each) - each))),
    gave.map((each) => CHECK_GAIN * each),
    new Float64Array(gave.length).fill(IRON_SHARE * mean),
    ...(lines === undefined ? linesOf({ gave, meters, minutes }, mean) : [lines.map((each) => KNOWN_SHARE * each)]),
  ];
}

/** What lines lose that nobody described: with the square of all, of each meter, and of what they have in common. */
function linesOf(
  { gave, meters, minutes }: Pick<LostIntervals, 'gave' | 'meters' | 'minutes'>,
  mean: number,
): Column[] {
  const ohm = MINUTES_PER_HOUR / (1000 * minutes) / VOLTS ** 2;
  return [
    gave.map((each) => (LINES_SHARE * each ** 2) / mean),
    ...meters.map(({ counted }) => counted.map((each) => OWN_OHMS * ohm * each ** 2)),
  ];
}

/** The pattern of a meter that speaks most against it. */
function judged(candidate: Candidate, lost: LostIntervals, explained: ExplainedEnergy): Judged {
  candidate.patterns ??= patternsOf(candidate.meter, lost);
  const { patterns, prior } = candidate;
  let best: Judged | undefined;
  const all: number[] = [];
  for (const { pattern, values } of patterns) {
    const support =
      pattern === 'share' ? explained.supportOfColumn(candidate.at, 1 / GAIN) : explained.supportOf(values);
    const found = oddsOf(support, AMOUNTS[pattern]);
    const isMaterial = meanWatts(support, values, lost) >= MATERIAL_WATTS;
    const odds = (isMaterial ? found : Math.min(0, found)) - Math.log(patterns.length);
    all.push(odds);
    if (best === undefined || odds > best.odds) best = { candidate, pattern, values, support, odds };
  }
  return { ...(best as Judged), odds: prior + logSum(all) };
}

/**
 * How much goes with a pattern, in the mean. A little is in the data of every line, however little noise they have: an
 * hour's mean, a step, what a pattern of another meter leaves over.
 */
function meanWatts({ amount }: Support, values: Float64Array, { minutes }: LostIntervals): number {
  let energy = 0;
  for (const each of values) energy += Math.abs(amount * each);
  return (energy / values.length / 1000) * (MINUTES_PER_HOUR / minutes);
}

function patternsOf({ counted, usual }: SuspectMeter, { hours, dayLength }: LostIntervals): Pattern[] {
  const isNight = (i: number) => (hours[i] as number) >= NIGHT_FROM || (hours[i] as number) < NIGHT_END;
  const most = counted.reduce((high, each) => Math.max(high, each), 0);
  const clipped = counted.map((each) => (most > 0 && each >= CLIPPED_SHARE * most ? most : 0));
  const found: Pattern[] = [
    { pattern: 'share', values: counted },
    { pattern: 'night', values: counted.map((each, i) => (isNight(i) ? each : 0)) },
  ];
  if (usual !== undefined) {
    const values = usual.map((each, i) =>
      (counted[i] as number) < MISSING_BELOW * each ? each - (counted[i] as number) : 0,
    );
    if (values.some((each) => each > 0)) found.push({ pattern: 'missing', values });
  }
  if (clipped.filter((each) => each > 0).length >= CLIPPED_MIN) found.push({ pattern: 'clipped', values: clipped });
  if (dayLength !== undefined) {
    const turned = counted.map((each, i) => {
      const first = i - (i % dayLength);
      return (counted[first + dayLength - 1 - (i % dayLength)] as number) - each;
    });
    found.push({ pattern: 'turned', values: turned });
  }
  return found;
}

/** Logarithm of how much more likely the data are where the pattern is there, its amount half-normal. */
function oddsOf({ amount, deviation }: Support, amounts: readonly number[]): number {
  if (!Number.isFinite(deviation)) return 0;
  const [pull, weight] = [amount / deviation ** 2, 1 / deviation ** 2];
  const each = amounts.map((scale) => {
    const precision = weight + 1 / scale ** 2;
    const z = pull / Math.sqrt(precision);
    return Math.LN2 - Math.log(1 + weight * scale ** 2) / 2 + halfSquareAndTail(z);
  });
  return logSum(each) - Math.log(amounts.length);
}

/** z² / 2 + ln Φ(z); far below nothing as its asymptote, where both alone would overflow. */
function halfSquareAndTail(z: number): number {
  if (z < -5) return -Math.log(-z) - Math.log(2 * Math.PI) / 2;
  // Abramowitz and Stegun 26.2.17.
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const beyond = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
  return (z * z) / 2 + Math.log(z >= 0 ? 1 - beyond : beyond);
}

function logSum(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, each) => sum + Math.exp(each - most), 0));
}

function sharesOf(odds: readonly number[]): number[] {
  const all = logSum(odds);
  return odds.map((each) => Math.exp(each - all));
}

const percent = (share: number): number => Math.min(PERCENT_MAX, Math.round(100 * share));

interface Drop {
  /** Percent of what it used to count. */
  readonly own: number;
  /** Percent: what meters on the line count of what they used to, in the middle of them. */
  readonly neighbours: number;
}

/** How what each meter counts has changed, where it is known what it used to count. */
function dropsOf(meters: readonly SuspectMeter[]): readonly (Drop | undefined)[] {
  const changes = meters.map(({ counted, usual }) => {
    const before = usual === undefined ? 0 : meanOf(usual);
    return before > 0 ? meanOf(counted) / before : undefined;
  });
  const known = changes.filter((each) => each !== undefined).sort((a, b) => a - b);
  const middle = known[Math.floor(known.length / 2)] ?? 1;
  return changes.map((own) =>
    own === undefined ? undefined : { own: Math.round(100 * (own - 1)), neighbours: Math.round(100 * (middle - 1)) },
  );
}

/** What is held of a meter before the missing energy is looked at, as a logarithm. */
function beforehand({ events, visits }: SuspectMeter, drop: Drop | undefined): number {
  const seal = Math.max(0, ...events.map((event) => EVENT_WEIGHTS[event]));
  const last = visits.at(-1);
  return seal + (last === undefined ? 0 : VISIT_WEIGHTS[last]) + dropWeight(drop);
}

function dropWeight(drop: Drop | undefined): number {
  if (drop === undefined) return 0;
  const below = (drop.neighbours - drop.own) / 100;
  return below < DROP_LEAST ? 0 : Math.min(DROP_WEIGHT_MAX, 2 * below);
}

interface Ranking {
  readonly lost: LostIntervals;
  readonly explained: ExplainedEnergy;
  readonly taken: readonly Taken[];
  readonly others: readonly (Judged & { readonly likelihood: number })[];
  readonly constant: Suspects['constant'];
}

/** Those who are taken to be there, each as it looks beside the others; behind them the rest. */
function rankingOf({ lost, explained, taken, others, constant }: Ranking): Suspects {
  let placedWatts = 0;
  const sure = taken.map(({ candidate, judged: found, likelihood, place, scale }) => {
    const { amount, deviation } = explained.supportOfExpected(place);
    const support = { amount: amount * scale, deviation: deviation * scale };
    const score = candidate.prior + oddsOf(support, AMOUNTS[found.pattern]);
    if (likelihood > PLACED_PERCENT) placedWatts += meanWatts(support, found.values, lost);
    return suspectOf({ ...found, support }, likelihood, score);
  });
  const rest = others.map((each) => suspectOf(each, each.likelihood, each.odds));
  const ranked = [...sure, ...rest].sort((a, b) => b.score - a.score || a.meter - b.meter);
  const isPlaced = placedWatts > 0 && placedWatts >= PLACED_SHARE * constant.watts;
  return { ranked, constant, isPlaced };
}

function suspectOf({ candidate, pattern, values, support }: Judged, likelihood: number, score: number): Suspect {
  const { meter, drop } = candidate;
  const sum = meanOf(values) * values.length;
  const evidence: Evidence[] = [];
  if (support.amount > 2 * support.deviation) {
    const [energy, deviation] = [support.amount, support.deviation].map((each) => Math.round(Math.abs(each * sum)));
    evidence.push({ kind: 'pattern', pattern, energy: energy as number, deviation: deviation as number });
  }
  if (drop !== undefined && dropWeight(drop) > 0) {
    evidence.push({ kind: 'dropped', percent: -drop.own, neighbours: drop.neighbours });
  }
  for (const event of SUSPECT_EVENTS) if (meter.events.includes(event)) evidence.push({ kind: 'event', event });
  const found = meter.visits.at(-1);
  if (found !== undefined) evidence.push({ kind: 'visit', found });
  return { meter: meter.meter, likelihood, score, evidence };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const each of values) sum += each;
  return sum / Math.max(1, values.length);
}
