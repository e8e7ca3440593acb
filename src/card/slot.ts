import { crc32, Reader, Writer } from '../bytes/index.ts';
import { type Svpmsn, svpmsn, type Tokens, tokens } from '../units/index.ts';
import { SLOT_BYTES } from './layout.ts';
import { SLOT_WRITING, type SlotReading } from './two-slots.ts';

/** The value of one region, as one slot holds it. */
export interface RegionPurse {
  readonly sequence: number;
  readonly balance: Tokens;
  /** LTC: of the last load that was decided, by credit, void, close or release. */
  readonly loadCounter: number;
  /** DTC: of the last debit. */
  readonly debitCounter: number;
  readonly pending: PendingRecord | undefined;
  readonly ticketVersion: number;
  /** All value ever loaded, at most LOADED_MAX. */
  readonly loaded: Tokens;
}

/** A debit that was handed over to its meter, or may have been, and is not acknowledged. */
export interface PendingRecord {
  readonly meter: Svpmsn;
  readonly counter: number;
  readonly amount: Tokens;
}

export const LOADED_MAX = 2 ** 48 - 1;

/** The last byte of a slot: what is pending, or that the slot is being written. */
const SlotState = { writing: SLOT_WRITING, nothingPending: 0x5a, debitPending: 0xa5 } as const;
const CRC_AT = SLOT_BYTES - 5;

export const EMPTY_PURSE: RegionPurse = {
  sequence: 1,
  balance: tokens(0),
  loadCounter: 0,
  debitCounter: 0,
  pending: undefined,
  ticketVersion: 0,
  loaded: tokens(0),
};

/**
 * seq u32 | balance u32 | LTC u32 | DTC u32 | pending meter u24 | pending DTC u32 | pending amount u32 |
 * ticket version u16 | loaded u48 | CRC-32 over all of this and the state | state u8
 */
export function encodeSlot(purse: RegionPurse): Uint8Array {
  const { pending } = purse;
  const body = new Writer(SLOT_BYTES)
    .u32(purse.sequence)
    .u32(purse.balance)
    .u32(purse.loadCounter)
    .u32(purse.debitCounter)
    .u24(pending?.meter ?? 0)
    .u32(pending?.counter ?? 0)
    .u32(pending?.amount ?? 0)
    .u16(purse.ticketVersion)
    .u48(purse.loaded);
  const state = pending === undefined ? SlotState.nothingPending : SlotState.debitPending;
  return body.u32(checkOf(body.done(), state)).u8(state).done();
}

/**
 * A cut can leave the state byte as anything, but only before the body is touched or after the CRC is whole: then the
 * CRC fits one of the two states, and the slot is what it was or what it was to become. While the body is written the
 * state says so. So a slot whose CRC fits neither was damaged at rest, and nobody can say what it held.
 */
export function decodeSlot(bytes: Uint8Array): SlotReading<RegionPurse> {
  const body = bytes.subarray(0, CRC_AT);
  const reader = new Reader(bytes);
  const purse = {
    sequence: reader.u32(),
    balance: tokens(reader.u32()),
    loadCounter: reader.u32(),
    debitCounter: reader.u32(),
  };
  const pending = { meter: svpmsn(reader.u24()), counter: reader.u32(), amount: tokens(reader.u32()) };
  const rest = { ticketVersion: reader.u16(), loaded: tokens(reader.u48()) };
  const check = reader.u32();
  if (reader.u8() === SlotState.writing) return { type: 'torn' };
  if (check === checkOf(body, SlotState.nothingPending)) {
    return { type: 'valid', state: { ...purse, pending: undefined, ...rest } };
  }
  if (check === checkOf(body, SlotState.debitPending)) return { type: 'valid', state: { ...purse, pending, ...rest } };
  return { type: 'damaged' };
}

function checkOf(body: Uint8Array, state: number): number {
  const bytes = new Uint8Array(CRC_AT + 1);
  bytes.set(body);
  bytes[CRC_AT] = state;
  return crc32(bytes);
}
