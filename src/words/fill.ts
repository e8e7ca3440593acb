/**
 * A sentence of the catalogue with its numbers and names, in the order of its `{}`.
 *
 * ```ts
 * import { fill } from 'wattpurse/words';
 * fill('{} of {} meters', 3, 32); // => '3 of 32 meters'
 * ```
 */
export function fill(sentence: string, ...values: readonly (string | number)[]): string {
  const next = values.values();
  return sentence.replace(/\{\}/g, () => String(next.next().value ?? ''));
}
