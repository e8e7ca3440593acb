import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Books } from '../host/index.ts';
import { METER_STATES, type MeterState } from '../words/index.ts';
import { LogView } from './log-view.ts';
import type { News } from './news.ts';
import { screenOf } from './screen.ts';
import type { MeterRow, Snapshot } from './snapshot.ts';

function meter(number: number, state: MeterState, more: Partial<MeterRow> = {}): MeterRow {
  return {
    text: number.toString(16).padStart(6, '0'),
    state,
    cutOff: state === 'off',
    why: '',
    balance: 10 * number,
    owed: state === 'emergency' ? 5 : 0,
    watts: 300,
    percent: 200,
    buzzing: state === 'last-token',
    talking: false,
    calling: false,
    inFlight: 0n,
    heardAgo: 30_000,
    stale: false,
    ...more,
  };
}

function snapshot(meters: readonly MeterRow[], books: Partial<Books> = {}): Snapshot {
  const line = { number: 1, meters: 4, frames: 12, airtimeMs: 1000, retries: 1, cut: false };
  return {
    now: Date.UTC(2026, 2, 2, 0, 41),
    zoneMinutes: 540,
    speed: 60,
    pages: undefined,
    books: {
      issued: 100n,
      stored: 90n,
      inFlight: 10n,
      refunded: 0n,
      found: 0n,
      fromCards: 0n,
      closed: 0n,
      owed: 5n,
      spent: 45n,
      valueInMeters: 50n,
      balanced: true,
      revenue: { steps: [], unread: 45n },
      meters: [],
      ...books,
    },
    contradictions: [],
    lines: [line, { ...line, number: 2, cut: true }],
    meters,
  };
}

const NEWS: readonly News[] = ['bought', 'stored', 'calls', 'CUT OFF'].map((kind, i) => ({
  at: Date.UTC(2026, 2, 2, 0, 20 + i),
  who: '0a1b2c',
  kind,
  text: `${kind}, and a long reason why it had to come to this in the end after all`,
}));

const CONTRADICTIONS = ['Meter 0a1b2c: its purse is frozen.', 'Meter 0a1b33: 7 tokens came into it, and 8 are left.'];

const plain = (shown: Snapshot, rows = 24, columns = 80, busy: readonly number[] = [0.04, 0]) =>
  screenOf(shown, { news: NEWS, busy }, { rows, columns }, false);
const text = (...args: Parameters<typeof plain>) => plain(...args).join('\n');
const every = () => snapshot(METER_STATES.map((state, i) => meter(i, state)));

test('a screen never has more lines or columns than the terminal, and always the key that ends it', () => {
  const many = snapshot(
    Array.from({ length: 300 }, (_, i) =>
      meter(i, METER_STATES[i % METER_STATES.length] as MeterState, { inFlight: 5000n, talking: true, calling: true }),
    ),
    { issued: 4_294_967_295_000n, found: 7n, closed: 8n, refunded: 9_000_000n },
  );
  for (const shown of [many, { ...many, contradictions: CONTRADICTIONS }]) {
    for (let rows = 5; rows <= 60; rows++) {
      for (const columns of [20, 21, 29, 30, 38, 40, 46, 62, 70, 80, 132, 250]) {
        const lines = plain(shown, rows, columns, [1, 1]);
        assert.equal(lines.length, rows, `${columns}x${rows}`);
        for (const line of lines) assert.ok(line.length <= columns, `${columns}x${rows}: ${line}`);
        assert.match(lines[1] as string, /^[✓✗]/);
        assert.match(lines.at(-1) as string, /^q quit/);
      }
    }
  }
});

test('colours take no columns', () => {
  const shown = every();
  for (const [rows, columns] of [
    [12, 40],
    [24, 80],
    [40, 120],
  ] as const) {
    const colored = screenOf(shown, { news: NEWS, busy: [0.5, 1] }, { rows, columns }, true);
    const bare = colored.map(stripVTControlCharacters);
    assert.deepEqual(bare, plain(shown, rows, columns, [0.5, 1]));
  }
});

test('in a small terminal the table gives way first, and books and news stay', () => {
  const small = plain(every(), 12, 40);
  assert.ok(small.some((line) => line.startsWith('✓ issued 100 = stored 90')));
  assert.ok(small.some((line) => line.includes('CUT OFF')));
  assert.ok(
    small.some((line) => line.includes('frozen')),
    'what is most urgent still stands there',
  );
  const tiny = plain(every(), 7, 40);
  assert.ok(tiny.some((line) => line.includes('CUT OFF')));
  assert.ok(!tiny.some((line) => line.includes('frozen')));
});

test('every state is told by a shape and a word, with and without colour', () => {
  const words = ['■ frozen', '▲ tampered', '× no power', '○ cut off', '⊖ blocked'];
  const milder = ['◌ emergency', '◔ last token', '◕ low', '● supplied'];
  const shown = text(every(), 60);
  for (const told of [...words, ...milder]) assert.ok(shown.includes(told), told);
  assert.ok(!shown.includes('\u001b'), 'no colour was asked for');
  const colored = screenOf(every(), { news: [], busy: [0, 0] }, { rows: 60, columns: 80 }, true).join('\n');
  assert.ok(colored.includes('\u001b[38;5;170m▲ tampered'));
});

test('what is on its way to a meter or from it stands beside it, and how old the news of it is', () => {
  const shown = text(
    snapshot([
      meter(1, 'low', { inFlight: 500n, talking: true }),
      meter(2, 'off', { calling: true, heardAgo: 7_200_000, stale: true, why: 'no credit' }),
      meter(3, 'dark', { heardAgo: undefined, stale: true }),
      meter(4, 'supplied'),
    ]),
  );
  assert.match(shown, /000001 ◕ low .*⇄ → 500 .*<1 min/);
  assert.match(shown, /000002 ○ cut off .*← .*▨ 2 h .*no credit/);
  assert.match(shown, /000003 × no power .*▨ never/);
  assert.match(shown, /000004 ● supplied +40 +<1 min/);
});

test('books that balance have a tick, and books that do not say so', () => {
  assert.equal(text(snapshot([])).match(/^✓ /gm)?.length, 2);
  assert.equal(text(snapshot([], { stored: 91n })).match(/NOT EQUAL/g)?.length, 2);
  assert.equal(text(snapshot([], { balanced: false })).match(/NOT EQUAL/g)?.length, 2);
});

test('a meter that contradicts the books takes their ticks, and is named', () => {
  const wrong = { ...snapshot([]), contradictions: CONTRADICTIONS };
  assert.equal(text(wrong).match(/^✗ NOT EQUAL: /gm)?.length, 2);
  assert.match(text(wrong), /^✗ and 1 more: Meter 0a1b2c: its purse is frozen\.$/m);
  assert.match(text({ ...wrong, contradictions: CONTRADICTIONS.slice(1) }), /^✗ Meter 0a1b33: 7 tokens came into it/m);
});

test('the log counts who is cut off and who is frozen, also where one hides the other on the screen', () => {
  const logged = (shown: Snapshot): string => {
    const write = mock.method(process.stdout, 'write', () => true);
    new LogView().draw(shown);
    write.mock.restore();
    return write.mock.calls.map(({ arguments: [line] }) => line).join('');
  };
  const meters = [
    meter(1, 'frozen', { cutOff: true }),
    meter(2, 'dark', { cutOff: true }),
    meter(3, 'off'),
    meter(4, 'low'),
  ];
  assert.match(logged(snapshot(meters)), /; balanced; 3 of 4 meters cut off, 1 frozen\n$/);
  assert.match(logged(snapshot(meters.slice(2))), /; balanced; 1 of 2 meters cut off\n$/);
  const wrong = { ...snapshot(meters), contradictions: CONTRADICTIONS };
  const lines = CONTRADICTIONS.map((sentence) => ` {2}${sentence}\n`).join('');
  assert.match(logged(wrong), new RegExp(`; NOT BALANCED; 3 of 4 meters cut off, 1 frozen\n${lines}$`));
});

test('an equation under a tick is whole, on one line or on two, and where there is no room it is none', () => {
  const books = { issued: 20_098n, stored: 19_598n, inFlight: 500n, spent: 1_685n, valueInMeters: 17_918n };
  const shown = snapshot([], books);
  assert.match(text(shown, 24, 80), /^✓ stored 19598 \+ owed 5 = spent 1685 \+ purses 17918$/m);
  assert.match(text(shown, 24, 40), /^✓ issued 20098\n {2}= stored 19598 \+ in flight 500$/m);
  assert.match(text(shown, 24, 40), /^✓ stored 19598 \+ owed 5\n {2}= spent 1685 \+ purses 17918$/m);
  assert.match(text(shown, 19, 40), /^✓ issued 20098 adds up\n✓ stored 19598 \+ owed 5 adds up$/m);
  assert.match(text(shown, 24, 20), /^✓ books add up\n✓ books add up$/m);
  for (let rows = 5; rows <= 30; rows++) {
    for (let columns = 20; columns <= 60; columns++) {
      for (const line of plain(shown, rows, columns)) assert.doesNotMatch(line, /^✓.*[=+].*…$/, `${columns}x${rows}`);
      const wrong = { ...shown, contradictions: CONTRADICTIONS };
      assert.equal(text(wrong, rows, columns).match(/^✗ NOT EQUAL:/gm)?.length, 2, `${columns}x${rows}`);
    }
  }
});

test('rows that no news has taken show meters, and news takes them back', () => {
  const meters = snapshot(Array.from({ length: 32 }, (_, i) => meter(i, 'low')));
  const many = Array.from({ length: 20 }, (_, i) => ({ ...(NEWS[0] as News), kind: String(i) }));
  const rowsOf = (news: readonly News[]) => {
    const lines = screenOf(meters, { news, busy: [0, 0] }, { rows: 40, columns: 120 }, false);
    assert.equal(lines.length, 40);
    return lines.filter((line) => line.includes('◕ low')).length;
  };
  assert.deepEqual([rowsOf([]), rowsOf(NEWS), rowsOf(many)], [28, 24, 18]);
});

test('value that was found, that came from cards, and purses that were closed stand in the equation, once there are any', () => {
  assert.match(text(snapshot([])), /^✓ stored 90 \+ owed 5 = spent 45 \+ purses 50$/m);
  const more = { found: 7n, fromCards: 6n, closed: 3n, valueInMeters: 60n };
  const all = /^✓ stored 90 \+ found 7 \+ from cards 6 \+ owed 5 = spent 45 \+ purses 60 \+ closed 3$/m;
  assert.match(text(snapshot([], more)), all);
});

test('meters without room are counted by state, a cut line is named, and time is local', () => {
  const meters = [...Array.from({ length: 30 }, (_, i) => meter(i, 'low')), meter(31, 'supplied')];
  const shown = text(snapshot(meters));
  assert.match(shown, /and \d+ more: \d+ low, 1 supplied/);
  assert.match(shown, /line 2 .*CUT/);
  assert.match(shown, /line 1 {2}▮▯{9} {3}4 % on the air/);
  assert.match(shown, /2026-03-02 Mon 09:41/);
});

test('the header says where the pages are, and gives up words before the address', () => {
  const shown = { ...snapshot([]), pages: 'http://127.0.0.1:8080/' };
  const title = (columns: number) => plain(shown, 24, columns)[0];
  assert.equal(title(100), 'WATTPURSE  2026-03-02 Mon 09:41  60 times real time  http://127.0.0.1:8080/');
  assert.equal(title(70), 'WATTPURSE  2026-03-02 Mon 09:41  60×  http://127.0.0.1:8080/');
  assert.equal(title(59), 'WATTPURSE  Mon 09:41  60×  http://127.0.0.1:8080/');
  assert.equal(plain(snapshot([]), 24, 100)[0], 'WATTPURSE  2026-03-02 Mon 09:41  60 times real time');
});
