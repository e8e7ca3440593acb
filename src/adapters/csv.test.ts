import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRow, plainText } from '../host/csv.testing.ts';
import { CSV_BYTES_MAX, readCsv } from './csv.ts';

const read = (text: string) => readCsv(new TextEncoder().encode(text));
/** With a header line of one name. */
const rowsOf = (text: string) => {
  const table = read(text);
  assert.ok(!('reason' in table), 'reason' in table ? table.sentence : '');
  return table;
};

test('fields with commas, quotes and line ends are read as RFC 4180 has them, each row by the line in which it begins', () => {
  const { header, rows, end } = rowsOf('\ufeffa,b\r\n"x,y","say ""no"""\r\n\r\n"two\r\nlines",\r\n=1,2\n3,4\r5,6');
  assert.deepEqual(header, ['a', 'b']);
  assert.deepEqual(rows, [
    { line: 2, cells: ['x,y', 'say "no"'] },
    { line: 4, cells: ['two\nlines', ''] },
    { line: 6, cells: ['=1', '2'] },
    { line: 7, cells: ['3', '4'] },
    { line: 8, cells: ['5', '6'] },
  ]);
  assert.equal(end, undefined);
});

test('where a quotation mark is wrong, the rows before it are there, and it is said that no others are', () => {
  for (const [text, line] of [
    ['a\n1\n"2"x\n3\n', 3],
    ['a\n1\n2"\n3\n', 3],
    ['a\n1\n\n"2\n3\n', 4],
  ] as const) {
    const { rows, end } = rowsOf(text);
    assert.deepEqual(rows, [{ line: 2, cells: ['1'] }], text);
    assert.equal(end?.line, line, text);
    assert.match(end?.sentence ?? '', /^a quotation mark .* what follows was not read$/);
  }
  const long = rowsOf(`a\n1\n${'x'.repeat(300_000)}\n`);
  assert.match(long.end?.sentence ?? '', /more than 262144 characters/);
});

test('what is no table is refused in one sentence', () => {
  const reason = (bytes: Uint8Array) => {
    const refused = readCsv(bytes);
    assert.ok('reason' in refused);
    assert.match(refused.sentence, /^The table cannot be read: .*\.$/);
    return refused.reason;
  };
  assert.equal(reason(new Uint8Array()), 'empty');
  assert.equal(reason(Uint8Array.of(0x61, 0xff)), 'encoding-wrong');
  assert.equal(reason(new TextEncoder().encode('a"b\n')), 'form-wrong');
  assert.equal(reason(new Uint8Array(CSV_BYTES_MAX + 1)), 'too-long');
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.stringMatching(/^['=+\-@\t\r\n",; <&x]{0,8}$/),
);

test('any texts come back as they were, and none is a formula to a spreadsheet', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hostile, hostile), { minLength: 1, maxLength: 8 }), (rows) => {
      const text = csvRow(['a', 'b']) + rows.map(csvRow).join('');
      const table = rowsOf(text);
      assert.deepEqual(
        table.rows.map(({ cells }) => cells.map(plainText)),
        rows.map((cells) => cells.map((cell) => cell.replace(/\r\n?/g, '\n'))),
      );
      for (const cell of table.rows.flatMap(({ cells }) => cells)) assert.doesNotMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/);
    }),
    { numRuns: 300 },
  );
  assert.equal(plainText("'s Hertogenbosch"), "'s Hertogenbosch");
});
