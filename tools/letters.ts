/**
 * The letters of the pages, cut into files of which a browser loads those alone that a page needs: a font that has all of
 * Hangul is 2 MB a weight, and the words of the first view need 300 letters of it. What a family of Korean letters is
 * to the machine of whoever reads is taken first (`src/console/theme.ts`); there nothing of this is loaded.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import subset from 'subset-font';
import type { Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');
const WORDS = join(root, 'src', 'words');
const { resolve: pathOf } = createRequire(import.meta.url);

/** What the pages import to have them, and the build fills. */
const STYLES = join(root, 'src', 'console', 'letters.css');

/** Words that stand on the first view, or around every page. */
const FIRST_WORDS = ['console', 'overview', 'page-names', 'states', 'demo', 'language'];

/** What no word has, because the browser writes it: dates, ages and days of the week. */
const WRITTEN_BY_FORMATS = '년월일시분초주전후오늘어제내모레지난다음이번화수목금토요';

/** Of what nobody wrote into the catalogue, such as names of people and places. */
const SLICE = 512;

/** A font, what of it is wanted, and the name of the file. */
interface Slice {
  readonly name: string;
  readonly family: string;
  /** As in CSS; a browser thickens what is bolder. */
  readonly weight: string;
  readonly font: string;
  readonly letters: string;
  /** Where it is less to say: every letter between its first and its last that no later face has. */
  readonly ranges?: string;
}

const INTER = (script: string) => pathOf(`@fontsource-variable/inter/files/inter-${script}-wght-normal.woff2`);
const HANGUL = pathOf('@expo-google-fonts/nanum-gothic/400Regular/NanumGothic_400Regular.ttf');

/** Kerning, figures of one width, and the colon between figures: no other shape of a letter is asked for. */
const KEPT = { targetFormat: 'woff2', noHinting: true, keepFeatures: ['kern', 'tnum', 'calt'] } as const;
const WEIGHTS = { min: 400, max: 700 };

/** Writes the faces of all letters where the pages import them from. */
export function letters(): Plugin {
  let folder = '';
  return {
    name: 'letters',
    configResolved: ({ cacheDir }) => {
      folder = join(cacheDir, 'letters');
    },
    async load(id) {
      if (id !== STYLES) return undefined;
      mkdirSync(folder, { recursive: true });
      const faces = [];
      for (const slice of slices()) faces.push(await faceOf(slice, folder));
      return faces.join('\n');
    },
  };
}

async function faceOf(
  { name, family, weight, font, letters, ranges = rangesOf(letters) }: Slice,
  folder: string,
): Promise<string> {
  const path = join(folder, `${name}.woff2`);
  const isVariable = font.endsWith('.woff2');
  const options = { ...KEPT, ...(isVariable && { variationAxes: { wght: WEIGHTS } }) };
  writeFileSync(path, await subset(readFileSync(font), letters, options));
  return `@font-face {
  font-family: "${family}";
  font-weight: ${weight};
  font-display: swap;
  src: url("${path}") format("woff2");
  unicode-range: ${ranges};
}`;
}

/** A browser takes the last face that has a letter: what is here stands before the same letters of whole files. */
function slices(): Slice[] {
  const inter = { family: 'Inter Variable', weight: `${WEIGHTS.min} ${WEIGHTS.max}` };
  const hangul = { family: 'Nanum Gothic', weight: '400', font: HANGUL };
  const first = hangulOf(FIRST_WORDS.map((name) => `${name}.ts`)).union(new Set(WRITTEN_BY_FORMATS));
  const all = hangulOf(readdirSync(WORDS).filter((name) => /^[\w-]+\.ts$/.test(name)));
  const words = all.difference(first);
  return [
    { ...inter, name: 'latin', font: INTER('latin'), letters: ASCII + MARKS },
    { ...inter, name: 'money', font: INTER('latin-ext'), letters: CURRENCIES },
    ...Array.from({ length: Math.ceil(HANGUL_LETTERS.length / SLICE) }, (_, i) => {
      const block = HANGUL_LETTERS.slice(i * SLICE, (i + 1) * SLICE);
      const letters = [...block].filter((each) => !first.has(each) && !words.has(each)).join('');
      return { ...hangul, name: `hangul-${i}`, letters, ranges: rangesOf(block) };
    }),
    { ...hangul, name: 'hangul-words', letters: [...words].join('') },
    { ...hangul, name: 'hangul-first', letters: [...first].join('') },
  ];
}

const range = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join('');

const ASCII = range(0x20, 0x7e);
/** What words and numbers have besides: no-break spaces, dashes, quotes, signs. */
const MARKS = '\u{a0}\u{202f}\u{2212}°±·²³×€‘’“”–—…';
/** All but the euro, which is among the Latin letters. */
const CURRENCIES = `${range(0x20a0, 0x20ab)}${range(0x20ad, 0x20c0)}`;
const HANGUL_LETTERS = range(0x3131, 0x3163) + range(0xac00, 0xd7a3);

const hangulOf = (names: readonly string[]): Set<string> =>
  new Set(names.flatMap((name) => readFileSync(join(WORDS, name), 'utf8').match(/[\u{ac00}-\u{d7a3}]/gu) ?? []));

/** `U+41-5A, U+61` */
function rangesOf(letters: string): string {
  const points = [...new Set(letters)].map((each) => each.codePointAt(0) as number).sort((a, b) => a - b);
  const runs: { readonly from: number; to: number }[] = [];
  for (const point of points) {
    const last = runs.at(-1);
    if (last !== undefined && last.to + 1 === point) last.to = point;
    else runs.push({ from: point, to: point });
  }
  const hex = (point: number) => point.toString(16).toUpperCase();
  return runs.map(({ from, to }) => (from === to ? `U+${hex(from)}` : `U+${hex(from)}-${hex(to)}`)).join(', ');
}
