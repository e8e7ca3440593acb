import { measuredHouseholds, numbersIn, PUBLISHED } from '../../src/analysis/feeder.testing.ts';
import {
  balanceDay,
  type DayBalance,
  type MeterDay,
  PowerFlow,
  placeLoad,
  rankSuspects,
} from '../../src/analysis/index.ts';
import { Line, seeded } from '../../src/analysis/line-year.testing.ts';
import { type FeederDay, GIVEN_ERRORS, normal, type Stolen } from '../../src/analysis/stolen-day.testing.ts';
import { VoltageDays } from '../../src/analysis/voltage-day.testing.ts';
import { MINUTES_PER_DAY } from '../../src/units/index.ts';
import { atLeast, atMost, type Figure, forInformation } from './figure.ts';

const LEARNED_DAYS = 28;
const MWH_PER_WATT_MINUTE = 1000 / 60;
const FIRST_DAY = 20_000;

const sumOf = (values: Float64Array): number => values.reduce((sum, each) => sum + each, 0);

/** The loss of the published day, by the flow in the network. */
export function technicalByNetwork(day: FeederDay): Figure[] {
  const lost = sumOf(day.lossOf(day.used)) / 1e6;
  return (['OpenDSS', 'GridLAB-D'] as const).map((program, at) => {
    const published =
      numbersIn(PUBLISHED).reduce((sum, row) => sum + (row[2 + at] as number) - (row[1] as number), 0) / 60;
    const off = Math.abs(lost / published - 1);
    return atMost(2, {
      ...{ name: `technical-loss-by-flow-${program.toLowerCase()}`, value: 100 * off, unit: '% off' },
      how: `the European low voltage feeder of the IEEE, 55 loads of one phase, 1,440 minutes: ${lost.toFixed(3)} kWh against ${published.toFixed(3)}, published of ${program}`,
    });
  });
}

interface LivedDay {
  readonly used: readonly Float64Array[];
  readonly lost: Float64Array;
}

/** Four weeks in which each of the feeder's 55 places lives a measured day of one of 100 households, and one day more. */
export function livedDays(day: FeederDay): LivedDay[] {
  const random = seeded(5);
  const households = measuredHouseholds().map((watts) => watts.map((each) => each * MWH_PER_WATT_MINUTE));
  const flow = new PowerFlow(day.feeder);
  return Array.from({ length: LEARNED_DAYS + 1 }, () => {
    const used = day.feeder.loads.map(() => households[Math.floor(households.length * random())] as Float64Array);
    const lost = Float64Array.from({ length: MINUTES_PER_DAY }, (_, minute) => {
      const watts = used.map((energies) => (energies[minute] as number) / MWH_PER_WATT_MINUTE);
      return (flow.solve(watts)?.loss ?? 0) * MWH_PER_WATT_MINUTE;
    });
    return { used, lost };
  });
}

interface FourWeeks {
  /** A factor for each meter, and for the check meter. */
  readonly gains: readonly number[];
  readonly check: number;
  readonly skews: readonly number[];
}

/** Judges four honest weeks, each day learning from those before, and then the last one, on which somebody may steal. */
function judged(days: readonly LivedDay[], { gains, check, skews }: FourWeeks, unmeteredWatts: number): DayBalance[] {
  const balances: DayBalance[] = [];
  for (const [at, { used, lost }] of days.entries()) {
    const tapped = at === LEARNED_DAYS ? unmeteredWatts * MWH_PER_WATT_MINUTE : 0;
    const gave = lost.map((each) => each + tapped);
    const meters = used.map((energies, house): MeterDay => {
      energies.forEach((energy, minute) => {
        gave[minute] = (gave[minute] as number) + energy;
      });
      const counted = countedBy(energies, gains[house] as number, skews[house] as number);
      const supplies = [{ day: FIRST_DAY + at, energies: counted, others: [] }];
      return { svpmsn: house + 1, supplies, clockOffsetMs: 1000 * (skews[house] as number), changed: undefined };
    });
    const told = Uint32Array.from(gave, (each) => Math.round(check * each));
    balances.push(balanceDay({ day: FIRST_DAY + at, gave: told, meters, learned: balances }));
  }
  return balances;
}

function countedBy(energies: Float64Array, gain: number, skewSeconds: number): Uint16Array {
  const shift = Math.abs(skewSeconds) / 60;
  let carried = 0;
  return Uint16Array.from(energies, (energy, minute) => {
    const beside = energies[minute - Math.sign(skewSeconds)] ?? energy;
    const exact = (gain * ((1 - shift) * energy + shift * beside)) / 100 + carried;
    carried = exact - Math.floor(exact);
    return Math.floor(exact);
  });
}

/** The heat in lines as four weeks tell it without the network, against what they lost on the day after. */
export function technicalLearned(days: readonly LivedDay[], runs: number): Figure[] {
  return [0, 0.001, 0.002, 0.005].map((checkError) => {
    const off = Array.from({ length: runs }, (_, seed) => {
      const random = seeded(seed + 1);
      const within = (most: number) => 1 + most * (2 * random() - 1);
      const gains = Array.from({ length: 55 }, () => within(0.005));
      const skews = gains.map(() => (random() < 0.5 ? -5 : 5));
      const last = judged(days, { gains, check: within(checkError), skews }, 0).at(-1) as DayBalance;
      return Math.abs(last.technical / sumOf(days.at(-1)?.lost as Float64Array) - 1);
    }).sort((a, b) => a - b);
    const [middle, worst] = [off[Math.floor(off.length / 2)] as number, off.at(-1) as number];
    const check = checkError === 0 ? 'a check meter that is right' : `a check meter of ±${100 * checkError} %`;
    return atMost(20, {
      ...{ name: `technical-loss-learned-${100 * checkError}`, value: 100 * worst, unit: '% off' },
      how: `learned in ${LEARNED_DAYS} days without the network, meters of ±0.5 %, ${check}: the worst of ${runs} runs, ${(100 * middle).toFixed(1)} % in the middle`,
    });
  });
}

/** Each of 55 meters diverts a share of its own use, so many times. */
export function sharesPlaced(day: FeederDay, seeds: number, withNetwork: boolean): Figure[] {
  const goals = [
    { watts: 100, among: 1, share: 0.95 },
    { watts: 50, among: 3, share: 0.9 },
    { watts: 25, among: 3, share: 0.6 },
  ];
  return goals.map(({ watts, among, share }) => {
    let [found, runs, wrongly] = [0, 0, 0];
    for (const { meter } of day.feeder.loads) {
      for (let seed = 0; seed < seeds; seed++) {
        const rank = rankOf(day, 10_000 * meter + seed, { meter, diverted: watts }, withNetwork);
        runs += 1;
        if (rank.place < among) found += 1;
        if (rank.isPlaced && rank.place > 0) wrongly += 1;
      }
    }
    const where = among === 1 ? 'first' : `among the first ${among}`;
    const network = withNetwork ? 'with' : 'without';
    return atLeast(100 * share, {
      ...{ name: `share-${watts}-watts-${network}-network`, value: (100 * found) / runs, unit: '% of runs' },
      how: `a share of one meter's use worth ${watts} W is ${where}, ${network} the network: ${runs} runs of one measured day, gains off by 0.5 %, clocks by 5 s; another was said to be the place in ${percentOf(wrongly, runs)}`,
    });
  });
}

function rankOf(day: FeederDay, seed: number, stolen: Stolen, withNetwork: boolean) {
  const lost = day.live(seed, GIVEN_ERRORS, stolen);
  const lines = withNetwork ? { lines: day.lossOf(lost.meters.map(({ counted }) => counted)) } : {};
  const { ranked, isPlaced } = rankSuspects({ ...lost, ...lines });
  return { place: ranked.findIndex(({ meter }) => meter === stolen.meter), isPlaced };
}

/** Nobody steals, or no meter sees the load: neither has a place. */
export function nothingPlaced(day: FeederDay, runs: number): Figure[] {
  return [100, 0].map((unmetered) => {
    let placed = 0;
    for (let seed = 0; seed < runs; seed++) if (rankOf(day, 900_000 + seed, { unmetered }, false).isPlaced) placed += 1;
    const what = unmetered === 0 ? 'a day on which nobody steals' : `${unmetered} W all day that no meter sees`;
    const figure = {
      ...{ name: unmetered === 0 ? 'nobody-not-placed' : 'unmetered-not-placed', unit: '% of runs' },
      ...{ value: (100 * (runs - placed)) / runs, how: `${what}: said to be not placeable, ${runs} runs` },
    };
    return unmetered === 0 ? forInformation(figure) : atLeast(100, figure);
  });
}

/** Four honest weeks, and 100 W that no meter sees on the day after. */
export function constantRaised(days: readonly LivedDay[], runs: number): Figure[] {
  let [raised, before] = [0, 0];
  for (let seed = 0; seed < runs; seed++) {
    const random = seeded(50_000 + seed);
    const gains = Array.from({ length: 55 }, () => 1 + GIVEN_ERRORS.gain * normal(random));
    const skews = gains.map(() => (random() < 0.5 ? -1 : 1) * GIVEN_ERRORS.skewSeconds);
    const balances = judged(days, { gains, check: 1 + GIVEN_ERRORS.gain * normal(random), skews }, 100);
    if (balances.at(-1)?.verdict === 'loss') raised += 1;
    before += balances.slice(0, -1).filter(({ verdict }) => verdict === 'loss').length;
  }
  return [
    atLeast(90, {
      ...{ name: 'unmetered-raised', value: (100 * raised) / runs, unit: '% of runs' },
      how: `100 W all day that no meter sees are raised at the transformer within the day: ${runs} runs, each after 28 honest days, on which ${before} were raised in all`,
    }),
  ];
}

/** A constant load beside each of 55 meters, on its phase, after seven honest days, by the voltage of all. */
export function unmeteredPlaced(day: FeederDay, seeds: number): Figure[] {
  const { loads } = day.feeder;
  const lives = Array.from(
    { length: Math.max(2, Math.ceil(seeds / 2)) },
    (_, seed) => new VoltageDays(day.feeder, seed),
  );
  const placedOf = (watts: number): Placed => {
    let [placed, right, first, runs] = [0, 0, 0, 0];
    for (const [beside, { section, phases }] of loads.entries()) {
      if (phases === 'ABC') continue;
      for (let seed = 0; seed < seeds; seed++) {
        const life = lives[(beside + seed) % lives.length] as VoltageDays;
        const found = placeLoad(life.seen(1_000 * beside + seed, { beside, phase: phases, watts }));
        const meter = loads.find((load) => load.section === section)?.meter;
        runs += 1;
        if (!found.isPlaced) continue;
        placed += 1;
        if (found.places.some((place) => place.meter === meter)) right += 1;
        if (found.places[0]?.meter === meter) first += 1;
      }
    }
    return { placed, right, first, runs };
  };
  const [hundred, fifty] = [placedOf(100), placedOf(50)];
  let wrongly = 0;
  const honest = 10 * seeds;
  for (let seed = 0; seed < honest; seed++) {
    if (placeLoad((lives[seed % lives.length] as VoltageDays).seen(70_000 + seed, undefined)).isPlaced) wrongly += 1;
  }
  const how =
    'by the voltage of quarters against seven days before; lines 5 % and power factors other than described, meters of voltage off by 0.5 %';
  const said = ({ placed, runs }: Placed) => `${percentOf(placed, runs)} of ${runs} runs have a place`;
  return [
    atLeast(95, {
      ...{ name: 'unmetered-placed-rightly', value: (100 * hundred.right) / Math.max(1, hundred.placed) },
      ...{ unit: '% of places' },
      how: `100 W all day that no meter sees, ${how}: ${said(hundred)}, of which so many name the right one among at most five, ${percentOf(hundred.first, hundred.placed)} name it first; the others are said to be not placeable`,
    }),
    forInformation({
      ...{ name: 'unmetered-placed', value: (100 * hundred.placed) / hundred.runs, unit: '% of runs' },
      how: `the same: how many have a place at all; of 50 W ${said(fifty)}, ${percentOf(fifty.right, fifty.placed)} of them the right one; where there is no such load ${percentOf(wrongly, honest)} of ${honest} runs would have one`,
    }),
  ];
}

interface Placed {
  readonly placed: number;
  readonly right: number;
  readonly first: number;
  readonly runs: number;
}

/** Class 1 meters that drift, clocks that are off, 1 % of gaps, and nobody steals. */
export function falseAlarms(years: number): Figure[] {
  let raised = 0;
  let most = 0;
  for (let year = 0; year < years; year++) {
    const line = new Line({ households: 55, seed: 1_000 + year, meterError: 0.01, skewSeconds: 5, gaps: 0.01 });
    let own = 0;
    for (let day = 0; day < 365; day++) if (line.live().verdict === 'loss') own += 1;
    raised += own;
    most = Math.max(most, own);
  }
  return [
    atMost(1, {
      ...{ name: 'false-alarms', value: most, unit: 'a year' },
      how: `of honest transformers, meters of class 1, drift, clocks off by 5 s, 1 % gaps: the worst of ${years} transformer-years, ${raised} in all`,
    }),
  ];
}

const percentOf = (part: number, all: number): string => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
