import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_SUPPLY_POLICY,
  decodePolicy,
  encodePolicy,
  inFriendlyHours,
  mayCut,
  POLICY_BYTES_MAX,
  type SupplyPolicy,
} from './policy.ts';

const weekday = { minute: 12 * 60, weekend: false, holiday: false };

test('friendly hours run over midnight, from their first minute to before their last', () => {
  const held = [17 * 60 + 59, 18 * 60, 0, 8 * 60 + 59, 9 * 60].map((minute) =>
    inFriendlyHours(DEFAULT_SUPPLY_POLICY, minute),
  );
  assert.deepEqual(held, [false, true, true, true, false]);
  const day: SupplyPolicy = { ...DEFAULT_SUPPLY_POLICY, friendlyHours: { from: 60, to: 120 } };
  assert.deepEqual(
    [59, 60, 119, 120].map((minute) => inFriendlyHours(day, minute)),
    [false, true, true, false],
  );
});

test('no credit cuts at noon of a weekday, and not at night, at a weekend or on a holiday', () => {
  assert.equal(mayCut(DEFAULT_SUPPLY_POLICY, weekday), true);
  assert.equal(mayCut(DEFAULT_SUPPLY_POLICY, { ...weekday, minute: 0 }), false);
  assert.equal(mayCut(DEFAULT_SUPPLY_POLICY, { ...weekday, weekend: true }), false);
  assert.equal(mayCut(DEFAULT_SUPPLY_POLICY, { ...weekday, holiday: true }), false);
  const strict = { ...DEFAULT_SUPPLY_POLICY, friendlyHours: null, noCutOnWeekends: false, noCutOnHolidays: false };
  assert.equal(mayCut(strict, { minute: 0, weekend: true, holiday: true }), true);
});

test('a policy of four supplies fits into one frame and comes back', () => {
  const limits = DEFAULT_SUPPLY_POLICY.supplies[0] as SupplyPolicy['supplies'][number];
  const policy = { ...DEFAULT_SUPPLY_POLICY, supplies: [limits, limits, { ...limits, overCurrent: null }, limits] };
  const bytes = encodePolicy(policy);
  assert.equal(bytes.length, POLICY_BYTES_MAX);
  assert.deepEqual(decodePolicy(bytes), policy);
});
