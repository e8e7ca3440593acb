import type { TariffWeekJson } from '../../../api/index.ts';
import type { Civil } from '../../civil.ts';

/** A part of a day at one price: thousandths of a minor unit a kilowatt-hour. */
export interface PricedSpan {
  readonly date: string;
  /** Minutes of the civil day. */
  readonly from: number;
  readonly to: number;
  readonly price: bigint;
  readonly isCheap: boolean;
}

export interface CheapHours {
  readonly spans: readonly PricedSpan[];
  /** The one that is now; absent before the tariff begins. */
  readonly now?: PricedSpan;
  /** All cost the same. */
  readonly isFlat: boolean;
  /** Where it is cheap now, the minute of today until which it is, at whichever cheap price. */
  readonly cheapUntil?: number;
  /** The next cheap part, at one price, that has not begun. */
  readonly next?: PricedSpan;
}

/**
 * What the hours of a week cost somebody. Cheap is what costs less than the unit charge itself; where nothing does,
 * and prices differ, the lowest of them.
 */
export function cheapHours({ table, next, days }: TariffWeekJson, { date, minute }: Civil): CheapHours {
  const unitChargeOf = (version: number) =>
    BigInt((next?.version === version ? next.unitCharge : table?.unitCharge) ?? '0');
  const priced = days.flatMap(({ date, spans }) =>
    spans.map(({ from, to, percent, version }) => {
      const unitCharge = unitChargeOf(version);
      return { date, from, to, unitCharge, price: (unitCharge * BigInt(percent)) / 100n };
    }),
  );
  const prices = priced.map(({ price }) => price);
  const [lowest] = prices.toSorted((a, b) => (a < b ? -1 : 1));
  const isFlat = prices.every((price) => price === lowest);
  const isBelow = priced.some(({ price, unitCharge }) => price < unitCharge);
  const spans = merged(
    priced.map(({ date, from, to, unitCharge, price }) => ({
      ...{ date, from, to, price },
      isCheap: !isFlat && (isBelow ? price < unitCharge : price === lowest),
    })),
  );
  const now = spans.find((span) => span.date === date && span.from <= minute && minute < span.to);
  const upcoming = spans.filter((span) => span.date > date || (span.date === date && span.from > minute));
  // What goes on to be cheap is no next time.
  const dear = now?.isCheap === true ? upcoming.findIndex(({ isCheap }) => !isCheap) : 0;
  const found = dear < 0 ? undefined : upcoming.slice(dear).find(({ isCheap }) => isCheap);
  const until = now?.isCheap === true ? cheapUntil(spans, now) : undefined;
  return {
    ...{ spans, isFlat },
    ...(now !== undefined && { now }),
    ...(until !== undefined && { cheapUntil: until }),
    ...(found !== undefined && { next: found }),
  };
}

/** Neighbours of one day at one price are one part. */
function merged(spans: readonly PricedSpan[]): readonly PricedSpan[] {
  const parts: PricedSpan[] = [];
  for (const span of spans) {
    const before = parts.at(-1);
    if (before?.date === span.date && before.to === span.from && before.price === span.price) {
      parts[parts.length - 1] = { ...before, to: span.to };
    } else parts.push(span);
  }
  return parts;
}

function cheapUntil(spans: readonly PricedSpan[], now: PricedSpan): number {
  let { to } = now;
  for (const span of spans) {
    if (span.date === now.date && span.from === to && span.isCheap) to = span.to;
  }
  return to;
}
