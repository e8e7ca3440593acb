import { LOCAL_UNITS_PER_AREA_MAX } from '../backhaul/index.ts';
import { METERS_PER_LOCAL_UNIT_MAX } from '../host/index.ts';
import { COLLECTION, CORES_MEASURED, FIGURES } from './capacity-figures.ts';

export interface CapacityAsked {
  readonly meters: number;
  /** Of one meter in a week. */
  readonly topUpsAWeek: number;
  /** So many times the mean is there for the busiest hour. */
  readonly headroom: number;
}

export interface Capacity extends CapacityAsked {
  readonly localUnits: number;
  readonly areaUnits: number;
  /** A second, in the mean. */
  readonly profilesASecond: number;
  readonly topUpsASecond: number;
  /** Of hosts with two cores, each for itself, with the headroom. */
  readonly machinesForProfiles: number;
  readonly machinesForTopUps: number;
  /** Whole machines for both. */
  readonly machines: number;
  /** Of the books. */
  readonly bytesADay: number;
  readonly bytesAYear: number;
  /** Of each line, with as many meters as the fullest has: minutes of its day on the air. */
  readonly lines: readonly { readonly bitsPerSecond: number; readonly minutesADay: number }[];
}

const SECONDS_A_DAY = 86_400;
const DAYS_A_WEEK = 7;
const DAYS_A_YEAR = 365;

/** What a utility of so many meters needs, by the figures that were measured. Nothing in it is guessed: what was not measured is not in it. */
export function capacityOf({ meters, topUpsAWeek, headroom }: CapacityAsked): Capacity {
  const localUnits = Math.ceil(meters / METERS_PER_LOCAL_UNIT_MAX);
  const profilesASecond = meters / SECONDS_A_DAY;
  const topUpsADay = (meters * topUpsAWeek) / DAYS_A_WEEK;
  const topUpsASecond = topUpsADay / SECONDS_A_DAY;
  const machinesForProfiles = (headroom * profilesASecond) / (CORES_MEASURED * FIGURES.profiles.value);
  const machinesForTopUps = (headroom * topUpsASecond) / FIGURES.topUps.value;
  const bytesADay = meters * FIGURES.profileBytes.value + topUpsADay * FIGURES.topUpBytes.value;
  const fullest = Math.ceil(meters / localUnits);
  return {
    ...{ meters, topUpsAWeek, headroom, localUnits },
    areaUnits: Math.ceil(localUnits / LOCAL_UNITS_PER_AREA_MAX),
    ...{ profilesASecond, topUpsASecond, machinesForProfiles, machinesForTopUps },
    machines: Math.ceil(machinesForProfiles + machinesForTopUps),
    ...{ bytesADay, bytesAYear: bytesADay * DAYS_A_YEAR },
    lines: COLLECTION.map(({ bitsPerSecond, seconds }) => ({
      bitsPerSecond,
      minutesADay: ((seconds.value / 60) * fullest) / METERS_PER_LOCAL_UNIT_MAX,
    })),
  };
}
