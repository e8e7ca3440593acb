/** A minute of a check meter that nobody told. A transformer that carries more, 257 MW, is none. */
export const CHECK_MINUTE_MISSING = 0xffff_ffff;

/** The check meter of one transformer over some minutes in a row. */
export interface TransformerMinutes {
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  /** Milliwatt-hours of each minute, or `CHECK_MINUTE_MISSING`. */
  readonly energies: Uint32Array;
}

/** Minutes with a value for every one, and how much of it is an estimate. */
export interface FilledMinutes {
  readonly energies: Uint32Array;
  readonly missing: number;
  /** Milliwatt-hours. */
  readonly estimated: bigint;
}

/**
 * Puts the mean of its hour in the place of a minute that is missing: of all minutes of the same transformer and
 * period that lie in the same hour of the UTC day; where that hour has none on any day, of all its minutes; where there
 * is none at all, zero. It rounds down, for whoever pays for it. Both sides of a settlement estimate from the same
 * minutes alone, so they come to the same.
 * @param firstMinute the unix minute of the first value
 */
export function fillMissing(energies: Uint32Array, firstMinute: number): FilledMinutes {
  const sums = Array<number>(HOURS + 1).fill(0);
  const counts = Array<number>(HOURS + 1).fill(0);
  const add = (place: number, energy: number) => {
    sums[place] = (sums[place] as number) + energy;
    counts[place] = (counts[place] as number) + 1;
  };
  energies.forEach((energy, i) => {
    if (energy === CHECK_MINUTE_MISSING) return;
    add(hourOf(firstMinute + i), energy);
    add(HOURS, energy);
  });
  // A period has at most some ten thousand minutes below 2³²: their sum is below 2⁵³.
  const meanOf = (place: number) => Math.floor((sums[place] as number) / Math.max(1, counts[place] as number));
  const means = Array.from({ length: HOURS }, (_, hour) => meanOf((counts[hour] as number) > 0 ? hour : HOURS));
  let estimated = 0;
  const filled = energies.map((energy, i) => {
    if (energy !== CHECK_MINUTE_MISSING) return energy;
    const mean = means[hourOf(firstMinute + i)] as number;
    estimated += mean;
    return mean;
  });
  const missing = energies.length - (counts[HOURS] as number);
  return { energies: filled, missing, estimated: BigInt(estimated) };
}

/** Minutes in a row in which two readings of one transformer differ, with what each has in all. */
export interface MinuteRange {
  /** Unix minutes, both included. */
  readonly from: number;
  readonly to: number;
  /** Milliwatt-hours of the minutes that have a value, and how many have none. */
  readonly claimed: ReadingSum;
  readonly own: ReadingSum;
}

export interface ReadingSum {
  readonly energy: bigint;
  readonly missing: number;
}

/**
 * Where two readings of the same minutes differ.
 * @param most what is beyond so many ranges stands in the last of them, with the equal minutes between
 */
export function minuteDifferences(
  readings: { readonly claimed: Uint32Array; readonly own: Uint32Array },
  firstMinute: number,
  most: number,
): MinuteRange[] {
  const { claimed, own } = readings;
  const places: { from: number; to: number }[] = [];
  own.forEach((energy, i) => {
    if (energy === claimed[i]) return;
    const last = places.at(-1);
    if (last !== undefined && (last.to === i - 1 || places.length === most)) last.to = i;
    else places.push({ from: i, to: i });
  });
  return places.map(({ from, to }) => ({
    from: firstMinute + from,
    to: firstMinute + to,
    claimed: readingSum(claimed.subarray(from, to + 1)),
    own: readingSum(own.subarray(from, to + 1)),
  }));
}

function readingSum(energies: Uint32Array): ReadingSum {
  let [energy, missing] = [0, 0];
  for (const value of energies) {
    if (value === CHECK_MINUTE_MISSING) missing += 1;
    else energy += value;
  }
  return { energy: BigInt(energy), missing };
}

const HOURS = 24;

const hourOf = (minute: number): number => Math.floor(minute / 60) % HOURS;
