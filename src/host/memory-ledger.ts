import type { Milliseconds } from '../units/index.ts';
import type { LedgerSum, Posting, TimedSum } from './types.ts';

/** By meter, kind and account; what concerns no meter comes first. */
export function summed(ledger: readonly Posting[]): LedgerSum[] {
  const sums = new Map<string, LedgerSum>();
  for (const { kind, svpmsn, lines } of ledger) {
    for (const { account, amount } of lines) {
      const key = `${svpmsn} ${kind} ${account}`;
      sums.set(key, { kind, account, svpmsn, amount: (sums.get(key)?.amount ?? 0n) + amount });
    }
  }
  return [...sums.values()].sort(bySum);
}

/** By stretch, kind and account. @param edges ascending; stretch 0 is what was posted before the first */
export function summedByTime(ledger: readonly Posting[], edges: readonly Milliseconds[]): TimedSum[] {
  const sums = new Map<string, TimedSum>();
  for (const { kind, at, lines } of ledger) {
    const stretch = edges.filter((edge) => edge <= at).length;
    if (stretch === edges.length) continue;
    for (const { account, amount } of lines) {
      const key = `${stretch} ${kind} ${account}`;
      sums.set(key, { kind, account, stretch, amount: (sums.get(key)?.amount ?? 0n) + amount });
    }
  }
  return [...sums.values()].sort(byStretch);
}

function bySum(a: LedgerSum, b: LedgerSum): number {
  if (a.svpmsn !== b.svpmsn) return (a.svpmsn ?? -1) - (b.svpmsn ?? -1);
  const [left, right] = [`${a.kind} ${a.account}`, `${b.kind} ${b.account}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function byStretch(a: TimedSum, b: TimedSum): number {
  if (a.stretch !== b.stretch) return a.stretch - b.stretch;
  const [left, right] = [`${a.kind} ${a.account}`, `${b.kind} ${b.account}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
