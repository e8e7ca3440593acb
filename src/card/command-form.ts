import type { CommandApdu } from './apdu.ts';
import type { CardOutputs } from './state.ts';
import { StatusWord } from './status-word.ts';

/** What a command must look like before a program carries it out. */
export interface CommandForm<Program> {
  /** Nc, from and to. */
  readonly data: readonly [number, number];
  /** Nr where all goes well, if it is always the same, or at most. */
  readonly answer: number;
  readonly p1?: number;
  readonly p2?: number;
  readonly carryOut: (program: Program, command: CommandApdu, out: CardOutputs) => Uint8Array;
}

/** Of a command whose answer is as long as it happens to be. */
export const ANY_ANSWER = 0;

/** Looked at in this order, once INS is known: P1-P2, lengths; what the command itself asks for comes after. */
export function formFault<P>(form: CommandForm<P>, command: CommandApdu): number | undefined {
  const { data, p1 = command.p1, p2 = command.p2 } = form;
  if (p1 !== command.p1 || p2 !== command.p2) return StatusWord.incorrectParameters;
  if (command.data.length < data[0] || command.data.length > data[1]) return StatusWord.wrongLength;
  return isRoomFor(command, form.answer) ? undefined : StatusWord.wrongLe | form.answer;
}

/**
 * A command that changes something is refused before it does when its answer would not fit. A command with data and
 * without Le is what T=0 makes of one with Le: it gets its whole answer, and the transport keeps it.
 */
export const isRoomFor = ({ data, expected }: CommandApdu, bytes: number): boolean =>
  expected === undefined ? data.length > 0 || bytes === 0 : expected >= bytes;

/** What may be long is cut at Ne. */
export const upTo = ({ data, expected }: CommandApdu, bytes: Uint8Array): Uint8Array =>
  bytes.subarray(0, expected ?? (data.length > 0 ? bytes.length : 0));
