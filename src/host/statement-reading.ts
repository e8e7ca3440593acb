import { civilDayAt, dateText, startsOfDays } from '../tariff/index.ts';
import { MINUTES_PER_DAY, type Milliseconds } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { type Statement, statementOf } from './statement.ts';
import { daysWithin, postingsWithin, type Stay } from './stay.ts';
import { CLOCKS_APART_MS, supplyRecords } from './supply-records.ts';
import { termsOf } from './terms.ts';
import type { HostFailure, Line, Meter, NumberedPosting, Trade } from './types.ts';

export interface StatementQuery {
  readonly meter: number;
  /** Dates of local time, `2026-03-01`, both included. */
  readonly from: string;
  readonly to: string;
  /** Only of those days as far as they are of it. */
  readonly within?: Stay;
}

const STATEMENT_DAYS_MAX = 400;
/** What was spent before a statement and told in it is looked for so far back. */
const TOLD_DAYS_MAX = 40;
const PAGE = 500;

/** Reads what a store holds of a meter and a period, and explains it. */
export async function readStatement(
  tx: StoreReads,
  query: StatementQuery,
  zone: string,
  now: Milliseconds,
): Promise<Statement | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const asked = startsOf(query, zone, now);
  if ('reason' in asked) return asked;
  const { within } = query;
  const starts = daysWithin(asked, within);
  if ('reason' in starts) return starts;
  const { meter } = found;
  const { svpmsn } = meter;
  const [begin, end] = [starts[0], starts.at(-1)] as [Milliseconds, Milliseconds];
  const whose = within?.subscriber ?? meter.subscriber;
  const subscriber = await tx.subscriber(whose);
  const { own: all, earlier } = await postingsOf(tx, meter, { begin, end });
  const own = await postingsWithin(tx, all, within);
  const toldBefore = Math.max(
    earlier.find(({ kind }) => kind === 'spent')?.at ?? meter.enrolledAt,
    begin - TOLD_DAYS_MAX * MS_PER_DAY,
  ) as Milliseconds;
  const supplies = await supplyRecords(tx, meter, { from: Math.min(toldBefore, begin) as Milliseconds, end, zone });
  if ('reason' in supplies) return supplies;
  const orders = [...new Set(own.flatMap(({ order }) => order ?? []))];
  const { currency } = await termsOf(tx);
  return statementOf({
    svpmsn,
    subscriber: { id: whose, name: subscriber?.name ?? '' },
    ...{ zone, currency, starts, asOf: now, enrolledAt: laterOf(within?.from, meter.enrolledAt), toldBefore, supplies },
    dates: starts.slice(0, -1).map((at) => dateText(civilDayAt(zone, at))),
    before: await ledgerBefore(tx, meter, begin, within),
    postings: own,
    trades: new Map(
      (await tx.trades.of(orders)).flatMap((trade): [string, Trade][] => (trade ? [[trade.id, trade]] : [])),
    ),
    receipts: await receiptsOf(tx, orders),
  });
}

const laterOf = (a: Milliseconds | undefined, b: Milliseconds): Milliseconds => (a !== undefined && a > b ? a : b);

function startsOf({ from, to }: StatementQuery, zone: string, now: Milliseconds): Milliseconds[] | HostFailure {
  const starts = startsOfDays(zone, from, to);
  if (starts === undefined) {
    return fail('range-wrong', `A statement is of dates such as 2026-03-01, not of "${from}" to "${to}".`);
  }
  const days = starts.length - 1;
  if (days < 1 || days > STATEMENT_DAYS_MAX) {
    return fail('range-wrong', `A statement has 1 to ${STATEMENT_DAYS_MAX} days, not ${days}: check the dates.`, {
      daysMax: STATEMENT_DAYS_MAX,
    });
  }
  if ((starts[days - 1] as number) > now) {
    return fail('range-wrong', `${to} has not begun: a statement ends today or before.`);
  }
  return starts;
}

/** Those of the period, the oldest first, and those before it, the newest first, as far as the last spending. */
export async function postingsOf(
  tx: StoreReads,
  { svpmsn }: Meter,
  { begin, end }: { readonly begin: Milliseconds; readonly end: Milliseconds },
): Promise<{ readonly own: NumberedPosting[]; readonly earlier: NumberedPosting[] }> {
  const own: NumberedPosting[] = [];
  const earlier: NumberedPosting[] = [];
  for (let before: number | undefined; ; ) {
    const page = await tx.postings({ svpmsn, limit: PAGE, ...(before !== undefined && { before }) });
    own.unshift(...page.filter(({ at }) => at >= begin && at < end).reverse());
    earlier.push(...page.filter(({ at }) => at < begin));
    const last = page.at(-1);
    const isSeen = earlier.some(({ kind }) => kind === 'spent') && (last?.at ?? 0) < begin - CLOCKS_APART_MS;
    if (last === undefined || page.length < PAGE || isSeen) return { own, earlier };
    before = last.sequence;
  }
}

/** Of a meter's ledger before an instant, what was posted in a stay: a stay begins with nothing. */
export async function ledgerBefore(
  tx: StoreReads,
  meter: Meter,
  before: Milliseconds,
  within: Stay | undefined,
): Promise<readonly Line[]> {
  if (within === undefined) return tx.ledgerOf(meter.svpmsn, before);
  const { from, until = before } = within;
  if (before <= from) return [];
  // Where nobody lived there before, no order is another's: the sums need no look at each posting of years.
  if (from <= meter.enrolledAt) return tx.ledgerOf(meter.svpmsn, before < until ? before : until);
  const { own } = await postingsOf(tx, meter, { begin: from, end: before });
  const theirs = await postingsWithin(tx, own, within);
  return theirs.flatMap(({ lines }) => lines);
}

async function receiptsOf(tx: StoreReads, orders: readonly string[]): Promise<Map<string, string>> {
  const numbers = new Map<string, string>();
  for (const order of orders) {
    const newest = (await tx.receipts.where('order', order)).at(-1);
    if (newest !== undefined) numbers.set(order, newest.id);
  }
  return numbers;
}

const MS_PER_DAY = MINUTES_PER_DAY * 60_000;
