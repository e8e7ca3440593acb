import { equalBytes } from '../bytes/index.ts';
import {
  type AesKey,
  type AesSession,
  ccmOpen,
  ccmSeal,
  type KeyName,
  sessionAes,
  type TerminalKey,
  unwrapKey,
  wrapKey,
} from '../crypto/index.ts';
import type { Randomness, Svpmsn } from '../units/index.ts';
import { type Command, isLong } from './command.ts';
import { blankFrame, type Frame, HEADER_BYTES, Message } from './frame.ts';
import { cutIntoParts, PART_BYTES_MAX, PART_PREFIX_BYTES, partIndex } from './part.ts';
import type { HostPasses, TerminalPasses } from './passes.ts';

const NONCE_BYTES = 16;
const TAG_BYTES = 8;
const SECOND_PREFIX_BYTES = HEADER_BYTES + NONCE_BYTES;

/**
 * Suites `aes128` and `aes256`, host side. Every tag covers every earlier frame whole, and before them the card that is
 * the terminal, where it is one; M1 names it behind Nh.
 */
export function aesHostPasses(key: TerminalKey, h: Command, randomness: Randomness): HostPasses {
  const { subject } = key;
  const first = blankFrame(Message.first, { h, n: key.n, svpmsn: key.svpmsn }, NONCE_BYTES + subject.length);
  const nh = new Uint8Array(NONCE_BYTES);
  randomness.fill(nh);
  first.set(nh, HEADER_BYTES);
  first.set(subject, HEADER_BYTES + NONCE_BYTES);
  const transcript = subject.length === 0 ? [first] : [subject, first];
  let session: AesSession | undefined;
  return {
    first,
    openSecond(frame) {
      if (frame.body.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const keys = sessionAes(key, nh, frame.body.slice(0, NONCE_BYTES), h);
      const status = openBytes(keys.a, transcript, frame.bytes, SECOND_PREFIX_BYTES, 0);
      // Only an authentic M2 fixes the session: a forged one must not spoil the true one that follows it.
      if (status === undefined) return undefined;
      session = keys;
      transcript.push(frame.bytes);
      return status;
    },
    sealThird(command) {
      const frames = sealMessage(Message.third, key, h, keysOf(session).d, transcript, command);
      transcript.push(...frames);
      return frames;
    },
    openFourth: (frame) => openMessage(Message.fourth, h, keysOf(session).u, transcript, frame),
    joinFourth: (joined) => joined,
    wrapKey: (newKey) => wrapKey(keysOf(session).w, newKey),
  };
}

/**
 * Suites `aes128` and `aes256`, terminal side, from an M1; `undefined` when M1 has the wrong length, or names another
 * card.
 */
export function aesTerminalPasses(key: TerminalKey, first: Frame, randomness: Randomness): TerminalPasses | undefined {
  const { body } = first;
  const { subject } = key;
  if (body.length !== NONCE_BYTES + subject.length) return undefined;
  const card = subject.length > 0;
  if (card && !equalBytes(body.subarray(NONCE_BYTES), subject)) return undefined;
  const nm = new Uint8Array(NONCE_BYTES);
  randomness.fill(nm);
  return new AesTerminalPasses(key, first, nm);
}

/**
 * Between M2 and M3 it holds no key: what the keys are derived from stands in M1 and M2. A meter that is polled, and of
 * which nothing is wanted then, waits like this for hours, and thousands of them stand in one process.
 */
class AesTerminalPasses implements TerminalPasses {
  readonly #key: TerminalKey;
  readonly #h: Command;
  /** M1, M2 and the frames of M3, as far as they have come. */
  #frames: readonly Uint8Array[];
  #nm: Uint8Array | undefined;
  #session: AesSession | undefined;

  constructor(key: TerminalKey, first: Frame, nm: Uint8Array) {
    this.#key = key;
    this.#h = first.h;
    this.#frames = [first.bytes];
    this.#nm = nm;
  }

  sealSecond(status: Uint8Array): Uint8Array {
    const nm = this.#nm as Uint8Array;
    const frame = blankFrame(Message.second, this.#to, NONCE_BYTES + status.length + TAG_BYTES);
    frame.set(nm, HEADER_BYTES);
    sealBytes(this.#keys(nm).a, this.#transcript, frame, SECOND_PREFIX_BYTES, 0, status);
    this.#frames = this.#frames.concat(frame);
    this.#nm = undefined;
    return frame;
  }

  openThird(frame: Frame): Uint8Array | undefined {
    this.#session ??= this.#keys(nonceIn(this.#frames[1] as Uint8Array));
    return openMessage(Message.third, this.#h, this.#session.d, this.#transcript, frame);
  }

  joinThird(joined: Uint8Array, frames: readonly Uint8Array[]): Uint8Array {
    this.#frames = this.#frames.concat(frames);
    return joined;
  }

  unwrapKey(wrapped: Uint8Array): Uint8Array | undefined {
    return unwrapKey(keysOf(this.#session).w, wrapped);
  }

  sealFourth(answer: Uint8Array): Uint8Array[] {
    return sealMessage(Message.fourth, this.#key, this.#h, keysOf(this.#session).u, this.#transcript, answer);
  }

  get #to(): { readonly h: Command; readonly n: KeyName; readonly svpmsn: Svpmsn } {
    return { h: this.#h, n: this.#key.n, svpmsn: this.#key.svpmsn };
  }

  get #transcript(): readonly Uint8Array[] {
    const { subject } = this.#key;
    return subject.length === 0 ? this.#frames : [subject, ...this.#frames];
  }

  #keys(nm: Uint8Array): AesSession {
    return sessionAes(this.#key, nonceIn(this.#frames[0] as Uint8Array), nm, this.#h);
  }
}

/** Nh in M1, Nm in M2. */
const nonceIn = (frame: Uint8Array): Uint8Array => frame.slice(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);

function keysOf(session: AesSession | undefined): AesSession {
  if (session === undefined) throw new Error('no authentic M2 came before this');
  return session;
}

function sealMessage(
  message: 3 | 4,
  to: TerminalKey,
  h: Command,
  key: AesKey,
  transcript: readonly Uint8Array[],
  plain: Uint8Array,
): Uint8Array[] {
  const header = { h, n: to.n, svpmsn: to.svpmsn };
  if (!isLong(message, h)) {
    const frame = blankFrame(message, header, plain.length + TAG_BYTES);
    sealBytes(key, transcript, frame, HEADER_BYTES, 0, plain);
    return [frame];
  }
  return cutIntoParts(plain, PART_BYTES_MAX).map((chunk, index, chunks) => {
    const frame = blankFrame(message, header, PART_PREFIX_BYTES + chunk.length + TAG_BYTES);
    frame[HEADER_BYTES] = index;
    frame[HEADER_BYTES + 1] = chunks.length;
    sealBytes(key, transcript, frame, HEADER_BYTES + PART_PREFIX_BYTES, index, chunk);
    return frame;
  });
}

function openMessage(
  message: 3 | 4,
  h: Command,
  key: AesKey,
  transcript: readonly Uint8Array[],
  frame: Frame,
): Uint8Array | undefined {
  const long = isLong(message, h);
  const prefix = long ? HEADER_BYTES + PART_PREFIX_BYTES : HEADER_BYTES;
  if (frame.bytes.length < prefix + TAG_BYTES) return undefined;
  return openBytes(key, transcript, frame.bytes, prefix, long ? partIndex(frame.bytes) : 0);
}

/** Seals behind the first `prefix` bytes of the frame, which are the last of the associated data. */
function sealBytes(
  key: AesKey,
  transcript: readonly Uint8Array[],
  frame: Uint8Array,
  prefix: number,
  index: number,
  plain: Uint8Array,
): void {
  frame.set(ccmSeal(key, nonceOf(frame, index), [...transcript, frame.slice(0, prefix)], plain), prefix);
}

function openBytes(
  key: AesKey,
  transcript: readonly Uint8Array[],
  frame: Uint8Array,
  prefix: number,
  index: number,
): Uint8Array | undefined {
  return ccmOpen(key, nonceOf(frame, index), [...transcript, frame.slice(0, prefix)], frame.slice(prefix));
}

/** 02, 03 or 04, eleven zeros, and the part's index: each key seals one message, so this never repeats under a key. */
function nonceOf(frame: Uint8Array, index: number): Uint8Array {
  const nonce = new Uint8Array(13);
  nonce[0] = (frame[0] as number) & 0x0f;
  nonce[12] = index;
  return nonce;
}
