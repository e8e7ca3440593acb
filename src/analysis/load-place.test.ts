import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NETWORK, PROFILES, readyFeeder, skipWithout } from './feeder.testing.ts';
import { placeLoad, type SeenVoltages, type VoltagesOfLoads } from './load-place.ts';
import { VoltageDays } from './voltage-day.testing.ts';

const skip = skipWithout(PROFILES, NETWORK);
const days = skip === false ? new VoltageDays(readyFeeder(), 3) : undefined;

/** The meter that stands for the place of a load: the first of those on its section. */
function nameOf(beside: number): number {
  const { loads } = readyFeeder();
  return loads.find(({ section }) => section === loads[beside]?.section)?.meter as number;
}

const tappedAt = (beside: number, watts: number): SeenVoltages => {
  const phase = readyFeeder().loads[beside]?.phases;
  assert.ok(days !== undefined && phase !== undefined && phase !== 'ABC');
  return days.seen(beside + 1, { beside, phase, watts });
};

const changed = (day: VoltagesOfLoads, change: (volts: number, load: number) => number): VoltagesOfLoads => ({
  ...day,
  volts: day.volts.map((each, load) => each.map((volts) => change(volts, load))),
});

test('300 W that no meter sees are placed by voltage, and the place is among the few that are named', { skip }, () => {
  for (const beside of [4, 24, 36, 52]) {
    const found = placeLoad(tappedAt(beside, 300));
    assert.ok(found.isPlaced, `load ${beside}`);
    assert.ok(found.places.length <= 5);
    assert.ok(
      found.places.some(({ meter }) => meter === nameOf(beside)),
      `${nameOf(beside)} is not in ${JSON.stringify(found.places)}`,
    );
  }
});

test('100 W are placed rightly or said to be not told, never wrongly', { skip }, () => {
  const found = [2, 12, 22, 32, 42].map((beside) => ({ beside, place: placeLoad(tappedAt(beside, 100)) }));
  for (const { beside, place } of found) {
    const isRight = !place.isPlaced || place.places.some(({ meter }) => meter === nameOf(beside));
    assert.ok(isRight, `${nameOf(beside)}: ${JSON.stringify(place)}`);
  }
  assert.ok(found.some(({ place }) => place.isPlaced));
});

test('a voltage of the grid that is higher on the day, and meters that are off, move nothing', { skip }, () => {
  const seen = tappedAt(36, 300);
  const shift = (day: VoltagesOfLoads, volts: number) => changed(day, (each) => each + volts);
  const off = (day: VoltagesOfLoads) => changed(day, (each, load) => each * (1 + 0.002 * (load % 5)));
  const after = seen.after.map((day) => off(shift(day, 2)));
  const moved = placeLoad({ ...seen, before: seen.before.map(off), after });
  assert.ok(moved.isPlaced);
  assert.ok(
    moved.places.some(({ meter }) => meter === nameOf(36)),
    JSON.stringify(moved.places),
  );
});

test('without days before, without voltages, and where lines could not carry it, the reason is said', { skip }, () => {
  const seen = tappedAt(36, 300);
  const reasonOf = (of: Partial<SeenVoltages>) => {
    const found = placeLoad({ ...seen, ...of });
    return found.isPlaced ? undefined : found.reason;
  };
  assert.equal(reasonOf({}), undefined);
  assert.equal(reasonOf({ before: seen.before.slice(0, 2) }), 'no-history');
  const dark = (day: VoltagesOfLoads, kept: number) => changed(day, (each, load) => (load < kept ? each : Number.NaN));
  assert.equal(reasonOf({ before: seen.before.map((day) => dark(day, 7)) }), 'no-history');
  assert.equal(reasonOf({ after: seen.after.map((day) => dark(day, 7)) }), 'no-voltages');
  assert.equal(reasonOf({ after: [] }), 'no-voltages');
  const [last] = seen.after as [VoltagesOfLoads];
  const watts = last.watts.map((each) => each.map(() => 1e6));
  assert.equal(reasonOf({ after: [{ ...last, watts }] }), 'no-voltages');
});
