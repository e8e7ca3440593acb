import { type Reader, Writer } from '../bytes/index.ts';
import { type Tokens, tokens, type UnixSeconds, unixSeconds } from '../units/index.ts';

/**
 * What a terminal answers to a command, one byte. 0 to 6 have the meaning of the value commands;
 * 1 to 4 belong to them alone.
 */
export const Result = {
  done: 0,
  already: 1,
  gap: 2,
  full: 3,
  voided: 4,
  frozen: 5,
  refusedByPolicy: 6,
  /** The body is no valid body of this command. */
  bodyNotUnderstood: 7,
  /** Setting the clock could miss by more than 1 s, because the request was too long on its way: ask again. */
  clockErrorTooLarge: 8,
  /** The slew would carry the clock over an edge of the tariff. */
  crossesTariffEdge: 9,
  /** The table or policy is not newer than the one held. */
  versionNotNewer: 10,
  /** The key's generation is below the floor, or the floor would fall. */
  belowFloor: 11,
  /** A day, table or event that was asked for is not held; what is held follows. */
  notHeld: 12,
  /** The 60 s of slew of this day are spent. */
  slewSpent: 13,
  noSuchSupply: 14,
  /** Another reason than the command still holds the relay open. */
  relayHeld: 15,
  /** The wrapped key does not open. */
  keyNotOpened: 16,
  /** The clock was never set, and this command needs it. */
  clockUnset: 17,
} as const;
export type Result = (typeof Result)[keyof typeof Result];
const RESULT_MAX = Result.clockUnset;

/**
 * How every M4 of suites 1 to 3 begins, apart from value: result u8 | Balance u32 | clock u32. 9 bytes.
 * Balance is what the display shows, in tokens; clock is Unix seconds, 0 when it was never set.
 */
export interface AnswerHead {
  readonly result: Result;
  readonly balance: Tokens;
  readonly clock: UnixSeconds;
}

export const writeHead = (head: AnswerHead, capacity?: number): Writer =>
  new Writer(capacity).u8(head.result).u32(head.balance).u32(head.clock);

/** The head, or `undefined` for a result that is not in the list. Whether the bytes were enough, the reader knows. */
export function readHead(reader: Reader): AnswerHead | undefined {
  const result = reader.u8();
  const balance = tokens(reader.u32());
  const clock = unixSeconds(reader.u32());
  return result <= RESULT_MAX ? { result: result as Result, balance, clock } : undefined;
}

/** The bits of `flags` (u16) in receipts, status and Info; the others are 0. Bits 0 to 5 are the OR over supplies. */
export const MeterFlag = {
  relayOpen: 1 << 0,
  creditExhausted: 1 << 1,
  overCurrent: 1 << 2,
  tamper: 1 << 3,
  byCommand: 1 << 4,
  loadLimit: 1 << 5,
  emergencyCredit: 1 << 6,
  clockUnset: 1 << 7,
  eventsWaiting: 1 << 8,
  lowBalance: 1 << 9,
  lastToken: 1 << 10,
  cardInserted: 1 << 11,
} as const;
export const METER_FLAGS_ALL = 0x0fff;
