import { fromHex, Reader, toHex, Writer } from '../bytes/index.ts';
import {
  type CardKey,
  hasPurpose,
  type KeyName,
  keyNameFromByte,
  openPairKey,
  type PairKey,
  Purpose,
  sealPairKey,
  type TerminalKey,
} from '../crypto/index.ts';
import {
  CSN_BYTES,
  type Csn,
  csn,
  isRegion,
  type Region,
  type Svpmsn,
  svpmsn,
  type Tokens,
  tokens,
  type UnixSeconds,
  unixSeconds,
} from '../units/index.ts';

/**
 * What lets one card be spent in one meter: their common key, sealed for the meter, and in clear what the meter is to
 * hold the card to. The card carries it and cannot read it; a meter never holds a key from which others come.
 */
export interface Ticket {
  readonly csn: Csn;
  readonly region: Region;
  readonly meter: Svpmsn;
  /** The meter's key that it is sealed under: purpose value, suite `aes128` or `aes256`. */
  readonly n: KeyName<typeof Purpose.value>;
  /** Counts the tickets of the region from 1: the card takes a greater one only, and so does the meter from this card. */
  readonly version: number;
  /** The most that the meter takes from the card under this version, in all. */
  readonly limit: Tokens;
  /** The first second at which it is no longer good. */
  readonly expiry: UnixSeconds;
  /** Of the meter's hot list: once a ticket has brought it a greater one, this ticket is no longer good there. */
  readonly epoch: number;
  /** Kpair, sealed. */
  readonly sealed: Uint8Array;
}

export type TicketFailure = { readonly reason: 'ticket-length-wrong' | 'ticket-region-unknown' | 'ticket-key-foreign' };

/** CSN 7 | region u8 | meter u24 | n u8 | version u16 | limit u32 | expiry u32 | epoch u32 */
const TICKET_HEAD_BYTES = 26;
const SEALED_BYTES = [24, 40] as const;
export const TICKET_BYTES_MAX = TICKET_HEAD_BYTES + 40;

export const isTicketLength = (length: number): boolean =>
  SEALED_BYTES.some((sealed) => length === TICKET_HEAD_BYTES + sealed);

export const encodeTicket = (ticket: Ticket): Uint8Array => headWriter(ticket).bytes(ticket.sealed).done();

export function decodeTicket(bytes: Uint8Array): Ticket | TicketFailure {
  if (!isTicketLength(bytes.length)) return { reason: 'ticket-length-wrong' };
  const reader = new Reader(bytes);
  const card = csn(toHex(reader.view(CSN_BYTES)));
  const region = reader.u8();
  if (!isRegion(region)) return { reason: 'ticket-region-unknown' };
  const meter = svpmsn(reader.u24());
  const n = keyNameFromByte(reader.u8());
  if (!hasPurpose(n, Purpose.value)) return { reason: 'ticket-key-foreign' };
  return {
    ...{ csn: card, region, meter, n },
    version: reader.u16(),
    limit: tokens(reader.u32()),
    expiry: unixSeconds(reader.u32()),
    epoch: reader.u32(),
    sealed: reader.rest().slice(),
  };
}

/** The provider's side: a ticket of this card for this meter. `kt` is the meter's key of purpose value. */
export function issueTicket(
  card: CardKey,
  kt: TerminalKey<typeof Purpose.value>,
  terms: Pick<Ticket, 'version' | 'limit' | 'expiry' | 'epoch'>,
): Ticket {
  if (card.scope === 0) throw new RangeError('a ticket is for a region of a card, not for the card as a whole');
  const head = { csn: card.csn, region: card.scope, meter: kt.svpmsn, n: kt.n, ...terms };
  return { ...head, sealed: sealPairKey(kt, headWriter(head).done(), card.pairKey(kt.svpmsn)) };
}

/** The meter's side, where its keys are: Kpair, if the ticket was sealed under this key with this head. */
export const openTicket = (kt: TerminalKey, ticket: Ticket): PairKey | undefined =>
  kt.n === ticket.n && kt.svpmsn === ticket.meter
    ? openPairKey(kt, headWriter(ticket).done(), ticket.sealed)
    : undefined;

const headWriter = (head: Omit<Ticket, 'sealed'>): Writer =>
  new Writer(TICKET_BYTES_MAX)
    .bytes(fromHex(head.csn))
    .u8(head.region)
    .u24(head.meter)
    .u8(head.n)
    .u16(head.version)
    .u32(head.limit)
    .u32(head.expiry)
    .u32(head.epoch);
