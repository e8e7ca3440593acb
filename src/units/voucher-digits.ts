import { checkDigitOf } from './check-digit.ts';

/** Fifteen that nobody guesses, and one that shows a wrong digit and two that changed places. */
export const VOUCHER_DIGITS = 16;

/**
 * The number of a voucher as it is printed and keyed.
 *
 * ```ts
 * import { parseVoucherDigits, voucherDigits } from 'wattpurse/units';
 * voucherDigits('123456789012345'); // => '1234567890123450'
 * parseVoucherDigits('1234 5678 9012 3450'); // => '1234567890123450'
 * parseVoucherDigits('1234567890123405'); // => undefined
 * ```
 *
 * @param drawn fifteen digits
 */
export const voucherDigits = (drawn: string): string => `${drawn}${checkDigitOf(drawn)}`;

/** What somebody keyed or wrote, in fours or not; nothing for what is no number of a voucher. */
export function parseVoucherDigits(text: string): string | undefined {
  const digits = text.replaceAll(/[ -]/g, '');
  return digits.length === VOUCHER_DIGITS && /^\d+$/.test(digits) && checkDigitOf(digits) === 0 ? digits : undefined;
}
