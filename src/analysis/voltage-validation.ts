import { MILLIVOLTS_PER_STEP, VOLTAGE_INTERVALS, VOLTAGE_MINUTES, VOLTAGE_MISSING } from '../records/index.ts';
import type { ReadingFinding, ReadingReason } from './validation.ts';

/** What can be wrong with a voltage. */
export const VOLTAGE_REASONS = ['missing', 'impossible', 'differs'] as const satisfies readonly ReadingReason[];
export type VoltageReason = (typeof VOLTAGE_REASONS)[number];

/** Quarters in a row, in minutes of the UTC day, that are not what a voltage should be, for one reason. */
export interface VoltageFinding extends ReadingFinding {
  readonly reason: VoltageReason;
}

/** A meter lives on what it measures, and does not below; converters for 240 V end at 150 %, and give some. */
const POSSIBLE_MIN_MV = 40_000;
const POSSIBLE_MAX_MV = 400_000;

/** Whether a mean of a quarter of an hour, in 10 mV, can have been. */
export const isPossibleVoltage = (value: number): boolean =>
  value !== VOLTAGE_MISSING &&
  value * MILLIVOLTS_PER_STEP >= POSSIBLE_MIN_MV &&
  value * MILLIVOLTS_PER_STEP <= POSSIBLE_MAX_MV;

/**
 * Validates a day of 96 quarters, in 10 mV: all that is wrong with it, `missing`, `impossible` or `differs` from what
 * was told before, in the order of its minutes. Nothing is estimated: nobody reckons with a voltage that was not measured.
 */
export function validateVoltages(volts: Uint16Array, before: Uint16Array | undefined): VoltageFinding[] {
  const findings: VoltageFinding[] = [];
  for (let from = 0; from < VOLTAGE_INTERVALS; ) {
    const reason = reasonOf(volts, before, from);
    let end = from + 1;
    while (end < VOLTAGE_INTERVALS && reasonOf(volts, before, end) === reason) end += 1;
    if (reason !== undefined) {
      findings.push({ reason, from: from * VOLTAGE_MINUTES, minutes: (end - from) * VOLTAGE_MINUTES });
    }
    from = end;
  }
  return findings;
}

function reasonOf(volts: Uint16Array, before: Uint16Array | undefined, at: number): VoltageReason | undefined {
  const value = volts[at] as number;
  if (value === VOLTAGE_MISSING) return 'missing';
  if (!isPossibleVoltage(value)) return 'impossible';
  const told = before?.[at] ?? VOLTAGE_MISSING;
  return told !== VOLTAGE_MISSING && told !== value ? 'differs' : undefined;
}
