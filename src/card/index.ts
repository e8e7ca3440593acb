/**
 * The purse card and what speaks to it, without input or output: the card's own program over ISO 7816-4 commands, the
 * meter that takes value from it, the host that loads it, and the tickets that let one be spent in the other.
 */
export * from './added-value.ts';
export {
  type ApduFailure,
  type CommandApdu,
  CommandClass,
  decodeCommandApdu,
  decodeResponseApdu,
  encodeCommandApdu,
  type ResponseApdu,
  response,
} from './apdu.ts';
export { CHALLENGE_BYTES, externalTag, internalTag, mutualTags } from './authentication.ts';
export { OpenMode, PurseInstruction, STATUS_BYTES, stepCard } from './card.ts';
export {
  askSerialNumber,
  decodeLoadResponse,
  type LoadAnswer,
  loadCommand,
  purseCommand,
  selectPurse,
} from './card-pipe.ts';
export * from './contact/index.ts';
export * from './emv/index.ts';
export { FileId, PURSE_AID } from './files.ts';
export { openLoadSession } from './host-load.ts';
export { Instruction } from './interindustry.ts';
export * from './issuing/index.ts';
export { CARD_NVM_BYTES, DEBITS_KEPT, LOADS_KEPT, REPORTS_MAX, TICKETS_MAX } from './layout.ts';
export {
  type MeterReport,
  MINUTES_BEFORE_MAX,
  openMeterReport,
  REPORT_BYTES,
  REPORTED_EVENTS_MAX,
  type ReportedEvent,
  type ReportSubject,
  sealMeterReport,
} from './meter-report.ts';
export * from './ports.ts';
export * from './read-card.ts';
export {
  encodeAcknowledge,
  encodeDebit,
  type Insertion,
  openDebitRecord,
  openSpendSecond,
  type SpendStatus,
  spendFirst,
} from './spending-messages.ts';
export {
  type Card,
  type CardIssue,
  type CardMemoryFailure,
  type CardOutputs,
  type CardRegion,
  LoadKind,
  type LoadRow,
  loadRow,
  personaliseCard,
  readLoadRow,
  resetCard,
  type WholeRegion,
} from './state.ts';
export { StatusWord } from './status-word.ts';
export {
  beginTaking,
  type CardRow,
  type OwnReport,
  type Taking,
  type TakingMeter,
  type TakingOutcome,
  type TakingRefusal,
  takingAmount,
  takingReceive,
  takingReport,
  takingStored,
} from './take-value.ts';
export { decodeTicket, encodeTicket, issueTicket, openTicket, type Ticket, type TicketFailure } from './ticket.ts';
export { decodeTlv, encodeTlv } from './tlv.ts';
