import { choleskyRoot, dot, solveBackward, solveForward } from './cholesky.ts';

/**
 * How well a pattern explains what is left over of a sum: `left = Σ expected columns · coefficients + amount · pattern
 * + noise`. Each expected column is scaled by the deviation of its coefficient beforehand, so that coefficients are
 * normal with deviation 1; how large the noise is follows from the data themselves.
 */
export interface Support {
  /** Amount of the pattern that explains most, and its deviation. */
  readonly amount: number;
  readonly deviation: number;
}

const NOISE_ROUNDS = 8;
/** Beside what was measured in 0.1 Wh there is always this much noise, in milliwatt-hours squared. */
const NOISE_LEAST = 1;

/** A column that is expected to be there. */
export type Column = Float64Array;

export class ExplainedEnergy {
  readonly #left: Float64Array;
  readonly #columns: Column[] = [];
  /** Products of columns with each other, row by row below the diagonal. */
  readonly #products: Float64Array[] = [];
  readonly #withLeft: number[] = [];
  /** Products of patterns that were asked for with the columns, so that each is reckoned once. */
  readonly #asked = new WeakMap<Float64Array, number[]>();
  #noise: number;
  #root: Float64Array[] = [];
  #solved: Float64Array = new Float64Array(0);

  /** @param left what is to be explained, one number an interval */
  constructor(left: Float64Array, expected: readonly Column[]) {
    this.#left = left;
    this.#noise = Math.max(NOISE_LEAST, dot(left, left) / Math.max(1, left.length));
    for (const column of expected) this.#add(column);
    this.#fit();
  }

  /** Deviation of what nothing explains, an interval. */
  get noise(): number {
    return Math.sqrt(this.#noise);
  }

  /** Holds a pattern to be there from now on; its place among the columns. */
  expect(column: Column): number {
    this.#add(column);
    this.#fit();
    return this.#columns.length - 1;
  }

  /** What the data alone say of the amount of a pattern that is not among the columns. */
  supportOf(pattern: Float64Array): Support {
    const products = this.#asked.get(pattern) ?? [dot(pattern, this.#left), dot(pattern, pattern)];
    for (let at = products.length - 2; at < this.#columns.length; at++) {
      products.push(dot(this.#columns[at] as Column, pattern));
    }
    this.#asked.set(pattern, products);
    const [withLeft = 0, square = 0, ...others] = products;
    return this.#support(Float64Array.from(others), withLeft, square);
  }

  /** The same of `times` a column, beside the column itself: it costs no pass over the intervals. */
  supportOfColumn(at: number, times: number): Support {
    const products = Float64Array.from(this.#columns, (_, i) => times * this.#product(at, i));
    return this.#support(products, times * (this.#withLeft[at] as number), times ** 2 * this.#product(at, at));
  }

  /** What the data alone say of a column that is expected, its coefficient having deviation 1 beforehand. */
  supportOfExpected(at: number): Support {
    const unit = new Float64Array(this.#columns.length);
    unit[at] = 1;
    const solved = solveForward(this.#root, unit);
    const variance = this.#noise * dot(solved, solved);
    const mean = dot(solved, this.#solved);
    // Takes what was held beforehand away again: N(0, 1).
    const precision = Math.max(1e-12, 1 / variance - 1);
    return { amount: mean / variance / precision, deviation: 1 / Math.sqrt(precision) };
  }

  #support(products: Float64Array, withLeft: number, square: number): Support {
    const solved = solveForward(this.#root, products);
    const weight = Math.max(0, square - dot(solved, solved)) / this.#noise;
    if (weight <= Number.EPSILON * square) return { amount: 0, deviation: Number.POSITIVE_INFINITY };
    const pull = (withLeft - dot(solved, this.#solved)) / this.#noise;
    return { amount: pull / weight, deviation: 1 / Math.sqrt(weight) };
  }

  #add(column: Column): void {
    this.#products.push(Float64Array.from([...this.#columns, column], (other) => dot(column, other)));
    this.#columns.push(column);
    this.#withLeft.push(dot(column, this.#left));
  }

  #product(a: number, b: number): number {
    return (a >= b ? this.#products[a]?.[b] : this.#products[b]?.[a]) as number;
  }

  /** Evidence is maximised over the noise by fixed points (MacKay 1992). */
  #fit(): void {
    const withLeft = Float64Array.from(this.#withLeft);
    const all = dot(this.#left, this.#left);
    for (let round = 0; ; round++) {
      this.#root = choleskyRoot(this.#products, this.#noise);
      this.#solved = solveForward(this.#root, withLeft);
      if (round === NOISE_ROUNDS) return;
      const coefficients = solveBackward(this.#root, this.#solved);
      const size = coefficients.length;
      let squares = all;
      for (let i = 0; i < size; i++) {
        const own = coefficients[i] as number;
        squares -= 2 * own * (withLeft[i] as number) - own * this.#timesProducts(i, coefficients);
      }
      const determined = size - this.#noise * traceOfInverse(this.#root);
      const next = Math.max(NOISE_LEAST, squares / Math.max(1, this.#left.length - determined));
      const isSettled = Math.abs(next / this.#noise - 1) < 0.01;
      this.#noise = next;
      if (isSettled) round = NOISE_ROUNDS - 1;
    }
  }

  #timesProducts(row: number, coefficients: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < coefficients.length; i++) sum += this.#product(row, i) * (coefficients[i] as number);
    return sum;
  }
}

/** Of (L·Lᵗ)⁻¹: the squares of all that is in L⁻¹. */
function traceOfInverse(root: readonly Float64Array[]): number {
  const size = root.length;
  let trace = 0;
  for (let first = 0; first < size; first++) {
    const column = new Float64Array(size);
    for (let row = first; row < size; row++) {
      const own = root[row] as Float64Array;
      // Nothing stands in it above the first.
      column[row] = ((row === first ? 1 : 0) - dot(own, column, row)) / (own[row] as number);
      trace += (column[row] as number) ** 2;
    }
  }
  return trace;
}
