import { equalBytes, Reader, Writer } from '../bytes/index.ts';
import { type Svpmsn, svpmsn, type Tokens, tokens } from '../units/index.ts';
import { failure, isRecordFailure, type RecordFailure } from './failure.ts';
import { decodeTotals, encodeTotals, TOTALS_BYTES, type Totals } from './totals.ts';

/**
 * Time of the suite `3des` (part 11): YYMMDDHHMMSS in six bytes of BCD, UTC; YY 00 to 99 are 2000 to 2099.
 * Both M3 `Time` of FIG. 3 and the field Timer of Info have this form.
 */
const BCD_TIME_BYTES = 6;

/** Whether this form can say the time: whole Unix seconds from 2000-01-01 to 2099-12-31. */
export const isBcdTime = (seconds: number): boolean =>
  Number.isInteger(seconds) && seconds >= BCD_FIRST && seconds <= BCD_LAST;

/** @throws RangeError for a time that is none of `isBcdTime` */
export function encodeBcdTime(seconds: number): Uint8Array {
  if (!isBcdTime(seconds)) {
    throw new RangeError(`a BCD time is a whole second of the years 2000 to 2099, not ${seconds}`);
  }
  const date = new Date(seconds * 1000);
  const parts = [
    date.getUTCFullYear() - 2000,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return Uint8Array.from(parts, (part) => (Math.floor(part / 10) << 4) | (part % 10));
}

/** Unix seconds; a date or hour that does not exist is refused. */
export function decodeBcdTime(bytes: Uint8Array): { readonly seconds: number } | RecordFailure {
  if (bytes.length !== BCD_TIME_BYTES) return failure('length-wrong');
  const parts = Array.from(bytes, (byte) => ((byte & 15) > 9 || byte >> 4 > 9 ? -1 : (byte >> 4) * 10 + (byte & 15)));
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  if (Math.min(...parts) < 0) return failure('field-out-of-range');
  const seconds = Date.UTC(2000 + year, month - 1, day, hour, minute, second) / 1000;
  if (!isBcdTime(seconds)) return failure('field-out-of-range');
  // Date.UTC carries February 30 over into March; only what comes back the same was a date.
  const again = encodeBcdTime(seconds);
  return equalBytes(again, bytes) ? { seconds } : failure('field-out-of-range');
}

/**
 * Info of FIG. 3 in the suite `3des`: Log | ModeTB | Timer | Balance | ID, then zero bytes up to a multiple of 8.
 * Log, 215 bytes: the totals of supply 1, 213 bytes | length of ModeTB u16. ModeTB: bytes of the tariff. Timer:
 * BCD, 6 bytes. Balance u32. ID: SVPMSN, 3 bytes. The seed's formula forgets the timer; its text has it.
 */
export interface SeedUse {
  readonly log: Totals;
  readonly modeTable: Uint8Array;
  readonly timer: number;
  readonly balance: Tokens;
  readonly id: Svpmsn;
}

export function encodeSeedUse(use: SeedUse): Uint8Array {
  const writer = new Writer(512).bytes(encodeTotals(use.log)).u16(use.modeTable.length).bytes(use.modeTable);
  writer.bytes(encodeBcdTime(use.timer)).u32(use.balance).u24(use.id);
  return writer.bytes(new Uint8Array(-writer.length & 7)).done();
}

export function decodeSeedUse(bytes: Uint8Array): SeedUse | RecordFailure {
  const reader = new Reader(bytes);
  const log = decodeTotals(reader.view(TOTALS_BYTES));
  const modeTable = reader.view(reader.u16()).slice();
  const timer = decodeBcdTime(reader.view(BCD_TIME_BYTES));
  const balance = tokens(reader.u32());
  const id = svpmsn(reader.u24());
  const padding = reader.rest();
  if (!reader.ok() || padding.length > 7 || bytes.length % 8 !== 0) return failure('length-wrong');
  if (isRecordFailure(log)) return log;
  if (isRecordFailure(timer)) return timer;
  if (log.supply !== 1) return failure('field-out-of-range');
  if (padding.some((byte) => byte !== 0)) return failure('reserved-bits-set');
  return { log, modeTable, timer: timer.seconds, balance, id };
}

const BCD_FIRST = Date.UTC(2000, 0, 1) / 1000;
const BCD_LAST = Date.UTC(2099, 11, 31, 23, 59, 59) / 1000;
