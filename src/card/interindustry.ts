import { type CommandApdu, CommandClass, encodeCommandApdu, NE_SHORT_MAX } from './apdu.ts';

/** INS of the interindustry commands, ISO/IEC 7816-4:2005 table 4.2. */
export const Instruction = {
  externalAuthenticate: 0x82,
  getChallenge: 0x84,
  internalAuthenticate: 0x88,
  select: 0xa4,
  readBinary: 0xb0,
  readRecord: 0xb2,
  getData: 0xca,
  updateBinary: 0xd6,
} as const;

/** A command of the first interindustry class; zeros, no data and no Le where nothing else is said. */
export const interindustry = (
  instruction: number,
  fields: Partial<Pick<CommandApdu, 'p1' | 'p2' | 'data' | 'expected'>>,
): Uint8Array => {
  const nothing = { p1: 0, p2: 0, data: new Uint8Array(0), expected: undefined };
  return encodeCommandApdu({ class: CommandClass.interindustry, instruction, ...nothing, ...fields });
};

/** SELECT of a program by its name, without an answer. */
export const selectProgram = (name: Uint8Array): Uint8Array =>
  interindustry(Instruction.select, { p1: 0x04, p2: 0x0c, data: name });

/** READ RECORD of a file by its short identifier: whole, by its number. */
export const readRecord = (shortId: number, number: number): Uint8Array =>
  interindustry(Instruction.readRecord, { p1: number, p2: (shortId << 3) | 0x04, expected: NE_SHORT_MAX });
