import { equalConstantTime } from '../bytes/index.ts';
import { cbcMac, ecbDecrypt, ecbEncrypt, sessionTripleDes, type TerminalKey } from '../crypto/index.ts';
import type { Randomness, Svpmsn } from '../units/index.ts';
import { Command, isLong } from './command.ts';
import { blankFrame, type Frame, HEADER_BYTES, Message } from './frame.ts';
import { cutIntoParts, PART_BYTES_MAX, PART_PREFIX_BYTES } from './part.ts';
import type { HostPasses, TerminalPasses } from './passes.ts';

const R1_BYTES = 16;
const R_BYTES = 8;
const TAG_BYTES = 8;

/**
 * Suite `3des`, exactly as FIG. 1 to 4 have it: for conformance and teaching. It falls to forged last messages,
 * minted value, extension and padding; no meter that keeps value should serve it.
 */
export function seedHostPasses(key: TerminalKey, h: Command, randomness: Randomness): HostPasses {
  const first = blankFrame(Message.first, { h, n: key.n, svpmsn: key.svpmsn }, R1_BYTES + R_BYTES);
  const drawn = new Uint8Array(R1_BYTES + R_BYTES);
  randomness.fill(drawn);
  first.set(drawn, HEADER_BYTES);
  const r2 = drawn.slice(R1_BYTES);
  const ks = sessionTripleDes(key, drawn.slice(0, R1_BYTES)); // STEP 10
  let r3 = new Uint8Array(0);
  return {
    first,
    openSecond(frame) {
      if (frame.body.length !== TAG_BYTES + R_BYTES) return undefined;
      if (!equalConstantTime(cbcMac(ks, r2), frame.body.slice(0, TAG_BYTES))) return undefined; // STEP 14
      r3 = frame.body.slice(TAG_BYTES);
      return new Uint8Array(0);
    },
    sealThird(command) {
      const carried = h === Command.valueStore ? ecbEncrypt(ks, command) : command; // STEP 24 and 34 send it in clear
      const body = new Uint8Array(TAG_BYTES + carried.length);
      body.set(cbcMac(ks, signed(h, r3, carried)));
      body.set(carried, TAG_BYTES);
      return framesOf(Message.third, { h, n: key.n, svpmsn: key.svpmsn }, body);
    },
    openFourth: (frame) => chunkOf(Message.fourth, frame),
    joinFourth(joined) {
      if (joined.length === 0 || joined.length % 8 !== 0) return undefined;
      return withoutId(h, ecbDecrypt(ks, joined), key.svpmsn); // STEP 16: the host compares ID' with ID
    },
    wrapKey: noKeyChange,
  };
}

export function seedTerminalPasses(key: TerminalKey, first: Frame, randomness: Randomness): TerminalPasses | undefined {
  if (first.body.length !== R1_BYTES + R_BYTES) return undefined;
  const { h } = first;
  const ks = sessionTripleDes(key, first.body.slice(0, R1_BYTES));
  const r2 = first.body.slice(R1_BYTES);
  const r3 = new Uint8Array(R_BYTES);
  randomness.fill(r3);
  return {
    sealSecond() {
      const frame = blankFrame(Message.second, first, TAG_BYTES + R_BYTES);
      frame.set(cbcMac(ks, r2), HEADER_BYTES); // STEP 12
      frame.set(r3, HEADER_BYTES + TAG_BYTES);
      return frame;
    },
    openThird: (frame) => chunkOf(Message.third, frame),
    joinThird(joined) {
      if (joined.length < TAG_BYTES) return undefined;
      const carried = joined.slice(TAG_BYTES);
      if (!equalConstantTime(cbcMac(ks, signed(h, r3, carried)), joined.slice(0, TAG_BYTES))) return undefined;
      if (h !== Command.valueStore) return carried;
      return carried.length === 8 ? ecbDecrypt(ks, carried).slice(0, 4) : undefined;
    },
    unwrapKey: noKeyChange,
    sealFourth: (answer) => framesOf(Message.fourth, first, ecbEncrypt(ks, withId(h, answer, key.svpmsn))),
  };
}

function noKeyChange(): never {
  throw new Error('suite 3des has no key set change');
}

/** H + R3 + what is carried: the bytes under S2. */
function signed(h: Command, r3: Uint8Array, carried: Uint8Array): Uint8Array {
  const data = new Uint8Array(1 + r3.length + carried.length);
  data[0] = h;
  data.set(r3, 1);
  data.set(carried, 1 + r3.length);
  return data;
}

function framesOf(message: 3 | 4, to: Pick<Frame, 'h' | 'n' | 'svpmsn'>, body: Uint8Array): Uint8Array[] {
  if (!isLong(message, to.h)) {
    const frame = blankFrame(message, to, body.length);
    frame.set(body, HEADER_BYTES);
    return [frame];
  }
  return cutIntoParts(body, PART_BYTES_MAX).map((chunk, index, chunks) => {
    const frame = blankFrame(message, to, PART_PREFIX_BYTES + chunk.length);
    frame[HEADER_BYTES] = index;
    frame[HEADER_BYTES + 1] = chunks.length;
    frame.set(chunk, HEADER_BYTES + PART_PREFIX_BYTES);
    return frame;
  });
}

const chunkOf = (message: 3 | 4, frame: Frame): Uint8Array =>
  isLong(message, frame.h) ? frame.body.subarray(PART_PREFIX_BYTES) : frame.body;

/**
 * The answer and the ID, as M. The Info of FIG. 3 has no fixed size: there the ID stands inside the answer, where
 * `records` puts it and compares it.
 */
function withId(h: Command, answer: Uint8Array, svpmsn: Svpmsn): Uint8Array {
  if (h === Command.useAndLog) return answer;
  const plain = new Uint8Array(answer.length + 3);
  plain.set(answer);
  plain[answer.length] = svpmsn >> 16;
  plain[answer.length + 1] = svpmsn >> 8;
  plain[answer.length + 2] = svpmsn;
  return plain;
}

const BALANCE_BYTES = 4;

function withoutId(h: Command, plain: Uint8Array, svpmsn: Svpmsn): Uint8Array | undefined {
  if (h === Command.useAndLog) return plain;
  if (plain.length !== 8) return undefined;
  const id = ((plain[4] as number) << 16) | ((plain[5] as number) << 8) | (plain[6] as number);
  return id === svpmsn ? plain.slice(0, BALANCE_BYTES) : undefined;
}
