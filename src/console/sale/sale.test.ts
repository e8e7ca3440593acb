import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVendOver, journeyOf, journeyOfPayment, journeyOfVend } from './journey.ts';
import { linesOf, sumOf } from './parts-of-sale.ts';

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
