import {
  BAND_BYTES,
  EVENT_BYTES,
  EVENT_LINK_BYTES,
  MINUTES_PER_DAY,
  POLICY_BYTES_MAX,
  PROFILE_DAYS_KEPT,
  TOTALS_BYTES,
  VOLTAGE_INTERVALS,
} from '../records/index.ts';
import { TABLE_BYTES_MAX } from '../tariff/index.ts';
import { PURSE_BYTES } from './purse-journal.ts';

/** The ring of the load profile: the complete days that are kept, and the running one. */
export const PROFILE_RING_DAYS = PROFILE_DAYS_KEPT + 1;
export const PROFILE_RING_MINUTES = PROFILE_RING_DAYS * MINUTES_PER_DAY;
export const PROFILE_RING_BYTES = 2 * PROFILE_RING_MINUTES + PROFILE_RING_DAYS * BAND_BYTES;
export const EVENTS_KEPT = 32;
/** An event, the link of the one before it, and their CRC-32: the power may be cut in the middle of it. */
export const EVENT_ROW_BYTES = EVENT_BYTES + EVENT_LINK_BYTES + 4;
/** A blob is length u16 | bytes | CRC-32, and has a twin: the one that is not in use is written. */
const BLOB_OVERHEAD_BYTES = 6;
export const STATE_BYTES = 140;
/** Sequence u32 | minute u32 | counted u32 | totals: see `totals.ts`. */
export const TOTALS_BLOB_BYTES = 12 + TOTALS_BYTES;

export const TOLD_DAY_BYTES = 8;
/** Value u16 | number of the interval u16: see `voltages.ts`. */
export const VOLTAGE_ROW_BYTES = 4;

/** Where everything lies in the meter's non-volatile memory (part 15). */
export interface Layout {
  readonly purse: number;
  /** Two slots of the CPU's own state. */
  readonly state: number;
  readonly policy: readonly [number, number];
  readonly events: number;
  readonly supplies: readonly SupplyLayout[];
  readonly length: number;
}

export interface SupplyLayout {
  readonly tables: readonly [number, number];
  readonly totals: readonly [number, number];
  /** PROFILE_RING_MINUTES x u16, then two bits each. */
  readonly energies: number;
  readonly bands: number;
  /** What days were when they were told: see `told-days.ts`. */
  readonly told: number;
  /** A row for each interval of the ring's days; behind all else, where meters from before have nothing. */
  readonly voltages: number;
}

/** Where everything lies in the memory on the board of a meter with so many supplies, 1 to 4. */
export function layoutOf(supplyCount: number): Layout {
  const known = LAYOUTS[supplyCount] ?? newLayout(supplyCount);
  LAYOUTS[supplyCount] = known;
  return known;
}

/** By number of supplies: all meters with as many have the same. */
const LAYOUTS: Layout[] = [];

function newLayout(supplyCount: number): Layout {
  let at = 0;
  const take = (length: number): number => {
    const from = at;
    at += length;
    return from;
  };
  const twice = (length: number): readonly [number, number] => [take(length), take(length)];
  const places = {
    purse: take(PURSE_BYTES),
    state: take(2 * STATE_BYTES),
    policy: twice(POLICY_BYTES_MAX + BLOB_OVERHEAD_BYTES),
    events: take(EVENTS_KEPT * EVENT_ROW_BYTES),
    supplies: Array.from({ length: supplyCount }, () => ({
      tables: twice(TABLE_BYTES_MAX + BLOB_OVERHEAD_BYTES),
      totals: twice(TOTALS_BLOB_BYTES + BLOB_OVERHEAD_BYTES),
      energies: take(2 * PROFILE_RING_MINUTES),
      bands: take(PROFILE_RING_BYTES - 2 * PROFILE_RING_MINUTES),
      told: take(PROFILE_RING_DAYS * TOLD_DAY_BYTES),
    })),
  };
  const supplies = places.supplies.map((supply) => ({
    ...supply,
    voltages: take(PROFILE_RING_DAYS * VOLTAGE_INTERVALS * VOLTAGE_ROW_BYTES),
  }));
  return { ...places, supplies, length: at };
}
