import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectOf } from './subject.ts';

test('what something was done to leads to its page', () => {
  const of = (subject: string, action = 'buy') => Object.values(subjectOf(subject, action));
  assert.deepEqual(of('meter 0a1b2c'), ['meter', '0a1b2c', '/meters/0a1b2c']);
  for (const action of ['enrolOfflineMeter', 'giveOfflineMeter']) {
    assert.deepEqual(of('meter 8a0003', action), ['meter', '8a0003', '/cards/meters/8a0003']);
  }
  assert.deepEqual(of('order api:kim:1 2'), ['order', 'api:kim:1 2', '/sell/api%3Akim%3A1%202']);
  assert.deepEqual(of('alarm 00001-20000'), ['alarm', '00001-20000', '/losses']);
  assert.deepEqual(of('shift of kim'), ['shift', 'kim', '/agents']);
  assert.deepEqual(of('API key "a program"'), ['key', '"a program"', '/keys']);
  assert.deepEqual(of('terms'), ['terms', '', '/settings']);
});

test('a sale to a card has no page, and what nobody knows is told as it was written', () => {
  assert.equal(subjectOf('order kims', 'payOut').to, '/sell/kims');
  assert.equal(subjectOf('order kims', 'payOutCard').to, undefined);
  for (const subject of ['meters', 'constructor x']) {
    assert.deepEqual(Object.values(subjectOf(subject, 'import')), [undefined, subject, undefined]);
  }
});
