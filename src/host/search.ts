import { type Milliseconds, svpmsnText } from '../units/index.ts';
import type { MeterState } from '../words/index.ts';
import { rowStanding } from './overview.ts';
import type { MeterQuery, StoreReads } from './ports.ts';
import type { Meter, Subscriber } from './types.ts';

/** Meters that stand in one state only, and those whose number or subscriber has a text in it, if named. */
export interface MeterFilter extends MeterQuery {
  readonly state?: MeterState;
  readonly search?: string;
}

export interface SubscriberFilter {
  /** What id, name or contact has in it, in whatever case. */
  readonly search?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** By number. A search looks at all meters there are, and at nothing of their past. */
export async function findMeters(
  tx: StoreReads,
  { state, search, limit = Number.POSITIVE_INFINITY, ...of }: MeterFilter,
  { now, roundMs }: { readonly now: Milliseconds; readonly roundMs: number },
): Promise<Meter[]> {
  if (state === undefined && search === undefined) {
    return tx.meters(Number.isFinite(limit) ? { ...of, limit } : of);
  }
  const meters = await tx.meters(of);
  const isNamed = search === undefined ? () => true : await matcher(tx, search);
  const standing = state === undefined ? undefined : await standings(tx, of, { now, roundMs });
  const found: Meter[] = [];
  for (const meter of meters) {
    if (found.length >= limit) break;
    if ((standing === undefined || standing.get(meter.svpmsn) === state) && isNamed(meter)) found.push(meter);
  }
  return found;
}

/** By id. */
export async function findSubscribers(
  tx: StoreReads,
  { search, limit = Number.POSITIVE_INFINITY, ...of }: SubscriberFilter,
): Promise<Subscriber[]> {
  if (search === undefined) return tx.subscribers(Number.isFinite(limit) ? { ...of, limit } : of);
  const wanted = folded(search);
  const all = await tx.subscribers(of);
  return all.filter(({ id, name, contact }) => [id, name, contact].some((text) => has(text, wanted))).slice(0, limit);
}

async function standings(
  tx: StoreReads,
  { localUnit }: MeterQuery,
  { now, roundMs }: { readonly now: Milliseconds; readonly roundMs: number },
): Promise<ReadonlyMap<number, MeterState>> {
  const rows = await tx.meterStates(localUnit === undefined ? {} : { localUnit });
  return new Map(rows.map((row) => [row.svpmsn, rowStanding(row, now, roundMs).state]));
}

async function matcher(tx: StoreReads, search: string): Promise<(meter: Meter) => boolean> {
  const wanted = folded(search);
  const named = (await tx.subscribers()).filter(({ id, name }) => has(id, wanted) || has(name, wanted));
  const subscribers = new Set(named.map(({ id }) => id));
  return ({ svpmsn, subscriber }) => svpmsnText(svpmsn).includes(wanted) || subscribers.has(subscriber);
}

const has = (text: string, wanted: string): boolean => folded(text).includes(wanted);
/** In the program and not in a database, of which each folds letters in its own way. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();
