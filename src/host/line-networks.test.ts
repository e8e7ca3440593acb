import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svpmsn } from '../units/index.ts';
import { type LineNetwork, MemoryStore } from './index.ts';
import { lineFeeder, lineNetwork, putLineNetwork } from './line-networks.ts';
import { Rig } from './rig.testing.ts';

const ohms = { r1: 0.3, x1: 0.07, r0: 0.9, x0: 0.08 };
const FILE: LineNetwork['file'] = {
  source: { node: 't', volts: 230, ohms: { r1: 0.01, x1: 0.02, r0: 0.01, x0: 0.02 } },
  cables: { thin: ohms },
  lines: [
    { from: 't', to: 'a', cable: 'thin', metres: 100 },
    { from: 'a', to: 'b', cable: 'thin', metres: 100 },
  ],
  loads: [
    { meter: 1, node: 'a', phases: 'A' },
    { meter: 2, node: 'b', phases: 'ABC' },
  ],
};

test('a network that is given takes the place of the one before; one that cannot be reckoned with changes nothing', async () => {
  const { store, enrol } = await twoMeters();
  const put = (file: LineNetwork['file']) => store.transaction((tx) => putLineNetwork(tx, { localUnit: 1, file }));
  const kept = () => store.read((tx) => lineNetwork(tx, 1));
  assert.equal(reasonOf(await kept()), 'network-unknown');
  assert.deepEqual(await put(FILE), { id: '1', localUnit: 1, file: FILE });
  const island = { ...FILE, lines: [...FILE.lines, { from: 'x', to: 'y', cable: 'thin', metres: 1 }] };
  assert.deepEqual(await put(island), {
    reason: 'network-wrong',
    sentence: 'The line from "x" to "y" is an island: nothing joins it to the source.',
  });
  const stranger = { ...FILE, loads: [...FILE.loads, { meter: 9, node: 'b', phases: 'B' } as const] };
  assert.deepEqual(await put(stranger), {
    reason: 'network-wrong',
    sentence: 'Meter 000009 does not stand on local unit 1: enrol it there first.',
    particulars: { about: '000009' },
  });
  assert.deepEqual(await kept(), { id: '1', localUnit: 1, file: FILE });
  await enrol(9);
  await put(stranger);
  assert.deepEqual(await kept(), { id: '1', localUnit: 1, file: stranger });
});

test('a network in which a meter of the line does not stand is not reckoned with', async () => {
  const { store } = await twoMeters();
  await store.transaction((tx) => putLineNetwork(tx, { localUnit: 1, file: FILE }));
  const feeder = (meters: readonly number[]) => store.read((tx) => lineFeeder(tx, 1, meters));
  assert.equal((await feeder([1, 2]))?.loads.length, 2);
  assert.equal(await feeder([1, 2, 3]), undefined);
  assert.equal(await store.read((tx) => lineFeeder(tx, 2, [1])), undefined);
});

async function twoMeters(): Promise<{ store: MemoryStore; enrol: (id: number) => Promise<unknown> }> {
  const store = new MemoryStore();
  const rig = new Rig(store);
  for (const id of [1, 2]) await rig.enrol(svpmsn(id));
  return { store, enrol: (id) => rig.enrol(id) };
}

const reasonOf = (found: object): unknown => ('reason' in found ? found.reason : undefined);
