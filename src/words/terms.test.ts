import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOOKS_WORDS } from './books.ts';
import { CUT_WORDS } from './cut.ts';
import { METER_WORDS } from './meter.ts';
import { OFFLINE_METER_WORDS } from './offline-meter.ts';
import { OVERVIEW_WORDS } from './overview.ts';
import { PANEL_WORDS } from './panel.ts';

test('emergency credit that is owed has one name in Korean on all pages, and so has what was used of it', () => {
  const owed = OVERVIEW_WORDS.ko.owed;
  assert.equal(BOOKS_WORDS.ko.totals.owed, owed);
  assert.equal(OFFLINE_METER_WORDS.ko.owed, owed);
  const used = METER_WORDS.ko.owed;
  assert.equal(CUT_WORDS.ko.owed, used);
  assert.equal(PANEL_WORDS.ko.owed, used);
});
