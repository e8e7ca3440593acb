import type { BalanceJson, CutOffJson } from '../../../api/index.ts';

const MINUTE_MS = 60_000;

export interface Point {
  /** Minutes since the hours begin. */
  readonly minute: number;
  readonly tokens: number;
}

/** The balance of the books over some minutes: as it stood when they begin, and after each posting among them. */
export function balanceOver(
  { opening, points }: Pick<BalanceJson, 'opening' | 'points'>,
  start: string,
  minutes: number,
): readonly Point[] {
  const from = Date.parse(start);
  const of = points.map(({ at, balance }) => ({
    minute: (Date.parse(at) - from) / MINUTE_MS,
    tokens: Number(balance.purse),
  }));
  const before = of.findLast(({ minute }) => minute <= 0);
  const within = of.filter(({ minute }) => minute > 0 && minute <= minutes);
  const first = { minute: 0, tokens: before?.tokens ?? Number(opening.purse) };
  const last = within.at(-1) ?? first;
  return [first, ...within, { minute: minutes, tokens: last.tokens }];
}

export interface Mark {
  readonly minute: number;
  readonly nth: number;
}

/** Which notices fell into the hours, and where. The others are told in the list alone. */
export function marksOf({ notices, before }: CutOffJson): readonly Mark[] {
  if (before === undefined) return [];
  const from = Date.parse(before.start);
  return notices
    .map(({ at, heardAt }, nth) => ({ nth, minute: (Date.parse(at ?? heardAt) - from) / MINUTE_MS }))
    .filter(({ minute }) => minute >= 0 && minute <= before.energy.length);
}

/** Whether a minute of the day lies in hours that may go over midnight. */
export const isWithin = (minute: number, { from, to }: { readonly from: number; readonly to: number }): boolean =>
  from <= to ? minute >= from && minute < to : minute >= from || minute < to;

/** Exact tokens, rounded up to hundredths for people. */
export function hundredths(exact: string): string {
  const [whole = '0', fraction = ''] = exact.split('.');
  const cut = fraction.slice(0, 2).padEnd(2, '0');
  const isMore = /[1-9]/.test(fraction.slice(2));
  const sum = BigInt(whole) * 100n + BigInt(cut) + (isMore ? 1n : 0n);
  return `${sum / 100n}.${String(sum % 100n).padStart(2, '0')}`;
}
