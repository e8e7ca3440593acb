import { concat, Reader } from '../bytes/index.ts';
import { assert, U16_MAX } from '../units/index.ts';
import { StatusWord } from './status-word.ts';

/** The two classes of the card: ISO/IEC 7816-4 §5.1.1 for the first interindustry one, and the purse's own. */
export const CommandClass = { interindustry: 0x00, purse: 0x80 } as const;
export type CommandClass = (typeof CommandClass)[keyof typeof CommandClass];

/** A command APDU. Nc is the length of `data`; Ne is `undefined` where the command has no Le. */
export interface CommandApdu {
  readonly class: CommandClass;
  readonly instruction: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** The most bytes that may be answered: 1 to 256, or to 65,536 in an extended command. */
  readonly expected: number | undefined;
}

/** Why bytes are no command that this card could take. */
export type ApduFailure =
  | 'too-short'
  | 'lengths-contradict'
  | 'class-reserved'
  | 'class-unknown'
  | 'channel-unknown'
  | 'secure-messaging'
  | 'chained';

/** What each is answered with. */
export const STATUS_OF_FAILURE: Readonly<Record<ApduFailure, number>> = {
  'too-short': StatusWord.wrongLength,
  'lengths-contradict': StatusWord.wrongLength,
  'class-reserved': StatusWord.classNotSupported,
  'class-unknown': StatusWord.classNotSupported,
  'channel-unknown': StatusWord.logicalChannelNotSupported,
  'secure-messaging': StatusWord.secureMessagingNotSupported,
  chained: StatusWord.chainingNotSupported,
};

const HEADER_BYTES = 4;
/** The greatest Ne of a short command: all that a card has to say. */
export const NE_SHORT_MAX = 256;
const NE_EXTENDED_MAX = 65_536;

/**
 * Any bytes to a command or a named failure: cases 1, 2S, 3S, 4S, 2E, 3E and 4E of ISO/IEC 7816-3:2006 §12.1.3. The
 * class is looked at first, because what follows it has a meaning only in a class that is known.
 */
export function decodeCommandApdu(bytes: Uint8Array): CommandApdu | { readonly reason: ApduFailure } {
  if (bytes.length < HEADER_BYTES) return { reason: 'too-short' };
  const [cla = 0, instruction = 0, p1 = 0, p2 = 0] = bytes;
  const unknown = classFailure(cla);
  if (unknown !== undefined) return { reason: unknown };
  const body = lengthsOf(bytes);
  if (body === undefined) return { reason: 'lengths-contradict' };
  const { from, to, expected } = body;
  return { class: cla as CommandClass, instruction, p1, p2, data: new Uint8Array(bytes.subarray(from, to)), expected };
}

/** ISO/IEC 7816-4:2005 §5.1.1, tables 2 and 3. The purse's own class has chaining and channel in the same bits. */
function classFailure(cla: number): ApduFailure | undefined {
  if (cla === 0xff) return 'class-reserved';
  if (cla >= 0x20 && cla <= 0x3f) return 'class-reserved';
  // Further interindustry classes: channels 4 to 19.
  if (cla >= 0x40 && cla <= 0x7f) return 'channel-unknown';
  if (cla > 0x9f) return 'class-unknown';
  if ((cla & 0x03) !== 0) return 'channel-unknown';
  if ((cla & 0x0c) !== 0) return 'secure-messaging';
  if ((cla & 0x10) !== 0) return 'chained';
  return undefined;
}

interface Lengths {
  readonly from: number;
  readonly to: number;
  readonly expected: number | undefined;
}

function lengthsOf(bytes: Uint8Array): Lengths | undefined {
  const { length } = bytes;
  const first = bytes[HEADER_BYTES];
  if (first === undefined) return { from: length, to: length, expected: undefined }; // case 1
  if (length === 5) return { from: length, to: length, expected: neOf(first, NE_SHORT_MAX) }; // 2S
  if (first !== 0) {
    const to = 5 + first;
    if (length === to) return { from: 5, to, expected: undefined }; // 3S
    if (length === to + 1) return { from: 5, to, expected: neOf(bytes[to] as number, NE_SHORT_MAX) }; // 4S
    return undefined;
  }
  if (length < 7) return undefined;
  const second = u16(bytes, 5);
  if (length === 7) return { from: length, to: length, expected: neOf(second, NE_EXTENDED_MAX) }; // 2E
  if (second === 0) return undefined;
  const to = 7 + second;
  if (length === to) return { from: 7, to, expected: undefined }; // 3E
  if (length === to + 2) return { from: 7, to, expected: neOf(u16(bytes, to), NE_EXTENDED_MAX) }; // 4E
  return undefined;
}

/** An Le field of zeros is the greatest Ne. */
const neOf = (le: number, max: number): number => (le === 0 ? max : le);

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

/** The bytes of a command, in short form where it fits. @throws Error when a length is out of its range */
export function encodeCommandApdu(command: CommandApdu): Uint8Array {
  const { data, expected } = command;
  assert(data.length <= U16_MAX, 'a command has at most 65,535 bytes of data');
  assert(expected === undefined || (expected >= 1 && expected <= NE_EXTENDED_MAX), 'Ne is 1 to 65,536');
  const extended = data.length > 0xff || (expected ?? 0) > NE_SHORT_MAX;
  const lc = data.length === 0 ? [] : extended ? [0, data.length >> 8, data.length] : [data.length];
  // Le of an extended command without data has the leading zero that Lc would have had.
  const long = extended && expected !== undefined ? [...(data.length === 0 ? [0] : []), expected >> 8, expected] : [];
  const le = expected === undefined ? [] : extended ? long : [expected];
  return concat(
    Uint8Array.of(command.class, command.instruction, command.p1, command.p2),
    Uint8Array.from(lc),
    data,
    Uint8Array.from(le),
  );
}

/** Data and SW1-SW2. */
export interface ResponseApdu {
  readonly data: Uint8Array;
  readonly status: number;
}

const NO_DATA = new Uint8Array(0);

/** The bytes of a response: with data where all went well, or a status word alone. */
export function response(status: number, data: Uint8Array = NO_DATA): Uint8Array {
  const bytes = new Uint8Array(data.length + 2);
  bytes.set(data);
  bytes[data.length] = status >> 8;
  bytes[data.length + 1] = status;
  return bytes;
}

/** What a card answered; ISO/IEC 7816-3:2006 §12.1.4. */
export function decodeResponseApdu(bytes: Uint8Array): ResponseApdu | { readonly reason: 'too-short' } {
  if (bytes.length < 2) return { reason: 'too-short' };
  const at = bytes.length - 2;
  return { data: new Uint8Array(bytes.subarray(0, at)), status: new Reader(bytes, at).u16() };
}
