import type { HourProducts } from './learned-heat.ts';

/** A day of one transformer from which is learned what it loses in wires and iron. Energies in milliwatt-hours. */
export interface LearnedDay {
  /** Through the transformer, in the minutes that were compared. */
  readonly gave: number;
  /** Sum of the squares of what it gave in each of these minutes: heat in wires goes with the square of the current. */
  readonly squares: number;
  /** What it gave and no meter counted. */
  readonly loss: number;
  /** Of `loss` what the lines lose by the flow in their network, in the same minutes; nothing where that was not reckoned. */
  readonly lines?: number | undefined;
  /** Its hours, from which heat in lines is told apart from meters that are wrong; nothing in days from before that was. */
  readonly hourly?: HourProducts | undefined;
  /** One standard deviation of what is known to be wrong with `loss`. */
  readonly errors: BalanceErrors;
}

/** One standard deviation each, in milliwatt-hours. */
export interface BalanceErrors {
  /** Of the meters' class, in quadrature: most of it is the same each day, and is learned. */
  readonly meters: number;
  /** Of clocks, resolution and minutes that were estimated: it is new each day. */
  readonly minutes: number;
}

export interface ExpectedLoss {
  /** Milliwatt-hours. */
  readonly energy: number;
  /** One standard deviation of `loss - energy` on a day on which nobody steals. */
  readonly deviation: number;
}

/** What lines lose where nothing is learned: a share of what flows, and as much again that goes with its square. */
const SHARE_MEAN = 0.01;
const SHARE_DEVIATION = 0.015;
/** With a network it is the rest: cables longer or hotter than they were written down, joints, fuses. */
const REST_DEVIATION = 0.003;
/** Class errors that all meters have in common, against the check meter's own: 0.3 % and 0.3 % in quadrature. */
const SYSTEMATIC_DEVIATION = 0.0042;
/** The class is held to be true for as long as so many days would outweigh. */
const CLASS_DAYS = 6;
/** What is the same in all days is learned away, but never all of it: loads change hands. */
const CLASS_SHARE_MIN = 0.1;
/** A day further off than so many deviations weighs less and less (Huber). */
const OUTLIER = 2;
const ROUNDS = 6;

/**
 * Fits `loss = a·gave + b·Σ gave²` to earlier days and tells what a day is expected to lose. Before there are any, it is
 * 2 % ± 2.2 %. The fit is a ridge towards that, so it passes into what was learned without a step; days that stand
 * apart count less, and how far days scatter in truth widens or narrows what the meters' class would allow.
 *
 * Where the network says what the lines lose, only the rest is fitted, to those days of which it said so too: before
 * there are any, it is 0 % ± 0.6 %.
 */
export function expectLoss(
  day: Pick<LearnedDay, 'gave' | 'squares' | 'errors' | 'lines'>,
  learned: readonly LearnedDay[],
): ExpectedLoss {
  const byNetwork = day.lines !== undefined;
  const days = learned.filter(({ gave, lines }) => gave > 0 && (!byNetwork || lines !== undefined));
  const prior = byNetwork ? PRIOR_OF_REST : PRIOR;
  if (day.gave <= 0) return { energy: 0, deviation: Math.hypot(day.errors.meters, day.errors.minutes) };
  // Squares are told in units of what flows, so that both coefficients are shares.
  const scale = ratioOf([...days, day]);
  const rows = days.map(({ gave, squares, loss, lines = 0, errors }): Row => {
    return {
      square: squares / gave / scale,
      loss: (byNetwork ? loss - lines : loss) / gave,
      class2: (errors.meters / gave) ** 2,
      minutes2: (errors.minutes / gave) ** 2,
    };
  });
  let share = 1;
  let fit = prior;
  for (let round = 0; round < ROUNDS; round++) {
    const weights = rows.map((row) => weightOf(row, fit, { share, prior }));
    fit = solve(rows, weights, prior, strainOf(fit, prior));
    share = shareOf(rows, fit);
  }
  const square = day.squares / day.gave / scale;
  const doubt = fit.aa + 2 * square * fit.ab + square ** 2 * fit.bb;
  const own = share * (day.errors.meters / day.gave) ** 2 + (day.errors.minutes / day.gave) ** 2;
  return {
    energy: (day.lines ?? 0) + day.gave * (fit.a + fit.b * square),
    deviation: day.gave * Math.sqrt(doubt + own),
  };
}

/** All as shares of what the transformer gave. */
interface Row {
  readonly square: number;
  readonly loss: number;
  readonly class2: number;
  readonly minutes2: number;
}

/** Coefficients and their covariance. */
interface Fit {
  readonly a: number;
  readonly b: number;
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
}

const PRIOR: Fit = {
  ...{ a: SHARE_MEAN, b: SHARE_MEAN, ab: 0 },
  aa: SHARE_DEVIATION ** 2 + SYSTEMATIC_DEVIATION ** 2,
  bb: SHARE_DEVIATION ** 2,
};
const PRIOR_OF_REST: Fit = {
  ...{ a: 0, b: 0, ab: 0 },
  aa: REST_DEVIATION ** 2 + SYSTEMATIC_DEVIATION ** 2,
  bb: REST_DEVIATION ** 2,
};

const varianceOf = ({ class2, minutes2 }: Row, share: number): number => share * class2 + minutes2 + LEAST;
const offBy = ({ square, loss }: Row, { a, b }: Fit): number => loss - a - b * square;

function weightOf(row: Row, fit: Fit, { share, prior }: { readonly share: number; readonly prior: Fit }): number {
  const variance = varianceOf(row, share);
  // Before anything is learned every day is far off, and none further than the doubt of that.
  const doubt = fit === prior ? fit.aa + fit.bb * row.square ** 2 : 0;
  const distance = Math.abs(offBy(row, fit)) / Math.sqrt(variance + doubt);
  return Math.min(1, OUTLIER / Math.max(distance, OUTLIER)) / variance;
}

/** How much less must have been known beforehand, where a line loses what lines do not: a lamp that nobody meters. */
const strainOf = ({ a, b }: Fit, prior: Fit): number =>
  Math.max(1, ((a - prior.a) ** 2 / prior.aa + (b - prior.b) ** 2 / prior.bb) / 2);

/** Least squares, drawn towards what is held without any days. */
function solve(rows: readonly Row[], weights: readonly number[], prior: Fit, strain: number): Fit {
  let [waa, wab, wbb] = [1 / prior.aa / strain, 0, 1 / prior.bb / strain];
  let [ya, yb] = [prior.a * waa, prior.b * wbb];
  rows.forEach(({ square, loss }, i) => {
    const weight = weights[i] as number;
    waa += weight;
    wab += weight * square;
    wbb += weight * square ** 2;
    ya += weight * loss;
    yb += weight * square * loss;
  });
  const determinant = waa * wbb - wab ** 2;
  const [aa, ab, bb] = [wbb / determinant, -wab / determinant, waa / determinant];
  return { a: aa * ya + ab * yb, b: ab * ya + bb * yb, aa, ab, bb };
}

/** How much of the class's variance days show in truth. */
function shareOf(rows: readonly Row[], fit: Fit): number {
  const bounded = rows.map((row) => Math.min(OUTLIER ** 2, offBy(row, fit) ** 2 / varianceOf(row, 1)));
  const seen = bounded.reduce((sum, each) => sum + each, 0);
  return Math.max(CLASS_SHARE_MIN, (CLASS_DAYS + seen) / (CLASS_DAYS + rows.length));
}

function ratioOf(days: readonly Pick<LearnedDay, 'gave' | 'squares'>[]): number {
  const ratios = days.map(({ gave, squares }) => squares / gave);
  return ratios.reduce((sum, each) => sum + each, 0) / ratios.length;
}

/** Share of what flows below which nothing is known, squared: it keeps a division from nothing. */
const LEAST = 1e-10;
