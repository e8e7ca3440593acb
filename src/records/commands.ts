import { Reader, Writer } from '../bytes/index.ts';
import { SUPPLIES_MAX, type SupplyIndex, tokens, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { RELAY_REASONS_ALL } from './events.ts';
import { failure, type RecordFailure } from './failure.ts';
import { type AnswerHead, readHead, writeHead } from './results.ts';
import type { CardsTold } from './use-read.ts';

/** M3 of 0x21, clock set, 6 bytes: seconds u32, Unix | milliseconds u16, 0 to 999: the host's time as M3 leaves it. */
export interface ClockSet {
  readonly seconds: UnixSeconds;
  readonly milliseconds: number;
}

export const encodeClockSet = (set: ClockSet): Uint8Array =>
  new Writer(6).u32(set.seconds).u16(set.milliseconds).done();

export function decodeClockSet(bytes: Uint8Array): ClockSet | RecordFailure {
  const reader = new Reader(bytes);
  const set = { seconds: unixSeconds(reader.u32()), milliseconds: reader.u16() };
  if (!reader.ended()) return failure('length-wrong');
  return set.milliseconds <= 999 ? set : failure('field-out-of-range');
}

/** M4 of 0x21, 13 bytes: head 9, its clock the new one | previous u32, the clock before. */
export interface ClockSetAnswer {
  readonly head: AnswerHead;
  readonly previous: UnixSeconds;
}

export const encodeClockSetAnswer = (answer: ClockSetAnswer): Uint8Array =>
  writeHead(answer.head).u32(answer.previous).done();

export function decodeClockSetAnswer(bytes: Uint8Array): ClockSetAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const previous = unixSeconds(reader.u32());
  if (!reader.ended()) return failure('length-wrong');
  return head === undefined ? failure('field-out-of-range') : { head, previous };
}

/** M3 of 0x31, clock slew, 1 byte: seconds i8, -60 to 60, not 0. A meter grants 60 s a UTC day in all. */
export interface ClockSlew {
  readonly seconds: number;
}
export const SLEW_SECONDS_MAX = 60;

export const encodeClockSlew = (slew: ClockSlew): Uint8Array => new Writer(1).i8(slew.seconds).done();

export function decodeClockSlew(bytes: Uint8Array): ClockSlew | RecordFailure {
  const reader = new Reader(bytes);
  const seconds = reader.i8();
  if (!reader.ended()) return failure('length-wrong');
  return seconds !== 0 && Math.abs(seconds) <= SLEW_SECONDS_MAX ? { seconds } : failure('field-out-of-range');
}

/** M4 of 0x31, 10 bytes: head 9 | spent u8, seconds of slew granted so far in this UTC day, 0 to 60. */
export interface ClockSlewAnswer {
  readonly head: AnswerHead;
  readonly spent: number;
}

export const encodeClockSlewAnswer = (answer: ClockSlewAnswer): Uint8Array =>
  writeHead(answer.head).u8(answer.spent).done();

export function decodeClockSlewAnswer(bytes: Uint8Array): ClockSlewAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const spent = reader.u8();
  if (!reader.ended()) return failure('length-wrong');
  return head === undefined || spent > SLEW_SECONDS_MAX ? failure('field-out-of-range') : { head, spent };
}

/**
 * What a relay is told. `open` sets the reason *command* and `close` takes it away; `clearTamper` and
 * `clearOverCurrent` take those reasons away. A relay closes when no reason is left.
 */
export const RelayAction = { open: 0, close: 1, clearTamper: 2, clearOverCurrent: 3 } as const;
export type RelayAction = (typeof RelayAction)[keyof typeof RelayAction];

/** M3 of 0x22, 2 bytes: supply u8, 1 to 4, 0 for all | action u8. */
export interface RelayCommand {
  readonly supply: SupplyIndex | 0;
  readonly action: RelayAction;
}

export const encodeRelayCommand = (command: RelayCommand): Uint8Array =>
  new Writer(2).u8(command.supply).u8(command.action).done();

export function decodeRelayCommand(bytes: Uint8Array): RelayCommand | RecordFailure {
  const reader = new Reader(bytes);
  const supply = reader.u8();
  const action = reader.u8();
  if (!reader.ended()) return failure('length-wrong');
  if (supply > SUPPLIES_MAX || action > RelayAction.clearOverCurrent) return failure('field-out-of-range');
  return { supply: supply as SupplyIndex | 0, action: action as RelayAction };
}

/** M4 of 0x22: head 9 | for each supply of the meter, 1 to 4 of them, one byte of `RelayReason` bits after the command. */
export interface RelayAnswer {
  readonly head: AnswerHead;
  readonly reasons: readonly number[];
}

export function encodeRelayAnswer(answer: RelayAnswer): Uint8Array {
  const writer = writeHead(answer.head);
  for (const reasons of answer.reasons) writer.u8(reasons);
  return writer.done();
}

export function decodeRelayAnswer(bytes: Uint8Array): RelayAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const reasons = [...reader.rest()];
  if (!reader.ok() || reasons.length < 1 || reasons.length > SUPPLIES_MAX) return failure('length-wrong');
  if (reasons.some((bits) => bits > RELAY_REASONS_ALL)) return failure('reserved-bits-set');
  return head === undefined ? failure('field-out-of-range') : { head, reasons };
}

/** M4 of 0x23, supply policy, 13 bytes: head 9 | version u32 of the policy that now holds. M3 is the policy itself. */
export interface PolicyAnswer {
  readonly head: AnswerHead;
  readonly version: number;
}

export const encodePolicyAnswer = (answer: PolicyAnswer): Uint8Array =>
  writeHead(answer.head).u32(answer.version).done();

export function decodePolicyAnswer(bytes: Uint8Array): PolicyAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const version = reader.u32();
  if (!reader.ended()) return failure('length-wrong');
  return head === undefined ? failure('field-out-of-range') : { head, version };
}

/** M3 of 0x24, hot list, 4 bytes: epoch u32, from which on the meter takes from no card whose ticket is of an earlier one. */
export interface HotList {
  readonly epoch: number;
}

export const encodeHotList = ({ epoch }: HotList): Uint8Array => new Writer(4).u32(epoch).done();

export function decodeHotList(bytes: Uint8Array): HotList | RecordFailure {
  const reader = new Reader(bytes);
  const epoch = reader.u32();
  return reader.ended() ? { epoch } : failure('length-wrong');
}

/** M4 of 0x24, 21 bytes: head 9 | from cards u64, all tokens ever taken from cards | epoch u32 that now holds. */
export interface HotListAnswer {
  readonly head: AnswerHead;
  readonly cards: CardsTold;
}

export const encodeHotListAnswer = ({ head, cards }: HotListAnswer): Uint8Array =>
  writeHead(head).u64(cards.fromCards).u32(cards.epoch).done();

export function decodeHotListAnswer(bytes: Uint8Array): HotListAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const cards = { fromCards: tokens(reader.u64()), epoch: reader.u32() };
  if (!reader.ended()) return failure('length-wrong');
  return head === undefined ? failure('field-out-of-range') : { head, cards };
}

/**
 * M3 of 0x2F, key set change: n u8 of the new key, which names purpose, suite (1 to 3) and generation | floor u8, 0 to 15,
 * the lowest generation that the meter serves from the first use of the new key on, not above the new generation |
 * the wrapped KT: 16 bytes in suite 1, 24 in suite 2, 40 in suite 3.
 */
export interface KeyChange {
  readonly n: number;
  readonly floor: number;
  readonly wrappedKey: Uint8Array;
}
const WRAPPED_KEY_BYTES = [0, 16, 24, 40] as const;

export const encodeKeyChange = (change: KeyChange): Uint8Array =>
  new Writer(42).u8(change.n).u8(change.floor).bytes(change.wrappedKey).done();

export function decodeKeyChange(bytes: Uint8Array): KeyChange | RecordFailure {
  const reader = new Reader(bytes);
  const n = reader.u8();
  const floor = reader.u8();
  const wrappedKey = reader.rest().slice();
  if (!reader.ok()) return failure('length-wrong');
  const suite = (n >> 4) & 3;
  if (suite === 0 || floor > (n & 15)) return failure('field-out-of-range');
  return wrappedKey.length === WRAPPED_KEY_BYTES[suite] ? { n, floor, wrappedKey } : failure('length-wrong');
}

/** M4 of 0x2F, 11 bytes: head 9 | n u8 of the key that now waits for its first use | floor u8 that then holds. */
export interface KeyChangeAnswer {
  readonly head: AnswerHead;
  readonly n: number;
  readonly floor: number;
}

export const encodeKeyChangeAnswer = (answer: KeyChangeAnswer): Uint8Array =>
  writeHead(answer.head).u8(answer.n).u8(answer.floor).done();

export function decodeKeyChangeAnswer(bytes: Uint8Array): KeyChangeAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const n = reader.u8();
  const floor = reader.u8();
  if (!reader.ended()) return failure('length-wrong');
  return head === undefined || floor > 15 ? failure('field-out-of-range') : { head, n, floor };
}
