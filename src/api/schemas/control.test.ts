import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import {
  DEFAULT_SUPPLY_POLICY,
  decodePolicy,
  encodePolicy,
  type FlowRules,
  type SupplyPolicy,
} from '../../records/index.ts';
import { controlRequest, Policy, policyJson } from './control.ts';

const schema = Compile(Policy);
const least: FlowRules = {
  ...{ steady: null, burst: null, leakClearedBy: 'key-press', frostBelow: null, fullStop: 'allowed' },
};
const most: FlowRules = {
  steady: { minutes: 10_080, pauseMinutes: 1_440 },
  burst: { quanta: 4_294_967_295, minutes: 1_440 },
  ...{ leakClearedBy: 'technician', frostBelow: -32_767, fullStop: 'never' },
};

/** A policy as it is told, and as it is ordered again from what was told. */
function again(policy: SupplyPolicy) {
  const told = JSON.parse(JSON.stringify(policyJson(policy)));
  assert.ok(schema.Check(told), 'what is told may be ordered');
  const request = controlRequest({ type: 'supply-policy', policy: told });
  assert.ok('policy' in request);
  return request.policy;
}

test('a supply policy that is told is ordered again as it was, flow rules and all', () => {
  const { version, ...rules } = DEFAULT_SUPPLY_POLICY;
  assert.deepEqual(again(DEFAULT_SUPPLY_POLICY), rules);
  for (const flow of [least, most, { ...most, frostBelow: 0 }, { ...least, burst: { quanta: 1, minutes: 1 } }]) {
    const policy = { ...DEFAULT_SUPPLY_POLICY, flow };
    assert.deepEqual(again(policy), { ...rules, flow });
    assert.deepEqual(decodePolicy(encodePolicy({ version, ...again(policy) })), policy);
  }
});

test('flow rules that no meter could be sent are refused by their form', () => {
  const told = policyJson({ ...DEFAULT_SUPPLY_POLICY, flow: most });
  assert.ok(schema.Check(told));
  for (const wrong of [
    { steady: { minutes: 10_081, pauseMinutes: 1 } },
    { steady: { minutes: 1, pauseMinutes: 0 } },
    { burst: { quanta: 0, minutes: 1 } },
    { burst: { quanta: 1, minutes: 1_441 } },
    { frostBelow: -32_768 },
    { frostBelow: 0.5 },
    { fullStop: 'often' },
    { leakClearedBy: undefined },
    { valve: 'open' },
  ]) {
    assert.equal(schema.Check({ ...told, flow: { ...told.flow, ...wrong } }), false, JSON.stringify(wrong));
  }
});
