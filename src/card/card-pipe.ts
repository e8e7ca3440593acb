import { decodeFrame, Message } from '../exchange/index.ts';
import { CommandClass, decodeResponseApdu, encodeCommandApdu, NE_SHORT_MAX } from './apdu.ts';
import { OpenMode, PurseInstruction } from './card.ts';
import { PURSE_AID } from './files.ts';
import { Instruction, interindustry, selectProgram } from './interindustry.ts';
import { StatusWord } from './status-word.ts';

/** Selects the purse on a card that was just put in, without an answer. */
export const selectPurse = (): Uint8Array => selectProgram(PURSE_AID);

/** Asks the card for its CSN. */
export const askSerialNumber = (): Uint8Array =>
  interindustry(Instruction.getData, { p2: 0x5a, expected: NE_SHORT_MAX });

/** A command of the purse, which is answered with data unless `silent`. */
export const purseCommand = (
  instruction: number,
  data: Uint8Array,
  { p1 = 0, p2 = 0, silent = false }: { p1?: number; p2?: number; silent?: boolean } = {},
): Uint8Array =>
  encodeCommandApdu({
    ...{ class: CommandClass.purse, instruction, p1, p2, data },
    expected: silent ? undefined : NE_SHORT_MAX,
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
