import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementJson } from '../../../api/index.ts';
import { pricedUse, purseSums } from './sums.ts';

const NOTHING = { inFlight: '0', purse: '0', emergencyCredit: '0', arrears: '0', refunds: '0' };
const STATEMENT = {
  opening: { ...NOTHING, purse: '100' },
  entries: [
    { at: '2026-03-02T00:00:00.000Z', kind: 'sold', change: { ...NOTHING, inFlight: '50' } },
    {
      at: '2026-03-02T00:00:05.000Z',
      kind: 'stored',
      change: { ...NOTHING, inFlight: '-50', purse: '45', emergencyCredit: '-5' },
    },
    { at: '2026-03-03T00:00:05.000Z', kind: 'closed', change: { ...NOTHING, purse: '-15' } },
  ],
  spent: '37',
  onEmergencyCredit: '7',
  closing: { ...NOTHING, purse: '100', emergencyCredit: '2' },
} as unknown as StatementJson;

test('what was in the purse, what came and what was spent of it are what is in it', () => {
  const { opening, topUps, spent, closing } = purseSums(STATEMENT);
  assert.deepEqual([opening, topUps, spent, closing], [100n, 30n, 30n, 100n]);
  assert.equal(opening + topUps - spent, closing);
});

const step = (more: Partial<StatementJson['steps'][number]>): StatementJson['steps'][number] => ({
  ...{ supply: 1, tariff: 'standard', version: 3, unitCharge: '25000', percent: 100, surchargePercent: 100 },
  ...{ minutes: 60, watts: 100, energyWh: '100.0', charge: '2.50000000000', used: '2' },
  ...more,
});

test('what was used at one price is one line, the cheapest first', () => {
  const lines = pricedUse([step({}), step({ percent: 75 }), step({ watts: 900, energyWh: '50.5', used: '1' })]);
  assert.deepEqual(
    lines.map(({ price, energyWh, used }) => [price, energyWh, used]),
    [
      [18_750n, 100, 2n],
      [25_000n, 150.5, 3n],
    ],
  );
});

test('a surcharge is in the price and stands by itself; so do minutes before the first tariff', () => {
  const lines = pricedUse([
    step({ surchargePercent: 120 }),
    step({ percent: 120 }),
    step({ version: 0, unitCharge: '0' }),
  ]);
  assert.deepEqual(
    lines.map(({ price, surchargePercent, hasTariff }) => [price, surchargePercent, hasTariff]),
    [
      [0n, 100, false],
      [30_000n, 120, true],
      [30_000n, 100, true],
    ],
  );
});
