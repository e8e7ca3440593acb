import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svpmsn } from '../units/index.ts';
import { screenOf } from './screen.ts';
import type { MeterRow, MeterState, Snapshot } from './snapshot.ts';

const STATES: readonly MeterState[] = ['tamper', 'off', 'blocked', 'emergency', 'low', 'stale', 'supplied'];

function meter(number: number, state: MeterState): MeterRow {
  return {
    svpmsn: svpmsn(number),
    text: number.toString(16).padStart(6, '0'),
    localUnit: 0,
    state,
    balance: 10 * number,
    owed: state === 'emergency' ? 5 : 0,
    watts: 300,
    percent: 200,
    buzzing: state === 'low',
    heardAgo: state === 'stale' ? 7_200_000 : 30_000,
  };
}

function snapshot(meters: readonly MeterRow[], books: Partial<Snapshot['books']> = {}): Snapshot {
  const line = { localUnit: 0, meters: 4, frames: 12, bytes: 345, airtimeMs: 1000, retries: 1, cut: false };
  return {
    now: Date.UTC(2026, 2, 2, 0, 41),
    zoneMinutes: 540,
    speed: 60,
    thief: undefined,
    books: {
      issued: 100n,
      stored: 90n,
      inFlight: 10n,
      refunded: 0n,
      owed: 5n,
      spent: 45n,
      purses: 50n,
      balanced: true,
      ...books,
    },
    lines: [line, { ...line, localUnit: 1, cut: true }],
    meters,
  };
}

const plain = (shown: Snapshot, rows = 24, columns = 80) => screenOf(shown, [], [0.04, 0], { rows, columns }, false);

test('a screen never has more lines or columns than the terminal', () => {
  const many = Array.from({ length: 300 }, (_, i) => meter(i, STATES[i % STATES.length] as MeterState));
  for (const [rows, columns] of [
    [24, 80],
    [50, 132],
    [20, 40],
  ] as const) {
    const lines = plain(snapshot(many), rows, columns);
    assert.ok(lines.length <= rows, `${lines.length} lines on ${rows} rows`);
    for (const line of lines) assert.ok(line.length <= columns, line);
  }
});

test('every state is told by a shape and a word, with and without colour', () => {
  const one = snapshot(STATES.map((state, i) => meter(i, state)));
  const text = plain(one, 60).join('\n');
  for (const told of ['▲ theft', '○ off', '⊖ blocked', '◌ emergency', '◕ low', '▨ stale', '● supplied']) {
    assert.ok(text.includes(told), told);
  }
  assert.ok(!text.includes('\u001b'), 'no colour was asked for');
  const colored = screenOf(one, [], [0, 0], { rows: 60, columns: 80 }, true).join('\n');
  assert.ok(colored.includes('\u001b[38;5;170m▲ theft'));
});

test('books that balance have a tick, and books that do not say so', () => {
  assert.ok(plain(snapshot([])).filter((line) => line.endsWith('✓')).length === 2);
  const wrong = plain(snapshot([], { stored: 91n, balanced: false })).join('\n');
  assert.equal(wrong.match(/NOT EQUAL/g)?.length, 2);
});

test('meters without room are counted by state, a cut line is named, and time is local', () => {
  const meters = [...Array.from({ length: 30 }, (_, i) => meter(i, 'low')), meter(31, 'supplied')];
  const text = plain(snapshot(meters)).join('\n');
  assert.match(text, /and \d+ more: \d+ low, 1 supplied/);
  assert.match(text, /line 2 .*line cut/);
  assert.match(text, /line 1 {2}▮▯{9} {3}4 % on the air/);
  assert.match(text, /2026-03-02 Mon 09:41/);
});
