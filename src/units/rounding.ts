/**
 * Shares that lose nothing: splits `amount` in the proportion of `weights`, to the last token.
 * What whole division leaves over goes to the largest fractions, the earlier first.
 *
 * ```ts
 * import { allocate } from 'wattpurse/units';
 * allocate(1000n, [1n, 1n, 1n]); // => [334n, 333n, 333n]
 * ```
 * @throws RangeError when no weight is positive, or one is negative
 */
export function allocate(amount: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError('allocate needs weights of at least 0, and one above 0');
  }
  const shares = weights.map((weight) => (amount * weight) / sum);
  let left = amount - shares.reduce((total, share) => total + share, 0n);
  const step = left < 0n ? -1n : 1n;
  const magnitude = (fraction: bigint) => (fraction < 0n ? -fraction : fraction);
  const order = weights
    .map((weight, index) => ({ index, fraction: magnitude((amount * weight) % sum) }))
    .sort((a, b) => (a.fraction === b.fraction ? a.index - b.index : a.fraction < b.fraction ? 1 : -1));
  for (const { index } of order) {
    if (left === 0n) break;
    shares[index] = (shares[index] as bigint) + step;
    left -= step;
  }
  return shares;
}
