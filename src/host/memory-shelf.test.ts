import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryShelf } from './memory-shelf.ts';

test('pages of a shelf are its ids in order, whatever is put, deleted and taken back between them', async () => {
  const act = fc.oneof(
    fc.record({
      kind: fc.constantFrom('put', 'delete'),
      ids: fc.array(fc.stringMatching(/^[0-9a-c]{1,4}$/), { maxLength: 900, size: 'max' }),
    }),
    fc.record({ kind: fc.constant('undo'), ids: fc.constant([]) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 8 }), fc.stringMatching(/^[0-9a-c]{1,4}$/), async (acts, after) => {
      const undo: (() => void)[] = [];
      const shelf = new MemoryShelf<{ id: string }>(undo);
      let held = new Set<string>();
      let before = held;
      for (const { kind, ids } of acts) {
        if (kind === 'undo') {
          while (undo.length > 0) undo.pop()?.();
          held = before;
        } else {
          undo.length = 0;
          before = new Set(held);
          if (kind === 'put') await shelf.put(ids.map((id) => ({ id })));
          else await shelf.delete(ids);
          for (const id of ids) kind === 'put' ? held.add(id) : held.delete(id);
        }
        const sorted = [...held].sort();
        assert.deepEqual(
          (await shelf.page({ limit: 5_000 })).map(({ id }) => id),
          sorted,
        );
        const following = sorted.filter((id) => id > after);
        assert.deepEqual(
          (await shelf.page({ after, limit: 700 })).map(({ id }) => id),
          following.slice(0, 700),
        );
      }
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
