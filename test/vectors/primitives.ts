/** What the generators of vectors compute with: node:crypto, and nothing of the project's own. */
import { createCipheriv, createHash } from 'node:crypto';

export type Bytes = Buffer<ArrayBufferLike>;
export const cat = (...parts: (Uint8Array | number[])[]): Bytes => Buffer.concat(parts.map((part) => Buffer.from(part)));
export const xor = (a: Bytes, b: Bytes): Bytes => Buffer.from(a.map((byte, i) => byte ^ (b[i % b.length] as number)));
export const not = (a: Bytes): Bytes => xor(a, Buffer.of(0xff));
export const zeros = (size: number): Bytes => Buffer.alloc(size);
/** Bytes that a name draws: the first of SHA-256(name, 0), SHA-256(name, 1), … */
export function draw(name: string, size: number): Bytes {
  let bytes = zeros(0);
  for (let i = 0; bytes.length < size; i++) bytes = cat(bytes, createHash('sha256').update(`${name}, ${i}`).digest());
  return bytes.subarray(0, size);
}

export function ecb(algorithm: string, key: Bytes, data: Bytes): Bytes {
  const cipher = createCipheriv(algorithm, key, null).setAutoPadding(false);
  return cat(cipher.update(data), cipher.final());
}
export const aes = (key: Bytes, block: Bytes): Bytes => ecb(`aes-${8 * key.length}-ecb`, key, block);
function doubled(block: Bytes): Bytes {
  const value = BigInt(`0x${block.toString('hex')}`) << 1n;
  const reduced = value >> 128n ? (value & ((1n << 128n) - 1n)) ^ 0x87n : value;
  return Buffer.from(reduced.toString(16).padStart(32, '0'), 'hex');
}
/** RFC 4493 */
export function cmac(key: Bytes, data: Bytes): Bytes {
  const k1 = doubled(aes(key, zeros(16)));
  const whole = data.length > 0 && data.length % 16 === 0;
  const padded = whole ? Buffer.from(data) : cat(data, [0x80], zeros(15 - (data.length % 16)));
  const end = padded.length - 16;
  xor(padded.subarray(end), whole ? k1 : doubled(k1)).copy(padded, end);
  let state = zeros(16);
  for (let at = 0; at < padded.length; at += 16) state = aes(key, xor(padded.subarray(at, at + 16), state));
  return state;
}
/** SP 800-108 §4.1 */
export function kdf(key: Bytes, label: string, context: Bytes): Bytes {
  const block = (i: number) =>
    cmac(key, cat([i], Buffer.from(label), [0], context, [key.length >> 5, (8 * key.length) & 0xff]));
  return cat(block(1), block(2)).subarray(0, key.length);
}
export function ccm(key: Bytes, nonce: Bytes, aad: Bytes, plain: Bytes): Bytes {
  const algorithm = key.length === 16 ? 'aes-128-ccm' : 'aes-256-ccm';
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: 8 });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return cat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
}
export const u32 = (value: number): Bytes => Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);
export const u64 = (value: number): Bytes => cat(u32(Math.floor(value / 2 ** 32)), u32(value >>> 0));

export function inHex(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map(inHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, inHex(inner)]));
}
