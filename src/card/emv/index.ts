/**
 * Payment cards with contacts (EMV): the terminal, a card of our own, and the bank that issued it. None of them touches
 * a clock, a slot or a wire.
 */
export { decodeDol } from './dol.ts';
export { type EmvAsked, EmvIssuer, type EmvVerdict } from './issuer.ts';
export { runEmv } from './run-emv.ts';
export type {
  Emv,
  EmvApplication,
  EmvEnd,
  EmvFailureReason,
  EmvSale,
  EmvTerminal,
} from './state.ts';
export {
  beginEmv,
  type EmvAuthorisation,
  type EmvCardData,
  type EmvStep,
  emvAuthorised,
  emvCardRemoved,
  emvReceive,
  emvSlotFailed,
} from './terminal.ts';
export { EmvTestCard, TEST_APPLICATION, type TestCardIssue, testIssuerKey } from './test-card.ts';
