import type { Svpmsn } from '../units/index.ts';

/** Of all meters: the others carry the life on, however long it is. Of a single meter nothing is given up. */
const GIVEN_UP_SHARE_MAX = 1 / 2;

/**
 * The meters that a life has given up to damage which no rule undoes: a memory that was changed, a clone, receipts that
 * nobody can read back. Sooner or later each freezes, so only a share of all may ever be.
 */
export class GivenUp {
  readonly #most: number;
  readonly #meters = new Set<Svpmsn>();

  /** @param meters how many the utility has */
  constructor(meters: number) {
    this.#most = Math.floor(meters * GIVEN_UP_SHARE_MAX);
  }

  /** Whether damage may come to all of these: each had some before, or there is room for it. */
  mayTake(meters: readonly Svpmsn[]): boolean {
    const more = meters.filter((svpmsn) => !this.#meters.has(svpmsn));
    return this.#meters.size + more.length <= this.#most;
  }

  take(svpmsn: Svpmsn): void {
    this.#meters.add(svpmsn);
  }
}
