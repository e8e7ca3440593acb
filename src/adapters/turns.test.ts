import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

test('so many work at once, the rest in the order in which they came, also behind one that failed', async () => {
  const turns = new Turns(2);
  const begun: string[] = [];
  const ends = new Map<string, { readonly end: () => void; readonly fail: (error: Error) => void }>();
  const work = (name: string) =>
    turns.take(() => {
      begun.push(name);
      return new Promise<string>((resolve, fail) => ends.set(name, { end: () => resolve(name), fail }));
    });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(work);
  assert.deepEqual([begun, turns.taken, turns.waiting], [['a', 'b'], true, 2]);
  ends.get('b')?.fail(new Error('no'));
  await assert.rejects(b as Promise<string>, /no/);
  assert.deepEqual([begun, turns.waiting], [['a', 'b', 'c'], 1]);
  ends.get('a')?.end();
  assert.equal(await a, 'a');
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
  for (const name of ['c', 'd']) ends.get(name)?.end();
  assert.deepEqual([await c, await d, turns.taken, turns.waiting], ['c', 'd', false, 0]);
});
