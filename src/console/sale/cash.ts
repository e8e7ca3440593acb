/** Notes and coins in minor units, the largest first. */
const KNOWN: Readonly<Record<string, readonly number[]>> = {
  EUR: [20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  USD: [10_000, 5_000, 2_000, 1_000, 500, 100, 25, 10, 5, 1],
  GBP: [5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  KES: [100_000, 50_000, 20_000, 10_000, 5_000, 4_000, 2_000, 1_000, 500, 100],
  KRW: [50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10],
};

const QUICK = [5n, 10n, 20n, 50n];

/** What is keyed where no small money is: in a currency without small units a thousand is the least that a note is worth. */
export const wholeUnitOf = (exponent: number): bigint => 10n ** BigInt(exponent === 0 ? 3 : exponent);

/** Minor units of what is often paid, for one press. */
export const quickAmounts = (exponent: number): readonly string[] =>
  QUICK.map((units) => String(units * wholeUnitOf(exponent)));

const SERIES = [100, 50, 20, 10, 5, 2, 1] as const;

/** What cash of a currency is counted in; of one that is not known, the usual series of hundreds down to ones. */
export function denominationsOf({ code, exponent }: { readonly code: string; readonly exponent: number }) {
  const known = KNOWN[code];
  return known ?? SERIES.map((each) => each * 10 ** exponent);
}

/** How many of each there are, as it was typed. */
export type Counted = Readonly<Record<number, string>>;

/** What was counted in minor units; undefined when something typed is no number of pieces. */
export function cashOf(counted: Counted): string | undefined {
  const pieces = Object.entries(counted).map(([worth, count]) => ({ worth, count: count.trim() || '0' }));
  if (pieces.some(({ count }) => !/^\d{1,7}$/.test(count))) return undefined;
  return String(pieces.reduce((sum, { worth, count }) => sum + BigInt(worth) * BigInt(count), 0n));
}

/** What is missing or too much, said with a sign of its own. */
export function balanceOf(difference: string): { readonly kind: 'even' | 'short' | 'over'; readonly by: string } {
  const by = BigInt(difference);
  if (by === 0n) return { kind: 'even', by: '0' };
  return by < 0n ? { kind: 'short', by: String(-by) } : { kind: 'over', by: String(by) };
}
