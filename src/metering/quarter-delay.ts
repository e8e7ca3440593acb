import { QUADRATURE_SCALE } from './sums.ts';

/**
 * The voltage a quarter of a period ago, which is its quadrature: v x i with it gives reactive power. Between samples
 * a cubic through four of them is read; at 66 samples a cycle its gain is right to some 10^-6.
 */
export class QuarterDelay {
  readonly #ring: Int32Array;
  readonly #mask: number;
  #at = 0;
  #whole = 1;
  #weights: readonly [number, number, number, number] = [0, ONE, 0, 0];

  /** @param cycleSamplesMax samples of the longest cycle, which also holds until the first period is known */
  constructor(cycleSamplesMax: number) {
    const size = 2 ** Math.ceil(Math.log2(cycleSamplesMax / 4 + 4));
    this.#ring = new Int32Array(size);
    this.#mask = size - 1;
    this.setPeriod(BigInt(Math.round((cycleSamplesMax * 65536 * 4) / 5)));
  }

  /** @param period samples of a cycle, in 1/65536 */
  setPeriod(period: bigint): void {
    const quarter = Number(period) / 4;
    const longest = (this.#mask - 2) * 65536;
    const delay = Math.min(Math.max(quarter, 65536), longest);
    this.#whole = Math.floor(delay / 65536);
    // Weights of the samples whole-1, whole, whole+1, whole+2 back, at the fraction f between the middle ones.
    const f = (delay - 65536 * this.#whole) / 65536;
    const first = Math.round((-f * (f - 1) * (f - 2) * ONE) / 6);
    const third = Math.round((-f * (f + 1) * (f - 2) * ONE) / 2);
    const fourth = Math.round((f * (f + 1) * (f - 1) * ONE) / 6);
    this.#weights = [first, ONE - first - third - fourth, third, fourth];
  }

  /** Takes the newest voltage; gives the one a quarter ago, in sixteenths of a code. */
  push(voltage: number): number {
    const ring = this.#ring;
    const mask = this.#mask;
    this.#at = (this.#at + 1) & mask;
    ring[this.#at] = voltage;
    const at = this.#at - this.#whole;
    const [a, b, c, d] = this.#weights;
    const sum =
      a * (ring[(at + 1) & mask] as number) +
      b * (ring[at & mask] as number) +
      c * (ring[(at - 1) & mask] as number) +
      d * (ring[(at - 2) & mask] as number);
    return Math.floor((sum * QUADRATURE_SCALE + ONE / 2) / ONE);
  }
}

const ONE = 32768;
