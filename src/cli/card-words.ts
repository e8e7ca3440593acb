import { concat, Reader, toHex } from '../bytes/index.ts';
import {
  type Atr,
  BLANK_AID,
  BlankInstruction,
  type CommandApdu,
  CommandClass,
  decodeCommandApdu,
  decodeKeptDebit,
  decodeKeptLoad,
  decodeMasterCounts,
  decodeMasterLogRow,
  decodeRegionStatus,
  decodeResponseApdu,
  decodeSealedKey,
  decodeTicket,
  Instruction,
  LoadKind,
  MASTER_AID,
  MasterEvent,
  MasterInstruction,
  OpenMode,
  PinInstruction,
  PURSE_AID,
  PurseInstruction,
  parseAtr,
  StatusWord,
  type Ticket,
} from '../card/index.ts';
import { keyNameFromByte, keyNameText } from '../crypto/index.ts';
import { Command, decodeFrame, decodeRefusal, Message, Refusal } from '../exchange/index.ts';
import { isRegion, type Svpmsn, svpmsn, svpmsnText } from '../units/index.ts';
import { regionName } from './card-options.ts';

/** Bytes of a card, and what they mean. */
export interface Explained {
  readonly kind: 'atr' | 'status' | 'ticket' | 'frame' | 'command' | 'response' | 'unknown';
  readonly hex: string;
  /** Each ends in a full stop. */
  readonly sentences: readonly string[];
}

/** A line of a trace. Without a direction commands and responses take turns. */
export interface TraceLine {
  readonly direction: string;
  readonly bytes: Uint8Array;
}

/** Whatever they are, without being told: an answer to reset, a status word, a ticket, a frame of 0x18, or a command. */
export function explainBytes(bytes: Uint8Array): Explained {
  const atr = parseAtr(bytes);
  if (!('reason' in atr)) return explained('atr', bytes, atrSentences(atr));
  if (bytes.length === 2) {
    const status = new Reader(bytes).u16();
    return explained(kindOfStatus('status', status), bytes, [statusSentence(status)]);
  }
  const ticket = decodeTicket(bytes);
  if (!('reason' in ticket)) return explained('ticket', bytes, ticketSentences(ticket));
  const frame = frameSentence(bytes);
  if (frame !== undefined) return explained('frame', bytes, [capital(frame)]);
  if (atr.reason === 'initial-character-unknown') return explainCommand(bytes);
  // No class of commands begins as an answer to reset does. ISO 7816-4 §5.4.1
  return explained('unknown', bytes, [
    `An answer to reset that cannot be read: ${atr.reason.replace(/^atr-/, '').replaceAll('-', ' ')}.`,
  ]);
}

/**
 * What was said between a reader and a card, in its order: a response is read as the answer to the command before it,
 * and one that comes in parts as the answer to the command that they belong to.
 */
export function explainTrace(lines: readonly TraceLine[]): readonly Explained[] {
  let asked: CommandApdu | undefined;
  let held: Uint8Array = new Uint8Array(0);
  let waiting = false;
  return lines.map(({ direction, bytes }) => {
    const isResponse = direction === '<' || (direction === '' && waiting);
    const isAtr = !waiting && !('reason' in parseAtr(bytes));
    if (isAtr) return explainBytes(bytes);
    if (isResponse) {
      const answer = explainResponse(bytes, asked, held);
      held = isPart(bytes) ? concat(held, bytes.subarray(0, -2)) : new Uint8Array(0);
      waiting = false;
      return answer;
    }
    const command = decodeCommandApdu(bytes);
    if ('reason' in command) asked = undefined;
    else if (command.instruction !== GET_RESPONSE) asked = command;
    waiting = true;
    return explainCommand(bytes);
  });
}

/** SW1 where more of an answer waits, and where the command is to be said again with the length that the answer has. */
const MORE_WAIT = 0x61;
const LENGTH_WRONG = 0x6c;
const isPart = (response: Uint8Array): boolean => response.at(-2) === MORE_WAIT;

const explained = (kind: Explained['kind'], bytes: Uint8Array, sentences: readonly string[]): Explained => ({
  ...{ kind, hex: toHex(bytes), sentences },
});

function explainCommand(bytes: Uint8Array): Explained {
  const command = decodeCommandApdu(bytes);
  if ('reason' in command) {
    return explained('unknown', bytes, [
      `No command that a card of Wattpurse takes: ${command.reason.replaceAll('-', ' ')}.`,
    ]);
  }
  const table = command.class === CommandClass.purse ? OWN_COMMANDS : INTERINDUSTRY_COMMANDS;
  const sentence = table[command.instruction]?.(command);
  if (sentence === undefined) {
    const what = `INS ${hexByte(command.instruction)} in class ${hexByte(command.class)}`;
    return explained('unknown', bytes, [`A command that no card of Wattpurse knows: ${what}.`]);
  }
  return explained('command', bytes, [sentence]);
}

function explainResponse(bytes: Uint8Array, asked: CommandApdu | undefined, held: Uint8Array): Explained {
  const answer = decodeResponseApdu(bytes);
  if ('reason' in answer) return explained('unknown', bytes, ['No response: it is shorter than a status word.']);
  const whole = concat(held, answer.data);
  const told = isPart(bytes) || whole.length === 0 || asked === undefined ? undefined : answerSentences(asked, whole);
  const data = answer.data.length === 0 ? [] : [dataText(answer.data.length)];
  const sentences = [statusSentence(answer.status), ...(told ?? data)];
  return explained(kindOfStatus('response', answer.status), bytes, sentences);
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0').toUpperCase();
const regionPhrase = (number: number): string =>
  isRegion(number) ? `region ${number} (${regionName(number)})` : `region ${number}, which no card has`;
const keyText = (n: number): string => `key ${keyNameText(keyNameFromByte(n))}`;
const dataText = (bytes: number): string => (bytes === 1 ? '1 byte of data.' : `${bytes} bytes of data.`);
const triesText = (count: number): string => (count === 1 ? '1 try is' : `${count} tries are`);
const meterText = (id: Svpmsn): string => `meter ${svpmsnText(id)}`;
const scopeText = (scope: number): string => (scope === 0 ? 'the card as a whole' : regionPhrase(scope));
const dateText = (seconds: number): string => new Date(1000 * seconds).toISOString().slice(0, 19).replace('T', ' ');

const NAMES: readonly (readonly [aid: Uint8Array, name: string])[] = [
  [PURSE_AID, 'the purse'],
  [BLANK_AID, 'the program of a blank card'],
  [MASTER_AID, 'the program of a master card'],
];

function selectSentence({ p1, data }: CommandApdu): string {
  const hex = toHex(data).toUpperCase();
  if (p1 === 0x04) {
    if (data.length === 0) return 'SELECT: a program by its name, and none is given.';
    const known = NAMES.find(([aid]) => toHex(aid) === toHex(data));
    return `SELECT: ${known?.[1] ?? `a program by the name ${hex}, which is none of Wattpurse's`}.`;
  }
  return `SELECT: ${data.length === 0 ? 'the master file' : `the file ${hex}`}.`;
}

/** A log by its short identifier, as READ RECORD has it. */
function logOf(p2: number): string {
  const shortId = p2 >> 3;
  if (shortId === 0x01) return 'the log of a master card';
  const region = shortId & 0x07;
  const log = shortId >= 0x10 ? 'debits' : 'loads';
  return isRegion(region) && shortId >= 0x08 ? `the ${log} of ${regionPhrase(region)}` : 'the current file';
}

type Sentence = (command: CommandApdu) => string;

/** ISO/IEC 7816-4:2005 §7.6.1. No program knows it: it is between a card and its reader. */
const GET_RESPONSE = 0xc0;

const INTERINDUSTRY_COMMANDS: Readonly<Record<number, Sentence>> = {
  [Instruction.select]: selectSentence,
  [Instruction.readBinary]: ({ p1 }) =>
    `READ BINARY: bytes of ${(p1 & 0x80) === 0 ? 'the current file' : `the file of short identifier ${hexByte(p1 & 0x1f)}`}.`,
  [Instruction.updateBinary]: ({ data }) => `UPDATE BINARY: ${data.length} bytes of the issuer's data.`,
  [Instruction.readRecord]: ({ p1, p2 }) => `READ RECORD: number ${p1}, 1 being the newest, of ${logOf(p2)}.`,
  [Instruction.getData]: ({ p1, p2 }) =>
    p1 === 0 && p2 === 0x5a
      ? 'GET DATA: the serial number (CSN).'
      : `GET DATA: object ${hexByte(p1)}${hexByte(p2)}, which no card has.`,
  [GET_RESPONSE]: ({ expected }) =>
    `GET RESPONSE: ${expected === undefined ? 'what waits' : `up to ${expected} bytes`} of the answer to the command before it.`,
  [Instruction.getChallenge]: () => 'GET CHALLENGE: 16 bytes that are good for one proof or one key.',
  [Instruction.internalAuthenticate]: ({ p2 }) =>
    `INTERNAL AUTHENTICATE: the card is to prove the key of ${scopeText(p2)}.`,
  [Instruction.externalAuthenticate]: ({ p2, data }) =>
    `${data.length > 16 ? 'MUTUAL' : 'EXTERNAL'} AUTHENTICATE: the outside proves the key of ${scopeText(p2)}.`,
  [PinInstruction.verify]: ({ data }) =>
    data.length === 0 ? 'VERIFY: how many tries of the PIN are left.' : 'VERIFY: the PIN of a master card.',
  [PinInstruction.change]: () => 'CHANGE REFERENCE DATA: a new PIN of a master card.',
};

const OWN_COMMANDS: Readonly<Record<number, Sentence>> = {
  [PurseInstruction.open]: openSentence,
  [PurseInstruction.debit]: ({ p2, data }) => {
    const amount = new Reader(data).u32();
    const what = amount === 0 ? 'the record that is pending, once more' : `${amount} tokens`;
    return `DEBIT: a meter takes ${what} from ${regionPhrase(p2)}.`;
  },
  [PurseInstruction.credit]: ({ data }) => `CREDIT: ${frameSentence(data) ?? 'what is no frame.'}`,
  [PurseInstruction.acknowledge]: ({ p2, data }) =>
    `ACK: the meter has debit ${new Reader(data).u32()} of ${regionPhrase(p2)} for good.`,
  [PurseInstruction.status]: ({ p2 }) => `STATUS: what ${regionPhrase(p2)} holds.`,
  [PurseInstruction.ticket]: ({ p2, data }) =>
    `TICKET: the ticket of ${regionPhrase(p2)} for ${meterText(svpmsn(new Reader(data).u24()))}.`,
  [PurseInstruction.report]: ({ p2, data }) => {
    const reader = new Reader(data);
    const meter = svpmsn(reader.u24());
    return `REPORT: ${meterText(meter)} leaves its report ${reader.u32()} of ${regionPhrase(p2)} for the provider.`;
  },
  [BlankInstruction.storeKey]: ({ data }) => `STORE KEY: ${sealedKeySentence(data)}`,
  [BlankInstruction.finish]: () => 'FINISH: the blank card becomes the purse card of the keys that it has taken.',
  [MasterInstruction.derive]: ({ data }) =>
    `DERIVE: the master card is to give the key of card ${toHex(data.subarray(0, 7))}, sealed for its chip.`,
  [MasterInstruction.confirm]: ({ data }) =>
    `CONFIRM: card ${toHex(data.subarray(0, 7))} has proved its key to the master card.`,
  [MasterInstruction.counts]: () => 'COUNTS: whose master card it is, and how many keys it gave.',
};

function openSentence({ p1, p2, data }: CommandApdu): string {
  if (p1 === OpenMode.load) return `OPEN for a load: ${frameSentence(data) ?? 'what is no frame.'}`;
  return `OPEN for spending: ${meterText(svpmsn(new Reader(data).u24()))} wants to take from ${regionPhrase(p2)}.`;
}

const MESSAGES: Readonly<Record<number, string>> = {
  [Message.first]: 'M1, the host begins',
  [Message.second]: 'M2, the card says what it holds',
  [Message.third]: 'M3, the host says what is to be done',
  [Message.fourth]: 'M4, the card says what was done',
};

/** Nh stands before the CSN and the region in M1. */
const SUBJECT_AT = 16;

function frameSentence(bytes: Uint8Array): string | undefined {
  const frame = decodeFrame(bytes);
  if ('reason' in frame || frame.h !== Command.addedValue) return undefined;
  const where = frame.svpmsn === 0 ? 'at a counter' : `through ${meterText(frame.svpmsn)}`;
  const head = `value for a card (0x18), ${where}, ${keyText(frame.n)}`;
  if (frame.message === Message.refusal) {
    const refused = decodeRefusal(frame);
    const why = 'reason' in refused ? 'for a reason that nobody knows' : `because of ${refusalText(refused.refusal)}`;
    return `${head}: a refusal, ${why}.`;
  }
  const subject =
    frame.message === Message.first && frame.body.length === SUBJECT_AT + 8
      ? `, with card ${toHex(frame.body.subarray(SUBJECT_AT, SUBJECT_AT + 7))}, ${regionPhrase(frame.body[SUBJECT_AT + 7] as number)}`
      : '; what it says is sealed';
  return `${head}: ${MESSAGES[frame.message] ?? 'a message that a card has no use for'}${subject}.`;
}

/** `tagWrong` as `tag wrong`. */
function refusalText(refusal: Refusal): string {
  const name = (Object.keys(Refusal) as (keyof typeof Refusal)[]).find((each) => Refusal[each] === refusal) ?? '';
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function sealedKeySentence(data: Uint8Array): string {
  const key = decodeSealedKey(data);
  if ('reason' in key) return 'what is no sealed key.';
  return `the key of ${scopeText(key.scope)}, of utility ${key.utility}, ${keyText(key.n)}, sealed for one chip and one challenge.`;
}

const ticketSentences = ({ csn, region, meter, n, version, limit, expiry, epoch }: Ticket): readonly string[] => [
  `A ticket: card ${csn} may be spent in ${meterText(meter)}, from ${regionPhrase(region)}.`,
  `Version ${version}; ${limit} tokens in all; good until ${dateText(expiry)} UTC; epoch ${epoch}; sealed under the meter's ${keyText(n)}.`,
];

function atrSentences({ convention, protocols, historical, classes, speed }: Atr): readonly string[] {
  const text = /^[\x20-\x7e]+$/.test(Buffer.from(historical).toString('latin1'))
    ? ` ("${Buffer.from(historical).toString('latin1')}")`
    : '';
  const rate = speed === undefined ? '' : `, clock up to ${speed.clockHzMax / 1e6} MHz`;
  return [
    `An answer to reset: ${convention} convention, ${protocols.map((t) => `T=${t}`).join(' and ')}, supply class ${classes.join(', ')}${rate}.`,
    historical.length === 0 ? 'No historical bytes.' : `Historical bytes ${toHex(historical)}${text}.`,
  ];
}

const STATUS_SENTENCES: Readonly<Record<number, string>> = {
  [StatusWord.done]: 'done',
  [StatusWord.endOfFileReached]: 'the file ended before so many bytes',
  [StatusWord.memoryFailure]: 'memory is damaged there: it waits for a person',
  [StatusWord.wrongLength]: 'the length is wrong',
  [StatusWord.logicalChannelNotSupported]: 'logical channels are not supported',
  [StatusWord.secureMessagingNotSupported]: 'secure messaging is not supported',
  [StatusWord.chainingNotSupported]: 'chaining is not supported',
  [StatusWord.fileStructureIncompatible]: 'the file has another structure',
  [StatusWord.securityStatusNotSatisfied]: 'a proof, tag or key is wrong, or a proof or PIN is missing',
  [StatusWord.authenticationMethodBlocked]: 'blocked after too many wrong tries',
  [StatusWord.conditionsNotSatisfied]: 'not in this state: what must come first did not, or something is pending',
  [StatusWord.noCurrentFile]: 'no file is selected',
  [StatusWord.incorrectData]: 'the data are not what they should be',
  [StatusWord.functionNotSupported]: 'the function is not supported',
  [StatusWord.fileNotFound]: 'there is no such file or program',
  [StatusWord.recordNotFound]: 'there is no such record',
  [StatusWord.incorrectParameters]: 'P1 or P2 is wrong',
  [StatusWord.referencedDataNotFound]: 'there is no such region, key, ticket or object',
  [StatusWord.offsetOutsideFile]: 'that is behind the end of the file',
  [StatusWord.instructionNotSupported]: 'the instruction is not known',
  [StatusWord.classNotSupported]: 'the class is not known',
};

const kindOfStatus = (kind: Explained['kind'], status: number): Explained['kind'] =>
  statusMeaning(status) === undefined ? 'unknown' : kind;

function statusSentence(status: number): string {
  const word = status.toString(16).toUpperCase().padStart(4, '0');
  return `Status ${word}: ${statusMeaning(status) ?? 'no status of a card of Wattpurse'}.`;
}

/** Nothing where no card of Wattpurse says it. */
function statusMeaning(status: number): string | undefined {
  const length = status & 0xff || 256;
  if (status >> 8 === MORE_WAIT) return `${length} bytes more wait for GET RESPONSE`;
  if (status >> 8 === LENGTH_WRONG) return `the answer has ${length} bytes, ask with that length`;
  if ((status & 0xfff0) === StatusWord.triesLeft) return `wrong, ${triesText(status & 0x0f)} left`;
  return STATUS_SENTENCES[status];
}

/** What the data of a response mean; `undefined` where they are what nobody expects there, or say nothing by themselves. */
function answerSentences(asked: CommandApdu, data: Uint8Array): readonly string[] | undefined {
  const { instruction, p1, p2 } = asked;
  if (asked.class === CommandClass.interindustry) {
    if (instruction === Instruction.getData && data.length === 7) return [`Card ${toHex(data)}.`];
    if (instruction === Instruction.getChallenge) return ['A challenge.'];
    return instruction === Instruction.readRecord ? recordSentences(p2, data) : undefined;
  }
  switch (instruction) {
    case PurseInstruction.status:
      return statusSentences(p2, data);
    case PurseInstruction.ticket: {
      const ticket = decodeTicket(data);
      return 'reason' in ticket ? undefined : ticketSentences(ticket);
    }
    case PurseInstruction.open:
    case PurseInstruction.credit: {
      if (instruction === PurseInstruction.open && p1 === OpenMode.spend) return spendSentences(data);
      const frame = frameSentence(data);
      return frame === undefined ? undefined : [capital(frame)];
    }
    case PurseInstruction.debit: {
      const reader = new Reader(data);
      const [counter, amount] = [reader.u32(), reader.u32()];
      return reader.ok()
        ? [`Debit ${counter} of ${amount} tokens, signed for this meter and this insertion.`]
        : undefined;
    }
    case MasterInstruction.derive:
      return [`It gives ${sealedKeySentence(data)}`];
    case MasterInstruction.counts: {
      const counts = decodeMasterCounts(data);
      if ('reason' in counts) return undefined;
      const { scope, utility, n, given, issued, triesLeft } = counts;
      return [
        `A master card for ${scopeText(scope)}, utility ${utility}, ${keyText(n)}: ${given} keys given, ${issued} cards proved, ${triesLeft} tries left.`,
      ];
    }
    default:
      return undefined;
  }
}

function statusSentences(region: number, data: Uint8Array): readonly string[] | undefined {
  const status = decodeRegionStatus(data);
  if ('reason' in status) return undefined;
  const { balance, creditedTotal, lastCounter, debitCounter, pending, ticketVersion, utility, n } = status;
  return [
    `${capital(regionPhrase(region))}, of utility ${utility}, ${keyText(n)}: ${balance} tokens, ${creditedTotal} ever loaded.`,
    `Last load ${lastCounter}, last debit ${debitCounter}, last ticket ${ticketVersion}.`,
    pending === undefined
      ? 'Nothing is pending.'
      : `${pending.amount} tokens are pending for ${meterText(pending.meter)}.`,
  ];
}

function spendSentences(data: Uint8Array): readonly string[] | undefined {
  const reader = new Reader(data, 16);
  const [balance, counter, pending] = [reader.u32(), reader.u32(), reader.u32()];
  if (!reader.ok()) return undefined;
  return [`${balance} tokens, last debit ${counter}, ${pending === 0 ? 'nothing' : pending} pending.`];
}

const LOADS: Readonly<Record<LoadKind, string>> = {
  [LoadKind.credited]: 'credited',
  [LoadKind.voided]: 'voided',
  [LoadKind.full]: 'refused because the card was full',
  [LoadKind.closed]: 'closed',
  [LoadKind.released]: 'released',
};

function recordSentences(p2: number, data: Uint8Array): readonly string[] | undefined {
  const shortId = p2 >> 3;
  if (shortId === 0x01) {
    const line = decodeMasterLogRow(data);
    if ('reason' in line) return undefined;
    return [
      `Line ${line.number}: ${line.event === MasterEvent.given ? 'a key was given to' : 'a proof came from'} card ${line.csn}.`,
    ];
  }
  if (shortId >= 0x10) {
    const debit = decodeKeptDebit(data);
    if ('reason' in debit) return undefined;
    return [`Debit ${debit.counter}: ${debit.amount} tokens to ${meterText(debit.meter)}.`];
  }
  const load = decodeKeptLoad(data);
  return 'reason' in load
    ? undefined
    : [`Load ${load.counter}: ${load.amount} tokens, ${LOADS[load.kind]}, payment ${load.txid}.`];
}
