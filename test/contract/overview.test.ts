import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../src/bytes/index.ts';
import { txidOf } from '../../src/exchange/index.ts';
import { CHECK_MINUTES_KEPT, type Order, type Posting, type Store } from '../../src/host/index.ts';
import { Rig } from '../../src/host/rig.testing.ts';
import { milliseconds, milliwattHours, svpmsn, tokens } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const at = milliseconds(1_767_600_000_000);
const [a, b] = [svpmsn(3), svpmsn(5)];

for (const { name, skip, open } of STORES) {
  const it = (behaviour: string, run: (store: Store) => Promise<void>) =>
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      try {
        const rig = new Rig(store);
        await rig.enrol(5);
        await rig.enrol(3);
        await run(store);
      } finally {
        await store.close();
        clean();
      }
    });

  it('how meters stand is read by local unit and address, with what is known of each', async (store) => {
    await new Rig(store).enrol(9, { localUnit: 0 });
    await store.transaction(async (tx) => {
      const [purse] = await tx.pursesOf([svpmsn(9)]);
      assert.ok(purse !== undefined);
      await tx.putPurse({ ...purse, state: 'closed', freeze: 'txid-twice', frozenAt: at });
      await tx.putKnowledge({ ...NOTHING, svpmsn: b, balance: tokens(5), flags: 3, alarms: 1, heardAt: at });
    });
    const unknown = { balance: undefined, flags: undefined, alarms: undefined, heardAt: undefined };
    const first = { svpmsn: a, localUnit: 1, modemAddress: 3, state: 'open', freeze: undefined, ...unknown };
    const second = { ...first, svpmsn: b, modemAddress: 5, balance: 5, flags: 3, alarms: 1, heardAt: at };
    const other = { ...first, svpmsn: 9, localUnit: 0, modemAddress: 9, state: 'closed', freeze: 'txid-twice' };
    assert.deepEqual(await store.read((tx) => tx.meterStates()), [other, first, second]);
    assert.deepEqual(await store.read((tx) => tx.meterStates({ localUnit: 1 })), [first, second]);
    assert.deepEqual(await store.read((tx) => tx.meterStates({ localUnit: 8 })), []);
  });

  it('the oldest order that is not settled is found, whatever it waits for', async (store) => {
    const oldest = () => store.read((tx) => tx.oldestUnsettled());
    assert.equal(await oldest(), undefined);
    const txid = toHex(txidOf('a'));
    const [first, second, third] = [order('a', 3), order('b', 2), order('c', 1)];
    await store.transaction((tx) => tx.addOrders([first, second, third]));
    assert.equal(await oldest(), at - 3);
    await store.transaction(async (tx) => {
      await tx.putOrder({ ...first, state: 'outstanding', counter: 1 });
      await tx.putOutstanding({ svpmsn: a, counter: 1, order: 'a', txid, amount: tokens(10), op: 'credit' });
    });
    assert.equal(await oldest(), at - 3, 'on its way');
    await store.transaction(async (tx) => {
      await tx.putOrder({ ...first, state: 'stored', counter: 1 });
      await tx.deleteOutstanding(a);
      await tx.putOrder({ ...second, state: 'voiding' });
    });
    assert.equal(await oldest(), at - 2, 'to be taken back');
    await store.transaction((tx) => tx.putOrder({ ...second, state: 'refunded', why: 'voided' }));
    assert.equal(await oldest(), at - 1);
  });

  it('check minutes are summed over all local units by stretch, also over the end of their ring', async (store) => {
    const turn = CHECK_MINUTES_KEPT * 800;
    await store.transaction(async (tx) => {
      for (const localUnit of [7, 8]) {
        await tx.putLine({ ...NO_LINE, localUnit });
        for (let minute = turn - 5; minute < turn + 5; minute++) {
          await tx.putCheckMinute({ localUnit, minute, energy: milliwattHours(localUnit) });
        }
      }
    });
    const sums = (...edges: number[]) => store.read((tx) => tx.checkSums(edges.map((edge) => turn + edge)));
    assert.deepEqual(await sums(-6, -3, -1, 3), [
      { stretch: 0, minutes: 4, energy: 30n },
      { stretch: 1, minutes: 4, energy: 30n },
      { stretch: 2, minutes: 8, energy: 60n },
    ]);
    assert.deepEqual(await sums(2, 2, 4, 9), [
      { stretch: 1, minutes: 4, energy: 30n },
      { stretch: 2, minutes: 2, energy: 15n },
    ]);
    assert.deepEqual(await sums(6, 9), []);
  });

  it('the lines of each account are summed, debit and credit apart, after any posting', async (store) => {
    const posting = (amount: bigint): Posting => ({
      ...{ kind: 'sold', at, svpmsn: a, order: 'a' },
      lines: [
        { account: 'cash', amount },
        { account: 'prepaid', amount: -amount },
      ],
    });
    const sums = (after: number) => store.read((tx) => tx.accountSums(after));
    assert.deepEqual(await sums(0), { last: 0, sums: [] });
    await store.transaction((tx) => tx.post([posting(2n ** 60n), posting(-5n), posting(7n)]));
    const { last, sums: all } = await sums(0);
    assert.deepEqual(all, [
      { account: 'cash', debit: 2n ** 60n + 7n, credit: 5n, lines: 3 },
      { account: 'prepaid', debit: 5n, credit: 2n ** 60n + 7n, lines: 3 },
    ]);
    assert.deepEqual(await sums(last - 1), {
      last,
      sums: [
        { account: 'cash', debit: 7n, credit: 0n, lines: 1 },
        { account: 'prepaid', debit: 0n, credit: 7n, lines: 1 },
      ],
    });
  });
}

const order = (id: string, age: number): Order => ({
  ...{ id, svpmsn: a, op: 'credit', amount: tokens(10), source: 'cash', txid: toHex(txidOf(id)), state: 'waiting' },
  ...{ why: undefined, counter: undefined, orderedAt: milliseconds(at - age), settledAt: undefined },
});
const NOTHING = {
  ...{ heardAt: undefined, balance: undefined, balanceAt: undefined, flags: undefined, flagsAt: undefined },
  ...{ infoAt: undefined, owed: undefined, clockOffsetMs: undefined, tableVersion: undefined, lastDay: undefined },
  ...{ nextEvent: undefined, policyAt: undefined, policyVersion: undefined, nextTableVersion: undefined },
  ...{
    profileDay: undefined,
    voltageDay: undefined,
    voltageAskAt: undefined,
    eventsBefore: undefined,
    linkedEvent: undefined,
    eventLink: undefined,
    attentionAt: undefined,
    attention: undefined,
  },
  ...{ alarms: undefined, alarmsAt: undefined },
};
const NO_LINE = {
  ...{ healthAt: undefined, health: undefined, checkedAt: undefined, mapRefusedAt: undefined, mapRefusal: undefined },
};
