import type { Key } from '../types.ts';
import { encodeSound } from './g711.ts';

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477];
const ROWS = ['123', '456', '789', '*0#'];

/** A key as it sounds, at 8 kHz. */
export function toneOf(key: Key, ms: number, { amplitude = 6_000, twist = 1, off = 1 } = {}): Int16Array {
  const row = ROWS.findIndex((keys) => keys.includes(key));
  const [low, high] = [LOW[row] ?? 0, HIGH[ROWS[row]?.indexOf(key) ?? 0] ?? 0];
  return Int16Array.from({ length: 8 * ms }, (_, i) => {
    const at = (frequency: number) => Math.sin((2 * Math.PI * frequency * off * i) / 8_000);
    return amplitude * (at(low) + twist * at(high));
  });
}

export const silence = (ms: number): Int16Array => new Int16Array(8 * ms);

/** A key as it sounds, between silences, as bytes of PCMU. */
export const toneBytes = (key: Key): Uint8Array =>
  encodeSound(0, Int16Array.of(...silence(40), ...toneOf(key, 120), ...silence(140)));
