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

function parsed(text: string): Strike {
  const strikes = parseStrikes(text);
  assert.ok(!('reason' in strikes) && strikes.length === 1, text);
  return strikes[0] as Strike;
}

test('a strike that stays away moves no other draw', () => {
  const all = drawn();
  const strikes = [...all.details.keys()].map((key) => parsed(key.split(' ')[1] ?? ''));
  assert.ok(strikes.length > 1000);
  for (const odd of [0, 1]) {
    const kept = strikes.filter(({ number }) => number % 2 === odd);
    const some = drawn(kept);
    assert.equal(some.details.size, kept.length);
    for (const [key, value] of some.details) assert.equal(value, all.details.get(key), key);
    assert.deepEqual(some.beside, all.beside);
  }
});

test('a strike that finds nothing to hit does not come, and is drawn and numbered as if it did', () => {
  const struck = (possible: (opportunity: number) => boolean) => {
    const came = new Map<number, string>();
    let opportunity = 0;
    const faults = new Faults({
      rates: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0.2])) as Faults['rates'],
      random: seededRandom(6),
      onStrike: (strike) => void came.set(opportunity, `${strikeText(strike)} ${faults.below('power-cut', 1000)}`),
    });
    faults.active = true;
    for (; opportunity < OPPORTUNITIES; opportunity++) {
      const strikes = faults.strikes('power-cut', undefined, possible(opportunity));
      assert.equal(strikes, came.has(opportunity));
    }
    assert.equal(faults.counts['power-cut'], came.size);
    return { came, spared: faults.spared['power-cut'] };
  };
  const { came: always, spared: none } = struck(() => true);
  const { came: now, spared } = struck((opportunity) => opportunity % 3 !== 0);
  assert.equal(none, 0);
  assert.equal(spared, always.size - now.size);
  assert.deepEqual(
    [...now.keys()],
    [...always.keys()].filter((opportunity) => opportunity % 3 !== 0),
  );
  assert.ok(now.size > 10 && now.size < always.size);
  for (const [opportunity, strike] of now) assert.equal(strike, always.get(opportunity));
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

for (const [text, reason, sentence] of [
  ['', 'form-wrong', 'A strike is named as in power-cut#17 or host-killed#3-5, not as "".'],
  ['power-cut', 'form-wrong', 'A strike is named as in power-cut#17 or host-killed#3-5, not as "power-cut".'],
  ['power-cut#', 'form-wrong', /not as "power-cut#"\.$/],
  ['power-cut#0', 'form-wrong', /not as "power-cut#0"\.$/],
  ['power-cut#1 ', 'form-wrong', /not as "power-cut#1 "\.$/],
  ['power-cut#1,', 'form-wrong', /not as ""\.$/],
  ['power-cut#12345678', 'form-wrong', /not as "power-cut#12345678"\.$/],
  ['gremlins#1', 'fault-unknown', /^There is no fault "gremlins": the faults are frame-lost, /],
  ['power-cut#1-0', 'form-wrong', /not as "power-cut#1-0"\.$/],
  ['frame-lost#1,power-cut#3-2', 'range-backwards', 'From 3 to 2 there is no strike: "power-cut#3-2".'],
  [
    'frame-lost#1,power-cut#1-1000000',
    'too-many',
    'At most 1000000 strikes can be named, and "power-cut#1-1000000" is beyond that.',
  ],
] as const) {
  test(`"${text}" names no strikes, and it is said why`, () => {
    const refused = parseStrikes(text);
    assert.ok('reason' in refused);
    assert.equal(refused.reason, reason);
    if (typeof sentence === 'string') assert.equal(refused.sentence, sentence);
    else assert.match(refused.sentence, sentence);
  });
}

test('as many strikes as can be named are read', () => {
  const strikes = parseStrikes('power-cut#1-1000000');
  assert.ok(!('reason' in strikes));
  assert.equal(strikes.length, 1_000_000);
});
