import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { simulate } from './simulate.ts';
import { simulatedMemory } from './simulated-store.ts';

/** @param seed of a life in which households move */
const life = (seed: number, transfers: number) =>
  simulate({
    ...{ seed, meters: 8, localUnits: 1, hosts: 2, suite: Suite.aes128, transfers },
    openStore: () => simulatedMemory(),
  });

test('households leave, come and have another meter mounted under all faults, and no promise is broken', async () => {
  const sum = { coming: 0, going: 0, replacing: 0, givenUp: 0, restored: 0 };
  for (const [seed, transfers] of [
    [71, 150],
    [205, 200],
    [270, 250],
  ] as const) {
    const { moves, violations, checksOf, faults } = await life(seed, transfers);
    assert.deepEqual(violations, []);
    assert.ok((checksOf.I35 ?? 0) > 10 && (checksOf.I36 ?? 0) > 100, `seed ${seed} looks at what becomes of them`);
    sum.coming += moves.coming;
    sum.going += moves.going;
    sum.replacing += moves.replacing;
    sum.givenUp += faults['meter-given-up'];
    sum.restored += faults['store-restored'];
  }
  for (const [what, count] of Object.entries(sum)) assert.ok(count > 0, what);
});

test('in most lives nobody moves, and nobody looks whether they do', async () => {
  const { moves, violations, checksOf } = await life(1, 40);
  assert.deepEqual([violations, moves], [[], { coming: 0, going: 0, replacing: 0 }]);
  assert.deepEqual([checksOf.I35, checksOf.I36], [undefined, undefined]);
});
