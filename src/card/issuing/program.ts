import { equalBytes, fromHex } from '../../bytes/index.ts';
import type { Csn } from '../../units/index.ts';
import { type CommandApdu, response } from '../apdu.ts';
import { upTo } from '../command-form.ts';
import { StatusWord } from '../status-word.ts';
import { programInformation } from './messages.ts';

/** What blank and master cards have in common: one program with a CSN, which is selected by its name. */
interface Program {
  readonly csn: Csn;
  selected: boolean;
  challenge: Uint8Array | undefined;
}

/** SELECT, ISO/IEC 7816-4:2005 §7.1.1: by the program's whole name. What was begun or shown before is over. */
export const selectProgram =
  <P extends Program>(aid: Uint8Array, begin: (program: P) => void) =>
  (program: P, command: CommandApdu): Uint8Array => {
    const { p1, p2, data } = command;
    if (p1 !== 0x04 || (p2 !== 0x00 && p2 !== 0x0c)) return response(StatusWord.incorrectParameters);
    if (!equalBytes(data, aid)) return response(StatusWord.fileNotFound);
    program.selected = true;
    program.challenge = undefined;
    begin(program);
    if (p2 === 0x0c) return response(StatusWord.done);
    return response(StatusWord.done, upTo(command, programInformation(aid, program.csn)));
  };

/** GET DATA, ISO/IEC 7816-4:2005 §7.4.2: the CSN, as of a purse card. */
export function serialNumber({ csn }: Program, { p1, p2, expected }: CommandApdu): Uint8Array {
  if (p1 !== 0x00 || p2 !== 0x5a) return response(StatusWord.referencedDataNotFound);
  if (expected === undefined) return response(StatusWord.wrongLength);
  const bytes = fromHex(csn);
  return expected < bytes.length ? response(StatusWord.wrongLe | bytes.length) : response(StatusWord.done, bytes);
}
