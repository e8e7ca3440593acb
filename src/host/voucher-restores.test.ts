import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { txidOf } from '../exchange/index.ts';
import { svpmsn } from '../units/index.ts';
import type { HostFailure, MemoryStore } from './index.ts';
import { made } from './rig.testing.ts';
import { VoucherTill } from './vouchers.testing.ts';

const reasonOf = (answer: object): string => (answer as HostFailure).reason;
const FIRST = 'payment:voucher:spring.00001:1';

/** Three meters, of which each can be out of reach, books that can be put back, and one voucher that was sold. */
class Restores {
  readonly own: VoucherTill;
  readonly number: string;
  readonly #all: VoucherTill['till']['rig']['meters'];
  #copy: MemoryStore | undefined;

  private constructor(own: VoucherTill, number: string) {
    this.own = own;
    this.number = number;
    this.#all = new Map(own.till.rig.meters);
  }

  static async open(): Promise<Restores> {
    const own = await VoucherTill.open({ meters: 3 });
    const [printed] = await own.sold(1);
    return new Restores(own, printed?.number ?? '');
  }

  get rig() {
    return this.own.till.rig;
  }

  reach(meter: number, isReached = true): void {
    const there = this.#all.get(svpmsn(meter));
    assert.ok(there);
    if (isReached) this.rig.meters.set(there.id, there);
    else this.rig.meters.delete(there.id);
  }

  async copy(): Promise<void> {
    this.#copy = await (this.rig.store as MemoryStore).copy();
  }

  /** To where it was copied last. */
  async putBack(): Promise<void> {
    assert.ok(this.#copy);
    this.rig.store = await this.#copy.copy();
    this.rig.host = this.rig.newHost();
    await this.rig.startRestored();
  }

  async redeem(meter: number): Promise<object> {
    const answer = await this.own.redeem(this.number, meter);
    await this.own.till.end();
    return answer;
  }

  /** What came into a meter, in tokens. */
  credited = (meter: number): number => this.#all.get(svpmsn(meter))?.credited ?? 0;

  async freezes(): Promise<readonly (string | undefined)[]> {
    return Promise.all([0, 1, 2].map(async (id) => made(await this.rig.host.meter(id)).purse.freeze));
  }

  async paidTwice(): Promise<readonly (readonly [string, string, number])[]> {
    const { paidTwice } = made(await this.rig.host.restoration());
    return paidTwice.map(({ voucher, sold, found }) => [voucher, sold.id, found.svpmsn]);
  }
}

const NONE = [undefined, undefined, undefined];

test('a voucher whose first meter is not heard of since a restore pays elsewhere: nobody’s meter is frozen for it, and the loss is told', async () => {
  const way = await Restores.open();
  await way.copy();
  await way.redeem(0);
  way.reach(0, false);
  await way.putBack();
  await way.redeem(1);
  assert.ok(way.credited(0) > 0 && way.credited(1) > 0, 'it did pay twice');
  assert.deepEqual(await way.own.findings(), [], 'which nobody knows before its first meter is heard');
  way.reach(0);
  await way.own.till.end();
  assert.deepEqual(await way.freezes(), NONE);
  assert.deepEqual(await way.paidTwice(), [['spring.00001', FIRST, 0]]);
  assert.deepEqual(await way.own.findings(), [
    `vouchers spring.00001: meter 000001 has its value, and so has found:000000:1, ${way.credited(0)} tokens`,
  ]);
  const { balanced, found } = await way.rig.host.books();
  assert.deepEqual([balanced, found], [true, BigInt(way.credited(0))]);
  assert.equal(reasonOf(await way.redeem(0)), 'voucher-refused');
  made(await way.rig.host.sell({ meter: 0, amount: 70, orderId: 'more', source: 'cash' }));
  const before = way.credited(0);
  await way.own.till.end();
  assert.equal(way.credited(0), before + 70, 'and it takes value as ever');
});

test('what is not in the second meter yet when the first is heard never leaves, and the first keeps the voucher', async () => {
  const way = await Restores.open();
  await way.copy();
  await way.redeem(0);
  way.reach(0, false);
  way.reach(1, false);
  await way.putBack();
  await way.redeem(1);
  way.reach(0);
  await way.own.till.end();
  assert.equal(reasonOf(await way.redeem(2)), 'voucher-refused');
  way.reach(1);
  await way.own.till.end();
  assert.deepEqual([way.credited(1), await way.freezes(), await way.paidTwice()], [0, NONE, []]);
  assert.equal(made(await way.rig.host.order(FIRST)).state, 'refunded');
  for (const elsewhere of [1, 2]) assert.equal(reasonOf(await way.redeem(elsewhere)), 'voucher-refused');
  const before = way.credited(0);
  made((await way.redeem(0)) as { state: string });
  assert.deepEqual(
    [way.credited(0), (await way.rig.host.books()).found],
    [before, 0n],
    'its sale is in the books again',
  );
  assert.deepEqual(await way.own.findings(), []);
});

test('an order that the copy has, and that was given back since for a voucher that paid elsewhere then, stays where it is', async () => {
  const way = await Restores.open();
  way.reach(1, false);
  // It waits behind another, because its meter is not reached.
  made(await way.rig.host.sell({ meter: 1, amount: 70, orderId: 'first', source: 'cash' }));
  await way.redeem(1);
  await way.copy();
  made(await way.rig.host.voidOrder(FIRST));
  await way.own.till.end();
  await way.redeem(0);
  assert.ok(way.credited(0) > 0);
  await way.putBack();
  await way.own.till.end();
  way.reach(1);
  await way.own.till.end();
  assert.equal(way.credited(1), 70);
  assert.equal(reasonOf(await way.redeem(2)), 'voucher-refused', 'under whichever name it paid');
  made((await way.redeem(0)) as { state: string });
  assert.deepEqual([await way.own.findings(), (await way.rig.host.books()).found], [[], 0n]);
});

test('a meter that never took what is sold elsewhere for the same voucher by now says so and keeps nothing', async () => {
  const way = await Restores.open();
  await way.copy();
  const meter = way.rig.meters.get(svpmsn(0));
  assert.ok(meter);
  meter.last = 1;
  meter.receipts.set(1, { txid: txidOf(FIRST), amount: 0, result: 4 });
  way.reach(0, false);
  await way.putBack();
  await way.redeem(1);
  way.reach(0);
  await way.own.till.end();
  assert.deepEqual([await way.freezes(), await way.paidTwice(), await way.own.findings()], [NONE, [], []]);
  assert.equal(reasonOf(await way.redeem(0)), 'voucher-refused');
});

test('a voucher whose first meter said that it never took it pays at another one', async () => {
  const way = await Restores.open();
  await way.copy();
  const meter = way.rig.meters.get(svpmsn(0));
  assert.ok(meter);
  meter.last = 1;
  meter.receipts.set(1, { txid: txidOf(FIRST), amount: 0, result: 4 });
  await way.putBack();
  await way.own.till.end();
  made((await way.redeem(1)) as { state: string });
  assert.ok(way.credited(1) > 0);
  assert.deepEqual(await way.own.findings(), []);
});

test('books that were put back twice know two meters that have one voucher’s value, and freeze neither', async () => {
  const way = await Restores.open();
  await way.copy();
  await way.redeem(0);
  way.reach(0, false);
  await way.putBack();
  await way.redeem(1);
  await way.putBack();
  await way.own.till.end();
  way.reach(0);
  await way.own.till.end();
  assert.deepEqual(await way.freezes(), NONE);
  assert.equal(reasonOf(await way.redeem(2)), 'voucher-refused');
  made((await way.redeem(1)) as { state: string });
  assert.deepEqual(await way.paidTwice(), [['spring.00001', FIRST, 0]]);
  assert.equal((await way.own.findings()).length, 1);
});

test('whatever is put back and not reached, no meter is frozen, and a voucher that paid twice is told with both', async () => {
  const meter = fc.nat(2);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('redeem' as const), meter }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('reach' as const), meter, isReached: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('put-back' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('copy' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('void' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const way = await Restores.open();
      await way.copy();
      for (const step of steps) {
        if (step.type === 'redeem') await way.redeem(step.meter);
        if (step.type === 'reach') way.reach(step.meter, step.isReached);
        if (step.type === 'put-back') await way.putBack();
        if (step.type === 'copy') await way.copy();
        if (step.type === 'void') await way.rig.host.voidOrder(`payment:voucher:spring.00001:${step.count}`);
      }
      for (const id of [0, 1, 2]) way.reach(id);
      await way.own.till.end();
      for (const id of [0, 1, 2, 0, 1, 2]) await way.redeem(id);
      assert.deepEqual(await way.freezes(), NONE);
      const paid = [0, 1, 2].filter((id) => way.credited(id) > 0);
      assert.ok(paid.length > 0, 'it was not lost');
      const findings = await way.own.findings();
      assert.equal(findings.length, paid.length > 1 ? 1 : 0, `${paid}: ${findings}`);
      const { balanced, inFlight } = await way.rig.host.books();
      assert.deepEqual([balanced, inFlight], [true, 0n]);
    }),
    { numRuns: 60 },
  );
});
