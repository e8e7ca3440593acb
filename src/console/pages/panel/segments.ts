/** The seven segments of a digit: `a` on top, then clockwise to `f`, and `g` across the middle. */
export const SEGMENTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
export type Segment = (typeof SEGMENTS)[number];

/** One place of the glass: which of its segments are dark, and whether the point after it is. */
export interface Place {
  /** From the left, counted from 0. */
  readonly nth: number;
  readonly lit: ReadonlySet<Segment>;
  readonly point: boolean;
}

const SHAPES: Readonly<Record<string, string>> = {
  '0': 'abcdef',
  '1': 'bc',
  '2': 'abdeg',
  '3': 'abcdg',
  '4': 'bcfg',
  '5': 'acdfg',
  '6': 'acdefg',
  '7': 'abc',
  '8': 'abcdefg',
  '9': 'abcdfg',
  '-': 'g',
  ' ': '',
  // For the page of the card, which says `in`, or why nothing is taken from it, or how it pays.
  A: 'abcefg',
  C: 'adef',
  D: 'bcdeg',
  E: 'adefg',
  I: 'c',
  L: 'def',
  N: 'ceg',
  P: 'abefg',
  R: 'eg',
  Y: 'bcdfg',
  i: 'c',
  n: 'ceg',
};

/** The text at the right end of so many places; undefined where segments cannot form it, or there are too few. */
export function placesOf(text: string, count: number): readonly Place[] | undefined {
  const places: Omit<Place, 'nth'>[] = [];
  for (const sign of text) {
    const last = places.at(-1);
    if (sign === '.' && last !== undefined && !last.point) {
      places[places.length - 1] = { ...last, point: true };
      continue;
    }
    const shape = SHAPES[sign];
    if (shape === undefined) return undefined;
    places.push({ lit: new Set(shape) as ReadonlySet<Segment>, point: false });
  }
  if (places.length > count) return undefined;
  const blank: Omit<Place, 'nth'> = { lit: new Set(), point: false };
  const blanks = new Array<Omit<Place, 'nth'>>(count - places.length).fill(blank);
  return [...blanks, ...places].map((place, nth) => ({ ...place, nth }));
}
