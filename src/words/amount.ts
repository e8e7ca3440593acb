/**
 * Minor units of a currency as people write them, with as many decimals as the currency has: nothing is rounded.
 *
 * ```ts
 * import { amountText } from 'wattpurse/words';
 * amountText(1234567, 2); // => '12,345.67'
 * amountText(5, 2); // => '0.05'
 * amountText(1234567, 0); // => '1,234,567'
 * ```
 */
export function amountText(minorUnits: number, exponent: number): string {
  const digits = String(minorUnits).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',');
  return exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
}
