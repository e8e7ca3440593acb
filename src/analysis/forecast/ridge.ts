import { solveSymmetric } from '../cholesky.ts';

/** Sums over observations from which a regression follows; more can be added at any time. */
export class RidgeSums {
  readonly #size: number;
  /** Lower triangle, row by row. */
  readonly #products: Float64Array;
  readonly #sums: Float64Array;
  readonly #withTarget: Float64Array;
  #target = 0;
  #count = 0;

  /** @param size how many features an observation has */
  constructor(size: number) {
    this.#size = size;
    this.#products = new Float64Array(size * size);
    this.#sums = new Float64Array(size);
    this.#withTarget = new Float64Array(size);
  }

  add(features: Float64Array, target: number): void {
    const size = this.#size;
    for (let i = 0; i < size; i++) {
      const value = features[i] as number;
      if (value === 0) continue;
      const row = i * size;
      for (let j = 0; j <= i; j++) this.#products[row + j] = at(this.#products, row + j) + value * at(features, j);
      this.#sums[i] = at(this.#sums, i) + value;
      this.#withTarget[i] = at(this.#withTarget, i) + value * target;
    }
    this.#target += target;
    this.#count += 1;
  }

  /**
   * Coefficients of standardised features, drawn towards zero as if `penalty` observations said so; a feature that
   * never changed has none.
   */
  solve(penalty: number): RidgeFit {
    const size = this.#size;
    const n = Math.max(1, this.#count);
    const means = this.#sums.map((sum) => sum / n);
    const meanTarget = this.#target / n;
    const deviations = means.map((mean, i) => {
      const variance = at(this.#products, i * size + i) / n - mean * mean;
      return variance > VARIANCE_MIN * Math.max(1, mean * mean) ? Math.sqrt(variance) : Number.POSITIVE_INFINITY;
    });
    const matrix: Float64Array[] = [];
    const right = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const row = new Float64Array(i + 1);
      for (let j = 0; j <= i; j++) {
        const covariance = at(this.#products, i * size + j) - n * at(means, i) * at(means, j);
        row[j] = covariance / (at(deviations, i) * at(deviations, j));
      }
      row[i] = at(row, i) + penalty;
      matrix.push(row);
      right[i] = (at(this.#withTarget, i) - n * at(means, i) * meanTarget) / at(deviations, i);
    }
    const slopes = solveSymmetric(matrix, right).map((slope, i) => slope / at(deviations, i));
    return { slopes, constant: meanTarget - slopes.reduce((sum, slope, i) => sum + slope * at(means, i), 0) };
  }
}

export interface RidgeFit {
  readonly slopes: Float64Array;
  readonly constant: number;
}

export function predicted({ slopes, constant }: RidgeFit, features: Float64Array): number {
  let sum = constant;
  for (let i = 0; i < slopes.length; i++) sum += at(slopes, i) * at(features, i);
  return sum;
}

const VARIANCE_MIN = 1e-12;

const at = (values: Float64Array, i: number): number => values[i] as number;
