import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { milliseconds } from '../units/index.ts';
import { DemoChip } from './demo-chip.ts';

test('the card of a demo pays again and again, up to what its bank allows and no more', () => {
  const card = new DemoChip((bytes) => Uint8Array.from(randomBytes(bytes)));
  const pay = (paid: number) =>
    card.pay({ paid, currency: { number: 978, exponent: 2 }, at: milliseconds(Date.UTC(2026, 2, 2)) });
  assert.deepEqual([500, 100_000, 100_001, 1_000].map(pay), [
    ...[true, true, false, true].map((approved) => ({ approved, shown: '**** 1111' })),
  ]);
});
