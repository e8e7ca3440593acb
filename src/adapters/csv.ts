import { type CsvError, parse } from 'csv-parse/sync';
import type { CsvFailure, CsvRow, CsvTable } from '../host/index.ts';

/** A utility of 65,536 meters has a table of some MiB. */
export const CSV_BYTES_MAX = 64 * 1024 * 1024;
const FIELD_CHARACTERS_MAX = 256 * 1024;

/**
 * Any bytes to a table with a header line, as RFC 4180 has it; lines may also end as on Unix, and within a field
 * they all end so here. Empty lines are passed over. Where quotation marks are not closed, nobody can say where the next line begins: the rows before are there,
 * and `end` says why no others are.
 */
export function readCsv(bytes: Uint8Array): CsvTable | CsvFailure {
  if (bytes.length > CSV_BYTES_MAX)
    return failure('too-long', `it has more than ${CSV_BYTES_MAX} bytes: cut it into shorter files`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    return failure('encoding-wrong', 'it is not in UTF-8: save it as "CSV UTF-8"');
  }
  const lines = text.split('\n');
  const rows: CsvRow[] = [];
  // Of the line that a row begins in, the first that is not empty after the row before.
  let line = 1;
  const begin = () => {
    while (line <= lines.length && lines[line - 1] === '') line += 1;
    return line;
  };
  let end: CsvTable['end'];
  try {
    parse(text, {
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: '\n',
      max_record_size: FIELD_CHARACTERS_MAX,
      on_record: (cells: string[]) => {
        rows.push({ line: begin(), cells });
        line += 1 + cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
        return null;
      },
    });
  } catch (error) {
    if (!isCsvError(error)) throw error;
    end = { line: begin(), sentence: endOf(error) };
  }
  const [header, ...others] = rows;
  if (header === undefined) {
    return end === undefined
      ? failure('empty', 'it is empty: it needs a header line')
      : failure('form-wrong', `in its header, ${end.sentence}`);
  }
  return { header: header.cells, rows: others, end };
}

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && 'code' in error && /^(CSV_|INVALID_)/.test(String(error.code));

function endOf({ code }: CsvError): string {
  if (code === 'CSV_MAX_RECORD_SIZE')
    return `it has more than ${FIELD_CHARACTERS_MAX} characters; what follows was not read`;
  return 'a quotation mark stands where none may be, or is not closed; what follows was not read';
}

const failure = (reason: CsvFailure['reason'], why: string): CsvFailure => ({
  reason,
  sentence: `The table cannot be read: ${why}.`,
});
