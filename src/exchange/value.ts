import { Reader, Writer } from '../bytes/index.ts';
import { Suite, sha256, sha256Hex } from '../crypto/index.ts';
import {
  assertNever,
  type Svpmsn,
  svpmsn,
  type Tokens,
  tokens,
  type UnixSeconds,
  unixSeconds,
} from '../units/index.ts';
import { Command } from './command.ts';

/** What M3 asks of the purse. */
export const ValueOp = { query: 0, credit: 1, void: 2, close: 3 } as const;
export type ValueOp = (typeof ValueOp)[keyof typeof ValueOp];

/** The command that carries the op: H and the op inside M3 must agree. */
export const COMMAND_OF_OP = {
  [ValueOp.query]: Command.receiptQuery,
  [ValueOp.credit]: Command.valueStore,
  [ValueOp.void]: Command.void,
  [ValueOp.close]: Command.closePurse,
} as const;

const OP_OF_COMMAND: ReadonlyMap<number, ValueOp> = new Map(
  Object.entries(COMMAND_OF_OP).map(([op, h]) => [h, Number(op) as ValueOp]),
);

/** result of M4. The value purpose uses 0 to 6; `records` continues the list for the other purposes. */
export const ValueResult = {
  done: 0,
  alreadyDone: 1,
  gap: 2,
  full: 3,
  voided: 4,
  frozen: 5,
  refusedByPolicy: 6,
} as const;
export type ValueResult = (typeof ValueResult)[keyof typeof ValueResult];

/** M2 of the value purpose: what the purse knows before M3. */
export interface ValueStatus {
  readonly lastCounter: number;
  readonly creditedTotal: Tokens;
}

/** M3 of the value purpose. `counter` is TC. A query names the TC it asks for (0: the last), with TXID and amount 0. */
export interface ValueCommand {
  readonly op: ValueOp;
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: Tokens;
}

/** M4 of the value purpose: the receipt that the host books on. Suite `3des-xo` carries neither clock nor flags (`records`). */
export interface ValueReceipt {
  readonly result: ValueResult;
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: Tokens;
  readonly balance: Tokens;
  readonly creditedTotal: Tokens;
  readonly clock: UnixSeconds | undefined;
  readonly flags: number | undefined;
}

export type ValueFailure = { readonly reason: 'body-wrong' };
const BODY_WRONG: ValueFailure = { reason: 'body-wrong' };

export const TXID_BYTES = 8;
const UNIT_TOKENS = 0;

export const encodeValueStatus = (status: ValueStatus): Uint8Array =>
  new Writer(12).u32(status.lastCounter).u64(status.creditedTotal).done();

export function decodeValueStatus(bytes: Uint8Array): ValueStatus | ValueFailure {
  const reader = new Reader(bytes);
  const status = { lastCounter: reader.u32(), creditedTotal: tokens(reader.u64()) };
  return reader.ended() ? status : BODY_WRONG;
}

/** The body of M3 in the suite's layout; in `3des-xo` the op is H. */
export function encodeValueCommand(suite: Suite, command: ValueCommand): Uint8Array {
  const { op, counter, txid, amount } = command;
  switch (suite) {
    case Suite.tripleDes:
      return new Writer(4).u32(amount).done();
    case Suite.tripleDesXo:
      return new Writer(16).u32(amount).u32(counter).bytes(txid).done();
    case Suite.aes128:
    case Suite.aes256:
      return new Writer(18).u8(op).u32(counter).bytes(txid).u32(amount).u8(UNIT_TOKENS).done();
    default:
      return assertNever(suite);
  }
}

/** Suites 1 to 3; suite `3des` has an amount alone, see `decodeSeedTokens`. */
export function decodeValueCommand(suite: Suite, h: Command, bytes: Uint8Array): ValueCommand | ValueFailure {
  const op = OP_OF_COMMAND.get(h);
  if (op === undefined) return BODY_WRONG;
  const reader = new Reader(bytes);
  if (suite === Suite.tripleDesXo) {
    const amount = tokens(reader.u32());
    const command = { op, counter: reader.u32(), txid: readTxid(reader), amount };
    return reader.ended() ? command : BODY_WRONG;
  }
  const carried = reader.u8();
  const counter = reader.u32();
  const txid = readTxid(reader);
  const command = { op, counter, txid, amount: tokens(reader.u32()) };
  return reader.u8() === UNIT_TOKENS && reader.ended() && carried === op ? command : BODY_WRONG;
}

/** The body of M4 in the suite's layout. */
export function encodeValueReceipt(suite: Suite, id: Svpmsn, receipt: ValueReceipt): Uint8Array {
  const { result, counter, txid, amount, balance, creditedTotal, clock, flags } = receipt;
  switch (suite) {
    case Suite.tripleDes:
      return new Writer(4).u32(balance).done();
    case Suite.tripleDesXo:
      return new Writer(32)
        .u32(balance)
        .u24(id)
        .u8(result)
        .u32(counter)
        .u32(amount)
        .bytes(txid)
        .u64(creditedTotal)
        .done();
    case Suite.aes128:
    case Suite.aes256:
      return new Writer(35)
        .u8(result)
        .u32(counter)
        .bytes(txid)
        .u32(amount)
        .u32(balance)
        .u64(creditedTotal)
        .u32(clock ?? 0)
        .u16(flags ?? 0)
        .done();
    default:
      return assertNever(suite);
  }
}

/** Suites 1 to 3; the receipt of `3des-xo` must name the terminal. */
export function decodeValueReceipt(suite: Suite, id: Svpmsn, bytes: Uint8Array): ValueReceipt | ValueFailure {
  const reader = new Reader(bytes);
  if (suite === Suite.tripleDesXo) {
    const balance = tokens(reader.u32());
    const named = svpmsn(reader.u24());
    const result = reader.u8();
    const counter = reader.u32();
    const amount = tokens(reader.u32());
    const txid = readTxid(reader);
    const creditedTotal = tokens(reader.u64());
    if (!reader.ended() || named !== id || !isResult(result)) return BODY_WRONG;
    return { result, counter, txid, amount, balance, creditedTotal, clock: undefined, flags: undefined };
  }
  const result = reader.u8();
  const counter = reader.u32();
  const txid = readTxid(reader);
  const amount = tokens(reader.u32());
  const balance = tokens(reader.u32());
  const creditedTotal = tokens(reader.u64());
  const clock = unixSeconds(reader.u32());
  const flags = reader.u16();
  if (!reader.ended() || !isResult(result)) return BODY_WRONG;
  return { result, counter, txid, amount, balance, creditedTotal, clock, flags };
}

/** Suite `3des`: the amount of M3 and the balance of M4 are one u32 each. */
export function decodeSeedTokens(bytes: Uint8Array): Tokens | ValueFailure {
  const reader = new Reader(bytes);
  const amount = tokens(reader.u32());
  return reader.ended() ? amount : BODY_WRONG;
}

/** Byte by byte: a view of a body this short costs more than everything else in it. */
function readTxid(reader: Reader): Uint8Array {
  const txid = new Uint8Array(TXID_BYTES);
  for (let i = 0; i < TXID_BYTES; i++) txid[i] = reader.u8();
  return txid;
}

const isResult = (value: number): value is ValueResult => value <= ValueResult.refusedByPolicy;

/** X2: the TXID of a payment order is the first 8 bytes of SHA-256 of its id, so one order can never have two. */
export const txidOf = (orderId: string): Uint8Array => sha256(new TextEncoder().encode(orderId)).slice(0, TXID_BYTES);

/** The same as the books have it: 16 hex digits. */
export const txidTextOf = (orderId: string): string => sha256Hex(orderId).slice(0, 2 * TXID_BYTES);
