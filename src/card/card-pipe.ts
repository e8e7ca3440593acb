import { decodeFrame, Message } from '../exchange/index.ts';
import { CommandClass, decodeResponseApdu, encodeCommandApdu } from './apdu.ts';
import { Instruction, OpenMode, PurseInstruction } from './card.ts';
import { PURSE_AID } from './files.ts';
import { StatusWord } from './status-word.ts';

/** The greatest Ne of a short command: all that the card has to say. */
const ALL = 256;

/** Selects the purse on a card that was just put in, without an answer. */
export const selectPurse = (): Uint8Array =>
  encodeCommandApdu({
    ...{ class: CommandClass.interindustry, instruction: Instruction.select, p1: 0x04, p2: 0x0c },
    ...{ data: PURSE_AID, expected: undefined },
  });

/** Asks the card for its CSN. */
export const askSerialNumber = (): Uint8Array =>
  encodeCommandApdu({
    ...{ class: CommandClass.interindustry, instruction: Instruction.getData, p1: 0x00, p2: 0x5a },
    ...{ data: new Uint8Array(0), expected: ALL },
  });

/** A command of the purse, which is answered with data unless `silent`. */
export const purseCommand = (
  instruction: number,
  data: Uint8Array,
  { p1 = 0, p2 = 0, silent = false }: { p1?: number; p2?: number; silent?: boolean } = {},
): Uint8Array =>
  encodeCommandApdu({
    ...{ class: CommandClass.purse, instruction, p1, p2, data },
    expected: silent ? undefined : ALL,
  });

/**
 * The command that carries a frame of 0x18 to the card: the terminal passes M1 and M3 on, unread, to a card whose purse
 * it has selected. `undefined` for a frame that no card is asked by.
 */
export function loadCommand(frame: Uint8Array): Uint8Array | undefined {
  const decoded = decodeFrame(frame);
  if ('reason' in decoded) return undefined;
  if (decoded.message === Message.first) return purseCommand(PurseInstruction.open, frame, { p1: OpenMode.load });
  return decoded.message === Message.third ? purseCommand(PurseInstruction.credit, frame) : undefined;
}

/** What the card said to it: M2, M4 or a refusal for the host, or why it said nothing. */
export type LoadAnswer =
  | { readonly frame: Uint8Array }
  | { readonly reason: 'card-refused'; readonly status: number }
  | { readonly reason: 'card-unintelligible' };

export function decodeLoadResponse(bytes: Uint8Array): LoadAnswer {
  const answer = decodeResponseApdu(bytes);
  if ('reason' in answer) return { reason: 'card-unintelligible' };
  if (answer.status !== StatusWord.done) return { reason: 'card-refused', status: answer.status };
  return 'reason' in decodeFrame(answer.data) ? { reason: 'card-unintelligible' } : { frame: answer.data };
}
