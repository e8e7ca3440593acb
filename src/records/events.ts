import { Reader, Writer } from '../bytes/index.ts';
import { SUPPLIES_MAX, type SupplyIndex, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { failure, isRecordFailure, type RecordFailure } from './failure.ts';
import { type AnswerHead, readHead, writeHead } from './results.ts';

/**
 * What a meter has seen or done, one byte. Beside each kind: what `value` and `detail` hold; 0 where nothing is said.
 * 1-19 relay and value, 20-39 sealing, 40-59 supply, 60-79 clock, tables, keys, memory, 80-99 card and people.
 */
export const EventKind = {
  /** detail: the reasons that hold it now (`RelayReason` bits) */
  relayOpened: 1,
  /** detail: the reasons that held it */
  relayClosed: 2,
  /** value: Balance, tokens */
  lowBalance: 3,
  /** value: Balance, tokens */
  lastToken: 4,
  /** value: tokens credited; detail: lower 16 bits of the TC */
  creditStored: 5,
  /** A credit that had not come can never come. detail: lower 16 bits of the TC */
  creditVoided: 6,
  /** value: tokens that may be owed */
  emergencyCreditBegun: 7,
  /** value: tokens repaid */
  emergencyCreditRepaid: 8,
  /** The cut waits for the end of the friendly time. value: tokens owed */
  cutDeferred: 9,
  /** value: tokens that were left */
  purseClosed: 10,
  /** A command or record of value was refused. detail: the result code */
  valueRefused: 11,

  coverOpened: 20,
  coverClosed: 21,
  /** Terminals 1s and 1L are bypassed (FIG. 5, part 3). value: current, mA */
  bypassBegun: 22,
  bypassEnded: 23,
  /** value: voltage at the output, mV */
  voltageWhileOpenBegun: 24,
  voltageWhileOpenEnded: 25,
  magneticFieldBegun: 26,
  magneticFieldEnded: 27,
  /** value: power, W */
  reverseEnergyBegun: 28,
  /** value: energy exported, Wh */
  reverseEnergyEnded: 29,
  /** detail: the modem address that spoke */
  foreignModem: 30,
  /** Bad signatures in a row slow the terminal down. value: how many; detail: seconds of silence */
  wrongSignatures: 31,
  /** A record differs from the one sent before. value: the UTC day */
  recordDiffers: 32,
  /** What a closed valve lets pass: it leaks, or somebody went around it. value: units since it closed */
  flowWhileClosedBegun: 33,
  /** The valve has moved. value: units that passed in all */
  flowWhileClosedEnded: 34,
  /** The counter shows less than was counted: it was turned back, or is another. value: pulses that are missing, or Wh */
  counterBehind: 35,
  /** A register moved by more than can have flowed: it is another. value: Wh */
  counterAhead: 36,

  /** value: current, mA; detail: seconds that it lasted */
  overCurrent: 40,
  /** value: power, W; detail: seconds that it lasted */
  loadLimit: 41,
  /** value: lowest voltage, mV; detail: duration, 0.1 s */
  sag: 42,
  /** value: highest voltage, mV; detail: duration, 0.1 s */
  swell: 43,
  /** value: highest voltage, mV */
  surge: 44,
  lastGasp: 45,
  /** value: seconds without supply */
  powerUp: 46,
  /** value: power cuts within the hour */
  powerCutsRepeated: 47,
  /** The rule that the valve closed by. value: units that flowed; detail: minutes in which they did */
  leak: 48,
  /** value: 0.1 °C, as i32 */
  frostBegun: 49,
  frostEnded: 50,
  /** A part on the meter's own bus does not answer. value: seconds until now; detail: 1 what measures, 2 the relay */
  partSilentBegun: 51,
  /** value: seconds in all; detail: as of `partSilentBegun` */
  partSilentEnded: 52,

  /** value: the clock before, Unix seconds */
  clockSet: 60,
  /** value: seconds moved, as i32 */
  clockSlewed: 61,
  /** value: version */
  tableChanged: 62,
  /** value: version */
  policyChanged: 63,
  /** detail: n of the new key */
  keyChanged: 64,
  /** detail: the purposes whose keys were erased, bit p for purpose p */
  keysErased: 65,
  /** A record in non-volatile memory is lost, and its twin with it. detail: 1 state, 2 supply policy, 3 mode table */
  memoryDamaged: 66,
  /** Value is frozen until a person decides. detail: the reason, 1 memory lost, 2 edited, 3 rolled back */
  valueFrozen: 67,
  /** value: minutes missing; detail: the UTC day */
  profileGap: 68,
  clockLost: 69,

  /** detail and value: the last six bytes of its CSN, zeros where it did not say it */
  cardInserted: 80,
  /** detail and value: as of `cardInserted` */
  cardRemoved: 81,
  /** detail: why (`CardRefusal`); value: the status word where the card said no, else 0 */
  cardRefused: 82,
  /** A request for value from the keypad. value: tokens asked for, 0 if not said */
  valueRequested: 83,
  keypadWrongCode: 84,
  /** Value came by card. value: tokens credited; detail: lower 16 bits of the DTC */
  cardCredited: 85,
  /** Somebody wants to speak by the interphone. */
  interphoneCalled: 86,
  /** A payment card is in the slot, and somebody keyed in what it is to pay. value: minor units of the currency */
  cardPaymentAsked: 87,
  /** value: as of `cardPaymentAsked`; detail: how it ended (`CardPaymentEnd`) */
  cardPaymentEnded: 88,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** Why a meter took no value, or no more of it, from the card in its slot. */
export const CardRefusal = {
  /** It answers not as a card does. */
  unintelligible: 1,
  /** It said no; the status word tells to what. */
  byCard: 2,
  noTicket: 3,
  /** For another meter, card or region, or sealed under a key that the meter has not. */
  ticketForeign: 4,
  ticketOld: 5,
  ticketExpired: 6,
  /** The hot list has gone on since its ticket: it was blocked, or has to be loaded first. */
  epochPast: 7,
  /** A tag is wrong: it is not the card that the ticket is for. */
  cardFalse: 8,
  limitReached: 9,
  purseFull: 10,
  /** Sixteen cards are kept, and none of them may be forgotten yet. */
  tableFull: 11,
  /** The value of the meter is frozen. */
  frozen: 12,
  dismantled: 13,
} as const;
export type CardRefusal = (typeof CardRefusal)[keyof typeof CardRefusal];

/** Why a relay is open, one bit each; closed when none is set. */
export const RelayReason = {
  noCredit: 1 << 0,
  overCurrent: 1 << 1,
  tamper: 1 << 2,
  command: 1 << 3,
  loadLimit: 1 << 4,
  /** Every other reason is gone, and a key press at the meter is awaited. */
  awaitsKey: 1 << 5,
  /** Of a valve: what flowed looks like a leak, and somebody has to say that it is none. */
  leak: 1 << 6,
} as const;
export const RELAY_REASONS_ALL = 0x7f;

/**
 * One event, 16 bytes: sequence u32 | time u32, Unix seconds of the meter's clock, 0 if never set | kind u8 |
 * supply u8, 1 to 4, or 0 for the whole meter | detail u16 | value u32. Sequences start at 1 and are never used again.
 */
export interface EventRecord {
  readonly sequence: number;
  readonly time: UnixSeconds;
  readonly kind: EventKind;
  readonly supply: SupplyIndex | 0;
  readonly detail: number;
  readonly value: number;
}
export const EVENT_BYTES = 16;

export function encodeEvent(event: EventRecord): Uint8Array {
  const writer = new Writer(EVENT_BYTES);
  writeEvent(writer, event);
  return writer.done();
}

export function decodeEvent(bytes: Uint8Array): EventRecord | RecordFailure {
  if (bytes.length !== EVENT_BYTES) return failure('length-wrong');
  return readEvent(new Reader(bytes)) ?? failure('field-out-of-range');
}

/**
 * M3 of 0x32, 5 bytes: from u32 | limit u8, 1 to 255. Asks for the events from that sequence on, the oldest first,
 * and says that those before it have been kept.
 */
export interface EventRequest {
  readonly from: number;
  readonly limit: number;
}

export const encodeEventRequest = (request: EventRequest): Uint8Array =>
  new Writer(5).u32(request.from).u8(request.limit).done();

export function decodeEventRequest(bytes: Uint8Array): EventRequest | RecordFailure {
  const reader = new Reader(bytes);
  const request = { from: reader.u32(), limit: reader.u8() };
  if (!reader.ended()) return failure('length-wrong');
  return request.limit >= 1 ? request : failure('field-out-of-range');
}

/**
 * M4 of 0x32: head 9 | oldest u32, the first sequence still held | next u32, the sequence that the next event will
 * have | count u8 | count x 16 bytes, sequences rising and below next. Result 12 when `from` is older than `oldest`.
 * Behind them the chain: runs u8 | runs x (index u8 | link 16). A terminal without one ends before it.
 */
export interface EventAnswer {
  readonly head: AnswerHead;
  readonly oldest: number;
  readonly next: number;
  readonly events: readonly EventRecord[];
  readonly chain?: readonly EventRun[];
}

/**
 * From the event at `index` on, each event of the answer was written right behind the one before it, up to the next
 * run; `before` is the link of the event that was written before the first of them, zeros before the first of all.
 */
export interface EventRun {
  readonly index: number;
  readonly before: Uint8Array;
}
export const EVENT_LINK_BYTES = 16;
const EVENT_RUN_BYTES = 1 + EVENT_LINK_BYTES;

export function encodeEventAnswer(answer: EventAnswer): Uint8Array {
  const { events, chain } = answer;
  const chainBytes = chain === undefined ? 0 : 1 + EVENT_RUN_BYTES * chain.length;
  const writer = writeHead(answer.head, 18 + EVENT_BYTES * events.length + chainBytes);
  writer.u32(answer.oldest).u32(answer.next).u8(events.length);
  for (const event of events) writeEvent(writer, event);
  if (chain !== undefined) writer.u8(chain.length);
  for (const { index, before } of chain ?? []) writer.u8(index).bytes(before);
  return writer.done();
}

export function decodeEventAnswer(bytes: Uint8Array): EventAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const oldest = reader.u32();
  const next = reader.u32();
  const count = reader.u8();
  if (!reader.ok() || reader.left < EVENT_BYTES * count) return failure('length-wrong');
  if (head === undefined) return failure('field-out-of-range');
  if (oldest > next) return failure('order-wrong');
  const events: EventRecord[] = [];
  let last = oldest - 1;
  for (let i = 0; i < count; i++) {
    const event = readEvent(reader);
    if (event === undefined) return failure('field-out-of-range');
    if (event.sequence <= last || event.sequence >= next) return failure('order-wrong');
    last = event.sequence;
    events.push(event);
  }
  if (reader.left === 0) return { head, oldest, next, events };
  const chain = readChain(reader, count);
  return isRecordFailure(chain) ? chain : { head, oldest, next, events, chain };
}

function readChain(reader: Reader, count: number): EventRun[] | RecordFailure {
  const runs = reader.u8();
  if (reader.left !== EVENT_RUN_BYTES * runs) return failure('length-wrong');
  const chain: EventRun[] = [];
  for (let i = 0; i < runs; i++) chain.push({ index: reader.u8(), before: reader.view(EVENT_LINK_BYTES).slice() });
  // The first event of an answer begins a run: nobody is to guess what stood before it.
  const begins = chain.every(({ index }, i) => index < count && index > (chain[i - 1]?.index ?? -1));
  return begins && (chain[0]?.index ?? 0) === 0 && runs > 0 === count > 0 ? chain : failure('order-wrong');
}

const KINDS: ReadonlySet<number> = new Set(Object.values(EventKind));

function writeEvent(writer: Writer, event: EventRecord): void {
  writer.u32(event.sequence).u32(event.time).u8(event.kind).u8(event.supply).u16(event.detail).u32(event.value);
}

function readEvent(reader: Reader): EventRecord | undefined {
  const sequence = reader.u32();
  const time = unixSeconds(reader.u32());
  const kind = reader.u8() as EventKind;
  const supply = reader.u8();
  const detail = reader.u16();
  const value = reader.u32();
  if (sequence === 0 || supply > SUPPLIES_MAX || !KINDS.has(kind)) return undefined;
  return { sequence, time, kind, supply: supply as SupplyIndex | 0, detail, value };
}
