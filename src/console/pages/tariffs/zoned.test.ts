import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zonedInstant } from './zoned.ts';

test('a time of the clocks of a zone is one instant, in winter and in summer', () => {
  assert.equal(zonedInstant('2026-03-01 00:00', 'Asia/Seoul'), '2026-02-28T15:00:00.000Z');
  assert.equal(zonedInstant('2026-01-01 00:00', 'Europe/Berlin'), '2025-12-31T23:00:00.000Z');
  assert.equal(zonedInstant('2026-07-01T06:30', 'Europe/Berlin'), '2026-07-01T04:30:00.000Z');
  // The hour before clocks were moved, and the first after it.
  assert.equal(zonedInstant('2026-03-29 01:30', 'Europe/Berlin'), '2026-03-29T00:30:00.000Z');
  assert.equal(zonedInstant('2026-03-29 03:00', 'Europe/Berlin'), '2026-03-29T01:00:00.000Z');
});

test('what is no time is none', () => {
  for (const text of ['', '2026-03-01', '2026-13-01 00:00', '2026-03-01 24:61', 'tomorrow']) {
    assert.equal(zonedInstant(text, 'UTC'), undefined, text);
  }
});
