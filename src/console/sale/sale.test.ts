import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CardOrderJson } from '../../api/index.ts';
import { isVendOver, journeyOf, journeyOfPayment, journeyOfVend } from './journey.ts';
import { linesOf, partsOfVend, sumOf } from './parts-of-sale.ts';

const PARTS = { paid: '2000', energy: '1500', fixedCharge: '300', arrears: '100', fee: '0', tax: '100' };

test('a sale shows every line that takes or gives money, and none of nothing', () => {
  assert.deepEqual(
    linesOf(PARTS).map(({ name }) => name),
    ['energy', 'fixed-charge', 'arrears', 'tax'],
  );
  assert.equal(sumOf(linesOf(PARTS).map(({ amount }) => amount)), PARTS.paid);
});

test('who pays and gets no energy sees that, and what was put on arrears is a line below nought', () => {
  const lines = linesOf({ ...PARTS, energy: '0', arrears: '-100', fixedCharge: '2000' });
  assert.deepEqual(lines[0], { name: 'energy', amount: '0' });
  assert.equal(sumOf(lines.map(({ amount }) => amount)), '2000');
});

test('sums are exact beyond what a float holds', () => {
  assert.equal(sumOf(['9007199254740993', '1']), '9007199254740994');
  assert.equal(sumOf([]), '0');
});

test('a sale comes to an end in the meter or with its money, and at no other place', () => {
  assert.deepEqual(journeyOf({ state: 'waiting' }), { step: 'waiting', reached: 1, isOver: false });
  assert.deepEqual(journeyOf({ state: 'outstanding' }), { step: 'travelling', reached: 2, isOver: false });
  assert.deepEqual(journeyOf({ state: 'stored' }), { step: 'stored', reached: 3, isOver: true });
  assert.equal(journeyOf({ state: 'refunded', why: 'full' }).step, 'full');
  assert.equal(journeyOf({ state: 'refunded', why: 'voided' }).step, 'refunded');
  assert.equal(journeyOf({ state: 'voiding' }).isOver, false);
});

test('a payment that failed sold nothing, and one that is on its way is waited for', () => {
  for (const state of ['declined', 'reversed', 'returned'] as const) {
    assert.deepEqual(journeyOfPayment({ state }), { step: 'declined', reached: 0, isOver: true });
  }
  for (const state of ['asked', 'pending', 'approved', 'stuck'] as const) {
    assert.deepEqual(journeyOfPayment({ state }), { step: 'paying', reached: 0, isOver: false });
  }
});

test('a sale of a shop is over when it is in the meter or taken back, and one that never came was taken back too', () => {
  const order = { state: 'outstanding' } as const;
  assert.equal(journeyOfVend({ outcome: 'sold', purchase: { order } }).step, 'travelling');
  assert.equal(journeyOfVend({ outcome: 'reversing', purchase: { order } }).step, 'voiding');
  assert.deepEqual(journeyOfVend({ outcome: 'reversed' }), { step: 'refunded', reached: 0, isOver: true });
  assert.deepEqual(
    (['sold', 'stored', 'reversing', 'reversed'] as const).map((outcome) => isVendOver({ outcome })),
    [...[false, true], ...[false, true]],
  );
});

const CARD_ORDER: CardOrderJson & { readonly paid: string } = {
  id: 'vend:kiosk:1',
  card: '040a1b33000001',
  region: 'gas',
  provider: '1-2',
  operation: 'credit',
  amount: '900',
  source: 'cash',
  state: 'waiting',
  orderedAt: '2026-03-02T00:00:00Z',
  method: 'cash',
  paid: '1000',
  fee: '60',
  tax: '40',
};

test('a sale to a card is waited for until the card is in a reader, and what went down with it is said to have', () => {
  const order = (state: 'waiting' | 'outstanding' | 'stored' | 'lost') => ({ ...CARD_ORDER, state });
  const stepOf = (outcome: 'sold' | 'stored', state: Parameters<typeof order>[0]) =>
    journeyOfVend({ outcome, cardOrder: order(state) });
  assert.deepEqual(stepOf('sold', 'waiting'), { step: 'waiting', reached: 1, isOver: false });
  assert.deepEqual(stepOf('sold', 'outstanding'), { step: 'travelling', reached: 2, isOver: false });
  assert.deepEqual(stepOf('stored', 'stored'), { step: 'stored', reached: 3, isOver: true });
  assert.deepEqual(stepOf('stored', 'lost'), { step: 'lost', reached: 2, isOver: true });
});

test('what a shop took for a card is shown line by line as that for a meter is', () => {
  const parts = partsOfVend({ cardOrder: CARD_ORDER });
  assert.ok(parts !== undefined);
  const lines = linesOf(parts);
  assert.deepEqual(
    lines.map(({ name }) => name),
    ['value', 'fee', 'tax'],
  );
  assert.equal(sumOf(lines.map(({ amount }) => amount)), CARD_ORDER.paid);
  const { paid: _, ...closing } = CARD_ORDER;
  assert.equal(partsOfVend({ cardOrder: closing }), undefined);
  assert.equal(partsOfVend({}), undefined);
});
