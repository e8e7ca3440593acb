import { MINUTES_PER_DAY } from '../units/index.ts';
import { measuredHouseholds, readyFeeder } from './feeder.testing.ts';
import { seeded } from './line-year.testing.ts';
import type { Feeder } from './network.ts';
import { PowerFlow } from './power-flow.ts';
import type { LostIntervals } from './suspects.ts';

/** How the meters of a day are wrong. */
export interface MeterErrors {
  /** One deviation of each meter's gain, and of the check meter's. */
  readonly gain: number;
  /** Seconds that each clock is fast or slow. */
  readonly skewSeconds: number;
}

/** Who steals in a day: a share of one meter's own use, or a load that no meter sees, in watts on average. */
export interface Stolen {
  readonly meter?: number;
  readonly diverted?: number;
  readonly unmetered?: number;
}

export const GIVEN_ERRORS: MeterErrors = { gain: 0.005, skewSeconds: 5 };
const SHARE_MAX = 0.95;
const MWH_PER_WATT_MINUTE = 1000 / 60;
const HOURS = Uint8Array.from({ length: MINUTES_PER_DAY }, (_, minute) => Math.floor(minute / 60));

/** Two independent values of a normal distribution make one (Box and Muller). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The measured day of the European feeder, on which somebody steals. Meters bear the numbers of its loads. */
export class FeederDay {
  readonly feeder: Feeder = readyFeeder();
  /** Milliwatt-hours that each household uses in each minute, in the order of the feeder's loads. */
  readonly used: readonly Float64Array[];
  readonly #lost: Float64Array;

  constructor() {
    const households = measuredHouseholds();
    this.used = this.feeder.loads.map(({ meter }) =>
      (households[meter - 1] as Float64Array).map((watts) => watts * MWH_PER_WATT_MINUTE),
    );
    this.#lost = this.lossOf(this.used);
  }

  /** What the lines lose, by minute, where the meters count this much. */
  lossOf(counted: readonly Float64Array[]): Float64Array {
    const flow = new PowerFlow(this.feeder);
    return Float64Array.from({ length: MINUTES_PER_DAY }, (_, minute) => {
      const watts = counted.map((energies) => (energies[minute] as number) / MWH_PER_WATT_MINUTE);
      return (flow.solve(watts)?.loss ?? 0) * MWH_PER_WATT_MINUTE;
    });
  }

  /** Who diverts has used the same as always: the lines lose what they did. A constant load adds its own. */
  live(seed: number, { gain, skewSeconds }: MeterErrors, stolen: Stolen): LostIntervals {
    const random = seeded(seed);
    const gains = this.used.map(() => 1 + gain * normal(random));
    const skews = this.used.map(() => (random() < 0.5 ? -1 : 1) * skewSeconds);
    const checkGain = 1 + gain * normal(random);
    const gave = this.#lost.map((each) => each + (stolen.unmetered ?? 0) * MWH_PER_WATT_MINUTE);
    const meters = this.used.map((used, at) => {
      used.forEach((energy, minute) => {
        gave[minute] = (gave[minute] as number) + energy;
      });
      const meter = this.feeder.loads[at]?.meter as number;
      const diverted = meter === stolen.meter ? (stolen.diverted ?? 0) * MWH_PER_WATT_MINUTE * MINUTES_PER_DAY : 0;
      const share = Math.min(SHARE_MAX, diverted / sumOf(used));
      const counted = counts(used, (1 - share) * (gains[at] as number), skews[at] as number);
      return { meter, counted, events: [], visits: [] };
    });
    const read = gave.map((each) => Math.round(checkGain * each));
    return { minutes: 1, gave: read, meters, hours: HOURS, dayLength: MINUTES_PER_DAY };
  }
}

/** Steps of 0.1 Wh with their rest carried, in milliwatt-hours; a clock that is off puts part of a minute beside it. */
function counts(used: Float64Array, gain: number, skewSeconds: number): Float64Array {
  const shift = Math.abs(skewSeconds) / 60;
  const step = Math.sign(skewSeconds);
  let carried = 0;
  return used.map((energy, minute) => {
    const exact = (gain * ((1 - shift) * energy + shift * (used[minute - step] ?? energy))) / 100 + carried;
    carried = exact - Math.floor(exact);
    return 100 * Math.floor(exact);
  });
}

const sumOf = (values: Float64Array): number => values.reduce((sum, each) => sum + each, 0);
