import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackhaulMessage } from '../backhaul/index.ts';
import { svpmsn } from '../units/index.ts';
import { MemoryStore, type Said, type Store, StoreError, type StoreTransaction } from './index.ts';
import { made, Rig } from './rig.testing.ts';

/** A store that counts its transactions; one that `spoils` looks at may fail. */
class CountingStore extends MemoryStore {
  transactions = 0;
  spoils: (tx: StoreTransaction) => StoreTransaction = (tx) => tx;

  override transaction: Store['transaction'] = (work) => {
    this.transactions += 1;
    return super.transaction((tx) => work(this.spoils(tx)));
  };
}

const minute = (localUnit: number, at: number): Said => ({
  localUnit,
  message: { type: 'check-meter', minute: Math.floor(at / 60_000) - 2, energy: 5n as never },
});
const attention = (localUnit: number, id: number, atMs: number): Said => {
  const message: BackhaulMessage = { type: 'attention', svpmsn: id as never, reasons: 1, counter: 1, atMs };
  return { localUnit, message };
};

async function rigged() {
  const store = new CountingStore();
  const rig = new Rig(store);
  for (const id of [1, 2, 3]) await rig.enrol(id);
  store.transactions = 0;
  const heardOf = async () =>
    Promise.all([1, 2, 3].map(async (id) => made(await rig.host.meter(id)).known?.attention ?? 0));
  const hear = (said: readonly Said[]) => rig.host.handle({ type: 'grid-all', said });
  const reports = [1, 2, 3].map((id) => attention(1, id, rig.clock.ms));
  return { store, rig, heardOf, hear, reports };
}

test('many reports are one durable step, and each is kept as if it had come alone', async () => {
  const { store, rig, heardOf, hear, reports } = await rigged();
  const stray = attention(9, 2, rig.clock.ms);
  await hear([...reports, stray, minute(1, rig.clock.ms), minute(4, rig.clock.ms + 600_000)]);
  // One for the reports, and one that looks whether something is due on their line.
  assert.equal(store.transactions, 2);
  assert.deepEqual(await heardOf(), [1, 1, 1]);
  const { strayMessages, recordsNotUnderstood } = rig.host.counters();
  assert.deepEqual([strayMessages, recordsNotUnderstood], [1, 1]);
});

test('days that many meters told are unpacked before the step that keeps them, with turns between for whoever pays', async () => {
  const store = new CountingStore();
  const turns: number[] = [];
  const rig = new Rig(store, { gather: async () => void turns.push(store.transactions) });
  await rig.enrol(1);
  const told = (count: number): Said[] =>
    Array.from({ length: count }, () => ({
      localUnit: 1,
      message: {
        ...{ type: 'poll-result', svpmsn: svpmsn(1), atMs: rig.clock.ms, clockOffsetMs: 0 },
        use: new Uint8Array(8),
      },
    }));
  [store.transactions, turns.length] = [0, 0];
  await rig.host.handle({ type: 'grid-all', said: told(31) });
  assert.deepEqual(turns, [], 'few are unpacked at once');
  const before = store.transactions;
  assert.ok(before > 0);
  await rig.host.handle({ type: 'grid-all', said: told(70) });
  assert.deepEqual(turns, [before, before]);
  assert.ok(store.transactions > before);
});

test('a report that is a bug is nobody else’s, and one of a store that is away keeps nothing', async () => {
  const { store, rig, heardOf, hear, reports } = await rigged();
  const spoilt = (error: Error) => (tx: StoreTransaction) =>
    new Proxy(tx, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (name !== 'metersOf') return typeof method === 'function' ? method.bind(target) : method;
        return (ids: readonly number[]) => (ids.includes(2) ? Promise.reject(error) : method.call(target, ids));
      },
    });
  store.spoils = spoilt(new StoreError({ reason: 'store-failed', sentence: 'Away.' }));
  await assert.rejects(hear(reports), StoreError);
  assert.deepEqual(await heardOf(), [0, 0, 0]);
  store.spoils = spoilt(new Error('a bug'));
  await assert.rejects(hear(reports), /a bug/);
  assert.deepEqual(await heardOf(), [1, 0, 1]);
  assert.equal(rig.host.counters().strayMessages, 0);
});

test('exchanges that are heard at once with reports are carried on, each line in its order', async () => {
  const { rig, hear, reports } = await rigged();
  await rig.host.sell({ meter: 1, amount: 100, orderId: 'a', source: 'cash' });
  const hello: Said = { localUnit: 1, message: { type: 'hello', version: 1, kind: 'local-unit', id: 1 } };
  rig.told.length = 0;
  await hear([...reports, hello]);
  assert.deepEqual(
    rig.told.map(({ type }) => type),
    ['address-map', 'time', 'poll-plan'],
  );
  await rig.settle();
  assert.equal(made(await rig.host.order('a')).state, 'stored');
});
