import { angleDeciDegrees } from './integers.ts';

/**
 * By how much a current lags, in degrees with one decimal, 0 to 90: part 9 charges "things which temporarily use
 * induction load" differently. A leading current lags by 0; energy that flows back lags as the mirrored angle does.
 * Active and reactive energy, or power, of the same time and unit, with the signs of `PowerWindow`.
 */
export function degreesOfLag({ active, reactive }: { readonly active: bigint; readonly reactive: bigint }): number {
  const angle = angleDeciDegrees(active, reactive);
  const lag = angle > 900 ? 1800 - angle : angle;
  return Math.max(0, lag) / 10;
}
