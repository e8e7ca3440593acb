import { TICKETS_MAX } from '../card/index.ts';
import type { KeyName, Purpose } from '../crypto/index.ts';
import {
  type Milliseconds,
  type Svpmsn,
  svpmsnText,
  U16_MAX,
  U32_MAX,
  type UnixSeconds,
  unixSeconds,
} from '../units/index.ts';
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
    ...{ expiry: expiryOf(provider, now), issuedAt: now, takenAt: undefined, exposes: provider.id },
  };
  await tx.cardTickets.put([...(due.before === undefined ? [] : [{ ...due.before, exposes: undefined }]), ticket]);
  return ticket;
}

interface Due {
  readonly meter: OfflineMeter;
  /** Its newest ticket of this card. */
  readonly before: CardTicket | undefined;
  /** Version of the newest ticket of the card. */
  readonly issued: number;
}

/** A ticket that is there and goes again, or the meter that needs a new one; nothing where none does. */
async function dueTicket(
  tx: StoreReads,
  { card: { subscriber }, purse, provider, route, version, loads }: TicketWanted,
  now: Milliseconds,
): Promise<CardTicket | Due | undefined> {
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
  const dueTo = (meter: OfflineMeter): Due => ({ meter, before: newest.get(meter.svpmsn), issued: last?.version ?? 0 });
  const here = meters.find(({ svpmsn }) => svpmsn === route);
  const held = here && newest.get(route);
  if (here !== undefined && held !== undefined && !(await isKept(tx, purse, held, newest))) return dueTo(here);
  const needy = meters.find((meter) => !isGood(newest.get(meter.svpmsn), meter));
  if (needy !== undefined) return dueTo(needy);
  const own = meters.filter((meter) => meter.subscriber === subscriber);
  if (!loads || own.length === 0) return undefined;
  // Each in its turn: the one whose last is the oldest.
  const age = ({ svpmsn }: OfflineMeter) => newest.get(svpmsn)?.version ?? 0;
  return dueTo(own.reduce((oldest, each) => (age(each) < age(oldest) ? each : oldest)));
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
  const tickets = await stillGood(tx, [...newest.values()], now);
  return { tickets, exposure: sumOfLimits(tickets) };
}

const PAGE = 500;

/** The same of all cards of a provider: of each card and meter one ticket is read, however many were issued. */
export async function exposureOfProvider(
  tx: StoreReads,
  provider: string,
  now: Milliseconds,
): Promise<{ readonly tickets: number; readonly exposure: bigint }> {
  let [tickets, exposure] = [0, 0n];
  for (let after: string | undefined; ; ) {
    const page = await tx.cardTickets.where('exposes', provider, {
      ...(after !== undefined && { after }),
      limit: PAGE,
    });
    const good = await stillGood(tx, page, now);
    tickets += good.length;
    exposure += sumOfLimits(good);
    if (page.length < PAGE) return { tickets, exposure };
    after = page.at(-1)?.id;
  }
}

async function stillGood(tx: StoreReads, tickets: readonly CardTicket[], now: Milliseconds): Promise<CardTicket[]> {
  const inTime = tickets.filter(({ expiry }) => expiry * 1000 > now);
  const meters = await tx.offlineMeters.of([...new Set(inTime.map(({ meter }) => svpmsnText(meter)))]);
  const rows = new Map(meters.flatMap((meter) => (meter === undefined ? [] : [[meter.svpmsn, meter]])));
  const good: CardTicket[] = [];
  for (const ticket of inTime) if (!(await isPast(tx, ticket, rows.get(ticket.meter)))) good.push(ticket);
  return good;
}

/**
 * Whether nothing more is taken under a ticket, and all that was is booked. Of a meter that is another subscriber's
 * nobody knows it: what that took from this card, its events tell, or its first report to them, and both may come late.
 */
async function isPast(tx: StoreReads, ticket: CardTicket, meter: OfflineMeter | undefined): Promise<boolean> {
  if (meter === undefined || ticket.epoch >= meter.epochThere) return false;
  const [purse] = await tx.cardPurses.of([ticket.purse]);
  const [card] = purse === undefined ? [] : await tx.cards.of([purse.card]);
  return card?.subscriber === meter.subscriber;
}

const sumOfLimits = (tickets: readonly CardTicket[]): bigint =>
  tickets.reduce((sum, { limit }) => sum + BigInt(limit), 0n);
