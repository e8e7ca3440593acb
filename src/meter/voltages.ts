import {
  MILLIVOLTS_PER_STEP,
  PROFILE_DAYS_KEPT,
  VOLTAGE_INTERVALS,
  VOLTAGE_MAX,
  VOLTAGE_MINUTES,
  VOLTAGE_MISSING,
} from '../records/index.ts';
import { PROFILE_RING_DAYS, type SupplyLayout, VOLTAGE_ROW_BYTES } from './layout.ts';
import { type Nvm, putU16, u16At } from './nvm.ts';
import type { Meter, Supply } from './state.ts';

/** Voltage of the running interval. It is in RAM alone: of an interval in which the power failed, what came after counts. */
export interface IntervalVoltage {
  /** Millivolts times milliseconds, and the milliseconds. */
  sum: number;
  measuredMs: number;
  /** Oscillator when a voltage was measured last. */
  at: number;
}

export const noVoltage = (now: number): IntervalVoltage => ({ sum: 0, measuredMs: 0, at: now });

/** One measurement speaks for no longer. */
const SPEAKS_MS_MAX = 60_000;
const INTERVAL_MS = VOLTAGE_MINUTES * 60_000;

/** What was measured at `now`, of the time since the measurement before. */
export function noteVoltage({ voltage }: Supply, millivolts: number, now: number): void {
  const forMs = Math.min(Math.max(0, now - voltage.at), SPEAKS_MS_MAX);
  voltage.at = now;
  voltage.sum += millivolts * forMs;
  voltage.measuredMs += forMs;
}

/** A minute ends, and `next` follows: an interval that ends with it is kept, where at least half of it was measured. */
export function endVoltage({ nvm, minute }: Meter, { place, voltage }: Supply, next: number): void {
  const interval = Math.floor(minute / VOLTAGE_MINUTES);
  if (Math.floor(next / VOLTAGE_MINUTES) === interval) return;
  const { sum, measuredMs } = voltage;
  voltage.sum = 0;
  voltage.measuredMs = 0;
  if (2 * measuredMs < INTERVAL_MS) return;
  const mean = Math.round(sum / measuredMs / MILLIVOLTS_PER_STEP);
  keep(nvm, place, interval, Math.min(Math.max(0, mean), VOLTAGE_MAX));
}

const ROW = new Uint8Array(VOLTAGE_ROW_BYTES);

/**
 * Value u16 | lower 16 bits of the number of the interval. Whatever stood there is of another interval until the number
 * is written, which is after the value: an interval that is lived again is first made none. So a row that is cut short
 * is none, and so is one of eight days ago.
 */
function keep(nvm: Nvm, place: SupplyLayout, interval: number, value: number): void {
  const at = rowAt(place, interval);
  const number = interval & 0xffff;
  if (u16At(nvm, at + 2) === number) {
    putU16(ROW, 2, ~number & 0xffff);
    nvm.write(at + 2, ROW, 2, 2);
  }
  putU16(ROW, 0, value);
  putU16(ROW, 2, number);
  nvm.write(at, ROW, 0, VOLTAGE_ROW_BYTES);
}

/** The voltages of a complete day; nothing where none of it is held. */
export function voltagesOf({ nvm }: Meter, { place }: Supply, day: number, lastDay: number): Uint16Array | undefined {
  if (day > lastDay || day <= lastDay - PROFILE_DAYS_KEPT) return undefined;
  const first = day * VOLTAGE_INTERVALS;
  const volts = Uint16Array.from({ length: VOLTAGE_INTERVALS }, (_, i) => {
    const at = rowAt(place, first + i);
    return u16At(nvm, at + 2) === ((first + i) & 0xffff) ? u16At(nvm, at) : VOLTAGE_MISSING;
  });
  return volts.some((each) => each !== VOLTAGE_MISSING) ? volts : undefined;
}

const rowAt = ({ voltages }: SupplyLayout, interval: number): number =>
  voltages + VOLTAGE_ROW_BYTES * (interval % (PROFILE_RING_DAYS * VOLTAGE_INTERVALS));
