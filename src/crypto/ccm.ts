import { assert, U32_MAX } from '../units/index.ts';
import { AES_BLOCK, type AesKey } from './aes.ts';

/** Bytes that a seal adds to a message. */
const CCM_TAG = 8;
const CCM_NONCE = 13;
/** A 2-byte length field. */
const CCM_PLAIN_MAX = 0xffff;

/**
 * AES-CCM (SP 800-38C, RFC 3610): 13-byte nonce, 2-byte length field, 8-byte tag. One key seals one nonce once.
 * `aad` is authenticated as if its parts stood one after the other; it may be long.
 * @returns the encrypted bytes and the tag, 8 bytes longer than `plain`
 * @throws RangeError when the nonce is not 13 bytes, or `plain` is longer than 65,535
 */
export function ccmSeal(key: AesKey, nonce: Uint8Array, aad: readonly Uint8Array[], plain: Uint8Array): Uint8Array {
  if (plain.length > CCM_PLAIN_MAX)
    throw new RangeError(`CCM seals at most ${CCM_PLAIN_MAX} bytes, not ${plain.length}`);
  const sealed = new Uint8Array(plain.length + CCM_TAG);
  applyKeystream(key, nonce, plain, sealed, plain.length);
  authenticate(key, nonce, aad, plain);
  for (let i = 0; i < CCM_TAG; i++) sealed[plain.length + i] = macByte(i) ^ (keystream[i] as number);
  return sealed;
}

/**
 * The plain bytes of what `ccmSeal` made with the same key, nonce and associated data; `undefined` for anything else.
 * @throws RangeError when the nonce is not 13 bytes
 */
export function ccmOpen(
  key: AesKey,
  nonce: Uint8Array,
  aad: readonly Uint8Array[],
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - CCM_TAG;
  if (length < 0 || length > CCM_PLAIN_MAX) return undefined;
  const plain = new Uint8Array(length);
  applyKeystream(key, nonce, sealed, plain, length);
  authenticate(key, nonce, aad, plain);
  let difference = 0;
  for (let i = 0; i < CCM_TAG; i++) {
    difference |= macByte(i) ^ (keystream[i] as number) ^ (sealed[length + i] as number);
  }
  return difference === 0 ? plain : undefined;
}

// One set of blocks for all calls: nothing here waits, so no two calls are ever under way at once.
const mac = new Int32Array(AES_BLOCK / 4);
const openBlock = new Uint8Array(AES_BLOCK);
const counter = new Uint8Array(AES_BLOCK);
const keystream = new Uint8Array(AES_BLOCK);
const lengthField = new Uint8Array(6);

const macByte = (i: number): number => ((mac[i >>> 2] as number) >>> (8 * (i & 3))) & 0xff;

/** Leaves the CBC-MAC of the nonce, the associated data and `plain` in `mac` (RFC 3610 §2.2). */
function authenticate(key: AesKey, nonce: Uint8Array, aad: readonly Uint8Array[], plain: Uint8Array): void {
  let aadLength = 0;
  for (const part of aad) aadLength += part.length;
  assert(aadLength <= U32_MAX, 'the associated data has a length of four bytes');
  // Flags: associated data or none | (tag 8 - 2) / 2 | length field 2 - 1.
  openBlock[0] = (aadLength > 0 ? 0x40 : 0) | (((CCM_TAG - 2) / 2) << 3) | 1;
  openBlock.set(nonce, 1);
  openBlock[14] = plain.length >>> 8;
  openBlock[15] = plain.length;
  mac.fill(0);
  key.chainBlock(mac, openBlock, 0);
  if (aadLength > 0) {
    let filled = absorb(key, lengthField, encodeLength(aadLength), 0);
    for (const part of aad) filled = absorb(key, part, part.length, filled);
    padOpenBlock(key, filled);
  }
  padOpenBlock(key, absorb(key, plain, plain.length, 0));
}

/** Goes on with the CBC-MAC when `at` bytes of the open block are filled; returns how many are filled then. */
function absorb(key: AesKey, bytes: Uint8Array, length: number, at: number): number {
  assert(at >= 0 && at < AES_BLOCK, 'the open block of a CBC-MAC has room');
  let filled = at;
  for (let i = 0; i < length; ) {
    if (filled === 0 && length - i >= AES_BLOCK) {
      key.chainBlock(mac, bytes, i);
      i += AES_BLOCK;
      continue;
    }
    openBlock[filled++] = bytes[i++] as number;
    if (filled === AES_BLOCK) {
      key.chainBlock(mac, openBlock, 0);
      filled = 0;
    }
  }
  return filled;
}

function padOpenBlock(key: AesKey, filled: number): void {
  if (filled === 0) return;
  openBlock.fill(0, filled);
  key.chainBlock(mac, openBlock, 0);
}

/** The length of the associated data as RFC 3610 §2.2 writes it, into `lengthField`; returns the bytes it takes. */
function encodeLength(length: number): 2 | 6 {
  if (length < 0xff00) {
    lengthField[0] = length >>> 8;
    lengthField[1] = length;
    return 2;
  }
  lengthField[0] = 0xff;
  lengthField[1] = 0xfe;
  for (let i = 0; i < 4; i++) lengthField[2 + i] = length >>> (24 - 8 * i);
  return 6;
}

/** Encrypts or decrypts `from[0..length)` into `to` and leaves S0, which masks the tag, in `keystream` (RFC 3610 §2.3). */
function applyKeystream(key: AesKey, nonce: Uint8Array, from: Uint8Array, to: Uint8Array, length: number): void {
  if (nonce.length !== CCM_NONCE) throw new RangeError(`a CCM nonce is ${CCM_NONCE} bytes, not ${nonce.length}`);
  counter[0] = 1;
  counter.set(nonce, 1);
  for (let at = 0, block = 1; at < length; at += AES_BLOCK, block++) {
    counter[14] = block >>> 8;
    counter[15] = block;
    key.encryptBlock(counter, 0, keystream, 0);
    const end = Math.min(AES_BLOCK, length - at);
    for (let i = 0; i < end; i++) to[at + i] = (from[at + i] as number) ^ (keystream[i] as number);
  }
  counter[14] = 0;
  counter[15] = 0;
  key.encryptBlock(counter, 0, keystream, 0);
}
