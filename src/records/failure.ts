/** Why bytes are not a record. Closed; the reader of a frame answers all of them with result 7, body not understood. */
export type RecordReason =
  | 'length-wrong'
  | 'field-out-of-range'
  | 'reserved-bits-set'
  | 'order-wrong'
  | 'not-canonical'
  | 'format-unknown';

export interface RecordFailure {
  readonly reason: RecordReason;
}

export const failure = (reason: RecordReason): RecordFailure => ({ reason });

/** Tells a failure from a decoded value; no record has a field `reason`. */
export function isRecordFailure(value: unknown): value is RecordFailure {
  return typeof value === 'object' && value !== null && 'reason' in value;
}
