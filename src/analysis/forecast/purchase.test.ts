import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTariff, type ModeTable, offsetTable } from '../../tariff/index.ts';
import { unixSeconds } from '../../units/index.ts';
import { proposePurchase } from './purchase.ts';

/** 10 tokens a kWh, half of it by night. */
function bulk(): ModeTable {
  const offsets = offsetTable('UTC', 2026, 2);
  assert.ok(!('reason' in offsets));
  const table = compileTariff(
    { unitCharge: 10_000, bands: [{ name: 'night', from: '00:00', to: '06:00', percent: 50 }], otherwise: 100 },
    { supply: 1, version: 1, validFrom: unixSeconds(0), offsets },
  );
  assert.ok(!('reason' in table), JSON.stringify(table));
  return table;
}

const JANUARY = unixSeconds(Date.UTC(2026, 0, 1) / 1000);
const day = Array.from({ length: 24 }, (_, hour) => ({
  start: unixSeconds(JANUARY + hour * 3_600),
  watts: hour === 18 ? 2_000 : 1_000,
}));

test('what is expected is bought by the steps of the bulk tariff, and with a reserve in each of them', () => {
  const [plain] = proposePurchase(bulk(), [{ month: '2026-01', hours: day }], 0);
  assert.deepEqual(plain, {
    ...{ month: '2026-01', expected: 25_000_000n, proposed: 25_000_000n, peakWatts: 2_000, priceTokens: 220n },
    steps: [
      { percent: 50, energy: 6_000_000n, priceTokens: 30n },
      { percent: 100, energy: 19_000_000n, priceTokens: 190n },
    ],
  });
  const [reserved] = proposePurchase(bulk(), [{ month: '2026-01', hours: day }], 1_000);
  assert.equal(reserved?.expected, 25_000_000n);
  assert.equal(reserved?.proposed, 27_500_000n);
  assert.equal(reserved?.peakWatts, 2_200);
  assert.equal(reserved?.priceTokens, 242n);
});

test('a price rounds up to a token', () => {
  const [month] = proposePurchase(bulk(), [{ month: '2026-01', hours: [{ start: JANUARY, watts: 1 }] }], 0);
  assert.equal(month?.priceTokens, 1n);
});
