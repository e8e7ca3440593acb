import { hash } from 'node:crypto';

/** SHA-256 of the bytes, 32 bytes. FIPS 180-4 */
export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', bytes, 'buffer'));

/** SHA-256 of the UTF-8 of a text, 64 hex digits. */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex');
