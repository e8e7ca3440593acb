import type { TableSheet } from '../host/index.ts';

/** Tables for a terminal: columns as wide as their widest cell; two blanks between. */
export function sheetText({ title, sections }: TableSheet): string {
  const tables = sections.map(({ title: head, heads, rows }) => {
    const lines = heads.length === 0 ? rows : [['', ...heads], ...rows];
    const widths = lines.reduce<number[]>(
      (most, line) => line.map((cell, i) => Math.max(most[i] ?? 0, cell.length)),
      [],
    );
    const padded = lines.map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[i] ?? 0) + 2))).join(''),
    );
    return ['', head, ...padded.map((line) => `  ${line.trimEnd()}`)].join('\n');
  });
  return [title, ...tables].join('\n');
}
