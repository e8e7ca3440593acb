import { toHex } from '../bytes/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import type { Randomness } from '../units/index.ts';

const TOKEN_BYTES = 32;

/** 256 bits that nobody guesses, as 64 hex digits. */
export function drawToken(randomness: Randomness): string {
  const bytes = new Uint8Array(TOKEN_BYTES);
  randomness.fill(bytes);
  return toHex(bytes);
}

/** What of a token is stored. One of 256 bits needs neither salt nor work. */
export const tokenHash = sha256Hex;

/** 32 of which no two look alike: five bits of a byte choose one without bias. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LETTERS = 5;

/** A password of 100 bits that a person can read out: four groups of five, `k7mqa-…`. */
export function drawPassword(randomness: Randomness): string {
  const bytes = new Uint8Array(GROUPS * GROUP_LETTERS);
  randomness.fill(bytes);
  const letters = [...bytes].map((byte) => LETTERS[byte & 31]);
  return Array.from({ length: GROUPS }, (_, group) =>
    letters.slice(group * GROUP_LETTERS, (group + 1) * GROUP_LETTERS).join(''),
  ).join('-');
}
