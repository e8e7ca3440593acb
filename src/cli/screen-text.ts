import { stripVTControlCharacters } from 'node:util';

/** Marks a text: a colour of 256, `bold` or `dim`. Without colours it is the text alone. */
export type Paint = (how: number | 'bold' | 'dim', text: string) => string;

export const colored: Paint = (how, text) => {
  const code = how === 'bold' ? '1' : how === 'dim' ? '2' : `38;5;${how}`;
  return `\u001b[${code}m${text}\u001b[0m`;
};

export const plain: Paint = (_, text) => text;

/** Columns that a line takes on the screen: marks take none. */
export const widthOf = (line: string): number => stripVTControlCharacters(line).length;

/** The first of the wordings that fits, or the last one, cut. */
export function fitting(columns: number, ...wordings: readonly string[]): string {
  const fits = wordings.find((line) => widthOf(line) <= columns);
  return fits ?? clip(wordings.at(-1) ?? '', columns);
}

/** As many of the words, in this order, as fit side by side. */
export function asManyAsFit(columns: number, words: readonly string[], between: string): string {
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line}${between}${word}`;
    if (longer.length > columns) break;
    line = longer;
  }
  return line;
}

/** Cuts a line to so many columns, and says so. */
export function clip(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let width = 0;
  let clipped = '';
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\u001b') {
      const end = line.indexOf('m', i);
      clipped += line.slice(i, end + 1);
      i = end;
      continue;
    }
    width += 1;
    if (width < columns) clipped += line[i];
    else if (width === columns) clipped += '…';
  }
  return clipped;
}
