import { isKey, type Key } from '../types.ts';

const RATE = 8_000;
/** ITU-T Q.23. */
const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;
/** Samples that are looked at together: at 8 kHz all eight frequencies lie near the middle of a bin. */
const BLOCK = 205;
/** Blocks overlap by half: the shortest key that has to be heard, 40 ms, has one whole in it, and 52 ms have two. */
const HOP = 102;
/** Blocks in a row that say the same, until a key is pressed; and that say nothing, until it is let go. */
const PRESSED_AFTER = 2;
const RELEASED_AFTER = 3;
/** Of both tones together, against full scale: some -36 dB. */
const ENERGY_MIN = 1e7;
/** The tones have at least so much of all that is heard: speech has more beside them. */
const PURITY_MIN = 0.6;
/** How much stronger one of the two may be: 8 dB and 6 dB, with some room. Q.24 */
const TWIST_MAX = 8;
/** The strongest of a group is so much stronger than the next. */
const CONTRAST_MIN = 6;

/** Hears keys in sound: Goertzel's filters for eight frequencies. */
export class ToneEar {
  readonly #window = new Float64Array(BLOCK);
  #filled = 0;
  #last: string | undefined;
  #same = 0;
  #pressed: string | undefined;
  #quiet = 0;

  /** @returns the keys that began to be pressed in it */
  hear(sound: Int16Array): Key[] {
    const keys: Key[] = [];
    for (const sample of sound) {
      this.#window[this.#filled++] = sample;
      if (this.#filled < BLOCK) continue;
      const key = this.#judged(toneIn(this.#window));
      if (key !== undefined && isKey(key)) keys.push(key);
      this.#window.copyWithin(0, HOP);
      this.#filled = BLOCK - HOP;
    }
    return keys;
  }

  #judged(tone: string | undefined): string | undefined {
    this.#same = tone !== undefined && tone === this.#last ? this.#same + 1 : 1;
    this.#last = tone;
    if (tone === this.#pressed) this.#quiet = 0;
    else if (this.#pressed !== undefined && ++this.#quiet >= RELEASED_AFTER) this.#pressed = undefined;
    if (tone === undefined || this.#same < PRESSED_AFTER || this.#pressed === tone) return undefined;
    this.#pressed = tone;
    this.#quiet = 0;
    return tone;
  }
}

function toneIn(block: Float64Array): string | undefined {
  let energy = 0;
  for (const sample of block) energy += sample * sample;
  if (energy < ENERGY_MIN) return undefined;
  const row = strongest(ROWS.map((frequency) => powerAt(block, frequency)));
  const column = strongest(COLUMNS.map((frequency) => powerAt(block, frequency)));
  if (row === undefined || column === undefined) return undefined;
  // A pure tone of energy E has a power of E × BLOCK / 2 at its frequency.
  if ((row.power + column.power) * 2 < PURITY_MIN * energy * BLOCK) return undefined;
  if (row.power > TWIST_MAX * column.power || column.power > TWIST_MAX * row.power) return undefined;
  return KEYS[row.place]?.[column.place];
}

function strongest(powers: readonly number[]): { readonly place: number; readonly power: number } | undefined {
  const [first = 0, second = 0] = powers.toSorted((a, b) => b - a);
  return first < CONTRAST_MIN * second ? undefined : { place: powers.indexOf(first), power: first };
}

/** Goertzel, 1958. */
function powerAt(block: Float64Array, frequency: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let [before, last] = [0, 0];
  for (const sample of block) [before, last] = [last, sample + turn * last - before];
  return last * last + before * before - turn * last * before;
}
