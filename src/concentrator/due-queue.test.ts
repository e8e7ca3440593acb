import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Due, DueQueue } from './due-queue.ts';

test('the first is always the earliest, whatever is put in, moved and taken out', () => {
  const actions = fc.array(fc.record({ item: fc.nat(30), at: fc.nat(100), remove: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(actions, (list) => {
      const items = Array.from({ length: 31 }, (): Due => ({ dueAt: 0, dueIndex: -1 }));
      const queue = new DueQueue<Due>();
      const inside = new Set<Due>();
      for (const { item: index, at, remove } of list) {
        const item = items[index] as Due;
        if (remove) {
          queue.remove(item);
          inside.delete(item);
        } else {
          queue.schedule(item, at);
          inside.add(item);
        }
        const earliest = Math.min(...[...inside].map(({ dueAt }) => dueAt));
        assert.equal(queue.first()?.dueAt ?? Number.POSITIVE_INFINITY, earliest);
      }
    }),
    { numRuns: 200 },
  );
});
