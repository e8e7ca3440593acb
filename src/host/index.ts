/** Subscribers, meters, orders, the ledger, dispatch and monitoring: the books of a utility, and what they need. */

export {
  type Evidence,
  LOAD_PHASES,
  LOSS_PATTERNS,
  NETWORK_LINES_MAX,
  NETWORK_LOADS_MAX,
  type NetworkFile,
  NOT_KNOWN_REASONS,
  NOT_PLACED_REASONS,
  type PlacedLoad,
  READING_REASONS,
  type ReadingReason,
  raisedFrom,
  SUSPECT_EVENTS,
  VOLTAGE_REASONS,
} from '../analysis/index.ts';
export { SUITE_NAMES, type Suite, suiteByName } from '../crypto/index.ts';
export { type AreaConnection, AreaUnits, answerToHello } from './area-units.ts';
export { type CheckedBooks, checkBooks, checkRemittances, checkSeller } from './book-check.ts';
export { EXPORT_KINDS, type ExportRequest, exportTable } from './bulk-export.ts';
export { IMPORT_KINDS } from './bulk-import.ts';
export { createCallers } from './callers.ts';
export { worthOf } from './card-charges.ts';
export { type CardRows, type CheckedCards, checkCards } from './card-check.ts';
export { placeOfPurse, providerIdOf, purseIdOf, regionOfProvider } from './card-ids.ts';
export { COUNTER_ROUTE } from './card-lookup.ts';
export type { CsvFailure, CsvRow, CsvTable } from './csv.ts';
export { ExchangeLog, type ExchangeReads, type LoggedExchange } from './exchange-log.ts';
export { commandName, type ExchangeView, exchangeView, FACTS, PROOFS } from './exchange-view.ts';
export { createHost } from './host.ts';
export {
  type RotationAsked,
  type RotationPlace,
  type RotationPlan,
  type RotationStep,
  rotationText,
} from './key-rotation.ts';
export type { RotationTiming, RotationTimings } from './key-timer.ts';
export type { LineDay } from './line-day.ts';
export { MemoryStore } from './memory.ts';
export type * from './message-services.ts';
export { createMessages } from './messages.ts';
export type { OutageReport } from './outages.ts';
export type * from './password-port.ts';
export type { PersonDues } from './paying-dues.ts';
export { orderOfPayment } from './payment-order.ts';
export type * from './payment-port.ts';
export { createPeople, ROLES } from './people.ts';
export type * from './people-services.ts';
export type { MeterPolicy } from './policy.ts';
export * from './ports.ts';
export {
  type LineKind,
  type OrderPart,
  type PaymentPart,
  parseReceipt,
  type Receipt,
  type ReceiptFailure,
  type ReceiptHead,
  type ReceiptLine,
  type ReceiptPart,
  receiptJson,
  type TradeState,
  type WholeReceipt,
} from './receipt-document.ts';
export {
  issueReceipts,
  parseSignedReceipt,
  type SignedReceipt,
  verifyReceipt,
  withhold,
} from './receipt-envelope.ts';
export type * from './receipt-port.ts';
export { parseReceiptQr, RECEIPT_QR_DICTIONARY, RECEIPT_QR_PREFIX, receiptQrText } from './receipt-qr.ts';
export { type ReceiptSheet, receiptSheet, type SheetRow, type SheetSection } from './receipt-sheet.ts';
export { METERS_PER_LOCAL_UNIT_MAX } from './registry.ts';
export { paidBy, SELLER } from './remittances.ts';
export type { Replacement } from './replacement.ts';
export type { RestorationView } from './restoration.ts';
export type { Revival } from './revivals.ts';
export { rotationOverdueMs } from './rotation-row.ts';
export { drawPassword } from './secrets.ts';
export type * from './services.ts';
export { correctMonth } from './settlement-correction.ts';
export type { Claim, ClaimAnswer, ClaimedStep, ClaimedTransformer, Difference } from './settlement-documents.ts';
export {
  type AnsweredClaim,
  answerClaim,
  claimMonth,
  claimsOf,
  type Reseller,
  type Seller,
  type SettledClaim,
  type SettlementPorts,
  type SettlementSide,
} from './settlement-exchange.ts';
export type { SettlementFailure, SettlementPeer } from './settlement-port.ts';
export { settlementCsv, settlementSheet } from './settlement-sheet.ts';
export { differenceOf, expectedOf } from './shifts.ts';
export { greenButton } from './statement-espi.ts';
export { type StatementJson, statementCsv, statementJson } from './statement-forms.ts';
export { statementSheet } from './statement-sheet.ts';
export type { TableSection, TableSheet } from './table-sheet.ts';
export { stateOfMeter } from './things.ts';
export { CALL_STEPS } from './types/callers.ts';
export { INSPECTION_FINDINGS } from './types/inspections.ts';
export { ROTATION_STATES } from './types/key-rotations.ts';
export { LOSS_ALARM_STATES, LOSS_FINDINGS } from './types/losses.ts';
export { MESSAGE_CAUSES, MESSAGE_STATES } from './types/messages.ts';
export { WEBHOOK_EVENTS } from './types/webhooks.ts';
export { VendCheck } from './vend-check.ts';
export { REVERSIBLE_MS, vendIdOf } from './vends.ts';
export {
  type PrintedBatch,
  type PrintedVoucher,
  type VoucherNumbers,
  type VoucherRange,
  type VoucherSale,
  type VouchersChanged,
  voucherCsv,
} from './voucher-batches.ts';
export { checkVouchers, VoucherCheck } from './voucher-check.ts';
export { createVouchers } from './voucher-desk.ts';
export { type VoucherSaid, type VoucherSeen, voucherWay } from './voucher-paying.ts';
export type * from './voucher-services.ts';
