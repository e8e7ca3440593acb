/**
 * Non-volatile memory (part 15, and the small memories inside the secure chips): bytes that outlive the power.
 * All changes go through `write`, byte by byte in order, so that a simulator can put an own implementation here and
 * cut the power between any two of them. Reading is free.
 */
export interface Nvm {
  /** The memory itself; of one that does not lie in one piece a copy of the whole. */
  readonly bytes: Uint8Array;
  /** Copies `length` bytes of `source` to `address`, in rising order. */
  write(address: number, source: Uint8Array, from: number, length: number): void;
  /** Only memory that does not lie in one piece has these two: a byte, and a copy of some. */
  byteAt?(address: number): number;
  bytesAt?(address: number, length: number): Uint8Array;
}

export const byteAt = (nvm: Nvm, at: number): number =>
  nvm.byteAt === undefined ? (nvm.bytes[at] as number) : nvm.byteAt(at);

/** What is there until it is written the next time: nobody keeps it, and nobody writes into it. */
export const bytesAt = (nvm: Nvm, at: number, length: number): Uint8Array =>
  nvm.bytesAt === undefined ? nvm.bytes.subarray(at, at + length) : nvm.bytesAt(at, length);

export const u16At = (nvm: Nvm, at: number): number => (byteAt(nvm, at) << 8) | byteAt(nvm, at + 1);

export const u32At = (nvm: Nvm, at: number): number => u16At(nvm, at) * 0x1_0000 + u16At(nvm, at + 2);

/** Memory that never fails, for meters in a fleet and on a board that keeps its own promises. */
export class PlainNvm implements Nvm {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[address + i] = source[from + i] as number;
  }
}

/** Erased flash reads as ones. */
export const erased = (length: number): Uint8Array => new Uint8Array(length).fill(0xff);

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function putU24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** A charge remainder below 10^11 fits into 5 bytes. */
export function putU40(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes[at] = high;
  putU32(bytes, at + 1, value - high * 0x1_0000_0000);
}

export function putU64(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  putU32(bytes, at, high);
  putU32(bytes, at + 4, value - high * 0x1_0000_0000);
}

export const getU16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

export const getU24 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);

export const getU32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

export const getU40 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) * 0x1_0000_0000 + getU32(bytes, at + 1);

export const getU64 = (bytes: Uint8Array, at: number): number =>
  getU32(bytes, at) * 0x1_0000_0000 + getU32(bytes, at + 4);
