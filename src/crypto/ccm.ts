import { AES_BLOCK, type AesKey } from './aes.ts';

/** Bytes that a seal adds to a message. */
export const CCM_TAG = 8;
export const CCM_NONCE = 13;
/** A 2-byte length field. */
export const CCM_PLAIN_MAX = 0xffff;

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
  sealed.set(plain);
  authenticate(key, nonce, aad, sealed, plain.length);
  applyKeystream(key, nonce, sealed, plain.length);
  for (let i = 0; i < CCM_TAG; i++) sealed[plain.length + i] = (mac[i] as number) ^ (keystream[i] as number);
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
  // Not slice(): of a Buffer that is a view, and what arrived must stay as it is.
  const plain = new Uint8Array(sealed.subarray(0, length));
  applyKeystream(key, nonce, plain, length);
  tagMask.set(keystream);
  authenticate(key, nonce, aad, plain, length);
  let difference = 0;
  for (let i = 0; i < CCM_TAG; i++) {
    difference |= (mac[i] as number) ^ (tagMask[i] as number) ^ (sealed[length + i] as number);
  }
  return difference === 0 ? plain : undefined;
}

// One set of blocks for all calls: nothing here waits, so no two calls are ever under way at once.
const mac = new Uint8Array(AES_BLOCK);
const counter = new Uint8Array(AES_BLOCK);
const keystream = new Uint8Array(AES_BLOCK);
const tagMask = new Uint8Array(AES_BLOCK);
const lengthField = new Uint8Array(6);

/** Leaves the CBC-MAC of the nonce, the associated data and `plain[0..length)` in `mac` (RFC 3610 §2.2). */
function authenticate(
  key: AesKey,
  nonce: Uint8Array,
  aad: readonly Uint8Array[],
  plain: Uint8Array,
  length: number,
): void {
  let aadLength = 0;
  for (const part of aad) aadLength += part.length;
  // Flags: associated data or none | (tag 8 - 2) / 2 | length field 2 - 1.
  mac[0] = (aadLength > 0 ? 0x40 : 0) | (((CCM_TAG - 2) / 2) << 3) | 1;
  mac.set(nonce, 1);
  mac[14] = length >>> 8;
  mac[15] = length;
  key.encryptBlock(mac, 0, mac, 0);
  if (aadLength > 0) {
    let at = absorb(key, lengthField, encodeLength(aadLength), 0);
    for (const part of aad) at = absorb(key, part, part.length, at);
    if (at > 0) key.encryptBlock(mac, 0, mac, 0);
  }
  if (absorb(key, plain, length, 0) > 0) key.encryptBlock(mac, 0, mac, 0);
}

/** Goes on with the CBC-MAC from `at` bytes into the open block; returns how far the block is filled then. */
function absorb(key: AesKey, bytes: Uint8Array, length: number, at: number): number {
  let filled = at;
  for (let i = 0; i < length; i++) {
    mac[filled] = (mac[filled] as number) ^ (bytes[i] as number);
    filled++;
    if (filled === AES_BLOCK) {
      key.encryptBlock(mac, 0, mac, 0);
      filled = 0;
    }
  }
  return filled;
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

/** Encrypts or decrypts `bytes[0..length)` in place and leaves S0, which masks the tag, in `keystream` (RFC 3610 §2.3). */
function applyKeystream(key: AesKey, nonce: Uint8Array, bytes: Uint8Array, length: number): void {
  if (nonce.length !== CCM_NONCE) throw new RangeError(`a CCM nonce is ${CCM_NONCE} bytes, not ${nonce.length}`);
  counter[0] = 1;
  counter.set(nonce, 1);
  for (let at = 0, block = 1; at < length; at += AES_BLOCK, block++) {
    counter[14] = block >>> 8;
    counter[15] = block;
    key.encryptBlock(counter, 0, keystream, 0);
    const end = Math.min(AES_BLOCK, length - at);
    for (let i = 0; i < end; i++) bytes[at + i] = (bytes[at + i] as number) ^ (keystream[i] as number);
  }
  counter[14] = 0;
  counter[15] = 0;
  key.encryptBlock(counter, 0, keystream, 0);
}
