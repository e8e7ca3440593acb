import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellOf,
  cornerOf,
  hit,
  middleOf,
  pan,
  planOf,
  SCALE_MAX,
  spiral,
  toCells,
  toPixels,
  unitView,
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
});

test('few local units stand evenly around their area unit', () => {
  assert.deepEqual(planOf(1, 32).squares, [{ x: 1, y: 0 }]);
  assert.deepEqual(planOf(2, 32).squares, [
    { x: 1, y: 0 },
    { x: -1, y: 0 },
  ]);
  for (let count = 1; count <= 8; count++) assert.equal(planOf(count, 32).nthAt.size, count);
});

test('every cell of every local unit is found again at its own place, and nothing between the squares', () => {
  for (const [localUnits, most] of [
    [256, 256],
    [2, 32],
    [5, 1],
  ] as const) {
    const plan = planOf(localUnits, most);
    for (let nth = 0; nth < localUnits; nth++) {
      for (let slot = 0; slot < plan.side * plan.side; slot += 7) {
        const { x, y } = cellOf(plan, nth, slot);
        assert.deepEqual(hit(plan, { x: x + 0.5, y: y + 0.5 }), { kind: 'cell', nth, slot });
      }
      const { x, y } = cornerOf(plan, nth);
      assert.equal(hit(plan, { x: x - 0.5, y: y + 1 }), undefined);
    }
    assert.deepEqual(hit(plan, { x: 0, y: 0 }), { kind: 'area' });
  }
  const plan = planOf(1, 256);
  assert.equal(hit(plan, { x: -plan.pitch, y: 0 }), undefined, 'a square without a local unit is empty');
});

test('the whole shows every local unit', () => {
  for (const localUnits of [1, 2, 8, 9, 24, 25, 256]) {
    const plan = planOf(localUnits, 256);
    const view = wholeView(plan, SIZE);
    for (let nth = 0; nth < localUnits; nth++) {
      for (const slot of [0, 255]) {
        const { x, y } = toPixels(view, cellOf(plan, nth, slot), SIZE);
        assert.ok(x >= 0 && y >= 0 && x <= SIZE.width && y <= SIZE.height, `${nth} of ${localUnits} at ${x},${y}`);
      }
    }
  }
});

test('one local unit fills the view, and no cell grows beyond what is written in it', () => {
  const plan = planOf(2, 256);
  const { x, y, scale } = unitView(plan, 1, SIZE);
  assert.deepEqual({ x, y }, middleOf(plan, 1));
  assert.equal(scale, SIZE.height / plan.pitch);
  const few = planOf(1, 1);
  assert.equal(few.side, 3, 'a square has three meters along a side at the least');
  const large = { width: 10_000, height: 6_000 };
  assert.deepEqual([unitView(few, 0, large).scale, wholeView(few, large).scale], [SCALE_MAX, SCALE_MAX]);
});

test('nobody goes farther away than where all is seen', () => {
  const view = wholeView(planOf(256, 256), SIZE);
  assert.equal(zoom(view, 0.1, { x: 0, y: 0 }, SIZE, view.scale).scale, view.scale);
});

test('what is under the hand stays under it, however near one goes, until nearer there is nothing', () => {
  const at = { x: 123, y: 456 };
  let view = wholeView(planOf(256, 256), SIZE);
  const before = toCells(view, at, SIZE);
  for (let i = 0; i < 40; i++) view = zoom(view, 1.3, at, SIZE, 0.5);
  const after = toCells(view, at, SIZE);
  assert.ok(Math.abs(before.x - after.x) < 1e-6 && Math.abs(before.y - after.y) < 1e-6);
  assert.equal(view.scale, SCALE_MAX);
  const moved = pan(view, { x: 60, y: -30 });
  const cell = toPixels(moved, before, SIZE);
  assert.ok(Math.abs(cell.x - (at.x + 60)) < 1e-6 && Math.abs(cell.y - (at.y - 30)) < 1e-6);
});
