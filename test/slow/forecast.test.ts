import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, victoriaErrors } from '../../tools/figures/forecast.ts';

test('a year of Victoria is forecast a day ahead within 2.45 % by actual temperature, and better than naively without', {
  skip: missing('victoria'),
}, () => {
  const errors = victoriaErrors();
  assert.ok(errors.percent <= 2.45, `${errors.percent} %`);
  assert.ok(errors.naiveHeatPercent < errors.naivePercent, `${errors.naiveHeatPercent} %`);
  assert.ok(errors.withoutHeatPercent < errors.naivePercent, `${errors.withoutHeatPercent} %`);
  assert.ok(errors.monthPercent < errors.naiveMonthPercent, `${errors.monthPercent} %`);
});
