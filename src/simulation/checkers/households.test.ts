import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Posting } from '../../host/index.ts';
import { milliseconds, type Svpmsn, svpmsn } from '../../units/index.ts';
import type { Written } from '../mortal-store.ts';
import { Books } from './books.ts';
import { Findings } from './checker.ts';
import { Households } from './households.ts';
import { Purses } from './purses.ts';

const HOME = svpmsn(0xa);
const NEXT = svpmsn(0xb);
const CLOSING = 'move-out:00000a-00001#1';

/** Kim lives at one meter and has the next, where Lee is until `given`. */
function watched({ given = 'kim' } = {}) {
  const findings = new Findings(
    () => 0,
    () => {},
  );
  const purses = new Purses(findings, () => {});
  const books = new Books(findings, purses, () => {});
  const households = new Households(findings, purses, books);
  const commit = (...rows: Written[]) => {
    households.committed(rows);
    return findings.violations.map(({ invariant, sentence }) => `${invariant} ${sentence}`);
  };
  commit(lives(HOME, 'kim'), lives(NEXT, given));
  commit(owes(HOME, 50n), posts(arrears(50n, { svpmsn: HOME, order: 'a loan' })));
  return { households, commit };
}

const lives = (meter: Svpmsn, subscriber: string): Written => ({
  method: 'putMeter',
  values: [{ svpmsn: meter, subscriber }],
});
const owes = (meter: Svpmsn, amount: bigint): Written => ({
  method: 'dues.put',
  values: [[{ id: String(meter), arrears: amount, fixedCharge: 0n, chargedMonth: 0 }]],
});
const posts = (...postings: Posting[]): Written => ({ method: 'post', values: [postings] });
const arrears = (amount: bigint, of: Pick<Posting, 'svpmsn' | 'order'>): Posting => ({
  ...{ kind: 'debt', at: milliseconds(0), ...of },
  lines: [
    { account: 'arrears', amount },
    { account: 'debts-taken-over', amount: -amount },
  ],
});
/** They leave one meter for the other with what they owe, and with what was left of their value. */
const leaves = ({ carried = 30, refund = 0n, paid = 0n } = {}): Written[] => [
  { method: 'addOrders', values: [[{ id: CLOSING, svpmsn: HOME, amount: 30 }]] },
  { method: 'addOrders', values: [[{ id: `moved:${CLOSING}`, svpmsn: NEXT, amount: carried }]] },
  owes(HOME, 0n),
  owes(NEXT, 50n),
  posts(arrears(-50n, { svpmsn: HOME, order: CLOSING }), arrears(50n, { svpmsn: NEXT, order: CLOSING })),
  {
    method: 'tenancies.put',
    values: [
      [
        {
          ...{ id: '00000a-00001', svpmsn: HOME, subscriber: 'kim', state: 'left', next: NEXT, closings: 1 },
          ...{ balance: 30n, settled: paid, carried, refund },
        },
      ],
    ],
  },
  lives(HOME, 'unoccupied'),
];

test('a household goes with what it owes and what was left, and nothing is found', () => {
  assert.deepEqual(watched().commit(...leaves()), []);
});

test('what is shared out must be what was left, and go to a meter that is theirs', () => {
  const twice = watched().commit(...leaves({ refund: 30n }));
  assert.deepEqual(twice, [
    'I35 Meter 00000a: tenancy 00000a-00001 left 30: 0 paid dues, 30 went on, 30 are to be paid out.',
  ]);
  const [toOthers = '', ...owed] = watched({ given: 'lee' }).commit(...leaves());
  assert.match(toOthers, /^I35 Meter 00000a: .* was of kim, and what was left goes to 00000b, which is not theirs\.$/);
  assert.deepEqual(owed, [
    'I36 kim owes -50 more, and 0 were posted of it for them.',
    'I36 lee owes 50 more, and 0 were posted of it for them.',
  ]);
});

test('arrears that stay where nobody lives are found, and a copy that is put back is what the books know', () => {
  const { households, commit } = watched();
  households.storeCopied();
  const stays = leaves().filter((row) => row.method !== 'dues.put' || row.values.flat().every(isOfNext));
  assert.ok(commit(...stays).some((found) => /^I36 unoccupied owes 50 more/.test(found)));
  const before = commit().length;
  households.storeRestored();
  assert.equal(commit(...leaves()).length, before);
});
const isOfNext = (dues: unknown) => (dues as { readonly id: string }).id === String(NEXT);
