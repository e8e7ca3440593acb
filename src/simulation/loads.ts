import { assert, MINUTES_PER_DAY, type MilliwattHours, milliwattHours } from '../units/index.ts';

/** What a meter is loaded with: a modelled household, or a record that is played again. */
export interface LoadSource {
  /**
   * Writes the energy of each minute of a local day, in whole mWh, into the first 1,440 places of `out`.
   * The same day is always the same.
   * @param day local civil days since 1970-01-01
   */
  fillDay(day: number, out: Uint32Array): void;
}

/** So much of a day is kept; a day is filled as often as it has such parts. */
const PART_MINUTES = MINUTES_PER_DAY / 4;
/** One day for all sources: each takes its part out of it at once. */
const DAY = new Uint32Array(MINUTES_PER_DAY);

/**
 * Asks a source minute by minute (local minutes since 1970-01-01T00:00); keeps the six hours that were asked for last,
 * so that a fleet of homes is a quarter as large as its days.
 */
export function minuteByMinute(source: LoadSource): (localMinute: number) => MilliwattHours {
  const minutes = new Uint32Array(PART_MINUTES);
  let filled: number | undefined;
  return (localMinute) => {
    const part = Math.floor(localMinute / PART_MINUTES);
    if (part !== filled) {
      const day = Math.floor(localMinute / MINUTES_PER_DAY);
      source.fillDay(day, DAY);
      const first = part * PART_MINUTES - day * MINUTES_PER_DAY;
      for (let i = 0; i < PART_MINUTES; i++) minutes[i] = DAY[first + i] as number;
      filled = part;
    }
    return milliwattHours(minutes[localMinute - part * PART_MINUTES] as number);
  };
}

/** A recorded load, one value a minute without a break: a minute that the record lacks is marked. */
export interface LoadSeries {
  /** Where it came from, as a person named it. */
  readonly name: string;
  /** Minutes since 1970-01-01T00:00 of the record's own clock. */
  readonly startMinute: number;
  /** What that clock shows: local civil time, or UTC. */
  readonly clock: 'local' | 'UTC';
  /** Mean power of each minute in mW, or MISSING. */
  readonly milliwatts: Int32Array;
  readonly missingMinutes: number;
}

/** Marks a minute of a series that was not measured. */
export const MISSING = -1;

const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY;
const MILLIWATTS_PER_MILLIWATT_HOUR_A_MINUTE = 60;

/**
 * Plays a record again and again, from local minute `from` on. Its clock keeps the time of day and the weekday:
 * it begins with the first minute of the record that has those of `from`, and repeats after the last whole week
 * (a record shorter than a week keeps the time of day only, one shorter than a day neither).
 * A missing minute is played as 0 W.
 */
export function replay(series: LoadSeries, from: number): LoadSource {
  const { milliwatts, startMinute } = series;
  const unit = [MINUTES_PER_WEEK, MINUTES_PER_DAY].find((minutes) => milliwatts.length >= minutes) ?? milliwatts.length;
  const period = milliwatts.length - (milliwatts.length % unit);
  // A record shorter than a day begins with its first minute.
  const first =
    unit === milliwatts.length && unit < MINUTES_PER_DAY ? from : startMinute + floorTo(from - startMinute, unit);
  return {
    fillDay(day, out) {
      assert(out.length >= MINUTES_PER_DAY, 'a day has 1,440 minutes');
      let at = modulo(day * MINUTES_PER_DAY - first, period);
      // What is left of a mWh goes to the next minute: a day loses less than one.
      let carried = 0;
      for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
        const recorded = milliwatts[at] as number;
        carried += recorded === MISSING ? 0 : recorded;
        const left = carried % MILLIWATTS_PER_MILLIWATT_HOUR_A_MINUTE;
        out[minute] = (carried - left) / MILLIWATTS_PER_MILLIWATT_HOUR_A_MINUTE;
        carried = left;
        at = at + 1 === period ? 0 : at + 1;
      }
    },
  };
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
const floorTo = (value: number, unit: number): number => value - modulo(value, unit);
