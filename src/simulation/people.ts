import type { House } from './house.ts';
import type { SeededRandom } from './random.ts';

/** How one household minds its meter. Times are of the business clock. */
export interface Habit {
  /** Tokens bought at a time. */
  readonly usualAmount: number;
  /** Buys when the display shows less, without waiting for the buzzer; 0: only when warned. */
  readonly buysBelow: number;
  /** From the warning to the purchase, on average. */
  readonly reactionMs: number;
  /** Pays no heed to the buzzer and buys in the dark. */
  readonly forgetful: boolean;
  /** From the cut to the purchase, on average. */
  readonly darkMs: number;
}

const MINUTE_MS = 60_000;
const AMOUNTS = [500, 1000, 2000, 2000, 5000];
const FORGETFUL_SHARE = 0.3;

export function drawHabit(random: SeededRandom): Habit {
  return {
    usualAmount: AMOUNTS[random.below(AMOUNTS.length)] as number,
    buysBelow: random.chance(0.3) ? 200 + random.below(800) : 0,
    reactionMs: (20 + random.below(160)) * MINUTE_MS,
    forgetful: random.chance(FORGETFUL_SHARE),
    darkMs: (8 + random.below(45)) * MINUTE_MS,
  };
}

/**
 * When a household next goes to the kiosk: a time drawn once for each occasion, so that looking at it every minute
 * costs nothing.
 */
export class Buyer {
  readonly habit: Habit;
  readonly #random: SeededRandom;
  #goesAt = Number.POSITIVE_INFINITY;
  #why: 'dark' | 'warned' | 'low' | undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.habit = drawHabit(random);
  }

  /** The amount to buy now, if this is the minute; the purchase takes its time to arrive. */
  look(house: House, now: number): number | undefined {
    const why = this.#reason(house);
    if (why !== this.#why) {
      this.#why = why;
      this.#goesAt = why === undefined ? Number.POSITIVE_INFINITY : now + this.#delay(why);
    }
    if (now < this.#goesAt) return undefined;
    // Looked at again after the same delay, should the value not have come by then.
    this.#goesAt = now + 6 * 60 * MINUTE_MS;
    return this.habit.usualAmount;
  }

  #reason(house: House): 'dark' | 'warned' | 'low' | undefined {
    if (house.relayOpen) return 'dark';
    if (house.buzzing && !this.habit.forgetful) return 'warned';
    return house.balance < this.habit.buysBelow ? 'low' : undefined;
  }

  #delay(why: 'dark' | 'warned' | 'low'): number {
    const mean = why === 'dark' ? this.habit.darkMs : this.habit.reactionMs;
    return Math.round(mean * (0.5 + this.#random.uniform()));
  }
}
