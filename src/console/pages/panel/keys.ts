/** In four columns; what stands on a key that is no digit, and how many fields it takes. */
export const KEYS = [
  ...[{ key: '1' }, { key: '2' }, { key: '3' }, { key: 'page', face: '↻' }],
  ...[{ key: '4' }, { key: '5' }, { key: '6' }, { key: '*', face: '⌫ *' }],
  ...[{ key: '7' }, { key: '8' }, { key: '9' }, { key: '#', rows: 2 }],
  { key: '0', columns: 3 },
] as const satisfies readonly {
  readonly key: string;
  readonly face?: string;
  readonly rows?: number;
  readonly columns?: number;
}[];

/** What is to be read on a key. */
export const faceOf = (each: (typeof KEYS)[number]): string => ('face' in each ? each.face : each.key);
