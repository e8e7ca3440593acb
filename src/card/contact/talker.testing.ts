import type { ChipInput, ChipOutput } from './chip.ts';
import { type Cycles, DEFAULT_RATE, etus, later } from './clock.ts';
import { characterOf, createSerial } from './serial.ts';

/** Says bytes from then on, in the direct convention and at the default bit rate. @returns when the line is free */
export function utter(bytes: Uint8Array, from: Cycles, out: ChipOutput[]): Cycles {
  const serial = createSerial('direct');
  let edge = from;
  for (const byte of bytes) {
    out.push(characterOf(byte, edge, serial));
    edge = later(edge, serial.guardCycles);
  }
  return edge;
}

/**
 * Something in a slot that says the same bytes after each reset, `begins` cycles after RST has risen, and the first of
 * them after each character that it hears.
 */
export function talker(bytes: Uint8Array, begins = 1000): (input: ChipInput, out: ChipOutput[]) => void {
  let [high, freeAt] = [false, 0 as Cycles];
  return (input, out) => {
    if (input.type === 'contacts') {
      const rises = input.contacts.rst === 'high' && !high;
      high = input.contacts.rst === 'high';
      if (rises) freeAt = utter(bytes, later(input.now, begins), out);
    } else if (input.type === 'character' && high) {
      const turn = later(input.now, etus(DEFAULT_RATE, 20));
      freeAt = utter(bytes.subarray(0, 3), Math.max(turn, freeAt) as Cycles, out);
    }
  };
}

/** Something that says this to each header of T=0, so many cycles after the leading edge of its last character. */
export function answering(atr: Uint8Array, answer: Uint8Array, after: number): ReturnType<typeof talker> {
  const speak = talker(atr);
  let heard = 0;
  return (input, out) => {
    if (input.type !== 'character') speak(input, out);
    else if (++heard % 5 === 0) utter(answer, later(input.edge, after), out);
  };
}
