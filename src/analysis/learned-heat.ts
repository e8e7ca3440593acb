import { choleskyRoot, dot, solveBackward, solveForward } from './cholesky.ts';

/** An hour of a transformer. Energies in milliwatt-hours, of the minutes that were compared, all of them known. */
export interface HourSums {
  readonly gave: number;
  /** Sum of the squares of what it gave in each minute. */
  readonly squares: number;
  /** The same of what each meter counted: heat in the lines that a household has for itself. */
  readonly meterSquares: number;
  /** What it gave and no meter counted. */
  readonly loss: number;
}

/** The hours of a day, as far as a fit to the hours of many days needs them. */
export interface HourProducts {
  readonly hours: number;
  /** Sums over hours of gave, squares, meterSquares and loss, each multiplied with itself and with those before it. */
  readonly products: readonly (readonly number[])[];
}

/** Milliwatt-hours that lines lose by heat in minutes with such sums of squares. */
export type LearnedHeat = (squares: number, meterSquares: number) => number;

/** Fewer hours do not tell heat from meters that are wrong: a week. */
const HOURS_MIN = 7 * 24;
/** Before any hour is looked at: by what share meters are wrong in common, and what shares go with each of the squares. */
const DEVIATIONS = [0.01, 0.03, 0.03] as const;
const LOSS = 3;
/** Nothing is won in lines: where one of the squares would say so, it is left out. */
const CHOICES: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [0]];
const ROUNDS = 6;

export function hourProducts(hours: readonly HourSums[]): HourProducts {
  const columns = hours.map(({ gave, squares, meterSquares, loss }) => [gave, squares, meterSquares, loss]);
  const products = [...DEVIATIONS, LOSS].map((_, row) =>
    Array.from({ length: row + 1 }, (_, column) =>
      columns.reduce((sum, values) => sum + (values[row] as number) * (values[column] as number), 0),
    ),
  );
  return { hours: hours.length, products };
}

/**
 * What lines lose, told apart from what meters are wrong by: the one goes with squares, the other with what flows, and
 * between night and evening they part. Nothing where there is less than a week.
 */
export function learnHeat(days: readonly { readonly hourly?: HourProducts | undefined }[]): LearnedHeat | undefined {
  const known = days.flatMap(({ hourly }) => hourly ?? []);
  const hours = known.reduce((sum, each) => sum + each.hours, 0);
  if (hours < HOURS_MIN) return undefined;
  const sum = (row: number, column: number) =>
    known.reduce((all, { products }) => all + (products[row]?.[column] as number), 0);
  const gave2 = sum(0, 0);
  if (gave2 <= 0) return undefined;
  // Each column in units of what it may make of what flows.
  const scales = DEVIATIONS.map((deviation, i) => deviation * Math.sqrt(gave2 / Math.max(sum(i, i), Number.MIN_VALUE)));
  for (const columns of CHOICES) {
    const fitted = solved({ columns, scales, hours }, sum);
    const of = (column: number) => (fitted[columns.indexOf(column)] ?? 0) * (scales[column] as number);
    if (of(1) >= 0 && of(2) >= 0) return (squares, meterSquares) => of(1) * squares + of(2) * meterSquares;
  }
  return undefined;
}

interface Asked {
  readonly columns: readonly number[];
  readonly scales: readonly number[];
  readonly hours: number;
}

/** Ridge; how large the noise of an hour is, the hours say themselves. */
function solved({ columns, scales, hours }: Asked, sum: (row: number, column: number) => number): Float64Array {
  const scaleOf = (column: number) => scales[column] as number;
  const matrix = columns.map((row, i) =>
    Float64Array.from(columns.slice(0, i + 1), (column) => scaleOf(row) * scaleOf(column) * sum(row, column)),
  );
  const withLoss = Float64Array.from(columns, (column) => scaleOf(column) * sum(LOSS, column));
  const loss2 = sum(LOSS, LOSS);
  let noise = Math.max(1, loss2 / hours);
  let found: Float64Array = new Float64Array(columns.length);
  for (let round = 0; round < ROUNDS; round++) {
    const root = choleskyRoot(matrix, noise);
    found = solveBackward(root, solveForward(root, withLoss));
    noise = Math.max(1, (loss2 - dot(found, withLoss) - noise * dot(found, found)) / hours);
  }
  return found;
}
