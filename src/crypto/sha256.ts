import { hash } from 'node:crypto';

const SHA256_BYTES = 32;

/** SHA-256 of the bytes, 32 bytes. FIPS 180-4 */
export function sha256(bytes: Uint8Array): Uint8Array {
  // As a text, because to make a buffer of it takes longer than the hash of a few bytes.
  const text = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(SHA256_BYTES);
  for (let i = 0; i < SHA256_BYTES; i++) digest[i] = text.charCodeAt(i);
  return digest;
}

/** SHA-256 of the UTF-8 of a text, 64 hex digits. */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex');
