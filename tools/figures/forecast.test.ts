import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, taylorErrors } from './forecast.ts';

test('four weeks of England are forecast a day ahead within 0.95 %, by what was fitted on the eight before', {
  skip: missing('taylor'),
}, () => {
  const { percent, naivePercent, withinPercent } = taylorErrors();
  assert.ok(percent <= 0.95, `${percent} %`);
  assert.ok(percent < naivePercent / 2, `the naive forecast is wrong by ${naivePercent} %`);
  assert.ok(withinPercent >= 70 && withinPercent <= 90, `of what came ${withinPercent} % lie in the band of 80 %`);
});
