import { numbersWithNames } from '../../src/analysis/feeder.testing.ts';
import { type LostIntervals, rankSuspects, type SuspectMeter } from '../../src/analysis/index.ts';
import { seeded } from '../../src/analysis/line-year.testing.ts';
import { normal } from '../../src/analysis/stolen-day.testing.ts';

/**
 * Six kinds of theft on three transformers of measured households. Weeks 1 to 4 are honest history, and nobody is
 * ranked by them alone; in weeks 5 and 6 one meter in twenty is gone past. How strong a theft is, is drawn so that a
 * thief's bill falls by a part and not to nothing: who counts nothing at all is found by any look at history.
 */
export const THEFT_KINDS = ['bypass', 'scaled', 'night only', 'threshold', 'on/off', 'reversed'] as const;
export type TheftKind = (typeof THEFT_KINDS)[number];

export const STRENGTHS: Readonly<Record<TheftKind, string>> = {
  bypass: 'a wire beside the meter carries 10 to 30 % of the current, another share each day',
  scaled: 'the meter counts 10 to 30 % too little',
  'night only': 'from 22 to 6 h 30 to 90 % go past the meter',
  threshold: 'no more is counted than its own quantile 0.70 to 0.95 of a quarter of an hour',
  'on/off': 'in stretches of 1 to 8 h, a fifth of the time, nothing is counted',
  reversed: 'each day is told from its end: dear hours become cheap ones, and the sum is right',
};

export const TRANSFORMERS = 3;
const QUARTERS_PER_DAY = 96;
const QUARTERS_PER_WEEK = 7 * QUARTERS_PER_DAY;
const HISTORY_WEEKS = 4;
const STOLEN_WEEKS = 2;
const THIEVES_SHARE = 0.05;
export const FILE = 'many_swiss_537hh_15min_7weeks_Wh.csv.gz';
const MEAN_WATTS_MAX = 20_000;
const OHM = 4 / 1000 / 230 ** 2;

/** What each household used, in milliwatt-hours a quarter of an hour; meters that tell nothing, or nonsense, are left out. */
export function cleanHouseholds(): { readonly used: Float64Array[]; readonly refused: number } {
  const { names, rows } = numbersWithNames(FILE);
  const all = names
    .map((name, column) => ({ name, column }))
    .filter(({ name }) => name.startsWith('v'))
    .map(({ column }) => Float64Array.from(rows, (row) => 1000 * (row[column] as number)));
  const isPlausible = (values: Float64Array) => {
    const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
    return values.every((each) => each >= 0) && mean > 0 && mean < MEAN_WATTS_MAX * 250;
  };
  const used = all.filter(isPlausible);
  return { used, refused: all.length - used.length };
}

/** One meter as it was ranked. */
export interface Scored {
  readonly isThief: boolean;
  readonly score: number;
  /** Drop of its use against its own history, as a share. */
  readonly drop: number;
}

/** All meters of three transformers on which some steal in one way. */
export function scoredMeters(used: readonly Float64Array[], kind: TheftKind, seed: number): Scored[] {
  const scored: Scored[] = [];
  for (let transformer = 0; transformer < TRANSFORMERS; transformer++) {
    const own = used.filter((_, at) => at % TRANSFORMERS === transformer);
    const { lost, thieves } = streetOf(own, kind, seeded(1_000 * seed + transformer));
    const scores = new Map(rankSuspects(lost).ranked.map(({ meter, score }) => [meter, score]));
    for (const { meter, counted, usual } of lost.meters) {
      const drop = 1 - sumOf(counted) / Math.max(1, sumOf(usual as Float64Array));
      scored.push({ isThief: thieves.has(meter), score: scores.get(meter) as number, drop });
    }
  }
  return scored;
}

interface Street {
  readonly lost: LostIntervals;
  readonly thieves: ReadonlySet<number>;
}

/** The check meter is wrong by 0.2 %, meters by 0.5 %, clocks by 5 s; lines lose with the square of what flows. */
function streetOf(used: readonly Float64Array[], kind: TheftKind, random: () => number): Street {
  const from = HISTORY_WEEKS * QUARTERS_PER_WEEK;
  const length = STOLEN_WEEKS * QUARTERS_PER_WEEK;
  const thieves = new Set<number>();
  while (thieves.size < Math.round(THIEVES_SHARE * used.length)) thieves.add(Math.floor(used.length * random()));
  const gave = new Float64Array(length);
  const meters = used.map((all, meter): SuspectMeter => {
    const gain = 1 + 0.005 * normal(random);
    const shift = ((random() < 0.5 ? -5 : 5) / 60 / 15) as number;
    const now = all.slice(from, from + length);
    const ohms = 0.02 + 0.28 * random();
    now.forEach((energy, at) => {
      gave[at] = (gave[at] as number) + energy + ohms * OHM * energy ** 2;
    });
    const passed = thieves.has(meter) ? STOLEN[kind](now, random) : now;
    const counted = passed.map((each, at) =>
      Math.round(gain * ((1 - Math.abs(shift)) * each + Math.abs(shift) * (passed[at - Math.sign(shift)] ?? each))),
    );
    return { meter, counted, usual: usualOf(all, length, gain), events: [], visits: [] };
  });
  const mean = sumOf(gave) / length;
  const check = 1 + 0.002 * normal(random);
  const read = gave.map((each) =>
    Math.round(check * (each + (0.008 * each ** 2) / mean) * (1 + 0.0002 * normal(random))),
  );
  const hours = Uint8Array.from({ length }, (_, at) => Math.floor((at % QUARTERS_PER_DAY) / 4));
  return { lost: { minutes: 15, gave: read, meters, hours, dayLength: QUARTERS_PER_DAY }, thieves };
}

/** The mean of the same quarter of the week in the weeks before. */
function usualOf(all: Float64Array, length: number, gain: number): Float64Array {
  return Float64Array.from({ length }, (_, at) => {
    let sum = 0;
    for (let week = 0; week < HISTORY_WEEKS; week++) {
      sum += all[week * QUARTERS_PER_WEEK + (at % QUARTERS_PER_WEEK)] as number;
    }
    return (gain * sum) / HISTORY_WEEKS;
  });
}

type Theft = (used: Float64Array, random: () => number) => Float64Array;

const STOLEN: Readonly<Record<TheftKind, Theft>> = {
  bypass: (used, random) => {
    const shares = Array.from({ length: used.length / QUARTERS_PER_DAY }, () => 0.1 + 0.2 * random());
    return used.map((each, at) => (1 - (shares[Math.floor(at / QUARTERS_PER_DAY)] as number)) * each);
  },
  scaled: (used, random) => {
    const share = 0.1 + 0.2 * random();
    return used.map((each) => (1 - share) * each);
  },
  'night only': (used, random) => {
    const share = 0.3 + 0.6 * random();
    const isNight = (at: number) => at % QUARTERS_PER_DAY < 24 || at % QUARTERS_PER_DAY >= 88;
    return used.map((each, at) => (isNight(at) ? (1 - share) * each : each));
  },
  threshold: (used, random) => {
    const sorted = used.slice().sort();
    const most = sorted[Math.floor((0.7 + 0.25 * random()) * sorted.length)] as number;
    return used.map((each) => Math.min(each, most));
  },
  'on/off': (used, random) => {
    const counted = used.slice();
    for (let at = 0; at < used.length; ) {
      const stretch = Math.round(4 * (1 + 7 * random()));
      if (random() < 0.2) counted.fill(0, at, at + stretch);
      at += stretch;
    }
    return counted;
  },
  reversed: (used) =>
    used.map((_, at) => {
      const place = at % QUARTERS_PER_DAY;
      return used[at - place + QUARTERS_PER_DAY - 1 - place] as number;
    }),
};

const sumOf = (values: Float64Array): number => values.reduce((sum, each) => sum + each, 0);

/** Mean of the precision at each of those that are looked for; of equal scores the worse order. */
export function averagePrecision(ranked: readonly { readonly isThief: boolean; readonly by: number }[]): number {
  const sorted = ranked.slice().sort((a, b) => b.by - a.by || Number(a.isThief) - Number(b.isThief));
  let [found, sum] = [0, 0];
  sorted.forEach(({ isThief }, at) => {
    if (!isThief) return;
    found += 1;
    sum += found / (at + 1);
  });
  return sum / Math.max(1, found);
}

/** Area under the curve of hits over false alarms: how often a thief stands before an honest meter. */
export function areaUnderRoc(ranked: readonly { readonly isThief: boolean; readonly by: number }[]): number {
  const thieves = ranked.filter(({ isThief }) => isThief);
  const honest = ranked.filter(({ isThief }) => !isThief);
  let before = 0;
  for (const thief of thieves)
    for (const other of honest) before += thief.by > other.by ? 1 : thief.by === other.by ? 0.5 : 0;
  return before / (thieves.length * honest.length);
}
