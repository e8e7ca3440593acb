import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MAX, ENERGY_MISSING, ENERGY_UNCERTAIN, MINUTES_PER_DAY } from '../records/index.ts';
import { ENERGY_POSSIBLE_MAX, possibleEnergies, type ReadingDay, validateDay } from './validation.ts';

const flat = (energy: number) => new Uint16Array(MINUTES_PER_DAY).fill(energy);
const withMinutes = (minutes: Readonly<Record<number, number>>, energy = 5) => {
  const day = flat(energy);
  for (const [minute, value] of Object.entries(minutes)) day[Number(minute)] = value;
  return day;
};
const found = (day: Partial<ReadingDay> & Pick<ReadingDay, 'energies'>) =>
  validateDay({ others: [], before: undefined, ...day });

test('a day as it should be has no findings, up to the very most that a meter can measure', () => {
  assert.deepEqual(found({ energies: flat(5) }), []);
  assert.deepEqual(found({ energies: flat(ENERGY_POSSIBLE_MAX), before: flat(ENERGY_POSSIBLE_MAX) }), []);
});

test('each reason is named, minutes in a row for one reason once, with what is held for them', () => {
  const energies = withMinutes({
    ...{ 0: ENERGY_MISSING, 1: ENERGY_MISSING, 2: ENERGY_UNCERTAIN },
    ...{ 100: ENERGY_POSSIBLE_MAX + 1, 101: ENERGY_MAX, 1439: ENERGY_MISSING },
  });
  assert.deepEqual(found({ energies }), [
    { reason: 'missing', from: 0, minutes: 2, estimated: 10 },
    { reason: 'untimed', from: 2, minutes: 1, estimated: 5 },
    { reason: 'impossible', from: 100, minutes: 2, estimated: 10 },
    { reason: 'missing', from: 1439, minutes: 1, estimated: 5 },
  ]);
});

test('an hour is estimated from the same hour of other days, and an impossible value is no source', () => {
  const energies = flat(5);
  energies.fill(ENERGY_MISSING, 60, 120);
  const other = flat(7);
  other.fill(20, 60, 120);
  other[60] = ENERGY_MAX;
  assert.deepEqual(found({ energies, others: [other] }), [
    { reason: 'missing', from: 60, minutes: 60, estimated: 1200 },
  ]);
  // Where the hour is known on no day, what is known of the whole day stands for it.
  assert.deepEqual(found({ energies }), [{ reason: 'missing', from: 60, minutes: 60, estimated: 300 }]);
});

test('of a day of which nothing at all is known nothing is made up', () => {
  assert.deepEqual(found({ energies: flat(ENERGY_MISSING) }), [{ reason: 'missing', from: 0, minutes: 1440 }]);
});

test('a value that was told otherwise before is marked, and one that was missing before is not', () => {
  const before = withMinutes({ 10: 6, 11: ENERGY_MISSING, 12: ENERGY_UNCERTAIN });
  assert.deepEqual(found({ energies: flat(5), before }), [{ reason: 'differs', from: 10, minutes: 1 }]);
});

test('impossible values are marked for whoever reckons, and the reading itself stays as it was told', () => {
  const energies = withMinutes({ 3: ENERGY_POSSIBLE_MAX + 1, 4: ENERGY_UNCERTAIN });
  const possible = possibleEnergies(energies);
  assert.deepEqual([...possible.subarray(2, 6)], [5, ENERGY_MISSING, ENERGY_UNCERTAIN, 5]);
  assert.equal(energies[3], ENERGY_POSSIBLE_MAX + 1);
  const fine = flat(5);
  assert.equal(possibleEnergies(fine), fine);
});
