/**
 * The line between a local unit and the meters of one transformer: frames with modem address, retransmission,
 * attention in contention slots, priorities, the carriers that bear it, and channels that model them.
 *
 * A local unit steps a `LineSchedule` (or, without queues, a `MasterLink`); each meter steps a `SlaveLink`.
 */
export * from './carrier.ts';
export * from './channel.ts';
export { Deframer } from './deframer.ts';
export {
  decodeLineFrame,
  encodeLineFrame,
  isForOthers,
  LINE_FRAME_BYTES_MAX,
  LINE_OVERHEAD_BYTES,
  LINE_SEQUENCES,
  LINE_SYNC,
  type LineFailure,
  type LineFrame,
  LineKind,
  lineCheck,
  type ReceivedLineFrame,
} from './frame.ts';
export * from './master-link.ts';
export {
  type Bursts,
  LINE_DISTANCE_M_MAX,
  type LineConditions,
  PERFECT_CONDITIONS,
  powerLineBitErrorRate,
  powerLineConditions,
} from './noise.ts';
export type { RandomSource } from './random.ts';
export * from './schedule.ts';
export * from './slave-link.ts';
export {
  HEARD_MAX,
  ROLL_CALL_MINISLOTS,
  SLOT_MINISLOTS,
  SLOT_MINISLOTS_MAX,
  type Slot,
  type SlotOutcome,
} from './slot.ts';
export type { LineStatistics } from './statistics.ts';
export { answerWindowMs, minislotMs, PROCESSING_MS, slotWindowMs } from './timing.ts';
export { type Asking, ATTENTION_BYTES_MAX, TRIES_MAX, type Transaction } from './transaction.ts';
