import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { meaningOf } from './codes.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/acquirer.md'), 'utf8');

/** The rows of the page by code: what an authorisation is, and what an advice. */
const rows = new Map(
  [...page.matchAll(/^\| (?<codes>\d\d[^|]*) \| (?<authorisation>[^|]+) \| (?<advice>[^|]+) \|$/gm)].flatMap(
    ({ groups }) => (groups?.codes ?? '').split(', ').map((code) => [code, groups] as const),
  ),
);
const other = rows.get('any other');

test('every response code means what the page says', () => {
  assert.ok(rows.size > 40 && other !== undefined);
  for (let n = 1; n < 100; n++) {
    const code = String(n).padStart(2, '0');
    const row: Record<string, string> = rows.get(code) ?? other;
    const meaning = meaningOf(code);
    assert.equal(
      row.authorisation,
      meaning.authorisation === 'unknown' ? '`unknown`' : `\`declined\`: \`${meaning.authorisation}\``,
      code,
    );
    const said = { again: '`unknown`: to be told again', 'not-found': 'not found', refused: '`refused`' };
    assert.equal(row.advice, said[meaning.advice], code);
  }
});

test('a code that stands in no table is unknown, so that it is reversed', () => {
  for (const code of ['Q7', '99', '__', 'zz']) assert.equal(meaningOf(code).authorisation, 'unknown');
});
