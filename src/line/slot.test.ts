import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, modemAddress } from '../units/index.ts';
import { ROLL_CALL_MINISLOTS, SLOT_MINISLOTS, SLOT_MINISLOTS_MAX, type Slot, slotAfter } from './slot.ts';

const contention = (minislots: number): Slot => ({ type: 'contention', minislots });
const rollCall = (first: number, again = false): Slot => ({
  type: 'roll-call',
  first: modemAddress(first),
  minislots: ROLL_CALL_MINISLOTS,
  again,
});

test('what follows a slot is decided by what was heard in it', () => {
  const [few, many] = [contention(SLOT_MINISLOTS), contention(SLOT_MINISLOTS_MAX)];
  const table: [Slot, bids: number, garbled: number, Slot | undefined][] = [
    [few, 0, 0, undefined],
    [few, 2, 0, undefined],
    [few, 1, 1, few],
    [few, 0, 1, contention(8)],
    [few, 0, 2, contention(8)],
    [contention(8), 2, 3, many],
    [contention(8), 3, 3, contention(8)],
    [many, 12, 0, undefined],
    [many, 12, 8, many],
    [many, 4, 20, rollCall(0)],
    [rollCall(0), 12, 1, rollCall(32)],
    [rollCall(0), 0, 1, rollCall(32)],
    [rollCall(32), 0, 0, rollCall(32, true)],
    [rollCall(32, true), 0, 0, rollCall(64)],
    [rollCall(224), 5, 0, many],
    [rollCall(224, true), 0, 0, many],
  ];
  for (const [slot, bids, garbledMinislots, next] of table) {
    const outcome = { slot, bids, garbledMinislots, closedAt: milliseconds(0) };
    assert.deepEqual(slotAfter(outcome), next, JSON.stringify(outcome));
  }
});

test('a roll call reaches every address once', () => {
  const called: number[] = [];
  let slot: Slot | undefined = rollCall(0);
  while (slot?.type === 'roll-call') {
    for (let i = 0; i < slot.minislots; i++) called.push(slot.first + i);
    slot = slotAfter({ slot, bids: 1, garbledMinislots: 0, closedAt: milliseconds(0) });
  }
  assert.deepEqual(
    called,
    Array.from({ length: 256 }, (_, i) => i),
  );
});
