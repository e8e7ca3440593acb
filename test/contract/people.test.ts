import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiKey, Approval, AuditEntry, KeptAnswer, Person, Session, Store } from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const at = milliseconds(1_767_600_000_000);
const person = (id: string, more: Partial<Person> = {}): Person => ({
  ...{ id, name: 'A person', role: 'operator', subscriber: undefined, password: '$argon2id$…' },
  ...{ oneTimeUntil: undefined, locked: false, createdAt: at },
  ...more,
});
const entry = (action: string): AuditEntry => ({
  ...{ at, by: 'kim', role: 'operator', action, subject: 'meter 000003', detail: '{"amount":"5"}', request: 'r-1' },
});

for (const { name, skip, open } of STORES) {
  const it = (behaviour: string, run: (store: Store, rig: Rig) => Promise<void>) =>
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      try {
        const rig = new Rig(store);
        await rig.enrol(3);
        await run(store, rig);
      } finally {
        await store.close();
        clean();
      }
    });

  it('people and what lets them in come back as they were written', async (store) => {
    const kim = person('kim', { role: 'subscriber', subscriber: 'kim', oneTimeUntil: at, locked: true });
    const session: Session = { id: 'ab12', person: 'kim', createdAt: at, seenAt: at };
    const apiKey: ApiKey = {
      ...{ id: 'k1', hash: '00ff', name: 'till', role: 'agent', scopes: ['orders:sell', 'orders:read'] },
      ...{ createdBy: 'lee', createdAt: at, expiresAt: at, revokedAt: undefined },
    };
    const answer: KeptAnswer = { id: 'kim 12345678', fingerprint: 'ff', body: '{"id":"ä"}', at };
    await store.transaction(async (tx) => {
      await tx.people.put([person('lee'), kim]);
      await tx.sessions.put([session]);
      await tx.apiKeys.put([apiKey]);
      await tx.attempts.put([{ id: '7', count: 5, lockedUntil: at }]);
      await tx.keptAnswers.put([answer]);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.people.of(['lee', 'kim']), [person('lee'), kim]);
      assert.deepEqual(await tx.people.where('subscriber', 'kim'), [kim]);
      assert.deepEqual(await tx.sessions.where('person', 'kim'), [session]);
      assert.deepEqual(await tx.apiKeys.of(['k1']), [apiKey]);
      assert.deepEqual(await tx.attempts.of(['7', '8']), [{ id: '7', count: 5, lockedUntil: at }, undefined]);
      assert.deepEqual(await tx.keptAnswers.of(['kim 12345678']), [answer]);
    });
  });

  it('approvals come back with what was proposed, by their state', async (store) => {
    const asked = (id: string, more: Partial<Approval>): Approval => ({
      ...{ id, proposal: { type: 'void', order: 'a' }, why: 'a slip', state: 'waiting', askedBy: 'kim', askedAt: at },
      ...{ decidedBy: undefined, decidedAt: undefined },
      ...more,
    });
    const waiting = asked('1', { proposal: { type: 'key-change', meter: 3, purpose: 'value' } });
    const approved = asked('2', { state: 'approved', decidedBy: 'lee', decidedAt: at });
    await store.transaction((tx) => tx.approvals.put([approved, waiting]));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.approvals.where('state', 'waiting'), [waiting]);
      assert.deepEqual(await tx.approvals.page({ limit: 9 }), [waiting, approved]);
    });
  });

  it('the audit log is read from its end', async (store) => {
    await store.transaction((tx) => tx.audit.append([entry('sell'), entry('void')]));
    const newest = await store.read((tx) => tx.audit.page({ limit: 1 }));
    assert.deepEqual(newest, [{ number: 2, ...entry('void') }]);
    assert.deepEqual(await store.read((tx) => tx.audit.page({ limit: 9, before: 2 })), [
      { number: 1, ...entry('sell') },
    ]);
  });

  it('meters and subscribers are listed page by page, and the meters of one subscriber alone', async (store, rig) => {
    await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
    await rig.enrol(9);
    await rig.enrol(5, { subscriber: 'lee' });
    const numbers = (found: { svpmsn: number }[]) => found.map((meter) => meter.svpmsn);
    await store.read(async (tx) => {
      assert.deepEqual(numbers(await tx.meters({ limit: 2 })), [3, 5]);
      assert.deepEqual(numbers(await tx.meters({ after: 3, limit: 9 })), [5, 9]);
      assert.deepEqual(numbers(await tx.meters({ subscriber: 'kim' })), [3, 9]);
      assert.deepEqual(numbers(await tx.meters({ subscriber: 'kim', after: 3 })), [9]);
      assert.deepEqual(numbers(await tx.meters({ subscriber: 'nobody' })), []);
      const ids = (await tx.subscribers({ after: 'kim', limit: 1 })).map(({ id }) => id);
      assert.deepEqual([ids, (await tx.subscribers({ limit: 1 })).length], [['lee'], 1]);
    });
  });

  it('orders count as unsettled while they wait, are on their way, or are to be taken back', async (store, rig) => {
    const unsettled = () => rig.host.unsettledOrders();
    const sell = (orderId: string) => rig.host.sell({ meter: 3, amount: 5, orderId, source: 'cash' });
    assert.equal(await unsettled(), 0);
    for (const id of ['a', 'b', 'c']) made(await sell(id));
    assert.equal(await unsettled(), 3);
    await rig.host.voidOrder('a');
    await store.transaction(async (tx) => {
      const [purse] = await tx.pursesOf([svpmsn(3)]);
      if (purse !== undefined) await tx.putPurse({ ...purse, queryWanted: true });
    });
    await rig.host.voidOrder('c');
    assert.equal(await unsettled(), 3);
    await rig.settle();
    assert.equal(await unsettled(), 0);
  });
}
