/** Fields, hex and check sums: how values become bytes and come back. */
export * from './array.ts';
export * from './base45.ts';
export * from './base64url.ts';
export * from './crc.ts';
export * from './hex.ts';
export * from './reader.ts';
export * from './writer.ts';
