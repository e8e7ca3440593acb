/** Randomness for contention and for channel models: a seed's in a simulation, the system's in the field. */
export interface RandomSource {
  /** The next 32 random bits, 0 to 2^32 - 1. */
  u32(): number;
}

/** A whole number from 0 to `bound - 1`. The bias of at most bound / 2^32 moves no minislot. */
export function drawBelow(random: RandomSource, bound: number): number {
  return Math.floor((random.u32() * bound) / 0x1_0000_0000);
}

/** True with this probability; draws nothing where the probability is 0. */
export function drawChance(random: RandomSource, probability: number): boolean {
  return probability > 0 && random.u32() < probability * 0x1_0000_0000;
}

/**
 * How long a run lasts that ends at each step with the same small probability: correct bits before a wrong one,
 * milliseconds before a burst. One draw and 24 multiplications, which every engine rounds alike (a logarithm's
 * last digit differs), so that a seed repeats a run anywhere. Runs end at 2^24 - 1 steps at the latest.
 */
export class RunLength {
  readonly #powers = new Float64Array(24);

  constructor(endsWithProbability: number) {
    let power = 1 - endsWithProbability;
    for (let i = 0; i < this.#powers.length; i++) {
      this.#powers[i] = power;
      power *= power;
    }
  }

  /** Steps before the one that ends the run. */
  draw(random: RandomSource): number {
    const bound = (random.u32() + 1) / 0x1_0000_0000;
    let survival = 1;
    let steps = 0;
    for (let i = this.#powers.length - 1; i >= 0; i--) {
      const further = survival * (this.#powers[i] as number);
      if (further < bound) continue;
      survival = further;
      steps += 2 ** i;
    }
    return steps;
  }
}
