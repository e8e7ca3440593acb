import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Document } from './document.ts';

export interface PaperFailure {
  readonly reason: 'letter-unknown';
  readonly sentence: string;
}

export type Weight = 'regular' | 'bold';
type Family = 'nanum' | 'helvetica';

/** One font draws a whole text: the first is embedded, so that it looks the same everywhere; the second all readers have. */
const FONTS: Readonly<Record<Weight, Readonly<Record<Family, string>>>> = {
  regular: { nanum: 'nanum', helvetica: 'Helvetica' },
  bold: { nanum: 'nanum-bold', helvetica: 'Helvetica-Bold' },
};

/** The letters that Nanum Gothic has and a receipt may have: Hangul, and Latin without accents. */
const NANUM_GOTHIC = /^[ -~가-힣ㄱ-ㅣ¢£¥€₩§©®°±²³µ¶·¹º¼½¾¿ÆÐ×ØÞßæð÷øþŒœ–—‘’“”„•…※]*$/;
/** What PDF draws without a font file. PDF 32000-1 annex D.2 */
const WINDOWS_1252 = /^[ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/;

/** A font that has all letters of a text: that which every reader has, if it does and `plain` is preferred. */
export function fontOf(text: string, weight: Weight, prefer: 'plain' | 'embedded'): string {
  const isPlain = prefer === 'plain' ? WINDOWS_1252.test(text) : !NANUM_GOTHIC.test(text);
  return FONTS[weight][isPlain ? 'helvetica' : 'nanum'];
}

/** A text with a letter that the fonts do not have, or not in one of them. @param what `The receipt` */
export function letterFault(texts: readonly string[], what: string): PaperFailure | undefined {
  const text = texts.find((each) => !NANUM_GOTHIC.test(each) && !WINDOWS_1252.test(each));
  if (text === undefined) return undefined;
  const letter = [...text].find((each) => !NANUM_GOTHIC.test(each)) ?? '';
  const code = (letter.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  const sentence = `${what} cannot be printed: no font at hand has the ${letter} (U+${code}) of "${text}" with its other letters.`;
  return { reason: 'letter-unknown', sentence };
}

/** Nanum Gothic, under the SIL Open Font License 1.1. */
export function registerFonts(document: Document): void {
  nanumGothic ??= { regular: fontFile('400Regular'), bold: fontFile('700Bold') };
  document.registerFont(FONTS.regular.nanum, nanumGothic.regular);
  document.registerFont(FONTS.bold.nanum, nanumGothic.bold);
}

let nanumGothic: Readonly<Record<Weight, Buffer>> | undefined;

/** The blank is the last glyph of these files, and empty: the library reads the head of it that is not there. */
const EMPTY_GLYPH_HEAD = Buffer.alloc(10);

const fontFile = (weight: string): Buffer => {
  const url = import.meta.resolve(`@expo-google-fonts/nanum-gothic/${weight}/NanumGothic_${weight}.ttf`);
  return Buffer.concat([readFileSync(fileURLToPath(url)), EMPTY_GLYPH_HEAD]);
};
