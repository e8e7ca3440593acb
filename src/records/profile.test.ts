import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bandAt,
  ENERGY_MAX,
  ENERGY_MISSING,
  ENERGY_UNCERTAIN,
  emptyDayProfile,
  MINUTES_PER_DAY,
  setBand,
  sumProfile,
} from './profile.ts';

test('a new day has no recorded minute', () => {
  const { energies, bands } = emptyDayProfile(19675, 1);
  assert.deepEqual(sumProfile(energies), { deciWattHours: 0, missing: MINUTES_PER_DAY, uncertain: 0 });
  assert.ok(bands.every((byte) => byte === 0));
});

test('marks are counted and never added', () => {
  const energies = Uint16Array.of(7, ENERGY_MAX, ENERGY_UNCERTAIN, ENERGY_MISSING, ENERGY_MISSING);
  assert.deepEqual(sumProfile(energies), { deciWattHours: ENERGY_MAX + 7, missing: 2, uncertain: 1 });
});

test('the band of a minute changes no other minute', () => {
  const { bands } = emptyDayProfile(1, 1);
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) setBand(bands, minute, (minute * 7) % 4);
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) assert.equal(bandAt(bands, minute), (minute * 7) % 4);
  setBand(bands, 5, 2);
  assert.deepEqual(
    [4, 5, 6].map((minute) => bandAt(bands, minute)),
    [0, 2, 2],
  );
});
