import { checkDigitOf } from './check-digit.ts';
import { type Svpmsn, svpmsn, U24_MAX } from './quantities.ts';

/** A meter's number in decimal, and a check digit behind it. */
export const METER_DIGITS = 9;

/**
 * The number of a meter as it is keyed on a telephone: eight decimal digits, and one that shows a wrong digit and two
 * that changed places.
 *
 * ```ts
 * import { meterDigits, parseMeterDigits, svpmsn } from 'wattpurse/units';
 * meterDigits(svpmsn(0x0a1b2c)); // => '006623162'
 * parseMeterDigits('006623162'); // => 662316
 * parseMeterDigits('006623612'); // => undefined
 * ```
 */
export function meterDigits(meter: Svpmsn): string {
  const digits = String(meter).padStart(METER_DIGITS - 1, '0');
  return `${digits}${checkDigitOf(digits)}`;
}

/** Nothing for what was keyed wrongly. */
export function parseMeterDigits(digits: string): Svpmsn | undefined {
  if (!/^\d{9}$/.test(digits) || checkDigitOf(digits) !== 0) return undefined;
  const meter = Number(digits.slice(0, -1));
  return meter > U24_MAX ? undefined : svpmsn(meter);
}
