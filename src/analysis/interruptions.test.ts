import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, svpmsn } from '../units/index.ts';
import { type Interruption, outagesOf, reliabilityOf } from './interruptions.ts';

const MINUTE = 60_000;
const interruption = (meter: number, from: number, to: number, localUnit = 0): Interruption => ({
  ...{ svpmsn: svpmsn(meter), localUnit },
  ...{ from: milliseconds(from * MINUTE), to: milliseconds(to * MINUTE) },
});
const FOUR = new Map([[0, 4]]);
const shown = (interruptions: readonly Interruption[], metersOf: ReadonlyMap<number, number> = FOUR) =>
  outagesOf(interruptions, metersOf).map(({ scope, from, to, interruptions: of }) => [
    ...[scope, from / MINUTE, to / MINUTE, of.length],
  ]);

test('half of the meters of a line that go at once are their transformer, and fewer are houses', () => {
  assert.deepEqual(shown([interruption(1, 10, 30), interruption(2, 11, 31)]), [['transformer', 10, 31, 2]]);
  assert.deepEqual(shown([interruption(1, 10, 30), interruption(2, 11, 31)], new Map([[0, 5]])), [
    ['house', 10, 30, 1],
    ['house', 11, 31, 1],
  ]);
  assert.deepEqual(shown([interruption(1, 10, 30)], new Map([[0, 1]])), [['house', 10, 30, 1]]);
});

test('only what begins within three minutes on one line belongs together', () => {
  assert.deepEqual(shown([interruption(1, 10, 30), interruption(2, 13, 31)]), [['transformer', 10, 31, 2]]);
  assert.deepEqual(shown([interruption(1, 10, 30), interruption(2, 14, 31)]), [
    ['house', 10, 30, 1],
    ['house', 14, 31, 1],
  ]);
  const lines = new Map([...FOUR, [1, 4]]);
  assert.deepEqual(
    shown([interruption(1, 10, 30), interruption(2, 10, 31, 1)], lines).map(([scope]) => scope),
    ['house', 'house'],
  );
  // One house that goes twice is not two houses.
  assert.deepEqual(
    shown([interruption(1, 10, 11), interruption(1, 12, 30)]).map(([scope]) => scope),
    ['house', 'house'],
  );
});

test('SAIFI and SAIDI count what was longer than five minutes and is the transformer’s, as far as it lies in the span', () => {
  const span = { from: 100 * MINUTE, to: 200 * MINUTE, customers: 4 };
  const of = (...interruptions: Interruption[]) => reliabilityOf(outagesOf(interruptions, FOUR), span);
  assert.deepEqual(of(interruption(1, 110, 130), interruption(2, 110, 140), interruption(3, 110, 115)), {
    ...{ customers: 4, interruptions: 2, customerMinutes: 50, saifi: 0.5, saidiMinutes: 12.5, caidiMinutes: 25 },
  });
  // A house behind its own switch.
  assert.equal(of(interruption(1, 110, 190)).customerMinutes, 0);
  // What began before counts its minutes alone, and what goes on behind counts as far as the span goes.
  const two = (from: number, to: number) => [interruption(1, from, to), interruption(2, from, to)];
  const clipped = of(...two(50, 120), ...two(190, 250));
  assert.deepEqual([clipped.interruptions, clipped.customerMinutes], [2, 60]);
  assert.deepEqual(reliabilityOf([], { ...span, customers: 0 }).saifi, 0);
});
