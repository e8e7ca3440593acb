import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfflineMeterJson } from '../../../api/index.ts';
import { standingOf } from './standing.ts';

type Flags = OfflineMeterJson['flags'];
const reportedAt = '2026-03-02T00:00:00.000Z';
const standing = (...flags: Flags) => standingOf({ reportedAt, flags });

test('a meter without a line stands as its last report says, by what is worst of it', () => {
  assert.equal(standing(), 'supplied');
  assert.equal(standing('eventsWaiting', 'cardInserted', 'clockUnset'), 'supplied');
  assert.equal(standing('lowBalance'), 'low');
  assert.equal(standing('lowBalance', 'lastToken'), 'last-token');
  assert.equal(standing('lowBalance', 'lastToken', 'emergencyCredit'), 'emergency');
  assert.equal(standing('lowBalance', 'emergencyCredit', 'relayOpen', 'creditExhausted'), 'off');
  assert.equal(standing('relayOpen', 'byCommand'), 'blocked');
  assert.equal(standing('relayOpen', 'creditExhausted', 'tamper'), 'tampered');
});

test('one that told less than before is looked at, and of one that told nothing nothing is said', () => {
  assert.equal(standingOf({ reportedAt, flags: [], doubt: 'counts-behind' }), 'tampered');
  assert.equal(standingOf({ flags: ['relayOpen'] }), undefined);
});
