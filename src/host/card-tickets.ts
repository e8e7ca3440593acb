import { TICKETS_MAX } from '../card/index.ts';
import type { KeyName, Purpose } from '../crypto/index.ts';
import { type Milliseconds, type Svpmsn, U16_MAX, U32_MAX, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { metersOfCard } from './card-meters.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { CardProvider, CardPurse, CardTicket, IssuedCard, OfflineMeter } from './types.ts';

const SECONDS_PER_DAY = 86_400;

/** What a ticket is wanted for. */
export interface TicketWanted {
  readonly card: IssuedCard;
  readonly purse: CardPurse;
  readonly provider: CardProvider;
  /** Of the ticket that the card took last, as it told in M2. */
  readonly version: number;
  /** The meter that it is in, 0 for none. */
  readonly route: Svpmsn;
  /** Value comes with it: then the meter may take as much anew. */
  readonly loads: boolean;
}

/**
 * The ticket that goes to a card with the next M3: durable before it is sealed. The one that was issued and never
 * taken goes again, byte for byte; else that meter's turn comes which needs one most.
 */
export async function nextTicket(
  tx: StoreTransaction,
  wanted: TicketWanted,
  now: Milliseconds,
): Promise<CardTicket | undefined> {
  const due = await dueTicket(tx, wanted, now);
  if (due === undefined || 'id' in due) return due;
  const { purse, provider, version: told } = wanted;
  const version = Math.max(told, due.issued) + 1;
  // A card that has had all of them is replaced.
  if (version > U16_MAX) return undefined;
  if (due.meter.line) await tx.offlineMeters.put([due.meter]);
  const ticket: CardTicket = {
    ...{ id: `${purse.id}-${String(version).padStart(5, '0')}`, purse: purse.id, version },
    ...{ meter: due.meter.svpmsn, n: due.meter.n, limit: provider.ticketLimit, epoch: due.meter.epoch },
    ...{ expiry: expiryOf(provider, now), issuedAt: now, takenAt: undefined },
  };
  await tx.cardTickets.put([ticket]);
  return ticket;
}

/** A ticket that is there and goes again, or the meter that needs a new one; nothing where none does. */
async function dueTicket(
  tx: StoreReads,
  { card: { subscriber }, purse, provider, route, version, loads }: TicketWanted,
  now: Milliseconds,
): Promise<CardTicket | { readonly meter: OfflineMeter; readonly issued: number } | undefined> {
  const meters = await metersOfCard(tx, { subscriber, provider, route }, now);
  if (meters.length === 0) return undefined;
  const tickets = (await tx.cardTickets.where('purse', purse.id)).sort((a, b) => a.version - b.version);
  const newest = new Map<Svpmsn, CardTicket>(tickets.map((ticket) => [ticket.meter, ticket]));
  const last = tickets.at(-1);
  const renewBefore = now / 1000 + (provider.ticketDays * SECONDS_PER_DAY) / 2;
  const isGood = (ticket: CardTicket | undefined, meter: OfflineMeter) =>
    ticket?.epoch === meter.epoch && ticket.n === meter.n && ticket.expiry > renewBefore;
  if (last !== undefined && last.version > version) {
    const meter = meters.find(({ svpmsn }) => svpmsn === last.meter);
    if (meter !== undefined && isGood(last, meter)) return last;
  }
  const issued = last?.version ?? 0;
  const here = meters.find(({ svpmsn }) => svpmsn === route);
  const held = here && newest.get(route);
  if (here !== undefined && held !== undefined && !(await isKept(tx, purse, held, newest)))
    return { meter: here, issued };
  const needy = meters.find((meter) => !isGood(newest.get(meter.svpmsn), meter));
  if (needy !== undefined) return { meter: needy, issued };
  const own = meters.filter((meter) => meter.subscriber === subscriber);
  if (!loads || own.length === 0) return undefined;
  // Each in its turn: the one whose last is the oldest.
  const age = ({ svpmsn }: OfflineMeter) => newest.get(svpmsn)?.version ?? 0;
  return { meter: own.reduce((oldest, each) => (age(each) < age(oldest) ? each : oldest)), issued };
}

/**
 * Whether a card has kept a ticket: it holds so many, and the oldest of its region goes first. Asked of the meter that
 * it is in alone: of all of a subscriber's, one would take the place of another for ever.
 */
async function isKept(
  tx: StoreReads,
  purse: CardPurse,
  { version }: CardTicket,
  newest: ReadonlyMap<Svpmsn, CardTicket>,
): Promise<boolean> {
  let newer = [...newest.values()].filter((ticket) => ticket.version > version).length;
  for (const { id } of await tx.cardPurses.where('card', purse.card)) {
    if (id === purse.id) continue;
    newer += new Set((await tx.cardTickets.where('purse', id)).map(({ meter }) => meter)).size;
  }
  return newer < TICKETS_MAX;
}

/** Whether a card lacks a ticket that it should have. */
export const lacksTicket = async (tx: StoreReads, wanted: TicketWanted, now: Milliseconds): Promise<boolean> =>
  (await dueTicket(tx, wanted, now)) !== undefined;

const expiryOf = ({ ticketDays }: CardProvider, now: Milliseconds): number =>
  Math.min(Math.floor(now / 1000) + ticketDays * SECONDS_PER_DAY, U32_MAX);

export const ticketTerms = ({ version, limit, expiry, epoch }: CardTicket) => ({
  ...{ version, limit, epoch },
  expiry: unixSeconds(expiry) as UnixSeconds,
});

export const keyOfTicket = ({ n }: CardTicket): KeyName<typeof Purpose.value> => n as KeyName<typeof Purpose.value>;

/**
 * What meters may still take under tickets of a card, at most: of each meter the newest, unless it has expired, or a
 * greater epoch is known to be there. What was taken under it before counts too: nobody told.
 */
export async function exposureOf(
  tx: StoreReads,
  purse: CardPurse,
  now: Milliseconds,
): Promise<{ readonly tickets: readonly CardTicket[]; readonly exposure: bigint }> {
  const newest = new Map<Svpmsn, CardTicket>();
  for (const ticket of await tx.cardTickets.where('purse', purse.id)) {
    const before = newest.get(ticket.meter);
    if (before === undefined || before.version < ticket.version) newest.set(ticket.meter, ticket);
  }
  const meters = await tx.offlineMeters.of([...newest.keys()].map((id) => id.toString(16).padStart(6, '0')));
  const there = new Map(meters.flatMap((meter) => (meter === undefined ? [] : [[meter.svpmsn, meter.epochThere]])));
  const live = [...newest.values()].filter(
    ({ meter, expiry, epoch }) => expiry * 1000 > now && epoch >= (there.get(meter) ?? 0),
  );
  return { tickets: live, exposure: live.reduce((sum, { limit }) => sum + BigInt(limit), 0n) };
}
