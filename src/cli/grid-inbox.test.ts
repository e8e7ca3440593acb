import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostInput, type Said, StoreError } from '../host/index.ts';
import { GridInbox } from './grid-inbox.ts';

const said = (localUnit: number): Said => ({ localUnit, message: { type: 'time', unixMs: 0 } });

/** A host that is told, and takes as long as it is made to. */
class SlowHost {
  readonly groups: number[][] = [];
  #go: (error?: Error) => void = () => undefined;

  hear = (input: HostInput): Promise<void> => {
    assert.equal(input.type, 'grid-all');
    if (input.type === 'grid-all') this.groups.push(input.said.map(({ localUnit }) => localUnit));
    return new Promise((resolve, reject) => {
      this.#go = (error) => (error === undefined ? resolve() : reject(error));
    });
  };

  async goesOn(error?: Error): Promise<void> {
    this.#go(error);
    // What is told, and then the turn of whatever else came.
    for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  }
}

test('what comes while the host is busy goes to it as one, in order, and each is told when it is kept', async () => {
  const host = new SlowHost();
  const kept: number[] = [];
  const inbox = new GridInbox(host.hear, () => undefined);
  const put = (i: number) => inbox.put(said(i), (isKept) => kept.push(isKept ? i : -i));
  put(1);
  await new Promise(setImmediate);
  for (const i of [2, 3, 4]) put(i);
  assert.deepEqual([host.groups, kept], [[[1]], []]);
  await host.goesOn();
  assert.deepEqual([host.groups, kept], [[[1], [2, 3, 4]], [1]]);
  await host.goesOn(new StoreError({ reason: 'store-failed', sentence: 'The store of this test is away.' }));
  assert.deepEqual(kept, [1, -2, -3, -4]);
  put(5);
  await new Promise(setImmediate);
  await host.goesOn();
  await inbox.settled();
  assert.equal(kept.at(-1), 5);
});

test('whoever brings more than may wait is told to hold it, until there is room', async () => {
  const host = new SlowHost();
  const holds: boolean[] = [];
  const inbox = new GridInbox(host.hear, (held) => holds.push(held));
  for (let i = 0; i < 2_047; i++) inbox.put(said(i));
  assert.deepEqual(holds, []);
  inbox.put(said(2_047));
  assert.deepEqual(holds, [true]);
  await new Promise(setImmediate);
  for (let group = 1; holds.length === 1; group++) {
    assert.ok(group < 8);
    await host.goesOn();
  }
  assert.deepEqual(holds, [true, false]);
  assert.equal(host.groups.length, 6);
  for (let group = 0; group < 3; group++) await host.goesOn();
  await inbox.settled();
  assert.deepEqual(
    host.groups.flat(),
    Array.from({ length: 2_048 }, (_, i) => i),
  );
});

test('a step that takes long is made smaller, so that nobody waits long for it, and larger again when it does not', async () => {
  const sizes: number[] = [];
  let [nowMs, stepMs] = [0, 400];
  const hear = async (input: HostInput) => {
    if (input.type === 'grid-all') sizes.push(input.said.length);
    nowMs += stepMs;
  };
  const inbox = new GridInbox(
    hear,
    () => undefined,
    () => nowMs,
  );
  const all = async (count: number) => {
    for (let i = 0; i < count; i++) inbox.put(said(i));
    await inbox.settled();
  };
  await all(600);
  assert.deepEqual(sizes, [256, 128, 64, 32, 16, 16, 16, 16, 16, 16, 16, 8]);
  stepMs = 1;
  sizes.length = 0;
  await all(16 + 32 + 64 + 128 + 256 + 256);
  assert.deepEqual(sizes, [16, 32, 64, 128, 256, 256]);
  sizes.length = 0;
  stepMs = 60;
  await all(20);
  stepMs = 30;
  await all(48);
  assert.deepEqual(sizes, [20, 16, 16, 16], 'no smaller than the least, and larger only far below what is borne');
});

test('between two steps whatever else came has its turn', async () => {
  let steps = 0;
  const inbox = new GridInbox(
    async () => {
      steps += 1;
    },
    () => undefined,
  );
  const before = new Promise<number>((resolve) => setImmediate(() => resolve(steps)));
  for (let i = 0; i < 1_024; i++) inbox.put(said(i));
  assert.equal(await before, 1);
  await inbox.settled();
  assert.ok(steps > 1);
});
