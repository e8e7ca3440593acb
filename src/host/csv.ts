/**
 * A row of values as RFC 4180 has it, with its line end. Numbers stand as they are.
 *
 * A text that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that begins with an
 * apostrophe, so that `plainText` finds the text again.
 */
export const csvRow = (cells: readonly (string | number | bigint | undefined)[]): string =>
  `${cells.map((cell) => (typeof cell === 'string' ? csvText(cell) : String(cell ?? ''))).join(',')}\r\n`;

function csvText(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What begins a formula in Excel, LibreOffice or Sheets, wide forms included; and the apostrophe that hides one. */
const FORMULA = /^['=+\-@\t\r\n＝＋－＠]/u;

/** A text as it was before `csvRow` made it safe; what others wrote is left as it is. */
export const plainText = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;

/** A table as it was read, before anybody looked at what is in it. */
export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Why nothing after a line was read. */
  readonly end: { readonly line: number; readonly sentence: string } | undefined;
}

export interface CsvRow {
  /** In which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFailure {
  readonly reason: 'empty' | 'too-long' | 'encoding-wrong' | 'form-wrong';
  readonly sentence: string;
}
