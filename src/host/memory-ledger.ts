import type { Milliseconds } from '../units/index.ts';
import type { AccountSum, CheckSum } from './ports.ts';
import type { Account, CheckMinute, LedgerSum, Posting, TimedSum } from './types.ts';

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

/** By account. */
export function summedByAccount(ledger: readonly Posting[]): AccountSum[] {
  const sums = new Map<Account, AccountSum>();
  for (const { account, amount } of ledger.flatMap(({ lines }) => lines)) {
    const { debit, credit, lines } = sums.get(account) ?? { debit: 0n, credit: 0n, lines: 0 };
    const [more, less] = amount > 0n ? [amount, 0n] : [0n, -amount];
    sums.set(account, { account, debit: debit + more, credit: credit + less, lines: lines + 1 });
  }
  return [...sums.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
}

/** By stretch. @param edges unix minutes, ascending; stretch 0 is from the first to the second */
export function summedByStretch(rows: readonly CheckMinute[], edges: readonly number[]): CheckSum[] {
  const sums = new Map<number, CheckSum>();
  for (const { minute, energy } of rows) {
    const stretch = edges.findLastIndex((edge) => edge <= minute);
    if (stretch < 0 || stretch === edges.length - 1) continue;
    const { minutes, energy: before } = sums.get(stretch) ?? { minutes: 0, energy: 0n };
    sums.set(stretch, { stretch, minutes: minutes + 1, energy: before + BigInt(energy) });
  }
  return [...sums.values()].sort((a, b) => a.stretch - b.stretch);
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
