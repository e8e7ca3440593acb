import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GridJson } from '../../../api/index.ts';
import { meterIn, numberText, placeOf, sceneOf, stateOf } from './scene.ts';

/** Two local units, one of ten meters and one of two, by local unit and address. */
const OF_EACH = { 7: 10, 300: 2 } as const;
const numbers = Array.from({ length: 12 }, (_, i) => 0x00_0a_00 + i);
const grid: GridJson = {
  states: ['frozen', 'supplied', 'low', 'off'],
  localUnits: Object.entries(OF_EACH).map(([localUnit, meters]) => ({ localUnit: Number(localUnit), meters })),
  columns: {
    number: numbers,
    localUnit: numbers.map((_, i) => (i < 10 ? 7 : 300)),
    address: numbers.map((_, i) => (i < 10 ? i : i - 10)),
    state: numbers.map((_, i) => i % 4),
    stale: numbers.map((_, i) => Number(i >= 4 && i < 8)),
    balance: numbers.map(() => null),
  },
};

test('each meter takes the next place in the square of its local unit, and is found there by its number', () => {
  const scene = sceneOf(grid);
  assert.equal(scene.plan.side, 4, 'the fullest local unit has ten');
  assert.deepEqual(scene.localUnits, [7, 300]);
  assert.deepEqual(scene.counts, [10, 2]);
  for (let i = 0; i < numbers.length; i++) {
    const [nth, slot] = i < 10 ? [0, i] : [1, i - 10];
    assert.equal(meterIn(scene, nth, slot), i);
    assert.deepEqual(placeOf(scene, numberText(scene, i)), { nth, slot });
  }
});

test('a place without a meter has none, and a number that the grid does not have has no place', () => {
  const scene = sceneOf(grid);
  assert.equal(meterIn(scene, 0, 10), -1);
  assert.equal(meterIn(scene, 1, 2), -1);
  assert.equal(meterIn(scene, 2, 0), -1, 'there is no third local unit');
  assert.equal(placeOf(scene, '000b00'), undefined);
});

test('a meter of a local unit that is not listed is left out, and the others keep their places', () => {
  const [, second] = grid.localUnits;
  const scene = sceneOf({ ...grid, localUnits: second === undefined ? [] : [second] });
  assert.equal(placeOf(scene, '000a00'), undefined);
  assert.deepEqual(placeOf(scene, '000a0a'), { nth: 0, slot: 0 });
});

test('a grid without a meter has a scene', () => {
  const columns = { number: [], localUnit: [], address: [], state: [], stale: [], balance: [] };
  const scene = sceneOf({ states: [], localUnits: [], columns });
  assert.deepEqual([scene.localUnits, [...scene.cellOfMeter]], [[], []]);
});

test('a number is shown as meters bear it, in six digits', () => {
  assert.equal(numberText(sceneOf(grid), 10), '000a0a');
});

test('old news hides that a meter seems well, and never that it is not', () => {
  const scene = sceneOf(grid);
  const states = [0, 1, 2, 3, 4, 5, 6, 7].map((meter) => stateOf(scene, meter));
  assert.deepEqual(states, ['frozen', 'supplied', 'low', 'off', 'frozen', 'stale', 'stale', 'off']);
});
