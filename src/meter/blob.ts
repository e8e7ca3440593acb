import { crc32 } from '../bytes/index.ts';
import { bytesAt, getU32, type Nvm, putU16, putU32, u16At } from './nvm.ts';

/** Writes length | bytes | CRC: whole only when its last byte stands, so the twin must hold what is still good. */
export function writeBlob(nvm: Nvm, at: number, bytes: Uint8Array): void {
  const image = new Uint8Array(2 + bytes.length + 4);
  putU16(image, 0, bytes.length);
  image.set(bytes, 2);
  putU32(image, 2 + bytes.length, crc32(image, 0, 2 + bytes.length));
  nvm.write(at, image, 0, image.length);
}

/** The bytes of a whole blob of at most `max` bytes, or `undefined`. */
export function readBlob(nvm: Nvm, at: number, max: number): Uint8Array | undefined {
  const length = u16At(nvm, at);
  if (length > max) return undefined;
  const blob = bytesAt(nvm, at, 2 + length + 4);
  const end = 2 + length;
  return crc32(blob, 0, end) === getU32(blob, end) ? blob.slice(2, end) : undefined;
}
