import { Reader, Writer } from '../bytes/index.ts';
import { MINUTES_PER_DAY, type SupplyIndex } from '../units/index.ts';
import { failure, type RecordFailure } from './failure.ts';

/**
 * Minutes of one interval of voltage. A quarter of an hour is short enough to see an evening's dip and a load that
 * comes or goes, and a week of it is 3 kB of a meter's memory and 0.1 kB a day on the line; of what is shorter, sags
 * and swells are events with their worst cycle.
 */
export const VOLTAGE_MINUTES = 15;
export const VOLTAGE_INTERVALS = MINUTES_PER_DAY / VOLTAGE_MINUTES;
/** The interval was not measured, or less than half of it was. */
export const VOLTAGE_MISSING = 0xffff;
/** The highest that is told, 10 mV. */
export const VOLTAGE_MAX = 0xfffe;
export const MILLIVOLTS_PER_STEP = 10;

/**
 * The voltage of one supply and one day: 96 means of a quarter of an hour each, in 10 mV, 0 to 0xFFFE, or the mark.
 * Days and quarters are UTC, as those of the load profile are.
 */
export interface VoltageDay {
  /** Since 1970-01-01 UTC. */
  readonly day: number;
  readonly supply: SupplyIndex;
  readonly volts: Uint16Array;
}

const Form = { raw: 0, stepped: 1 } as const;
const RAW_BYTES = 1 + 2 * VOLTAGE_INTERVALS;
/** The step that announces a value as it is. */
const ESCAPE = -128;
const STEP_MAX = 127;

/**
 * A day of voltages in as few bytes as it takes. Form u8, then
 * - 0, raw: 96 x u16;
 * - 1, stepped: for each interval the difference to the one before it, i8 from -127 to 127, the first to 0; where it is
 *   further, or a mark begins or ends, -128 and the value u16. Taken only where it is shorter.
 * Each day has exactly one form.
 */
export function encodeVoltages(volts: Uint16Array): Uint8Array {
  const writer = new Writer(RAW_BYTES).u8(Form.stepped);
  let before = 0;
  for (const value of volts) {
    if (isStep(before, value)) writer.u8((value - before) & 0xff);
    else writer.u8(ESCAPE & 0xff).u16(value);
    before = value;
  }
  const stepped = writer.done();
  if (stepped.length < RAW_BYTES) return stepped;
  const raw = new Writer(RAW_BYTES).u8(Form.raw);
  for (const value of volts) raw.u16(value);
  return raw.done();
}

/** A mark goes on as a step of 0, and is never reached by one. */
const isStep = (before: number, value: number): boolean =>
  value === before || (value !== VOLTAGE_MISSING && before !== VOLTAGE_MISSING && Math.abs(value - before) <= STEP_MAX);

/** Any bytes: 96 values, or why they are none. */
export function decodeVoltages(bytes: Uint8Array): Uint16Array | RecordFailure {
  const reader = new Reader(bytes);
  const form = reader.u8();
  const volts = new Uint16Array(VOLTAGE_INTERVALS);
  if (reader.ok() && form !== Form.raw && form !== Form.stepped) return failure('format-unknown');
  let before = 0;
  for (let i = 0; i < VOLTAGE_INTERVALS && reader.ok(); i++) {
    const step = form === Form.raw ? ESCAPE : (reader.u8() << 24) >> 24;
    before = step === ESCAPE ? reader.u16() : before + step;
    if (before < 0 || before > VOLTAGE_MISSING) return failure('field-out-of-range');
    volts[i] = before;
  }
  if (!reader.ended()) return failure('length-wrong');
  const again = encodeVoltages(volts);
  const isCanonical = again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
  return isCanonical ? volts : failure('not-canonical');
}
