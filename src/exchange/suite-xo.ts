import { concat, equalConstantTime } from '../bytes/index.ts';
import {
  cbcMac,
  ecbDecrypt,
  ecbEncrypt,
  r1Refused,
  sessionTripleDesXo,
  type TerminalKey,
  type TripleDesKey,
} from '../crypto/index.ts';
import { assert, type Randomness } from '../units/index.ts';
import { Command, isLong } from './command.ts';
import { blankFrame, type Frame, HEADER_BYTES, Message } from './frame.ts';
import { cutIntoParts, PART_PREFIX_BYTES } from './part.ts';
import type { HostPasses, TerminalPasses } from './passes.ts';

const R1_BYTES = 16;
const R_BYTES = 8;
const TAG_BYTES = 8;
/** With its length byte a chunk fills 224 sealed bytes. */
const CHUNK_BYTES_MAX = 223;

/** Suite `3des-xo`, host side: the seed's keys and passes, repaired. Drawn again while R1 is weak. */
export function xoHostPasses(key: TerminalKey, h: Command, randomness: Randomness): HostPasses {
  const first = blankFrame(Message.first, { h, n: key.n, svpmsn: key.svpmsn }, R1_BYTES + R_BYTES);
  const r1 = new Uint8Array(R1_BYTES);
  const r2 = new Uint8Array(R_BYTES);
  do {
    randomness.fill(r1);
  } while (r1Refused(r1));
  randomness.fill(r2);
  first.set(r1, HEADER_BYTES);
  first.set(r2, HEADER_BYTES + R1_BYTES);
  let session: Session | undefined;
  return {
    first,
    openSecond(frame) {
      if (frame.body.length !== TAG_BYTES + R_BYTES) return undefined;
      const r3 = frame.body.slice(TAG_BYTES);
      const keys = sessionTripleDesXo(key, r1, r3);
      const tag = frame.body.slice(0, TAG_BYTES);
      if (keys === undefined || !equalConstantTime(cbcMac(keys.k1, concat(r2, r3)), tag)) return undefined;
      session = { key, h, r3, k23: keys.k23, ke: keys.ke };
      return new Uint8Array(0);
    },
    sealThird: (command) => seal(sessionOf(session), Message.third, command),
    openFourth: (frame) => open(sessionOf(session), Message.fourth, frame),
    joinFourth: (joined) => joined,
    wrapKey: (key) => key,
  };
}

/** Suite `3des-xo`, terminal side; `'weak'` when R1, or a key made of it, has related halves. */
export function xoTerminalPasses(
  key: TerminalKey,
  first: Frame,
  randomness: Randomness,
): TerminalPasses | 'weak' | undefined {
  if (first.body.length !== R1_BYTES + R_BYTES) return undefined;
  const r1 = first.body.slice(0, R1_BYTES);
  const r2 = first.body.slice(R1_BYTES);
  const r3 = new Uint8Array(R_BYTES);
  randomness.fill(r3);
  const keys = sessionTripleDesXo(key, r1, r3);
  if (keys === undefined) return 'weak';
  const session: Session = { key, h: first.h, r3, k23: keys.k23, ke: keys.ke };
  return {
    sealSecond() {
      const frame = blankFrame(Message.second, first, TAG_BYTES + R_BYTES);
      frame.set(cbcMac(keys.k1, concat(r2, r3)), HEADER_BYTES);
      frame.set(r3, HEADER_BYTES + TAG_BYTES);
      return frame;
    },
    openThird: (frame) => open(session, Message.third, frame),
    joinThird: (joined) => joined,
    unwrapKey: (wrapped) => wrapped,
    sealFourth: (answer) => seal(session, Message.fourth, answer),
  };
}

interface Session {
  readonly key: TerminalKey;
  readonly h: Command;
  readonly r3: Uint8Array;
  readonly k23: TripleDesKey;
  readonly ke: TripleDesKey;
}

function sessionOf(session: Session | undefined): Session {
  if (session === undefined) throw new Error('no authentic M2 came before this');
  return session;
}

/** The four value commands have fields of fixed size; every other body is led by its length. */
const isFixed = (h: Command): boolean => h >= Command.valueStore && h <= Command.closePurse;

function seal(session: Session, message: 3 | 4, body: Uint8Array): Uint8Array[] {
  const to = { h: session.h, n: session.key.n, svpmsn: session.key.svpmsn };
  if (!isLong(message, session.h)) {
    const sealed = ecbEncrypt(session.ke, isFixed(session.h) ? body : withLength(body));
    const frame = blankFrame(message, to, TAG_BYTES + sealed.length);
    frame.set(sealed, HEADER_BYTES + TAG_BYTES);
    frame.set(signature(session, frame, sealed), HEADER_BYTES);
    return [frame];
  }
  return cutIntoParts(body, CHUNK_BYTES_MAX).map((chunk, index, chunks) => {
    const sealed = ecbEncrypt(session.ke, withLength(chunk));
    const frame = blankFrame(message, to, PART_PREFIX_BYTES + sealed.length + TAG_BYTES);
    frame[HEADER_BYTES] = index;
    frame[HEADER_BYTES + 1] = chunks.length;
    frame.set(sealed, HEADER_BYTES + PART_PREFIX_BYTES);
    const signed = frame.subarray(HEADER_BYTES, frame.length - TAG_BYTES);
    frame.set(signature(session, frame, signed), frame.length - TAG_BYTES);
    return frame;
  });
}

function open(session: Session, message: 3 | 4, frame: Frame): Uint8Array | undefined {
  const long = isLong(message, session.h);
  const { body } = frame;
  const signed = long ? body.slice(0, -TAG_BYTES) : body.slice(TAG_BYTES);
  const tag = long ? body.slice(-TAG_BYTES) : body.slice(0, TAG_BYTES);
  const sealed = long ? signed.slice(PART_PREFIX_BYTES) : signed;
  if (body.length < TAG_BYTES || sealed.length === 0 || sealed.length % 8 !== 0) return undefined;
  if (!equalConstantTime(signature(session, frame.bytes, signed), tag)) return undefined;
  const plain = ecbDecrypt(session.ke, sealed);
  return isFixed(session.h) ? plain : withoutLength(plain);
}

/** Sig(len | h[0..5] | R3 | signed, K23): the length in front ends extension and padding games. */
function signature(session: Session, frame: Uint8Array, signed: Uint8Array): Uint8Array {
  const data = new Uint8Array(1 + 6 + R_BYTES + signed.length);
  data[0] = data.length - 1;
  for (let i = 0; i < 6; i++) data[1 + i] = frame[i] as number;
  data.set(session.r3, 7);
  data.set(signed, 7 + R_BYTES);
  return cbcMac(session.k23, data);
}

function withLength(body: Uint8Array): Uint8Array {
  const led = new Uint8Array(1 + body.length);
  assert(body.length <= CHUNK_BYTES_MAX, 'a body that is not sent in parts fits into one frame');
  led[0] = body.length;
  led.set(body, 1);
  return led;
}

function withoutLength(plain: Uint8Array): Uint8Array | undefined {
  const length = plain[0] as number;
  if (1 + length > plain.length || plain.length - 1 - length >= 8) return undefined;
  for (let i = 1 + length; i < plain.length; i++) if (plain[i] !== 0) return undefined;
  return plain.slice(1, 1 + length);
}
