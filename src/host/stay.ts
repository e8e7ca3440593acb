import { type Milliseconds, milliseconds } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import { latestTenancy } from './leaving.ts';
import type { StoreReads } from './ports.ts';
import type { HostFailure, Meter, NumberedEvent, NumberedPosting, Posting, Tenancy } from './types.ts';

/** When a subscriber had a meter, the last time: what others used and paid there is none of theirs. */
export interface Stay {
  readonly subscriber: string;
  readonly from: Milliseconds;
  /** Not included; absent while they have it. */
  readonly until: Milliseconds | undefined;
}

export async function stayOf(
  tx: StoreReads,
  { meter: number, subscriber }: { readonly meter: number; readonly subscriber: string },
): Promise<Stay | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const stay = (await staysAt(tx, found.meter)).get(subscriber);
  return stay ?? fail('tenancy-unknown', `Subscriber "${subscriber}" never had this meter: check the id.`);
}

/** Of each household that has or had a meter its stay there. */
async function staysAt(tx: StoreReads, { svpmsn, subscriber }: Meter): Promise<ReadonlyMap<string, Stay>> {
  const stays = new Map<string, Stay>();
  for (const tenancy of await tx.tenancies.where('svpmsn', svpmsn)) {
    const { subscriber, movedInAt: from } = tenancy;
    stays.set(subscriber, { subscriber, from, until: endOf(tenancy) });
  }
  // Nobody ever moved there: all that is known of it is theirs.
  if (stays.size === 0) stays.set(subscriber, { subscriber, from: milliseconds(0), until: undefined });
  return stays;
}

/** What is booked as they leave is theirs still. */
const endOf = ({ leftAt }: Tenancy): Milliseconds | undefined =>
  leftAt === undefined ? undefined : ((leftAt + 1) as Milliseconds);

/** Since when whoever has a meter now has it. */
export async function hadSince(tx: StoreReads, { svpmsn, enrolledAt }: Meter): Promise<Milliseconds> {
  return (await latestTenancy(tx, svpmsn))?.movedInAt ?? enrolledAt;
}

export const isWithin = (at: number, stay: Stay | undefined): boolean =>
  stay === undefined || (at >= stay.from && at < (stay.until ?? Number.POSITIVE_INFINITY));

/** Days as far as they are of a stay, the first and last of them cut to whole minutes. */
export function daysWithin(
  starts: readonly Milliseconds[],
  stay: Stay | undefined,
): readonly Milliseconds[] | HostFailure {
  if (stay === undefined) return starts;
  const [from, until] = [floorMinute(stay.from), ceilMinute(stay.until ?? Number.POSITIVE_INFINITY)];
  const cut: Milliseconds[] = [];
  starts.slice(1).forEach((end, i) => {
    const [first, last] = [Math.max(starts[i] as number, from), Math.min(end, until)];
    if (first >= last) return;
    if (cut.length === 0) cut.push(first as Milliseconds);
    cut.push(last as Milliseconds);
  });
  if (cut.length > 0) return cut;
  return fail('range-wrong', 'On those days this meter was not yours: ask for days on which you lived there.');
}

const MS_PER_MINUTE = 60_000;
const floorMinute = (at: number): number => Math.floor(at / MS_PER_MINUTE) * MS_PER_MINUTE;
const ceilMinute = (at: number): number => Math.ceil(at / MS_PER_MINUTE) * MS_PER_MINUTE;

/**
 * Of a meter's postings those of a stay: what is booked later about an order for the same meter from before it is of
 * whoever ordered. An order for another meter is of the same household, which it followed from there.
 */
export async function postingsWithin<P extends Posting>(
  tx: StoreReads,
  postings: readonly P[],
  stay: Stay | undefined,
): Promise<P[]> {
  if (stay === undefined) return [...postings];
  const ids = [...new Set(postings.flatMap(({ order }) => order ?? []))];
  const before = new Map(
    (await tx.ordersOf(ids)).flatMap((order) =>
      order !== undefined && order.orderedAt < stay.from ? [[order.id, order.svpmsn]] : [],
    ),
  );
  return postings.filter(
    ({ at, order, svpmsn }) => isWithin(at, stay) && (order === undefined || before.get(order) !== svpmsn),
  );
}

/** Rows of the two lists, or something of each of them. */
export interface Happened<P = NumberedPosting, E = NumberedEvent> {
  readonly postings: readonly P[];
  readonly events: readonly E[];
}
/** Subscribers. */
export type Whose = ReadonlySet<string>;
const NOBODYS: Whose = new Set();

/**
 * Whose each posting and event is: of whoever lived at its meter then, as their statements tell; events are told to no
 * household that left.
 * @returns subscribers of each, in the order of the rows: more than one where one left and the next came at once
 */
export async function whoseAre(tx: StoreReads, { postings, events }: Happened): Promise<Happened<Whose, Whose>> {
  const meters = await tx.metersOf([...new Set([...postings, ...events].flatMap(({ svpmsn }) => svpmsn ?? []))]);
  const found = { postings: new Map<number, Set<string>>(), events: new Map<number, Set<string>>() };
  const note = (of: Map<number, Set<string>>, number: number, subscriber: string) =>
    of.set(number, (of.get(number) ?? new Set()).add(subscriber));
  for (const meter of meters) {
    if (meter === undefined) continue;
    const posted = postings.filter(({ svpmsn }) => svpmsn === meter.svpmsn);
    const stays = await staysAt(tx, meter);
    for (const stay of stays.values()) {
      for (const { sequence } of await postingsWithin(tx, posted, stay))
        note(found.postings, sequence, stay.subscriber);
    }
    const from = stays.get(meter.subscriber)?.from ?? 0;
    for (const { svpmsn, number, heardAt } of events) {
      if (svpmsn === meter.svpmsn && heardAt >= from) note(found.events, number, meter.subscriber);
    }
  }
  return {
    postings: postings.map(({ sequence }) => found.postings.get(sequence) ?? NOBODYS),
    events: events.map(({ number }) => found.events.get(number) ?? NOBODYS),
  };
}
