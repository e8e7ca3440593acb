/**
 * Characters on I/O, ISO 7816-3 §7.3: a start moment, eight of data, one of parity. A bit of `Moments` is the level in
 * its moment, 1 for H; bit 0 is the start, which is L, bit 9 the parity.
 */
export type Moments = number;

export type Convention = 'direct' | 'inverse';

export const MOMENTS = 10;

/** Direct: H is 1, the lowest bit first. Inverse: H is 0, the highest bit first. The number of ones is even. */
export function encodeCharacter(byte: number, convention: Convention): Moments {
  const logical = convention === 'direct' ? byte : reversed(byte);
  const levels = logical | (odd(byte) << 8);
  return (convention === 'direct' ? levels : levels ^ 0x1ff) << 1;
}

/** The byte of a character, and whether its parity holds. */
export function decodeCharacter(moments: Moments, convention: Convention): { byte: number; sound: boolean } {
  const levels = (moments >> 1) & 0x1ff;
  const logical = convention === 'direct' ? levels : levels ^ 0x1ff;
  const byte = convention === 'direct' ? logical & 0xff : reversed(logical & 0xff);
  return { byte, sound: odd(byte) === logical >> 8 };
}

/** The convention that a first character TS tells (§8.1), or `undefined` when it is none. */
export function conventionOf(moments: Moments): Convention | undefined {
  if (moments === INITIAL.direct) return 'direct';
  if (moments === INITIAL.inverse) return 'inverse';
  return undefined;
}

function odd(byte: number): number {
  let bits = byte ^ (byte >> 4);
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return bits & 1;
}

function reversed(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) result |= 0x80 >> bit;
  return result;
}

/** `3B` and `3F`, each in its own convention. */
const INITIAL = { direct: encodeCharacter(0x3b, 'direct'), inverse: encodeCharacter(0x3f, 'inverse') };
