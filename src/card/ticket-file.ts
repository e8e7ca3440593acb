import { crc32, Reader, Writer } from '../bytes/index.ts';
import { assert, type Svpmsn, U24_MAX } from '../units/index.ts';
import { TICKET_ROW_BYTES, TICKET_ROWS, TICKETS_MAX, ticketRowAt } from './layout.ts';
import type { RegionPurse } from './slot.ts';
import { type Card, type CardOutputs, type WholeRegion, write } from './state.ts';
import { decodeTicket, TICKET_BYTES_MAX, type Ticket } from './ticket.ts';
import type { Row } from './two-slots.ts';

/** A row of the ticket file that holds. */
interface HeldTicket {
  readonly row: number;
  readonly ticket: Ticket;
  readonly bytes: Uint8Array;
}

const LENGTH_AT = TICKET_ROW_BYTES - 1;

/** The ticket of this region for this meter, as it was brought. */
export const ticketFor = (card: Card, { region }: WholeRegion, meter: Svpmsn): Uint8Array | undefined =>
  heldTickets(card).find(({ ticket }) => ticket.region === region && ticket.meter === meter)?.bytes;

/** What a commit needs so that a ticket is taken with it. */
export interface TicketTaken {
  readonly changed: Pick<RegionPurse, 'ticketVersion'>;
  readonly rows: readonly Row[];
}

/**
 * Prepares to take a ticket, and gives what goes into the commit that raises the region's ticket version; `undefined`
 * when the ticket is another card's or region's, no newer than the newest, or has no room.
 *
 * A full file gives up the oldest ticket of the same region, and never that of a meter for which something is pending.
 * That one goes before the commit: a cut between the two loses a ticket, which the provider sees and sends again.
 */
export function takeTicket(
  card: Card,
  region: WholeRegion,
  bytes: Uint8Array,
  out: CardOutputs,
): TicketTaken | undefined {
  const ticket = decodeTicket(bytes);
  if ('reason' in ticket || ticket.csn !== card.csn || ticket.region !== region.region) return undefined;
  if (ticket.version <= region.purse.ticketVersion) return undefined;
  const held = heldTickets(card);
  // What a cut left without its commit, and what a newer ticket followed, must not come to hold later.
  for (const { row } of wholeTickets(card)) if (held.every((other) => other.row !== row)) empty(card, row, out);
  const known = held.some((other) => other.ticket.region === ticket.region && other.ticket.meter === ticket.meter);
  if (held.length === TICKETS_MAX && !known) {
    const oldest = held
      .filter((other) => other.ticket.region === ticket.region)
      .filter((other) => other.ticket.meter !== region.purse.pending?.meter)
      .sort((a, b) => a.ticket.version - b.ticket.version)[0];
    if (oldest === undefined) return undefined;
    empty(card, oldest.row, out);
    held.splice(held.indexOf(oldest), 1);
  }
  const free = Array.from({ length: TICKET_ROWS }, (_, row) => row).find((row) => held.every((h) => h.row !== row));
  assert(free !== undefined, 'nine rows hold at most eight tickets');
  const at = ticketRowAt(free);
  const writer = new Writer(TICKET_ROW_BYTES).bytes(bytes).bytes(new Uint8Array(TICKET_BYTES_MAX - bytes.length));
  const body = writer.u32(crc32(writer.done())).done();
  const rows = [
    { address: at + LENGTH_AT, bytes: Uint8Array.of(0) },
    { address: at, bytes: body },
    { address: at + LENGTH_AT, bytes: Uint8Array.of(bytes.length) },
  ];
  return { changed: { ticketVersion: ticket.version }, rows };
}

const empty = (card: Card, row: number, out: CardOutputs): void =>
  write(card, ticketRowAt(row) + LENGTH_AT, Uint8Array.of(0), out);

/** Of the whole rows those that their region's commit has reached, and that no newer one for the same meter follows. */
function heldTickets(card: Card): HeldTicket[] {
  const newest = new Map<number, HeldTicket>();
  for (const held of wholeTickets(card)) {
    const { region, meter, version } = held.ticket;
    // Of a damaged region nobody knows the version: what is whole is left to whoever mends it.
    const purse = card.regions.get(region)?.purse;
    if (purse !== undefined && version > purse.ticketVersion) continue;
    const place = region * (U24_MAX + 1) + meter;
    const other = newest.get(place);
    if (other === undefined || other.ticket.version < version) newest.set(place, held);
  }
  return [...newest.values()];
}

function wholeTickets(card: Card): HeldTicket[] {
  return Array.from({ length: TICKET_ROWS }, (_, row) => {
    const bytes = readTicketRow(card, row);
    const ticket = bytes === undefined ? undefined : decodeTicket(bytes);
    return bytes === undefined || ticket === undefined || 'reason' in ticket ? [] : [{ row, ticket, bytes }];
  }).flat();
}

function readTicketRow(card: Card, row: number): Uint8Array | undefined {
  const at = ticketRowAt(row);
  const length = card.nvm[at + LENGTH_AT] as number;
  const body = card.nvm.slice(at, at + TICKET_BYTES_MAX);
  if (length === 0 || length > TICKET_BYTES_MAX) return undefined;
  return new Reader(card.nvm, at + TICKET_BYTES_MAX).u32() === crc32(body) ? body.slice(0, length) : undefined;
}
