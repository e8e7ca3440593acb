import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { FAULT_KINDS, type FaultKind, strikeText } from './faults.ts';
import { fewest, shrink } from './shrink.ts';
import { silentlyRestored } from './silent-store.testing.ts';
import { LifeStopped, type SimulationOptions, simulate } from './simulate.ts';
import { type SimulatedStore, simulatedMemory } from './simulated-store.ts';

/** Enough kinds that some are left out as a whole, and few enough that a life is short. */
const KINDS: readonly FaultKind[] = [
  ...(['store-restored', 'frame-lost', 'frame-replayed', 'message-doubled'] as const),
  ...(['power-cut', 'power-failed', 'host-paused', 'payment-doubled'] as const),
];

const life = (seed: number, openStore: () => SimulatedStore, transfers = 150): SimulationOptions => ({
  seed,
  transfers,
  meters: 2,
  localUnits: 1,
  hosts: 1,
  suite: Suite.aes128,
  without: new Set(FAULT_KINDS.filter((kind) => !KINDS.includes(kind))),
  openStore,
});

const brokenIn = async (options: SimulationOptions) =>
  (await simulate(options)).violations.map(({ invariant }) => invariant as string);

test('a life with a database that forgets silently is left with one strike, and goes right without it', async () => {
  const options = life(19, () => silentlyRestored());
  const [wrong = ''] = await brokenIn(options);
  const shrunk = await shrink(options, wrong, () => true);
  assert.ok(shrunk?.least);
  assert.match(shrunk.options.only.map(strikeText).join(), /^store-restored#\d+$/);
  assert.ok((await brokenIn(shrunk.options)).includes(wrong));
  assert.deepEqual(await brokenIn({ ...shrunk.options, only: [] }), []);
  assert.ok(Number(shrunk.options.minutes) < 30);
});

/** Only the second copy that is put back is not said to be one. */
function secondSilently(store = new MemoryStore(), restored = 0): SimulatedStore {
  const honest = simulatedMemory(store);
  return {
    store,
    backUp: async () => {
      if (restored > 0) return silentlyRestored(store).backUp();
      const restore = await honest.backUp();
      return async () => secondSilently((await restore()).store as MemoryStore, restored + 1);
    },
  };
}

test('a life that takes two strikes is left with both, and goes right without either', async () => {
  const options = life(49, () => secondSilently(), 400);
  const [wrong = ''] = await brokenIn(options);
  assert.notEqual(wrong, '');
  const shrunk = await shrink(options, wrong, () => true);
  assert.ok(shrunk?.least);
  const { only } = shrunk.options;
  assert.equal(only.length, 2, only.map(strikeText).join());
  assert.ok((await brokenIn(shrunk.options)).includes(wrong));
  for (const strike of only) {
    const without = only.filter((other) => other !== strike);
    assert.ok(!(await brokenIn({ ...shrunk.options, only: without })).includes(wrong), strikeText(strike));
  }
});

/** Whoever puts a copy back stops with an error. */
function breaking(store = new MemoryStore()): SimulatedStore {
  return {
    store,
    backUp: async () => () => {
      throw new Error('the copy is torn');
    },
  };
}

test('a life that stops with an error is left with the strikes with which it stops there', async () => {
  const options = life(19, () => breaking());
  const stopOf = (changed: Partial<SimulationOptions>) =>
    simulate({ ...options, ...changed }).then(
      () => undefined,
      (error) => error as LifeStopped,
    );
  const stopped = await stopOf({});
  assert.ok(stopped instanceof LifeStopped);
  assert.equal(stopped.message, 'the copy is torn');
  assert.match(stopped.where, /^at .*shrink\.test\.ts:\d+/);
  const shrunk = await shrink(options, stopped.where, () => true);
  assert.deepEqual(shrunk?.options.only.map(strikeText), ['store-restored#1']);
  assert.equal((await stopOf(shrunk.options))?.where, stopped.where);
  assert.equal(await stopOf({ ...shrunk.options, only: [] }), undefined);
});

test('a life that does not go wrong a second time is not shrunk', async () => {
  let lives = 0;
  const options = life(19, () => (lives++ === 0 ? silentlyRestored() : simulatedMemory()));
  const [wrong = ''] = await brokenIn(options);
  assert.notEqual(wrong, '');
  assert.equal(await shrink(options, wrong, () => true), undefined);
});

test('a search that may not go on ends with what it has, and does not say that it takes all of it', async () => {
  const options = life(19, () => silentlyRestored());
  const [wrong = ''] = await brokenIn(options);
  const asked: number[] = [];
  const shrunk = await shrink(options, wrong, (lives) => asked.push(lives) < 2);
  assert.deepEqual(asked, [1, 2]);
  assert.equal(shrunk?.lives, 2);
  assert.equal(shrunk.least, false);
  assert.ok((await brokenIn(shrunk.options)).includes(wrong));
});

for (const [what, all, takes, least] of [
  ['nothing', 40, () => true, []],
  ['one', 40, (kept: Kept) => kept.has(17), [17]],
  ['two far apart', 40, (kept: Kept) => kept.has(0) && kept.has(39), [0, 39]],
  ['one that another hides', 9, (kept: Kept) => kept.has(2) || kept.has(5), [5]],
  ['as many as there are', 5, (kept: Kept) => kept.size === 5, [0, 1, 2, 3, 4]],
] as const) {
  test(`of ${all} it takes ${what}: no more are left`, async () => {
    const numbers = Array.from({ length: all }, (_, i) => i);
    const left = await fewest(numbers, async (kept) => (takes(new Set(kept)) ? kept : undefined));
    assert.deepEqual(left, least);
  });
}

type Kept = ReadonlySet<number>;
