import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byKind, FAULT_KINDS, Faults, parseStrikes, type Strike, strikesText, strikeText } from './faults.ts';
import { seededRandom } from './random.ts';

const OPPORTUNITIES = 200;

/** What is drawn at so many opportunities of each kind: where each strike hits, and what is drawn beside them. */
function drawn(only?: readonly Strike[]) {
  const rates = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0.2])) as Faults['rates'];
  const details = new Map<string, number>();
  const beside: number[] = [];
  let last: Strike | undefined;
  const faults = new Faults({
    rates,
    random: seededRandom(5),
    only: only && byKind(only),
    onStrike: (strike) => {
      last = strike;
    },
  });
  faults.active = true;
  for (let i = 0; i < OPPORTUNITIES; i++) {
    for (const kind of FAULT_KINDS) {
      if (faults.strikes(kind) && last !== undefined) details.set(`${i} ${strikeText(last)}`, faults.below(kind, 1000));
      beside.push(faults.besideBelow(kind, 1000));
    }
  }
  return { details, beside };
}

test('a strike that stays away moves no other draw', () => {
  const all = drawn();
  const strikes = [...all.details.keys()].map((key) => parseStrikes(key.split(' ')[1] ?? '')?.[0] as Strike);
  assert.ok(strikes.length > 1000);
  for (const odd of [0, 1]) {
    const kept = strikes.filter(({ number }) => number % 2 === odd);
    const some = drawn(kept);
    assert.equal(some.details.size, kept.length);
    for (const [key, value] of some.details) assert.equal(value, all.details.get(key), key);
    assert.deepEqual(some.beside, all.beside);
  }
});

for (const [text, strikes] of [
  ['power-cut#17', [['power-cut', 17]]],
  [
    'frame-lost#3-5,frame-lost#7,host-killed#1',
    [
      ['frame-lost', 3],
      ['frame-lost', 4],
      ['frame-lost', 5],
      ['frame-lost', 7],
      ['host-killed', 1],
    ],
  ],
] as const) {
  test(`strikes are written and read: ${text}`, () => {
    const named = strikes.map(([kind, number]) => ({ kind, number }));
    assert.equal(strikesText(named.toReversed()), text);
    assert.deepEqual(parseStrikes(text), named);
  });
}

for (const text of [
  '',
  'power-cut',
  'power-cut#',
  'power-cut#0',
  'power-cut#1-0',
  'power-cut#1,',
  'gremlins#1',
  'power-cut#1 ',
]) {
  test(`"${text}" names no strikes`, () => {
    assert.equal(parseStrikes(text), undefined);
  });
}
