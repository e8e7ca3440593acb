/**
 * A synchronous memory card says four bytes after a reset of its own kind: how its memory is spoken to, and how large
 * it is. ISO 7816-10 §6. It has no program, so it holds no purse.
 */
export interface MemoryCard {
  readonly protocol: 'two-wire' | 'three-wire' | 'serial-data' | 'other';
  /** Undefined where the card does not say. */
  readonly units: number | undefined;
  readonly bitsPerUnit: number;
}

const MEMORY_ANSWER_BYTES = 4;

/** What these four bytes say, or `undefined` when no card says them: nothing drives I/O, or something holds it. */
export function parseMemoryAnswer(bytes: Uint8Array): MemoryCard | undefined {
  const [first = 0, second = 0] = bytes;
  if (bytes.length !== MEMORY_ANSWER_BYTES) return undefined;
  if (bytes.every((byte) => byte === 0xff) || bytes.every((byte) => byte === 0)) return undefined;
  const size = (second >> 3) & 15;
  return {
    protocol: PROTOCOLS[first >> 4] ?? 'other',
    units: size === 0 ? undefined : 2 ** (size + 6),
    bitsPerUnit: 2 ** (second & 7),
  };
}

const PROTOCOLS: Readonly<Record<number, MemoryCard['protocol']>> = {
  8: 'serial-data',
  9: 'three-wire',
  10: 'two-wire',
};
