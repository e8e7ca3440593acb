import { concat, equalBytes, fromHex, Writer } from '../bytes/index.ts';
import { isRegion, svpmsn } from '../units/index.ts';
import { CARD_RECEIPT_BYTES, CARD_STATUS_BYTES, encodeCardStatus } from './added-value.ts';
import { type CommandApdu, CommandClass, decodeCommandApdu, response, STATUS_OF_FAILURE } from './apdu.ts';
import { CHALLENGE_BYTES, externalAuthenticate, getChallenge, internalAuthenticate } from './authentication.ts';
import { ANY_ANSWER, type CommandForm, formFault, isRoomFor, upTo } from './command-form.ts';
import { controlInformation, type ElementaryFile, FileId, fileById, fileByShortId, PURSE_AID } from './files.ts';
import { Instruction } from './interindustry.ts';
import { creditLoad, isWhole, openLoad, statusOf } from './loading.ts';
import { REPORT_BYTES } from './meter-report.ts';
import { reportOf } from './report-file.ts';
import { acknowledge, debit, openSpend, report } from './spending.ts';
import {
  ACKNOWLEDGE_BYTES,
  DEBIT_BYTES,
  DEBIT_RECORD_BYTES,
  SPEND_FIRST_BYTES,
  SPEND_SECOND_BYTES,
} from './spending-messages.ts';
import { type Card, type CardOutputs, type WholeRegion, write } from './state.ts';
import { StatusWord } from './status-word.ts';
import { ticketFor } from './ticket-file.ts';

/** INS of the purse's own commands, in class 80. */
export const PurseInstruction = {
  open: 0x50,
  debit: 0x52,
  credit: 0x54,
  acknowledge: 0x56,
  status: 0x58,
  ticket: 0x5a,
  report: 0x5c,
} as const;

/** P1 of OPEN: an exchange with the host, or the insertion into a meter. */
export const OpenMode = { load: 0x00, spend: 0x01 } as const;

/** utility u16 | n u8 | the region's status */
export const STATUS_BYTES = 3 + CARD_STATUS_BYTES;

/**
 * The card's program: one command APDU in, and through `out` what is to be stored, then one response APDU. It is the
 * same over any transport; what T=0 needs to carry a response (GET RESPONSE) is the transport's.
 */
export function stepCard(card: Card, command: Uint8Array, out: CardOutputs): void {
  const decoded = decodeCommandApdu(command);
  out.respond('reason' in decoded ? response(STATUS_OF_FAILURE[decoded.reason]) : answer(card, decoded, out));
}

const FRAME_SECOND_BYTES = 7 + 16 + CARD_STATUS_BYTES + 8;
const FRAME_FOURTH_BYTES = 7 + CARD_RECEIPT_BYTES + 8;
const FRAME_MAX = 7 + 0xff;

const INTERINDUSTRY: Readonly<Record<number, CommandForm<Card>>> = {
  [Instruction.select]: { data: [0, 16], answer: ANY_ANSWER, carryOut: select },
  [Instruction.readBinary]: { data: [0, 0], answer: ANY_ANSWER, carryOut: readBinary },
  [Instruction.updateBinary]: { data: [1, 0xff], answer: 0, carryOut: updateBinary },
  [Instruction.readRecord]: { data: [0, 0], answer: ANY_ANSWER, carryOut: readRecord },
  [Instruction.getData]: { data: [0, 0], answer: ANY_ANSWER, carryOut: getData },
  [Instruction.getChallenge]: { data: [0, 0], answer: CHALLENGE_BYTES, p1: 0, p2: 0, carryOut: getChallenge },
  [Instruction.internalAuthenticate]: {
    ...{ data: [16, 16], answer: 16, p1: 0 },
    carryOut: (card, { p2, data }) => internalAuthenticate(card, p2, data),
  },
  [Instruction.externalAuthenticate]: { data: [16, 32], answer: ANY_ANSWER, p1: 0, carryOut: authenticate },
};

const PURSE: Readonly<Record<number, CommandForm<Card>>> = {
  [PurseInstruction.open]: { data: [1, FRAME_MAX], answer: ANY_ANSWER, carryOut: open },
  [PurseInstruction.debit]: {
    ...{ data: [DEBIT_BYTES, DEBIT_BYTES], answer: DEBIT_RECORD_BYTES, p1: 0 },
    carryOut: ofRegion((card, { region }, { data }, out) => debit(card, region, data, out)),
  },
  [PurseInstruction.credit]: {
    ...{ data: [1, FRAME_MAX], answer: FRAME_FOURTH_BYTES, p1: 0, p2: 0 },
    carryOut: credit,
  },
  [PurseInstruction.acknowledge]: {
    ...{ data: [ACKNOWLEDGE_BYTES, ACKNOWLEDGE_BYTES], answer: 0, p1: 0 },
    carryOut: ofRegion((card, { region }, { data }, out) => acknowledge(card, region, data, out)),
  },
  [PurseInstruction.report]: {
    ...{ data: [REPORT_BYTES, REPORT_BYTES], answer: 0, p1: 0 },
    carryOut: ofRegion((card, { region }, { data }, out) => report(card, region, data, out)),
  },
  [PurseInstruction.status]: {
    ...{ data: [0, 0], answer: STATUS_BYTES, p1: 0 },
    carryOut: ofRegion((_, region) => {
      const head = new Writer(3).u16(region.utility).u8(region.key.n).done();
      return response(StatusWord.done, concat(head, encodeCardStatus(statusOf(region))));
    }),
  },
  [PurseInstruction.ticket]: {
    ...{ data: [3, 3], answer: ANY_ANSWER, p1: 0 },
    carryOut: ofRegion((card, region, { data: [a = 0, b = 0, c = 0] }) => {
      const ticket = ticketFor(card, region, svpmsn((a << 16) | (b << 8) | c));
      return response(ticket === undefined ? StatusWord.referencedDataNotFound : StatusWord.done, ticket);
    }),
  },
};

function answer(card: Card, command: CommandApdu, out: CardOutputs): Uint8Array {
  const form = (command.class === CommandClass.purse ? PURSE : INTERINDUSTRY)[command.instruction];
  if (form === undefined) return response(StatusWord.instructionNotSupported);
  const fault = formFault(form, command);
  if (fault !== undefined) return response(fault);
  if (command.class === CommandClass.purse && card.currentFolder !== 'purse') {
    return response(StatusWord.conditionsNotSatisfied);
  }
  return form.carryOut(card, command, out);
}

/** SELECT, ISO/IEC 7816-4:2005 §7.1.1: by file identifier, by name of the purse, of an elementary file. */
function select(card: Card, command: CommandApdu): Uint8Array {
  const { p1, p2, data } = command;
  if (p2 !== 0x00 && p2 !== 0x04 && p2 !== 0x0c) return response(StatusWord.incorrectParameters);
  const found = selected(card, p1, data);
  if (typeof found === 'number') return response(found);
  if (found === 'master' || found === 'purse') {
    card.currentFolder = found;
    card.currentFile = undefined;
    // Whoever was known in one folder is not in another, and what was begun there is over.
    card.issuerAuthenticated = false;
    card.challenge = undefined;
    card.load = undefined;
    card.spend = undefined;
  } else card.currentFile = found.id;
  if (p2 === 0x0c) return response(StatusWord.done);
  return response(StatusWord.done, upTo(command, controlInformation(p2 === 0x00 ? 0x6f : 0x62, card, found)));
}

function selected(card: Card, p1: number, data: Uint8Array): ElementaryFile | 'master' | 'purse' | number {
  if (p1 === 0x04) return equalBytes(data, PURSE_AID) ? 'purse' : StatusWord.fileNotFound;
  if (p1 !== 0x00 && p1 !== 0x02) return StatusWord.incorrectParameters;
  if (p1 === 0x00 && data.length === 0) return 'master';
  if (data.length !== 2) return StatusWord.wrongLength;
  const id = ((data[0] as number) << 8) | (data[1] as number);
  if (p1 === 0x00 && id === FileId.master) return 'master';
  if (p1 === 0x00 && id === FileId.purse) return 'purse';
  return fileById(card, id) ?? StatusWord.fileNotFound;
}

/** The file that P1 names by its short identifier, which makes it the current one, or the current one. */
function fileOf(card: Card, shortId: number | undefined): ElementaryFile | number {
  if (shortId === undefined) {
    if (card.currentFile === undefined) return StatusWord.noCurrentFile;
    return fileById(card, card.currentFile) as ElementaryFile;
  }
  const file = fileByShortId(card, shortId);
  if (file === undefined) return StatusWord.fileNotFound;
  card.currentFile = file.id;
  return file;
}

/** ISO/IEC 7816-4:2005 §7.2.2: bit 8 of P1 and a short identifier, or an offset of 15 bits. */
function placeIn(card: Card, { p1, p2 }: CommandApdu): { file: ElementaryFile; offset: number } | number {
  if ((p1 & 0xe0) > 0x80) return StatusWord.incorrectParameters;
  const byShortId = (p1 & 0x80) !== 0;
  const file = fileOf(card, byShortId ? p1 & 0x1f : undefined);
  if (typeof file === 'number') return file;
  return { file, offset: byShortId ? p2 : (p1 << 8) | p2 };
}

/** READ BINARY, ISO/IEC 7816-4:2005 §7.2.3. */
function readBinary(card: Card, command: CommandApdu): Uint8Array {
  if (command.expected === undefined) return response(StatusWord.wrongLength);
  const place = placeIn(card, command);
  if (typeof place === 'number') return response(place);
  const { file, offset } = place;
  if (file.type !== 'transparent') return response(StatusWord.fileStructureIncompatible);
  if (offset >= file.bytes.length) return response(StatusWord.offsetOutsideFile);
  const bytes = upTo(command, file.bytes.subarray(offset));
  // An Ne of 256 and more asks for all that there is.
  const short = bytes.length < command.expected && command.expected < 256;
  return response(short ? StatusWord.endOfFileReached : StatusWord.done, bytes);
}

/** UPDATE BINARY, ISO/IEC 7816-4:2005 §7.2.5: the issuer's data, by the issuer. A cut may leave them half written. */
function updateBinary(card: Card, command: CommandApdu, out: CardOutputs): Uint8Array {
  const place = placeIn(card, command);
  if (typeof place === 'number') return response(place);
  const { file, offset } = place;
  if (file.type !== 'transparent') return response(StatusWord.fileStructureIncompatible);
  if (file.updatedAt === undefined || !card.issuerAuthenticated) return response(StatusWord.securityStatusNotSatisfied);
  if (offset + command.data.length > file.bytes.length) return response(StatusWord.offsetOutsideFile);
  write(card, file.updatedAt + offset, command.data, out);
  return response(StatusWord.done);
}

/** READ RECORD, ISO/IEC 7816-4:2005 §7.3.3: one record by its number, 1 being the newest. */
function readRecord(card: Card, command: CommandApdu): Uint8Array {
  const { p1: number, p2, expected } = command;
  if (expected === undefined) return response(StatusWord.wrongLength);
  if ((p2 & 0x07) !== 0x04) return response(StatusWord.incorrectParameters);
  const file = fileOf(card, p2 >> 3 === 0 ? undefined : p2 >> 3);
  if (typeof file === 'number') return response(file);
  if (file.type !== 'cyclic') return response(StatusWord.fileStructureIncompatible);
  if (number < 1 || number > file.records) return response(StatusWord.recordNotFound);
  if (expected < file.recordBytes) return response(StatusWord.wrongLe | file.recordBytes);
  const record = file.record(number);
  return response(record === undefined ? StatusWord.memoryFailure : StatusWord.done, record);
}

/** GET DATA, ISO/IEC 7816-4:2005 §7.4.2: the CSN, under the tag of an application's serial number. */
function getData(card: Card, command: CommandApdu): Uint8Array {
  if (command.p1 !== 0x00 || command.p2 !== 0x5a) return response(StatusWord.referencedDataNotFound);
  if (command.expected === undefined) return response(StatusWord.wrongLength);
  const csn = fromHex(card.csn);
  return command.expected < csn.length ? response(StatusWord.wrongLe | csn.length) : response(StatusWord.done, csn);
}

function authenticate(card: Card, command: CommandApdu): Uint8Array {
  const { p2, data } = command;
  if (data.length !== 16 && data.length !== 32) return response(StatusWord.wrongLength);
  const mutual = data.length === 32;
  if (mutual && !isRoomFor(command, 16)) return response(StatusWord.wrongLe | 16);
  return externalAuthenticate(card, p2, data);
}

/** OPEN: P1 says what for. An exchange names its region in M1. */
function open(card: Card, command: CommandApdu, out: CardOutputs): Uint8Array {
  const { p1, p2, data } = command;
  if (p1 === OpenMode.load) {
    if (p2 !== 0) return response(StatusWord.incorrectParameters);
    if (!isRoomFor(command, FRAME_SECOND_BYTES)) return response(StatusWord.wrongLe | FRAME_SECOND_BYTES);
    return openLoad(card, data);
  }
  if (p1 !== OpenMode.spend) return response(StatusWord.incorrectParameters);
  if (data.length !== SPEND_FIRST_BYTES) return response(StatusWord.wrongLength);
  if (!isRoomFor(command, SPEND_SECOND_BYTES)) return response(StatusWord.wrongLe | SPEND_SECOND_BYTES);
  return ofRegion((_, region) => openSpend(card, region, data))(card, command, out);
}

/** CREDIT: M4 is longer where the region has a report of its meter. */
function credit(card: Card, command: CommandApdu, out: CardOutputs): Uint8Array {
  const { load } = card;
  const bytes = FRAME_FOURTH_BYTES + (load === undefined ? 0 : (reportOf(card, load.region.region)?.length ?? 0));
  if (!isRoomFor(command, bytes)) return response(StatusWord.wrongLe | bytes);
  return creditLoad(card, command.data, out);
}

/** A command of the region in P2. */
function ofRegion(
  carryOut: (card: Card, region: WholeRegion, command: CommandApdu, out: CardOutputs) => Uint8Array,
): CommandForm<Card>['carryOut'] {
  return (card, command, out) => {
    const region = isRegion(command.p2) ? card.regions.get(command.p2) : undefined;
    if (region === undefined) return response(StatusWord.referencedDataNotFound);
    return isWhole(region) ? carryOut(card, region, command, out) : response(StatusWord.memoryFailure);
  };
}
