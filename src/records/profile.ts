import { MINUTES_PER_DAY, type SupplyIndex } from '../units/index.ts';

export { MINUTES_PER_DAY };
/** Two bits a minute, four minutes a byte. */
export const BAND_BYTES = MINUTES_PER_DAY / 4;
/** Complete days that a meter keeps, for each supply. */
export const PROFILE_DAYS_KEPT = 7;

/** The largest energy of one minute, in 0.1 Wh: 393 kW for a minute. */
export const ENERGY_MAX = 0xfffd;
/** The minute has energy that was not measured minute by minute: the clock was changed, or the value is estimated. */
export const ENERGY_UNCERTAIN = 0xfffe;
/** The minute was not recorded: no supply, no clock, or damaged memory. */
export const ENERGY_MISSING = 0xffff;

/**
 * The load profile of one supply and one day.
 *
 * `day` counts days since 1970-01-01 UTC (u16, good until 2149), and minute m of it is the unix minute
 * `day x 1440 + m`. Days and minutes are UTC, so that no daylight saving makes a minute twice or not at all;
 * local time is for the tariff and for people.
 *
 * `energies` holds 1,440 values of 0.1 Wh, 0 to 0xFFFD, or one of the two marks. `bands` holds the phase-angle band
 * (0 to 3) of minute m in bits 2(m mod 4) and 2(m mod 4) + 1 of byte m / 4; that of a marked minute
 * means nothing.
 */
export interface DayProfile {
  readonly day: number;
  readonly supply: SupplyIndex;
  readonly energies: Uint16Array;
  readonly bands: Uint8Array;
}

/** A day of which nothing is recorded yet. */
export function emptyDayProfile(day: number, supply: SupplyIndex): DayProfile {
  return {
    day,
    supply,
    energies: new Uint16Array(MINUTES_PER_DAY).fill(ENERGY_MISSING),
    bands: new Uint8Array(BAND_BYTES),
  };
}

/** The phase band of a minute of the day, 0 to 3. */
export function bandAt(bands: Uint8Array, minute: number): number {
  return ((bands[minute >> 2] as number) >> (2 * (minute & 3))) & 3;
}

/** Writes the phase band of a minute of the day; the lower two bits of `band` count. */
export function setBand(bands: Uint8Array, minute: number, band: number): void {
  const shift = 2 * (minute & 3);
  bands[minute >> 2] = ((bands[minute >> 2] as number) & ~(3 << shift)) | ((band & 3) << shift);
}

/** What a day holds: energy of the recorded minutes in 0.1 Wh, and how many minutes carry a mark. */
export function sumProfile(energies: Uint16Array): { deciWattHours: number; missing: number; uncertain: number } {
  let deciWattHours = 0;
  let missing = 0;
  let uncertain = 0;
  for (const value of energies) {
    if (value <= ENERGY_MAX) deciWattHours += value;
    else if (value === ENERGY_MISSING) missing++;
    else uncertain++;
  }
  return { deciWattHours, missing, uncertain };
}
