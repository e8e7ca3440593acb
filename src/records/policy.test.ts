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
import { policyFromJson, policyToJson } from './policy-json.ts';

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

test('the form for people says the same as the bytes', () => {
  const json = JSON.parse(JSON.stringify(policyToJson(DEFAULT_SUPPLY_POLICY)));
  assert.deepEqual(json.friendlyHours, { from: '18:00', to: '09:00' });
  assert.equal(json.supplies[0].overCurrent.amperes, 63);
  assert.deepEqual(policyFromJson(json), DEFAULT_SUPPLY_POLICY);
});

test('every tenth of an ampere is read as written', () => {
  const json = policyToJson(DEFAULT_SUPPLY_POLICY);
  for (let deciAmperes = 1; deciAmperes <= 0xffff; deciAmperes += 7) {
    (json.supplies[0] as { overCurrent: { amperes: number } }).overCurrent.amperes = deciAmperes / 10;
    const policy = policyFromJson(JSON.parse(JSON.stringify(json))) as SupplyPolicy;
    assert.equal(policy.supplies[0]?.overCurrent?.deciAmperes, deciAmperes);
  }
});

test('each wrong field is one sentence with the place and what is expected', () => {
  const good = () => JSON.parse(JSON.stringify(policyToJson(DEFAULT_SUPPLY_POLICY)));
  const cases: [(json: Record<string, unknown> & ReturnType<typeof good>) => void, string][] = [
    [(j) => delete j.version, 'The supply policy lacks the field "version".'],
    [(j) => (j.version = 0), 'version must be a whole number from 1 to 4294967295, not 0.'],
    [
      (j) => (j.emergencyCreditTokens = '-1'),
      'emergencyCreditTokens must be whole tokens as a text from "0" to "4294967295", not "-1".',
    ],
    [
      (j) => (j.lowBalanceTokens = 4),
      'lowBalanceTokens must be whole tokens as a text from "0" to "4294967295", not 4.',
    ],
    [
      (j) => (j.friendlyHours.from = '24:00'),
      'friendlyHours.from must be a time from "00:00" to "23:59", not "24:00".',
    ],
    [
      (j) => (j.friendlyHours.to = '18:00'),
      'friendlyHours.from and friendlyHours.to are the same time; for no friendly hours write null.',
    ],
    [(j) => (j.friendlyHours = 'night'), 'friendlyHours must be an object with from, to or null, not "night".'],
    [(j) => (j.noCutOnWeekends = 'yes'), 'noCutOnWeekends must be true or false, not "yes".'],
    [(j) => (j.reconnection = 'never'), 'reconnection must be "at-once" or "by-key-press", not "never".'],
    [(j) => (j.buzzer.seconds = 61), 'buzzer.seconds must be a whole number from 1 to 60, not 61.'],
    [
      (j) => (j.loadControlBelowPercent = 1001),
      'loadControlBelowPercent must be a whole number from 0 to 1000, not 1001.',
    ],
    [(j) => (j.supplies = []), 'supplies must be a list of 1 to 4 entries, the first for supply 1.'],
    [
      (j) => (j.supplies[0].overCurrent.amperes = 6.35),
      'supplies[0].overCurrent.amperes must be amperes from 0.1 to 6553.5 with at most one decimal, not 6.35.',
    ],
    [
      (j) => (j.supplies[0].load = { watts: 0, delaySeconds: 1 }),
      'supplies[0].load.watts must be a whole number from 1 to 16777215, not 0.',
    ],
    [
      (j) => (j.buzzer.tune = 1),
      'buzzer has no field "tune"; its fields are lowBalance, everyMinutes, seconds, quietInFriendlyHours.',
    ],
  ];
  for (const [spoil, sentence] of cases) {
    const json = good();
    spoil(json);
    assert.deepEqual(policyFromJson(json), { sentences: [sentence] });
  }
  for (const json of [null, [], 7, 'policy', undefined]) {
    assert.equal((policyFromJson(json) as { sentences: string[] }).sentences.length, 1);
  }
});
