import type { SeededRandom } from '../../src/simulation/index.ts';

/** Inputs for one decoder: `example` is true, and `draw` gives what may be anything. */
export interface Inputs<T> {
  readonly examples: readonly T[];
  readonly draw: (random: SeededRandom) => T;
}

/** Half of them drawn, about as long as an example, half of them an example that is cut or has a few bytes changed. */
export const bytesLike = (...examples: readonly Uint8Array[]): Inputs<Uint8Array> => ({
  examples,
  draw(random) {
    const like = oneOf(random, examples);
    return random.chance(0.5) ? drawnBytes(random, like.length) : changedBytes(random, like);
  },
});

/** An example with a few characters changed, left out or doubled, or with two of its pieces in each other's place. */
export const textLike = (...examples: readonly string[]): Inputs<string> => ({
  examples,
  draw(random) {
    const like = oneOf(random, examples);
    const bytes = new TextEncoder().encode(like);
    // Half of what a text is made of is digits and marks: bytes of the text itself are as telling as any others.
    const changed = random.chance(0.5) ? changedBytes(random, bytes) : shuffledBytes(random, bytes);
    return new TextDecoder().decode(changed);
  },
});

/** A JSON value with some of its parts replaced, left out or doubled. */
export const jsonLike = (...examples: readonly unknown[]): Inputs<unknown> => ({
  examples,
  draw(random) {
    let value = structuredClone(oneOf(random, examples));
    for (let n = random.below(3); n >= 0; n--) value = changedJson(random, value);
    return value;
  },
});

const oneOf = <T>(random: SeededRandom, items: readonly T[]): T => items[random.below(items.length)] as T;

function drawnBytes(random: SeededRandom, around: number): Uint8Array {
  const bytes = new Uint8Array(random.below(Math.min(96, 2 * around + 8)));
  random.fill(bytes);
  return bytes;
}

function changedBytes(random: SeededRandom, like: Uint8Array): Uint8Array {
  const bytes = like.slice(0, random.chance(0.2) ? random.below(like.length + 1) : like.length);
  for (let n = random.below(4); n >= 0 && bytes.length > 0; n--) bytes[random.below(bytes.length)] = random.u32();
  return bytes;
}

/** Copies a piece of the text over another, or puts one in once more. */
function shuffledBytes(random: SeededRandom, like: Uint8Array): Uint8Array {
  if (like.length === 0) return like;
  const from = random.below(like.length);
  const piece = like.slice(from, from + 1 + random.below(12));
  const at = random.below(like.length + 1);
  const skip = random.chance(0.5) ? piece.length : 0;
  return Uint8Array.from([...like.subarray(0, at), ...piece, ...like.subarray(at + skip)]);
}

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  '0',
  '-1',
  '24:00',
  '99:99',
  '02-30',
  '2026-02-30',
  '__proto__',
  'x'.repeat(300),
  '\u0000\ud800',
  0,
  -0,
  -1,
  0.5,
  1e21,
  2 ** 32,
  2 ** 53,
  [],
  {},
  [[]],
  { length: 3 },
  JSON.parse('{"__proto__": {"reason": 1}}'),
];

/** The value with one of its parts, at any depth, changed; what is given may be changed in place. */
function changedJson(random: SeededRandom, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return changedLeaf(random, value);
  const keys = Object.keys(value);
  const place = keys.length === 0 || random.chance(0.05) ? oneOf(random, ['0', 'name', 'extra']) : oneOf(random, keys);
  const holder = value as Record<string, unknown>;
  if (random.chance(0.15) && Array.isArray(value)) value.splice(Number(place) || 0, random.below(2), value[0]);
  else if (random.chance(0.15)) delete holder[place];
  else holder[place] = changedJson(random, holder[place]);
  return value;
}

function changedLeaf(random: SeededRandom, value: unknown): unknown {
  if (typeof value === 'string' && random.chance(0.6)) return textLike(value).draw(random);
  if (typeof value === 'number' && random.chance(0.6)) return value + random.below(2001) - 1000;
  return structuredClone(oneOf(random, ODD_VALUES));
}
