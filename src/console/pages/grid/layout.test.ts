import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellOf,
  cornerOf,
  hit,
  PITCH,
  pan,
  SCALE_MAX,
  SIDE,
  spiral,
  toCells,
  toPixels,
  wholeView,
  zoom,
} from './layout.ts';

const SIZE = { width: 1000, height: 600 };

test('a spiral takes each square once, ring after ring', () => {
  const squares = Array.from({ length: 17 * 17 }, (_, i) => spiral(i));
  assert.equal(new Set(squares.map(({ x, y }) => `${x},${y}`)).size, squares.length);
  for (const [i, { x, y }] of squares.entries()) {
    const ring = Math.max(Math.abs(x), Math.abs(y));
    assert.ok(i < (2 * ring + 1) ** 2 && (ring === 0 || i >= (2 * ring - 1) ** 2), `${i} lies at ${x},${y}`);
  }
  for (let i = 1; i < squares.length; i++) {
    const [a, b] = [squares[i - 1], squares[i]] as const;
    assert.ok(a !== undefined && b !== undefined);
    assert.ok(Math.abs(a.x - b.x) <= 1 && Math.abs(a.y - b.y) <= 1, `${i} lies beside the one before`);
  }
});

test('every cell of every local unit is found again at its own place, and nothing between the squares', () => {
  const localUnits = 256;
  for (let nth = 0; nth < localUnits; nth++) {
    for (const address of [0, 1, SIDE, 137, 255]) {
      const { x, y } = cellOf(nth, address);
      assert.deepEqual(hit({ x: x + 0.5, y: y + 0.5 }, localUnits), { kind: 'cell', nth, address });
    }
    const { x, y } = cornerOf(nth);
    assert.equal(hit({ x: x - 0.5, y: y + 3 }, localUnits), undefined);
  }
  assert.deepEqual(hit({ x: 0, y: 0 }, localUnits), { kind: 'area' });
  assert.equal(hit({ x: PITCH, y: 0 }, 0), undefined, 'a square without a local unit is empty');
});

test('what fits shows every local unit', () => {
  for (const localUnits of [1, 2, 8, 9, 24, 25, 256]) {
    const view = wholeView(localUnits, SIZE);
    for (let nth = 0; nth < localUnits; nth++) {
      for (const address of [0, 255]) {
        const { x, y } = toPixels(view, cellOf(nth, address), SIZE);
        assert.ok(x >= 0 && y >= 0 && x <= SIZE.width && y <= SIZE.height, `${nth} of ${localUnits} at ${x},${y}`);
      }
    }
  }
});

test('what is under the hand stays under it, however near one goes, until nearer there is nothing', () => {
  const at = { x: 123, y: 456 };
  let view = wholeView(256, SIZE);
  const before = toCells(view, at, SIZE);
  for (let i = 0; i < 40; i++) view = zoom(view, 1.3, at, SIZE, 0.5);
  const after = toCells(view, at, SIZE);
  assert.ok(Math.abs(before.x - after.x) < 1e-6 && Math.abs(before.y - after.y) < 1e-6);
  assert.equal(view.scale, SCALE_MAX);
  const moved = pan(view, { x: 60, y: -30 });
  const cell = toPixels(moved, before, SIZE);
  assert.ok(Math.abs(cell.x - (at.x + 60)) < 1e-6 && Math.abs(cell.y - (at.y - 30)) < 1e-6);
});
