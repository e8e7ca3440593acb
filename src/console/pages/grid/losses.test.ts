import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossesOf, tintOf } from './losses.ts';

const SINCE = '2026-03-02T00:00:00.000Z';
const judged = (localUnit: number, unexplainedMilliwattHours: string, days: number) => ({
  ...{ id: `${localUnit}`, localUnit, state: 'new' as const, raisedAt: SINCE, firstDate: '2026-03-01' },
  ...{ lastDate: '2026-03-02', days, unexplainedMilliwattHours, confidencePercent: 95, steps: [] },
});

test('what is missing at a transformer is a load that never ends, and not known before a day was judged', () => {
  const suspicion = { kind: 'suspicion', localUnit: 3, since: SINCE } as const;
  const losses = lossesOf([judged(1, '4800000', 2)], [suspicion, { ...suspicion, kind: 'dark', localUnit: 4 }]);
  assert.deepEqual([...losses].sort(), [
    [1, { watts: 100, since: SINCE }],
    [3, { watts: undefined, since: SINCE }],
  ]);
  const both = lossesOf([judged(3, '4800000', 2)], [suspicion]);
  assert.equal(both.get(3)?.watts, 100, 'a day that was judged says more than a suspicion');
});

test('the more is missing the stronger is the tint, between the faintest that is seen and the strongest', () => {
  const tints = [undefined, -5, 0, 500, 2_000, 1e9].map((watts) => tintOf({ watts, since: SINCE }));
  assert.deepEqual(tints.slice(0, 3), [0.12, 0.12, 0.12]);
  assert.ok((tints[3] as number) > 0.12 && (tints[3] as number) < 0.36);
  assert.deepEqual(tints.slice(4), [0.36, 0.36]);
});
