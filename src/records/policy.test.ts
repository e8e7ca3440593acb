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

const FLOW: NonNullable<SupplyPolicy['flow']> = {
  steady: { minutes: 10_080, pauseMinutes: 1440 },
  burst: { quanta: 0xffff_ffff, minutes: 1440 },
  leakClearedBy: 'technician',
  frostBelow: -50,
  fullStop: 'not-in-frost',
};

test('flow rules stand behind the one supply of a meter that has them, and come back', () => {
  const bare = encodePolicy(DEFAULT_SUPPLY_POLICY);
  const none: typeof FLOW = {
    ...{ steady: null, burst: null, leakClearedBy: 'key-press', frostBelow: null, fullStop: 'allowed' },
  };
  for (const flow of [FLOW, none, { ...FLOW, fullStop: 'never' as const }, { ...FLOW, burst: null, frostBelow: 0 }]) {
    const bytes = encodePolicy({ ...DEFAULT_SUPPLY_POLICY, flow });
    assert.equal(bytes.length, 47);
    assert.deepEqual(bytes.subarray(0, 34), bare);
    assert.deepEqual(decodePolicy(bytes), { ...DEFAULT_SUPPLY_POLICY, flow });
  }
  assert.equal('flow' in decodePolicy(bare), false);
});

test('of flow rules one form is accepted', () => {
  const whole = encodePolicy({ ...DEFAULT_SUPPLY_POLICY, flow: FLOW });
  for (const [at, ...bytes] of [
    [34, 0, 0], // a pause without a rule
    [36, 0, 0], // a rule without a pause
    [34, 0x27, 0x61], // 10,081 minutes
    [36, 0x05, 0xa1], // a pause of 1,441
    [42, 0, 0], // an amount without its minutes
    [38, 0, 0, 0, 0], // minutes without their amount
    [42, 0x05, 0xa1],
    [46, 0x07], // no fourth word for a full stop
    [46, 0x09],
  ] as const) {
    const changed = whole.slice();
    changed.set(bytes, at);
    assert.deepEqual(decodePolicy(changed), { reason: 'not-canonical' }, `${at}: ${bytes}`);
  }
  assert.deepEqual(decodePolicy(whole.slice(0, -2)), { reason: 'length-wrong' });
});
