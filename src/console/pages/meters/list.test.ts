import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeterJson } from '../../../api/index.ts';
import type { MeterState } from '../../../words/index.ts';
import { gather } from './list.ts';

/** What a host has: numbers of meters by state, two to a page. */
const HOST: Partial<Record<MeterState, readonly string[]>> = { dark: ['a', 'b', 'c'], off: [], low: ['d'] };

async function ask(state: MeterState, cursor: string | undefined) {
  const all = HOST[state] ?? [];
  const from = Number(cursor ?? 0);
  const items = all.slice(from, from + 2).map((number) => ({ number }) as MeterJson);
  return { items, ...(from + 2 < all.length && { next: String(from + 2) }) };
}

const numbers = (items: readonly MeterJson[]) => items.map(({ number }) => number).join('');

test('rows are gathered state after state, and every one comes once', async () => {
  const states = ['dark', 'off', 'low'] as const;
  const first = await gather({ states, cursor: undefined }, ask, 2);
  assert.equal(numbers(first.items), 'ab');
  assert.deepEqual(first.next, { states, cursor: '2' });
  const second = await gather(first.next ?? { states: [], cursor: undefined }, ask, 2);
  assert.equal(numbers(second.items), 'cd');
  assert.equal(second.next, undefined);
});

test('a list of which nothing fits ends', async () => {
  assert.deepEqual(await gather({ states: ['off'], cursor: undefined }, ask), { items: [], next: undefined });
});
