import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { keyColumns } from './copy-rows.ts';
import { translated } from './postgres.ts';
import { type Kind, plain, type SqlRow, type SqlValue, type TableShape } from './table.ts';

/** What the server sends ahead of whoever takes it. */
const AHEAD_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * All rows of a table in the order of its key, text by its bytes, by COPY, which costs the client a fraction of what a
 * cursor does. Whoever leaves off before the last row can do nothing with the client any more but end it.
 * @throws StoreError
 */
export async function* rowsIn(client: pg.Client, table: TableShape): AsyncGenerator<readonly SqlRow[]> {
  const order = keyColumns(table).map((name) => {
    const kind = table.columns.find((column) => column.name === name)?.kind;
    return kind === 'text' ? `${name} COLLATE "C"` : name;
  });
  const text = `COPY (SELECT ${table.list} FROM ${table.name} ORDER BY ${order}) TO STDOUT`;
  const readers = table.columns.map(({ kind }) => READERS[plain(kind)]);
  try {
    let begun: Uint8Array = Buffer.alloc(0);
    for await (const chunk of client.query(copyTo(text, { highWaterMark: AHEAD_BYTES })) as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      const whole = Buffer.concat([begun, chunk.subarray(0, end)]);
      if (end > 0) yield rowsOf(whole.toString(), readers);
      begun = end > 0 ? chunk.subarray(end) : Buffer.concat([whole, chunk]);
    }
  } catch (error) {
    throw translated(error);
  }
}

type Reader = (text: string) => SqlValue;

const bytes: Reader = (text) => new Uint8Array(Buffer.from(text.slice('\\\\x'.length), 'hex'));
const words: Reader = (text) =>
  text.includes('\\') ? text.replace(/\\(.)/g, (_, letter) => LETTERS[letter] ?? letter) : text;

const READERS: Readonly<Record<Kind, Reader>> = {
  ...{ number: BigInt, bigint: BigInt, boolean: BigInt },
  ...{ text: words, json: words },
  ...{ bytes, energies: bytes },
};

/** As COPY writes them behind a backslash, which no value has unescaped, as it has no tab and no newline. */
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const NOTHING = '\\N';

/** @param text whole lines, a row each, of values between tabs */
function rowsOf(text: string, readers: readonly Reader[]): SqlRow[] {
  const rows: SqlRow[] = [];
  for (let at = 0; at < text.length; ) {
    const line = text.indexOf('\n', at);
    const row: SqlValue[] = [];
    for (let i = 0; i < readers.length; i++) {
      const end = i < readers.length - 1 ? text.indexOf('\t', at) : line;
      const value = text.slice(at, end);
      row.push(value === NOTHING ? null : (readers[i] as Reader)(value));
      at = end + 1;
    }
    rows.push(row);
  }
  return rows;
}
