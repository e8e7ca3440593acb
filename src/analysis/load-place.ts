import { assert } from '../units/index.ts';
import { choleskyRoot, dot, solveForward, solveSymmetric } from './cholesky.ts';
import { type Feeder, LOAD_PHASES, type LoadPhases } from './network.ts';
import { PowerFlow } from './power-flow.ts';

/** Voltages of meters beside what their use explains of them, by the order of the feeder's loads. */
export interface SeenVoltages {
  readonly feeder: Feeder;
  /** Days from before the load, and those on which it is there. */
  readonly before: readonly VoltagesOfLoads[];
  readonly after: readonly VoltagesOfLoads[];
  /** What the load takes, as the missing energy tells. */
  readonly watts: number;
}

/** Intervals of a day: volts at each load, NaN where they are not known, and what each meter counted, in watts. */
export interface VoltagesOfLoads {
  readonly volts: readonly Float64Array[];
  readonly watts: readonly Float64Array[];
}

/** Why voltage tells no place. */
export const NOT_PLACED_REASONS = ['no-network', 'no-history', 'no-voltages', 'not-told'] as const;
export type NotPlacedReason = (typeof NOT_PLACED_REASONS)[number];

export interface LoadPlace {
  /** A load beside which it may be. */
  readonly meter: number;
  /** The phase on which it is most likely there. */
  readonly phase: Exclude<LoadPhases, 'ABC'>;
  /** Percent; never 100. */
  readonly likelihood: number;
}

export type PlacedLoad =
  | { readonly isPlaced: true; readonly places: readonly LoadPlace[] }
  | { readonly isPlaced: false; readonly reason: NotPlacedReason };

/** So many places at most are named, and only where together they are so likely, in percent. */
const PLACES_MAX = 5;
const TOGETHER_PERCENT = 80;
const PERCENT_MAX = 99;
const DAYS_BEFORE_MIN = 3;
const INTERVALS_MIN = 24;
const METERS_MIN = 8;
/** One deviation of a meter's gain, and of what the network says of a drop. */
const GAIN = 0.01;
const DROP = 0.2;
/** What a day's mean may be off by: volts of each meter's own, and watts by which the use of each may seem another. */
const OWN_VOLTS = [0.006, 0.012, 0.024, 0.048, 0.096];
const USE_WATTS = [5, 10, 20, 40, 80];
const LEVEL_VOLTS = 3;
/** One deviation of a quarter's voltage: what is read, and of how far the drops lie apart. */
const READ_VOLTS = 0.02;
const DROP_SHARE = 0.5;
/** What the missing energy says of the load may be off by so much. */
const WATTS_SHARE = 0.2;
const WATTS_OFF = 20;
/** A load on another phase than the meter beside it is held to be so likely. */
const OTHER_PHASE = 0.5;
const PROBE_WATTS = 200;

/**
 * Where a load that no meter sees is on a feeder, by the voltage that it takes from those who share its way. What the
 * counted use explains is taken off by power flow, and so is what all meters have in common, which is the grid's; gains
 * of the meters and errors of the network are learned on the days before. What remains is a step against those days,
 * largest at the load. Where no few places stand out it is said to be not told.
 */
export function placeLoad(seen: SeenVoltages): PlacedLoad {
  const { feeder, before, after } = seen;
  if (before.length < DAYS_BEFORE_MIN) return { isPlaced: false, reason: 'no-history' };
  const flow = new PowerFlow(feeder);
  const [calm, loaded] = [before, after].map((days) => days.map((day) => leftOf(day, flow)).filter(isKnown));
  assert(calm !== undefined && loaded !== undefined, 'two lists of days');
  if (calm.length < DAYS_BEFORE_MIN) return { isPlaced: false, reason: 'no-history' };
  const known = feeder.loads.map((_, at) => at).filter((at) => [...calm, ...loaded].every((day) => isTold(day, at)));
  if (loaded.length === 0 || known.length < METERS_MIN) return { isPlaced: false, reason: 'no-voltages' };
  const steps = stepsOf(known, calm, loaded);
  const candidates = candidatesOf(feeder, known, meanWatts(after, feeder.loads.length));
  const places = likelihoods(seen, steps, candidates);
  const named = places.slice(0, PLACES_MAX);
  const together = named.reduce((sum, { share }) => sum + share, 0);
  if (100 * together < TOGETHER_PERCENT) return { isPlaced: false, reason: 'not-told' };
  return {
    isPlaced: true,
    places: named
      .map(({ meter, phase, share }) => ({ meter, phase, likelihood: Math.min(PERCENT_MAX, Math.round(100 * share)) }))
      .filter(({ likelihood }) => likelihood > 0),
  };
}

/** Of one day: what is left of each voltage, and what it may go with, interval by interval. */
interface LeftOver {
  readonly left: readonly Float64Array[];
  readonly drop: readonly Float64Array[];
  /** What all have in common: the grid. */
  readonly common: Float64Array;
  /** How far the drops lie apart: what a network says of small ones is off by little. */
  readonly spread: Float64Array;
}

function leftOf({ volts, watts }: VoltagesOfLoads, flow: PowerFlow): LeftOver {
  const intervals = volts[0]?.length ?? 0;
  const left = volts.map(() => new Float64Array(intervals).fill(Number.NaN));
  const drop = volts.map(() => new Float64Array(intervals).fill(Number.NaN));
  const common = new Float64Array(intervals).fill(Number.NaN);
  const spread = new Float64Array(intervals);
  for (let i = 0; i < intervals; i++) {
    const told = volts
      .map((each, at) => ({ at, volts: each[i] as number }))
      .filter((each) => !Number.isNaN(each.volts));
    const found = watts.every((each) => Number.isFinite(each[i])) && flow.solve(watts.map((each) => each[i] as number));
    if (told.length < METERS_MIN || found === false || found === undefined) continue;
    const mean = (of: (each: { at: number; volts: number }) => number) =>
      told.reduce((sum, each) => sum + of(each), 0) / told.length;
    const grid = mean((each) => each.volts - (found.volts[each.at] as number));
    const middle = mean((each) => found.volts[each.at] as number);
    common[i] = grid + middle;
    spread[i] = Math.sqrt(mean((each) => ((found.volts[each.at] as number) - middle) ** 2));
    for (const each of told) {
      const predicted = found.volts[each.at] as number;
      (left[each.at] as Float64Array)[i] = each.volts - predicted - grid;
      (drop[each.at] as Float64Array)[i] = predicted - middle;
    }
  }
  return { left, drop, common, spread };
}

const countOf = (values: Float64Array | undefined): number =>
  values?.reduce((sum, each) => sum + (Number.isNaN(each) ? 0 : 1), 0) ?? 0;
const isKnown = ({ common }: LeftOver): boolean => countOf(common) >= INTERVALS_MIN;
const isTold = ({ left }: LeftOver, at: number): boolean => countOf(left[at]) >= INTERVALS_MIN;

interface Steps {
  /** Of each load that is known: volts by which it stands lower or higher than the days before let expect. */
  readonly volts: Float64Array;
  /** The same for each of the days before, by which it is known how far off they are. */
  readonly calm: readonly Float64Array[];
  /** Of the variance of one day that of the step. */
  readonly share: number;
}

/** How far each voltage stands from what the days before let expect. */
function stepsOf(known: readonly number[], calm: readonly LeftOver[], loaded: readonly LeftOver[]): Steps {
  const volts = new Float64Array(known.length);
  const each = calm.map(() => new Float64Array(known.length));
  // As many as the level of each took from them.
  const freed = Math.sqrt(calm.length / (calm.length - 1));
  for (const [i, at] of known.entries()) {
    const grid = meanOf(calm.map(({ common }) => meanKnown(common)));
    const fit = ridge(
      calm.flatMap((day) => rowsOf(day, at, grid)),
      [LEVEL_VOLTS, DROP, GAIN],
    );
    const dayMean = (day: LeftOver) =>
      weightedMean(rowsOf(day, at, grid).map(({ x, y, weight }) => ({ value: y - dot(x, fit), weight })));
    for (const [day, left] of calm.entries()) (each[day] as Float64Array)[i] = freed * dayMean(left);
    volts[i] = meanOf(loaded.map(dayMean));
  }
  return { volts, calm: each, share: 1 / calm.length + 1 / loaded.length };
}

interface Row {
  /** Of the three columns. */
  readonly x: Float64Array;
  readonly y: number;
  /** One over its variance. */
  readonly weight: number;
}

function rowsOf({ left, drop, common, spread }: LeftOver, at: number, grid: number): Row[] {
  const rows: Row[] = [];
  left[at]?.forEach((y, i) => {
    if (Number.isNaN(y)) return;
    const weight = 1 / (READ_VOLTS ** 2 + (DROP_SHARE * (spread[i] as number)) ** 2);
    const x = Float64Array.of(1, drop[at]?.[i] as number, (common[i] as number) - grid);
    rows.push({ x, y, weight });
  });
  return rows;
}

/** Least squares of three columns whose coefficients are normal with these deviations. */
function ridge(rows: readonly Row[], deviations: readonly [number, number, number]): Float64Array {
  const matrix = deviations.map((deviation, i) => {
    const row = new Float64Array(deviations.length);
    row[i] = 1 / deviation ** 2;
    return row;
  });
  const right = new Float64Array(deviations.length);
  for (const { x, y, weight } of rows) {
    for (const [i, row] of matrix.entries()) {
      const weighted = weight * (x[i] as number);
      for (let j = 0; j <= i; j++) row[j] = (row[j] as number) + weighted * (x[j] as number);
      right[i] = (right[i] as number) + weighted * y;
    }
  }
  return solveSymmetric(matrix, right);
}

interface Candidate {
  readonly meter: number;
  readonly phase: Exclude<LoadPhases, 'ABC'>;
  readonly prior: number;
  /** Volts that a watt takes at each known load, less what it takes of all. */
  readonly pattern: Float64Array;
}

/** Beside each load, on each phase: what a watt there takes from the others. */
function candidatesOf(feeder: Feeder, known: readonly number[], watts: readonly number[]): Candidate[] {
  const base = new PowerFlow(feeder).solve(watts);
  if (base === undefined) return [];
  const seen = new Map<number, Set<string>>();
  for (const { section, phases } of feeder.loads) {
    seen.set(section, (seen.get(section) ?? new Set()).add(phases));
  }
  const candidates: Candidate[] = [];
  const isFirstOf = new Set<number>();
  for (const { meter, section } of feeder.loads) {
    if (isFirstOf.has(section)) continue;
    isFirstOf.add(section);
    for (const phase of LOAD_PHASES) {
      if (phase === 'ABC') continue;
      const probed = { ...feeder, loads: [...feeder.loads, { meter: -1, section, phases: phase, tangent: 0 }] };
      const found = new PowerFlow(probed).solve([...watts, PROBE_WATTS]);
      if (found === undefined) continue;
      const taken = Float64Array.from(
        known,
        (at) => ((found.volts[at] as number) - (base.volts[at] as number)) / PROBE_WATTS,
      );
      const mean = meanOf([...taken]);
      const own = seen.get(section) as Set<string>;
      const prior = own.has(phase) || own.has('ABC') ? 1 : OTHER_PHASE;
      candidates.push({ meter, phase, prior, pattern: taken.map((each) => each - mean) });
    }
  }
  return candidates;
}

/** The deviations that explain the days before best, as the root of a day's covariance. */
function rootOf({ calm }: Steps, candidates: readonly Candidate[]): Float64Array[] {
  const size = calm[0]?.length ?? 0;
  const uses = Array.from({ length: size }, () => new Float64Array(size));
  for (const { pattern, prior } of candidates) {
    if (prior < 1) continue;
    for (let i = 0; i < size; i++) {
      const row = uses[i] as Float64Array;
      for (let j = 0; j < size; j++) row[j] = (row[j] as number) + (pattern[i] as number) * (pattern[j] as number);
    }
  }
  let best: { readonly root: Float64Array[]; readonly likelihood: number } | undefined;
  for (const own of OWN_VOLTS) {
    for (const use of USE_WATTS) {
      const root = choleskyRoot(
        uses.map((row) => row.map((each) => use ** 2 * each)),
        own ** 2,
      );
      const volume = root.reduce((sum, row, i) => sum + Math.log(row[i] as number), 0);
      const likelihood = calm.reduce((sum, day) => {
        const white = solveForward(root, day);
        return sum - dot(white, white) / 2 - volume;
      }, 0);
      if (best === undefined || likelihood > best.likelihood) best = { root, likelihood };
    }
  }
  return best?.root ?? [];
}

/**
 * How likely each place is, the likeliest first; what is left to the whole is a load that takes no voltage from anybody
 * more than from others. Beside what is each meter's own, the use of each may seem another, as by its power factor.
 */
function likelihoods({ watts }: SeenVoltages, steps: Steps, candidates: readonly Candidate[]) {
  const { volts, share: ofStep } = steps;
  const root = rootOf(steps, candidates).map((row) => row.map((each) => each * Math.sqrt(ofStep)));
  const whitened = solveForward(root, volts);
  const v = (WATTS_SHARE * watts + WATTS_OFF) ** 2;
  const odds = candidates.map(({ pattern, prior }) => {
    const p = solveForward(root, pattern);
    const [a, b] = [dot(p, p), dot(p, whitened)];
    const precision = a + 1 / v;
    return Math.log(prior) + (b + watts / v) ** 2 / (2 * precision) - watts ** 2 / (2 * v) - Math.log(1 + a * v) / 2;
  });
  const most = Math.max(0, ...odds);
  const shares = odds.map((each) => Math.exp(each - most));
  const all = shares.reduce((sum, each) => sum + each, Math.exp(-most));
  const best = new Map<number, { meter: number; phase: Candidate['phase']; share: number; most: number }>();
  for (const [i, { meter, phase }] of candidates.entries()) {
    const share = (shares[i] as number) / all;
    const before = best.get(meter);
    best.set(meter, {
      meter,
      phase: before === undefined || share > before.most ? phase : before.phase,
      share: (before?.share ?? 0) + share,
      most: Math.max(before?.most ?? 0, share),
    });
  }
  return [...best.values()].sort((one, other) => other.share - one.share);
}

function meanWatts(days: readonly VoltagesOfLoads[], loads: number): number[] {
  return Array.from({ length: loads }, (_, at) =>
    meanOf(days.map(({ watts }) => meanKnown(watts[at] as Float64Array))),
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);
function weightedMean(rows: readonly { readonly value: number; readonly weight: number }[]): number {
  const all = rows.reduce((sum, { weight }) => sum + weight, 0);
  return rows.reduce((sum, { value, weight }) => sum + weight * value, 0) / all;
}

const meanKnown = (values: Float64Array): number => meanOf([...values].filter((each) => !Number.isNaN(each)));
