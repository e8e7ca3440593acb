import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumsOf } from './sums.ts';

const hour = (start: string, gaveMilliwattHours: string, countedWh?: string) => ({
  ...{ start, gaveMilliwattHours, gaveMinutes: 60 },
  ...(countedWh !== undefined && { countedWh }),
});
const DAY = { localUnit: 0, date: '2026-03-02' };

test('what a transformer gave stands beside what its meters counted, hour by hour and all together', () => {
  const hours = [hour('2026-03-02T00:00:00Z', '1500', '1.2'), hour('2026-03-02T01:00:00Z', '500', '0.4')];
  const meters = [
    { meter: '0a1b2c', energyWh: '1.0', unknownMinutes: 10 },
    { meter: '0a1b33', energyWh: '0.6', unknownMinutes: 5 },
  ];
  const { gave, gaveAll, gaveMinutes, counted } = sumsOf({ ...DAY, hours, meters });
  assert.deepEqual([gave, gaveAll, gaveMinutes], [[1.5, 0.5], 2, 120]);
  assert.deepEqual([counted?.hours, counted?.unknownMinutes], [[1.2, 0.4], 15]);
  assert.ok(Math.abs((counted?.all ?? 0) - 1.6) < 1e-9);
});

test('whoever may not read what meters counted sees what the transformer gave, and no zero in its place', () => {
  assert.equal(sumsOf({ ...DAY, hours: [hour('2026-03-02T00:00:00Z', '1500')] }).counted, undefined);
});
