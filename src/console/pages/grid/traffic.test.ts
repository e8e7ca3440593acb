import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GridJson, TrafficJson } from '../../../api/index.ts';
import { AREA, cellOf, middleOf } from './layout.ts';
import { sceneOf } from './scene.ts';
import { positionOf, TRAVEL_MS, Traffic } from './traffic.ts';

const METERS = 500;
const numbers = Array.from({ length: METERS }, (_, i) => i + 1);
const grid: GridJson = {
  states: ['supplied'],
  localUnits: [{ localUnit: 5, meters: METERS }],
  columns: {
    number: numbers,
    localUnit: numbers.map(() => 5),
    address: numbers,
    state: numbers.map(() => 0),
    stale: numbers.map(() => 0),
    balance: numbers.map(() => null),
  },
};
const scene = sceneOf(grid);
const numberOf = (nth: number) => nth.toString(16).padStart(6, '0');
const record = (more: Partial<TrafficJson> = {}): TrafficJson => ({
  ...{ meter: numberOf(1), localUnit: 5, command: 'valueStore', pass: 'first', from: 'host', ...more },
});
const corner = cellOf(scene.plan, 0, 0);
const cell = { x: corner.x + 0.5, y: corner.y + 0.5 };
const via = middleOf(scene.plan, 0);

const heard = (more: Partial<TrafficJson> = {}, now = 0): Traffic => {
  const traffic = new Traffic();
  traffic.heard(scene, record(more), now);
  return traffic;
};

test('what the host sends goes from the area unit over the local unit to the meter, and an answer the other way', () => {
  const [down] = heard().at(0);
  assert.deepEqual([down?.from, down?.via, down?.to], [AREA, via, cell]);
  const [up] = heard({ from: 'meter' }).at(0);
  assert.deepEqual([up?.from, up?.via, up?.to], [cell, via, AREA]);
});

test('commands that carry value are bright, and no others', () => {
  for (const command of ['valueStore', 'void', 'closePurse']) assert.equal(heard({ command }).at(0)[0]?.isValue, true);
  assert.equal(heard({ command: 'readRegisters' }).at(0)[0]?.isValue, false);
});

test('of each meter the last pass alone is seen, and of a meter that is not in the grid none', () => {
  const traffic = heard();
  traffic.heard(scene, record({ pass: 'second', from: 'meter' }), 100);
  assert.deepEqual(
    traffic.at(100).map(({ from, startedAt }) => ({ from, startedAt })),
    [{ from: cell, startedAt: 100 }],
  );
  assert.equal(heard({ meter: 'ffffff' }).at(0).length, 0);
});

test('a pass that nobody answers rests a while where it waits, and the end of an exchange is gone as it arrives', () => {
  const waiting = heard();
  assert.equal(waiting.at(20_000).length, 1);
  assert.equal(waiting.at(20_001).length, 0);
  assert.equal(waiting.at(0).length, 0, 'what was forgotten does not come back');
  const ended = heard({ pass: 'end' });
  assert.equal(ended.at(TRAVEL_MS).length, 1);
  assert.equal(ended.at(TRAVEL_MS + 1).length, 0);
});

test('something moves while it travels, and a resting pass is still', () => {
  const traffic = heard();
  assert.equal(traffic.isMoving(TRAVEL_MS), true);
  assert.equal(traffic.isMoving(TRAVEL_MS + 1), false);
  assert.equal(new Traffic().isMoving(0), false);
});

test('the end of an exchange keeps the picture going until it has been painted away', () => {
  const traffic = heard({ pass: 'end' });
  assert.equal(traffic.isMoving(TRAVEL_MS + 1), true);
  traffic.at(TRAVEL_MS + 1);
  assert.equal(traffic.isMoving(TRAVEL_MS + 1), false);
});

test('of more than four hundred at once the rest is not shown, and those that are shown go on', () => {
  const traffic = new Traffic();
  for (const number of numbers) traffic.heard(scene, record({ meter: numberOf(number) }), 0);
  assert.equal(traffic.at(0).length, 400);
  traffic.heard(scene, record({ pass: 'end' }), 50);
  assert.equal(traffic.at(50).length, 400);
  assert.equal(traffic.at(50).find(({ meter }) => meter === numberOf(1))?.isEnd, true);
});

test('a dot reaches the local unit half way and its end in time, and stands at its end where motion is unwanted', () => {
  const [dot] = heard({}, 1_000).at(1_000);
  assert.ok(dot !== undefined);
  assert.deepEqual(positionOf(dot, 1_000, false), AREA);
  const quarter = positionOf(dot, 1_000 + TRAVEL_MS / 4, false);
  assert.deepEqual(quarter, { x: via.x / 2, y: via.y / 2 });
  assert.deepEqual(positionOf(dot, 1_000 + TRAVEL_MS / 2, false), via);
  assert.deepEqual(positionOf(dot, 1_000 + TRAVEL_MS, false), cell);
  assert.deepEqual(positionOf(dot, 1_000 + 10 * TRAVEL_MS, false), cell);
  assert.deepEqual(positionOf(dot, 1_000, true), cell);
});
