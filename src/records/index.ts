/** What meters report and are told: profiles, totals, events, policy, and the bodies of commands. */
export * from './card-payment.ts';
export * from './commands.ts';
export * from './compression.ts';
export * from './events.ts';
export { isRecordFailure, type RecordFailure, type RecordReason } from './failure.ts';
export type { FlowRules } from './flow-rules.ts';
export * from './interphone.ts';
export * from './policy.ts';
export * from './profile.ts';
export {
  type AnswerHead,
  METER_FLAGS_ALL,
  MeterFlag,
  Result,
} from './results.ts';
export * from './seed-use.ts';
export {
  ATTENTION_BYTES,
  ATTENTION_EMERGENCIES,
  type Attention,
  AttentionReason,
  type ControlStatus,
  decodeAttention,
  decodeControlStatus,
  decodeMaintenanceStatus,
  decodeMonitoringStatus,
  encodeAttention,
  encodeControlStatus,
  encodeMaintenanceStatus,
  encodeMonitoringStatus,
  type MaintenanceStatus,
  type MonitoringStatus,
} from './status.ts';
export {
  DAILY_TOTALS,
  decodeTotals,
  emptyTotals,
  encodeTotals,
  MONTHLY_TOTALS,
  TOTAL_MISSING,
  TOTALS_BYTES,
  type Totals,
  YEARLY_TOTALS,
} from './totals.ts';
export * from './use-read.ts';
export * from './voltage.ts';
