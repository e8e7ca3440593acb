/** How a blank card becomes a purse card: its own program, the master card's, and the station between them. */
export { type BlankCard, makeBlankCard } from './blank-card.ts';
export * from './commands.ts';
export {
  type IssuedCard,
  type IssuedKey,
  type IssueFailure,
  issueCard,
  type MasterInSlot,
  masterCounts,
  pinRefusal,
} from './issue.ts';
export { type MasterCard, resetMasterCard, stepMasterCard } from './master-card.ts';
export { MASTER_LOG_KEPT, MASTER_NVM_BYTES, type MasterIssue, personaliseMasterCard } from './master-memory.ts';
export {
  BLANK_AID,
  BlankInstruction,
  decodeMasterCounts,
  decodeMasterLogRow,
  decodeSealedKey,
  encodeMasterCounts,
  encodeMasterLogRow,
  encodePin,
  encodeSealedKey,
  type IssuingFailure,
  MASTER_AID,
  type MasterCounts,
  MasterEvent,
  MasterInstruction,
  type MasterLogRow,
  PIN_TRIES,
  PinInstruction,
  type SealedKey,
} from './messages.ts';
export { resetSubscriberCard, type SubscriberCard, stepSubscriberCard } from './subscriber-card.ts';
