/**
 * The four-pass exchange between a host and a terminal: messages, both sides as machines without input or output,
 * the value bodies, and the exactly-once rule. All bodies but value's are opaque bytes here.
 */
export * from './account.ts';
export { SECTION_KINDS, type Section, type SectionKind, sectionsOf } from './anatomy.ts';
export * from './attention.ts';
export { Command, isCommand, isLong, purposeCarries } from './command.ts';
export { BODY_BYTES_MAX, decodeFrame, type Frame, type FrameFailure, HEADER_BYTES, Message } from './frame.ts';
export {
  askForPart,
  type HostIgnored,
  type HostOutcome,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  hostWrapKey,
  openHostSession,
} from './host-side.ts';
export { PART_BYTES_MAX, partCount, partIndex } from './part.ts';
export { type DecodedRefusal, decodeRefusal, Refusal, refusalFrame } from './refusal.ts';
export {
  askForThirdPart,
  createTerminal,
  type HostAuthenticated,
  type Terminal,
  type TerminalOptions,
  type TerminalOutcome,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
} from './terminal-side.ts';
export * from './value.ts';
