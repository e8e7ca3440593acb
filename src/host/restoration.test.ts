import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../units/index.ts';
import type { HostFailure, MemoryStore } from './index.ts';
import { Till } from './payments.testing.ts';
import { made, UNDER_WAY_MS } from './rig.testing.ts';

/** A host on a copy that was made before something happened. */
async function putBack(till: Till, happening: () => Promise<unknown>): Promise<void> {
  const copy = await (till.rig.store as MemoryStore).copy();
  await happening();
  till.rig.store = copy;
  till.rig.host = till.rig.newHost(copy);
  await copy.transaction((tx) => tx.setFact('restored-from', 1_234));
  await till.rig.startRestored({ reconciled: false });
}

test('on a copy every meter is asked, and no value leaves until each payment port was reconciled', async () => {
  const till = await Till.open();
  const { rig } = till;
  const [meter] = rig.meters.values();
  assert.ok(meter !== undefined);
  made(await till.pay('p', 1_000));
  await till.end();
  const before = meter.credited;
  rig.meters.clear();
  await putBack(till, async () => {});
  rig.meters.set(meter.id, meter);
  made(await rig.host.sell({ meter: meter.id, amount: 70, orderId: 'late', source: 'cash' }));
  await till.end();
  const purse = await rig.store.read(async (tx) => (await tx.pursesOf([meter.id]))[0]);
  assert.deepEqual([purse?.queryWanted, meter.credited], [false, before], 'it was asked, and got nothing');
  const { startedAt, ...view } = made(await rig.host.restoration());
  assert.ok(startedAt < rig.clock.ms);
  assert.deepEqual(view, {
    copiedAt: 1_234,
    ...{ meters: 1, awaited: 0, frozen: [], found: 0n, paidTwice: [], unsettledPayments: 0 },
    ports: [{ port: 'bank', isReconciled: false }],
  });
  const reconciled = made(await rig.host.reconciled('bank'));
  assert.deepEqual(reconciled.ports, [{ port: 'bank', isReconciled: true }]);
  await till.end();
  assert.equal(meter.credited, before + 70);
});

test('what was given back since the copy was made stays back: its order does not leave when nobody has looked', async () => {
  const till = await Till.open();
  const { rig } = till;
  const [meter] = rig.meters.values();
  assert.ok(meter !== undefined);
  // It waits behind another, because its meter does not answer.
  rig.meters.clear();
  made(await rig.host.sell({ meter: meter.id, amount: 70, orderId: 'first', source: 'cash' }));
  made(await till.pay('p', 1_000));
  await putBack(till, async () => {
    made(await rig.host.voidOrder('payment:p'));
    rig.meters.set(meter.id, meter);
    await till.end();
    assert.equal((await till.payment('p')).state, 'reversed');
  });
  await till.end();
  assert.deepEqual([meter.credited, till.bank.taken(), till.bank.held()], [70, 0, 0]);
  // Whoever compares tells these books what they forgot, and then lets value go.
  made(await rig.host.voidOrder('payment:p'));
  made(await rig.host.reconciled('bank'));
  await till.end();
  assert.deepEqual([meter.credited, till.bank.taken(), (await till.payment('p')).state], [70, 0, 'reversed']);
});

test('while a port is not reconciled it is told neither to take money nor to give it back', async () => {
  const till = await Till.open();
  const { rig } = till;
  till.bank.ways = ['answer-lost'];
  made(await till.pay('p', 1_000));
  await putBack(till, async () => {});
  await till.end();
  assert.deepEqual([till.bank.held(), (await till.payment('p')).state], [1, 'reversing']);
  made(await rig.host.reconciled('bank'));
  await till.end();
  assert.deepEqual([till.bank.held(), (await till.payment('p')).state], [0, 'reversed']);
});

test('a hold outlives the host, and books that were never put back have none', async () => {
  const till = await Till.open();
  const { rig } = till;
  const [meter] = rig.meters.values();
  assert.ok(meter !== undefined);
  assert.equal(((await rig.host.restoration()) as HostFailure).reason, 'never-restored');
  assert.equal(((await rig.host.reconciled('bank')) as HostFailure).reason, 'never-restored');
  await putBack(till, async () => {});
  assert.equal(((await rig.host.reconciled('other')) as HostFailure).reason, 'payment-port-unknown');
  rig.host = rig.newHost();
  await rig.host.start();
  made(await rig.host.sell({ meter: meter.id, amount: 70, orderId: 'late', source: 'cash' }));
  await till.end();
  assert.equal(meter.credited, 0);
  // Said at one host, it holds for all.
  const other = rig.newHost();
  made(await other.reconciled('bank'));
  await till.end();
  assert.equal(meter.credited, 70);
});

test('nobody has compared before what was asked of a port in the forgotten hours has arrived there', async () => {
  const till = await Till.open();
  const { rig } = till;
  made(await till.pay('p', 1_000));
  await putBack(till, async () => {});
  const early = (await rig.host.reconciled('bank')) as HostFailure;
  assert.equal(early.reason, 'reconciled-early');
  assert.match(early.sentence, /in 5 minutes/);
  // What the books gave back and forgot arrives now.
  await till.bank.reverse({ id: 'p', trace: 1, at: milliseconds(0), amount: 1_000, currency: 978 });
  made(await rig.host.voidOrder('payment:p'));
  rig.clock.ms += UNDER_WAY_MS - 1;
  assert.equal(((await rig.host.reconciled('bank')) as HostFailure).reason, 'reconciled-early');
  rig.clock.ms += 1;
  assert.deepEqual(made(await rig.host.reconciled('bank')).ports, [{ port: 'bank', isReconciled: true }]);
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken()], ['reversed', 0]);
});
