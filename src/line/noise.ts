import type { RandomSource } from './random.ts';
import { RunLength } from './random.ts';

/**
 * Bursts after Gilbert and Elliott: the line is quiet or bursting, each for a time with the given mean (geometric,
 * in whole milliseconds), and a burst has a bit error rate of its own.
 */
export interface Bursts {
  readonly everyMs: number;
  readonly lastMs: number;
  readonly bitErrorRate: number;
}

/** Conditions on one line. Probabilities from 0 to 1. */
export interface LineConditions {
  /** A receiver misses the beginning of a frame and with it the whole. */
  readonly frameLost: number;
  /** A receiver loses the carrier within a frame: the rest is missing. */
  readonly frameCut: number;
  /** Bit error rate at this distance from the sender, apart from bursts. */
  readonly bitErrorRate: (distanceM: number) => number;
  readonly bursts: Bursts | undefined;
  /** A frame is heard on the neighbouring transformer as well. */
  readonly crosstalk: number;
}

export const PERFECT_CONDITIONS: LineConditions = {
  frameLost: 0,
  frameCut: 0,
  bitErrorRate: () => 0,
  bursts: undefined,
  crosstalk: 0,
};

/** Farthest meter on the secondary side of one transformer. */
export const LINE_DISTANCE_M_MAX = 3_000;

/** Eb/N0 beside the local unit at 1,200 bit/s. */
const SIGNAL_DB = 37;
/** Loss in decibels over one kilometre of low-voltage cable. */
const LOSS_DB_PER_KM = 8;

/**
 * Bit error rate of non-coherent frequency shift keying (Proakis, Digital Communications: Pb = ½ e^(−γ/2)) at
 *
 *   γ dB = 37 − 8 · distance in km − 10 log10(bit/s ÷ 1,200)
 *
 * because the same power is spread over more bits at a higher rate. Without a repeater 1,200 bit/s reach 3 km with
 * fewer than 3 wrong bits in 100,000; 128,000 bit/s reach half a kilometre with fewer than one in 10,000. 37 and
 * 8 dB are model values, chosen so that the seed's range of 3 km holds at the lowest rate; real cables differ by
 * street.
 */
export function powerLineBitErrorRate(bitsPerSecond: number, distanceM: number): number {
  const decibels = SIGNAL_DB - (LOSS_DB_PER_KM * distanceM) / 1000 - 10 * Math.log10(bitsPerSecond / 1200);
  const rate = 0.5 * Math.exp(-(10 ** (decibels / 10)) / 2);
  // In steps of 2^-32, so that a last digit of an engine's exponential decides nothing.
  return Math.round(rate * 0x1_0000_0000) / 0x1_0000_0000;
}

/** A working power line: distance, a burst of about 20 ms every 4 s, one frame in 500 missed, one in 100 crossing over. */
export function powerLineConditions(bitsPerSecond: number): LineConditions {
  return {
    frameLost: 0.002,
    frameCut: 0.001,
    bitErrorRate: (distanceM) => powerLineBitErrorRate(bitsPerSecond, distanceM),
    bursts: { everyMs: 4_000, lastMs: 20, bitErrorRate: 0.2 },
    crosstalk: 0.01,
  };
}

/** The bursts of one line along its time. */
export class BurstNoise {
  readonly errors: RunLength;
  readonly #random: RandomSource;
  readonly #quiet: RunLength;
  readonly #burst: RunLength;
  #from = 0;
  #to = 0;
  #begun = false;

  constructor(bursts: Bursts, random: RandomSource) {
    this.errors = new RunLength(bursts.bitErrorRate);
    this.#random = random;
    this.#quiet = new RunLength(1 / bursts.everyMs);
    this.#burst = new RunLength(1 / bursts.lastMs);
  }

  /** The parts of this time in which the line bursts, as [from, to] in milliseconds. Times may only go forward. */
  within(from: number, to: number): readonly (readonly [number, number])[] {
    // The noise begins with the first thing said: the caller's clock may start in 1970 or today.
    if (!this.#begun) {
      this.#begun = true;
      this.#to = from;
      this.#next();
    }
    while (this.#to <= from) this.#next();
    if (this.#from >= to) return NONE;
    const found: [number, number][] = [[Math.max(from, this.#from), Math.min(to, this.#to)]];
    while (this.#to < to) {
      this.#next();
      if (this.#from < to) found.push([this.#from, Math.min(to, this.#to)]);
    }
    return found;
  }

  #next(): void {
    this.#from = this.#to + this.#quiet.draw(this.#random) + 1;
    this.#to = this.#from + this.#burst.draw(this.#random) + 1;
  }
}

const NONE: readonly (readonly [number, number])[] = [];
