import { Reader, Writer } from '../bytes/index.ts';
import { TXID_BYTES, ValueOp, type ValueReceipt, ValueResult } from '../exchange/index.ts';
import { type Svpmsn, svpmsn, type Tokens, tokens } from '../units/index.ts';
import { REPORT_BYTES } from './meter-report.ts';
import { isTicketLength } from './ticket.ts';

/**
 * The bodies of 0x18, added value to a card: the rule of exactly once with the region's load counter LTC in place of
 * TC, and one operation more. H is 0x18 for each of them.
 */
export const CardOp = { ...ValueOp, release: 4 } as const;
export type CardOp = (typeof CardOp)[keyof typeof CardOp];

/** What was handed over to a meter and not acknowledged: it is no longer the card's, and not known to be the meter's. */
export interface Pending {
  readonly meter: Svpmsn;
  readonly amount: Tokens;
}

/** What a region holds, as the card tells it in M2, in the receipt and to STATUS. */
export interface RegionTotals {
  /** All value ever loaded. */
  readonly creditedTotal: Tokens;
  readonly balance: Tokens;
  /** Last DTC; it is that of the pending record, where there is one. */
  readonly debitCounter: number;
  readonly pending: Pending | undefined;
  readonly ticketVersion: number;
}

/** M2: as `ValueStatus` for a meter, `lastCounter` is the last LTC. */
export interface CardStatus extends RegionTotals {
  readonly lastCounter: number;
}

/**
 * M3. `counter` is LTC. A query names the LTC it asks for (0: the last), with TXID and amount 0. A release ends the
 * pending record whose DTC stands in `amount`. Any of them may bring a ticket.
 */
export interface CardCommand {
  readonly op: CardOp;
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: number;
  readonly ticket: Uint8Array | undefined;
}

/** M4: the receipt of an LTC as it is of a TC, for `judgeReceipt`, and the region after it. A card has no clock. */
export interface CardReceipt extends RegionTotals, ValueReceipt {
  /** Of a kept receipt by whose LTC the amount left the card: books that forgot the order must not take it for a load. */
  readonly tookOff: TookOff | undefined;
  /** What the region's meter said last over this card, for `openMeterReport`; told with every receipt, unchanged. */
  readonly report: Uint8Array | undefined;
  readonly clock: undefined;
  readonly flags: undefined;
}

/** By op 3, or by op 4. */
export type TookOff = 'closed' | 'released';

export type AddedValueFailure = { readonly reason: 'body-wrong' };
const BODY_WRONG: AddedValueFailure = { reason: 'body-wrong' };

export const CARD_STATUS_BYTES = 29;
export const CARD_RECEIPT_BYTES = 42;
const UNIT_TOKENS = 0;

/** In place of "already done", behind the results of all other commands. */
const ALREADY: Readonly<Record<TookOff, number>> = { closed: 18, released: 19 };
const TOOK_OFF: ReadonlyMap<number, TookOff> = new Map([
  [ALREADY.closed, 'closed'],
  [ALREADY.released, 'released'],
]);

/** LTC u32 | loaded u64 | balance u32 | DTC u32 | pending meter u24 | pending amount u32 | ticket version u16 */
export const encodeCardStatus = (status: CardStatus): Uint8Array =>
  writeRegion(new Writer(CARD_STATUS_BYTES).u32(status.lastCounter), status).done();

export function decodeCardStatus(bytes: Uint8Array): CardStatus | AddedValueFailure {
  const reader = new Reader(bytes);
  const lastCounter = reader.u32();
  const region = readRegion(reader);
  return region === undefined || !reader.ended() ? BODY_WRONG : { lastCounter, ...region };
}

/** op u8 | LTC u32 | TXID 8 | amount u32 | unit u8, 0 = tokens | ticket, or nothing */
export function encodeCardCommand({ op, counter, txid, amount, ticket }: CardCommand): Uint8Array {
  const writer = new Writer(96).u8(op).u32(counter).bytes(txid).u32(amount).u8(UNIT_TOKENS);
  return (ticket === undefined ? writer : writer.bytes(ticket)).done();
}

export function decodeCardCommand(bytes: Uint8Array): CardCommand | AddedValueFailure {
  const reader = new Reader(bytes);
  const op = reader.u8();
  const counter = reader.u32();
  const txid = reader.view(TXID_BYTES).slice();
  const amount = reader.u32();
  const unit = reader.u8();
  const ticket = reader.rest().slice();
  if (!reader.ok() || unit !== UNIT_TOKENS || op > CardOp.release) return BODY_WRONG;
  if (ticket.length > 0 && !isTicketLength(ticket.length)) return BODY_WRONG;
  return { op: op as CardOp, counter, txid, amount, ticket: ticket.length === 0 ? undefined : ticket };
}

/** result u8 | LTC u32 | TXID 8 | amount u32 | loaded u64 | balance u32 | … as in M2 | report 63, or nothing */
export function encodeCardReceipt(receipt: CardReceipt): Uint8Array {
  const { result, tookOff, counter, txid, amount, report } = receipt;
  const code = tookOff === undefined ? result : ALREADY[tookOff];
  const writer = new Writer(CARD_RECEIPT_BYTES + REPORT_BYTES).u8(code).u32(counter).bytes(txid).u32(amount);
  writeRegion(writer, receipt);
  return (report === undefined ? writer : writer.bytes(report)).done();
}

export function decodeCardReceipt(bytes: Uint8Array): CardReceipt | AddedValueFailure {
  const reader = new Reader(bytes);
  const code = reader.u8();
  const tookOff = TOOK_OFF.get(code);
  const result = tookOff === undefined ? code : ValueResult.alreadyDone;
  const counter = reader.u32();
  const txid = reader.view(TXID_BYTES).slice();
  const amount = tokens(reader.u32());
  const region = readRegion(reader);
  const report = reader.rest().slice();
  if (region === undefined || !reader.ok() || result > ValueResult.refusedByPolicy) return BODY_WRONG;
  if (report.length !== 0 && report.length !== REPORT_BYTES) return BODY_WRONG;
  return {
    ...{ result: result as ValueResult, tookOff, counter, txid, amount, ...region },
    ...{ report: report.length === 0 ? undefined : report, clock: undefined, flags: undefined },
  };
}

function writeRegion(writer: Writer, region: RegionTotals): Writer {
  const { creditedTotal, balance, debitCounter, pending, ticketVersion } = region;
  writer.u64(creditedTotal).u32(balance).u32(debitCounter);
  return writer
    .u24(pending?.meter ?? 0)
    .u32(pending?.amount ?? 0)
    .u16(ticketVersion);
}

/** A record without an amount, and of a meter, has no form that a card would give it. */
function readRegion(reader: Reader): RegionTotals | undefined {
  const creditedTotal = tokens(reader.u64());
  const balance = tokens(reader.u32());
  const debitCounter = reader.u32();
  const meter = svpmsn(reader.u24());
  const amount = tokens(reader.u32());
  const ticketVersion = reader.u16();
  if (amount === 0 && meter !== 0) return undefined;
  const pending = amount === 0 ? undefined : { meter, amount };
  return { creditedTotal, balance, debitCounter, pending, ticketVersion };
}
