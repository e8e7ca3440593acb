import type { House } from './house.ts';
import type { SeededRandom } from './random.ts';
import type { Transformer } from './transformer.ts';

/** Where the power fails: behind one house's main switch, or on a whole transformer. */
export type Place = House | Transformer;

interface Chances {
  /** From one failure of one such place to its next, on average. */
  readonly everyMinutes: number;
  readonly shortestMinutes: number;
  readonly longestMinutes: number;
}

/** Somebody works at the switchboard. */
const HOUSE: Chances = { everyMinutes: 10 * 1440, shortestMinutes: 2, longestMinutes: 30 };
/** A fuse, a storm. */
const TRANSFORMER: Chances = { everyMinutes: 5 * 1440, shortestMinutes: 10, longestMinutes: 90 };

const MINUTE_MS = 60_000;

export interface OutagesOptions {
  readonly houses: readonly House[];
  readonly transformers: readonly Transformer[];
  readonly random: SeededRandom;
  readonly tell: (place: Place, what: 'power-failed' | 'power-back') => void;
}

/**
 * Power that fails and comes back. A meter gets its last gasp and starts again from its memories; its modem forgets
 * what it had to say. The local unit lives through it on its battery, and finds its meters silent.
 */
export class Outages {
  readonly #options: OutagesOptions;
  /** The instants at which it comes back by itself. */
  readonly #until = new Map<Place, number>();

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  /** The power fails here; where it has failed already, this says when it comes back instead. */
  begin(place: Place, now: number, lastsMs = Number.POSITIVE_INFINITY): void {
    const fresh = !this.#until.has(place);
    this.#until.set(place, now + lastsMs);
    if (!fresh) return;
    this.#options.tell(place, 'power-failed');
    this.#settle(place, now);
  }

  /** The supply of a house fell in the middle of a write, and comes back after a while. */
  cut(house: House, now: number, lastsMs: number): void {
    this.#until.set(house, now + lastsMs);
    this.#options.tell(house, 'power-failed');
    const transformer = this.#options.transformers[house.localUnit] as Transformer;
    transformer.powerCycle(house);
  }

  /** The power comes back, unless the transformer above still has none. */
  end(place: Place, now: number): void {
    if (!this.#until.delete(place)) return;
    this.#options.tell(place, 'power-back');
    this.#settle(place, now);
  }

  /** What is over ends. */
  minute(now: number): void {
    for (const [place, until] of [...this.#until]) if (until <= now) this.end(place, now);
  }

  /** Begins what the seed has for this minute. */
  draw(now: number): void {
    this.#drawAmong(this.#options.houses, HOUSE, now);
    this.#drawAmong(this.#options.transformers, TRANSFORMER, now);
  }

  /** One draw for all places together: more than one failure a minute is beyond this model. */
  #drawAmong(places: readonly Place[], chances: Chances, now: number): void {
    const { random } = this.#options;
    if (!random.chance(places.length / chances.everyMinutes)) return;
    const place = places[random.below(places.length)] as Place;
    const minutes = chances.shortestMinutes + random.below(chances.longestMinutes - chances.shortestMinutes + 1);
    if (!this.#until.has(place)) this.begin(place, now, minutes * MINUTE_MS);
  }

  #settle(place: Place, now: number): void {
    const { houses, transformers } = this.#options;
    for (const house of houses) {
      const transformer = transformers[house.localUnit] as Transformer;
      if (place !== house && place !== transformer) continue;
      const dark = this.#until.has(house) || this.#until.has(transformer);
      if (dark === house.dark) continue;
      if (dark) {
        house.powerFails(now);
        transformer.losePower(house);
      } else {
        house.powerReturns(now);
        transformer.powerCycle(house);
      }
    }
  }
}
