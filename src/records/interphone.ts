import { Reader, Writer } from '../bytes/index.ts';
import { failure, type RecordFailure } from './failure.ts';
import { type AnswerHead, readHead, writeHead } from './results.ts';

/** Of a voice: which sentence of its catalogue, in which language, and what is told in it. */
export interface Prompt {
  /** 0 to 255, as the catalogue of prompts counts them. */
  readonly number: number;
  /** 0 English, 1 Korean; 2 to 15 are for others. */
  readonly language: number;
  /** At most 15: amounts, digits, times, names, as they are spoken. */
  readonly values: readonly string[];
}

/**
 * M3 of 0x25, interphone, 3 to 200 bytes: speech u8 | flags u8, bit 0 must be heard, others 0 | taken u8 | prompts, each
 * number u8 | language u8 × 16 + count of values | values, each length u8 and so many bytes of UTF-8.
 */
export interface InterphoneSaid {
  /** Counts what is said in a call, 1 to 255 and 1 again; 0 ends the call. The same once more goes on with it. */
  readonly speech: number;
  /** Keys before its end count for nothing. */
  readonly mustBeHeard: boolean;
  /** How many keys of the call the host has taken, modulo 256: the next one has this number. */
  readonly taken: number;
  /** None where the meter has said that it has this speech. */
  readonly prompts: readonly Prompt[];
}
export const INTERPHONE_BYTES_MAX = 200;
const MUST_BE_HEARD = 1;
const FOUR_BITS = 15;

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws RangeError for more than `INTERPHONE_BYTES_MAX` */
export function encodeInterphoneSaid({ speech, mustBeHeard, taken, prompts }: InterphoneSaid): Uint8Array {
  const writer = new Writer(INTERPHONE_BYTES_MAX);
  writer
    .u8(speech)
    .u8(mustBeHeard ? MUST_BE_HEARD : 0)
    .u8(taken);
  for (const { number, language, values } of prompts) {
    writer.u8(number).u8((language << 4) | values.length);
    for (const value of values) {
      const bytes = utf8.encode(value);
      writer.u8(bytes.length).bytes(bytes);
    }
  }
  if (writer.length > INTERPHONE_BYTES_MAX)
    throw new RangeError(`${writer.length} bytes are more than one frame takes`);
  return writer.done();
}

/** So many bytes of M3 has a prompt. */
export const promptBytes = ({ values }: Prompt): number =>
  values.reduce((sum, value) => sum + 1 + utf8.encode(value).length, 2);

export function decodeInterphoneSaid(bytes: Uint8Array): InterphoneSaid | RecordFailure {
  const reader = new Reader(bytes);
  const [speech, flags, taken] = [reader.u8(), reader.u8(), reader.u8()];
  const prompts: Prompt[] = [];
  if (bytes.length > INTERPHONE_BYTES_MAX) return failure('length-wrong');
  while (reader.ok() && !reader.ended()) {
    const [number, counts] = [reader.u8(), reader.u8()];
    const values: string[] = [];
    for (let left = counts & FOUR_BITS; left > 0 && reader.ok(); left--) {
      const value = readText(reader.view(reader.u8()));
      if (value === undefined) return failure('field-out-of-range');
      values.push(value);
    }
    prompts.push({ number, language: counts >> 4, values });
  }
  if (!reader.ended()) return failure('length-wrong');
  if ((flags & ~MUST_BE_HEARD) !== 0) return failure('reserved-bits-set');
  return { speech, mustBeHeard: flags === MUST_BE_HEARD, taken, prompts };
}

function readText(bytes: Uint8Array): string | undefined {
  try {
    return text.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The keys of a telephone, by their number in an answer. */
export const INTERPHONE_KEYS = '0123456789*#';
export const INTERPHONE_KEYS_MAX = 32;

/**
 * M4 of 0x25, 13 to 45 bytes: head 9 | state u8, 0 nobody calls, 1 somebody does | speech u8, the one that the meter has,
 * 0 if none | heard u8, 1 once it was played to its end | first u8, the number of the first key that follows, modulo 256
 * | keys, at most 32 that the host has not taken, u8 each: 0 to 9, 10 `*`, 11 `#`.
 */
export interface InterphoneAnswer {
  readonly head: AnswerHead;
  readonly isCalling: boolean;
  readonly speech: number;
  readonly isHeard: boolean;
  readonly first: number;
  /** Letters of `INTERPHONE_KEYS`. */
  readonly keys: string;
}

export function encodeInterphoneAnswer({
  head,
  isCalling,
  speech,
  isHeard,
  first,
  keys,
}: InterphoneAnswer): Uint8Array {
  const writer = writeHead(head)
    .u8(isCalling ? 1 : 0)
    .u8(speech)
    .u8(isHeard ? 1 : 0)
    .u8(first);
  for (const key of keys) writer.u8(INTERPHONE_KEYS.indexOf(key));
  return writer.done();
}

export function decodeInterphoneAnswer(bytes: Uint8Array): InterphoneAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const [state, speech, heard, first] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const keys = [...reader.rest()];
  if (!reader.ok() || keys.length > INTERPHONE_KEYS_MAX) return failure('length-wrong');
  if (head === undefined || state > 1 || heard > 1 || keys.some((key) => key >= INTERPHONE_KEYS.length)) {
    return failure('field-out-of-range');
  }
  const told = keys.map((key) => INTERPHONE_KEYS[key]).join('');
  return { head, isCalling: state === 1, speech, isHeard: heard === 1, first, keys: told };
}
