import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { MINUTES_PER_DAY } from '../units/index.ts';
import { type FleetHeap, runFleet, svpmsnOfHouse } from './index.ts';
import { BEGINS_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many of these things are still held by anything. */
async function alive(things: readonly WeakRef<object>[]): Promise<number> {
  // What a job has looked at stays until the job ends.
  await setImmediate();
  collect();
  return things.filter((thing) => thing.deref() !== undefined).length;
}

test('a utility that is taken apart lets go of its meters, then of its lines, then of its homes', async () => {
  const utility = await openSmall();
  await utility.runUntil(BEGINS_MS + 90 * MINUTE_MS);
  const things = [
    ...utility.houses.flatMap(({ memory, meter }) => [memory.nvm.bytes, memory.svm, meter.sam, meter]),
    ...utility.transformers.map(({ localUnit }) => localUnit),
    ...utility.houses,
  ].map((thing) => new WeakRef<object>(thing));
  assert.equal(await alive(things), 8 * 4 + 2 + 8);
  assert.deepEqual(await utility.dismantle(() => alive(things)), { meters: 8 * 4, lines: 2, homes: 8 });
});

test('a fleet is weighed by what it held: the books, and of each meter a day of its profile and not the whole ring', async () => {
  const store = new MemoryStore();
  const today = BEGINS_MS / 86_400_000;
  const rows: WeakRef<object>[] = [];
  const { heap } = await runFleet({
    ...{ seed: 1, meters: 4, suite: Suite.aes128, bitsPerSecond: 9_600, frameLoss: 0, store, processorMs: () => 0 },
    heapBytes: async () => {
      if (rows.length === 0) {
        const query = { svpmsn: svpmsnOfHouse(0), supply: 1, fromDay: today, toDay: today } as const;
        for (const { energies } of await store.read((tx) => tx.profiles(query))) rows.push(new WeakRef(energies));
      }
      return alive(rows);
    },
  });
  assert.equal(rows.length, 1);
  const { profiles, ...rest } = heap as FleetHeap;
  assert.deepEqual(rest, { meters: 0, lines: 0, homes: 0, books: 1 });
  const day = 2 * MINUTES_PER_DAY;
  assert.ok(profiles >= 4 * day && profiles < 4 * 1.5 * day, `${profiles} bytes`);
});
