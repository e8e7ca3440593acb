import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrafficJson } from '../../api/index.ts';
import { heard, NO_TRAVEL, PASSES, type Travel } from './travel.ts';

const METER = '0a1b2c';
const record = (pass: TrafficJson['pass'], more: Partial<TrafficJson> = {}): TrafficJson => ({
  ...{ meter: METER, localUnit: 0, command: 'valueStore', pass, from: 'host', amount: '500' },
  ...more,
});
const after = (...records: readonly TrafficJson[]): Travel =>
  records.reduce((travel, each) => heard(travel, METER, each), NO_TRAVEL);

test('value has travelled when its four passes are over and its exchange has ended', () => {
  const passes = PASSES.map((pass) => record(pass));
  assert.deepEqual(after(...passes), { passed: PASSES, amount: '500', outcome: undefined });
  assert.deepEqual(after(...passes, record('end', { outcome: 'answered' })).outcome, 'answered');
});

test('a pass that is sent again has passed once, and a new exchange begins from nothing', () => {
  assert.deepEqual(after(record('first'), record('second'), record('second')).passed, ['first', 'second']);
  const again = after(record('first'), record('second'), record('end', { outcome: 'no-answer' }), record('first'));
  assert.deepEqual(again, { passed: ['first'], amount: '500', outcome: undefined });
});

test('what passes to others, or brings no value, changes nothing', () => {
  const travel = after(record('first'));
  assert.equal(heard(travel, METER, record('second', { meter: '0a1b33' })), travel);
  assert.equal(heard(travel, METER, record('second', { command: 'poll' })), travel);
});
