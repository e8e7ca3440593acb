import { Buffer } from 'node:buffer';

/** Base64 in the alphabet for names and addresses, without padding. RFC 4648 §5 */
export const toBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

/** The bytes of a base64url text, or `undefined` when it is none, or not the one form that these bytes have. */
export function parseBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  // Buffer passes over what it does not know, and over bits behind the last byte: then the text is another.
  return toBase64url(bytes) === text ? bytes : undefined;
}
