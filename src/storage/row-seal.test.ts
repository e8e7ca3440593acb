import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowSealer } from './row-seal.ts';
import type { SqlRow } from './table.ts';
import { contracts } from './tables.ts';

const sealer = new RowSealer(new Uint8Array(32).fill(7));
const sealed = (row: SqlRow, columns = contracts.columns.slice(0, 3)): number =>
  sealer.seal({ ...contracts, columns }, row);

test('a column that is added behind the others leaves the seal of a row that has nothing in it as it was', () => {
  const wider = contracts.columns.slice(0, 4);
  assert.equal(sealed(['a', null, null, null], wider), sealed(['a', null, null]));
  assert.equal(sealed(['a', 1, 2, null], wider), sealed(['a', 1, 2]));
  assert.notEqual(sealed(['a', 1, 2, 0], wider), sealed(['a', 1, 2]));
});

test('no two rows of a table have one seal, wherever their nulls stand', () => {
  const values = [null, 0, ''];
  const rows = values.flatMap((a) => values.flatMap((b) => values.map((c) => [a, b, c])));
  assert.equal(new Set(rows.map((row) => sealed(row))).size, rows.length);
});
