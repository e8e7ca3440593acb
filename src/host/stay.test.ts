import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateText } from '../tariff/index.ts';
import { milliseconds } from '../units/index.ts';
import { type Act, MemoryStore } from './index.ts';
import { Bank } from './payments.testing.ts';
import type { StoreReads } from './ports.ts';
import { made, Rig } from './rig.testing.ts';
import { ledgerBefore } from './statement-reading.ts';

const HOME = 0xa;
const NEXT = 0xb;
const DAY_MS = 86_400_000;
const ACT: Act = {
  ...{ at: milliseconds(0), by: 'han', role: 'operator', action: 'moveOut', subject: 'meter 00000a' },
  ...{ detail: '', request: 'a-request' },
};
const NOTHING = { inFlight: 0n, purse: 0n, owed: 0n, arrears: 0n, refunds: 0n };

const dateOf = (ms: number) => dateText(Math.floor(ms / DAY_MS));
/** What the books say of a household's last days at a meter, by each way there is. */
async function said(rig: Rig, subscriber: string, meter = HOME) {
  const within = made(await rig.host.stay({ meter, subscriber }));
  const [from, to] = [dateOf(rig.clock.ms - 2 * DAY_MS), dateOf(rig.clock.ms)];
  const days = { meter, from, to, within };
  const today = { ...days, from: to };
  const both = [await rig.host.statement(days), await rig.host.statement(today)].map(made);
  const balances = [await rig.host.balance(days), await rig.host.balance(today)].map(made);
  return [...both, ...balances].map(({ opening, closing }) => [opening, closing]);
}

async function leaves(rig: Rig, meter: number) {
  made(await rig.host.by(ACT).moveOut({ meter, isDead: false }));
  await rig.settle();
}

test('what is given back of an order from before they came is in no balance of whoever came, then and on any day after', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(HOME);
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  rig.meters.delete(made(await rig.host.meter(HOME)).meter.svpmsn);
  made(await rig.host.purchase({ meter: HOME, paid: 25, method: 'cash', orderId: 'waits' }));
  rig.connect(HOME);
  await leaves(rig, HOME);
  assert.equal(made(await rig.host.order('waits')).state, 'refunded');
  rig.clock.ms += DAY_MS;
  made(await rig.host.by(ACT).moveIn({ meter: HOME, subscriber: 'lee' }));
  await rig.settle();
  rig.clock.ms += 60_000;
  made(await rig.host.by(ACT).payOut('waits'));
  made(await rig.host.purchase({ meter: HOME, paid: 40, method: 'cash', orderId: 'own' }));
  await rig.settle();
  const own = { ...NOTHING, purse: 40n };
  assert.deepEqual(await said(rig, 'lee'), [
    [NOTHING, own],
    [NOTHING, own],
    [NOTHING, own],
    [NOTHING, own],
  ]);
  rig.clock.ms += DAY_MS;
  assert.deepEqual(await said(rig, 'lee'), [
    [NOTHING, own],
    [own, own],
    [NOTHING, own],
    [own, own],
  ]);
});

test('what a household owes for an order at its meter before is in its balance at the next: that order was its own', async () => {
  const bank = new Bank();
  const rig = new Rig(new MemoryStore(), { payments: new Map([['bank', { method: 'card', port: bank }]]) });
  await rig.enrol(HOME);
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  await rig.enrol(NEXT, { subscriber: 'lee' });
  const instrument = { type: 'token', token: 'kims' } as const;
  made(await rig.host.pay({ id: 'disputed', meter: HOME, paid: 60, port: 'bank', instrument }));
  await rig.settle();
  await rig.host.settlePayments();
  await leaves(rig, NEXT);
  rig.clock.ms += 60_000;
  made(await rig.host.by(ACT).moveIn({ meter: NEXT, subscriber: 'kim' }));
  await rig.settle();
  made(await rig.host.by(ACT).moveOut({ meter: HOME, isDead: false, next: NEXT }));
  await rig.settle();
  made(
    await rig.host.paymentNotice({ port: 'bank', id: 'disputed', outcome: { outcome: 'returned', sentence: 'no' } }),
  );
  const [[, closing]] = (await said(rig, 'kim', NEXT)) as [[unknown, unknown]];
  assert.deepEqual(closing, { ...NOTHING, purse: 60n, arrears: 60n });
  assert.equal(made(await rig.host.dues(NEXT)).arrears, 60n);
});

test('before whom nobody lived there has the sums of the books as opening balance, and years of postings are not read for it', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(HOME);
  made(await rig.host.purchase({ meter: HOME, paid: 40, method: 'cash', orderId: 'own' }));
  await rig.settle();
  const opening = async (before: number) => {
    const within = made(await rig.host.stay({ meter: HOME, subscriber: 'kim' }));
    const { meter } = made(await rig.host.meter(HOME));
    return rig.store.read(async (tx) => {
      let asked = 0;
      const postings: StoreReads['postings'] = (query) => {
        asked += 1;
        return tx.postings(query);
      };
      const counting = new Proxy(tx, {
        get: (of, name) => {
          const own: unknown = name === 'postings' ? postings : Reflect.get(of, name, of);
          return typeof own === 'function' ? own.bind(of) : own;
        },
      });
      const at = milliseconds(before);
      const lines = await ledgerBefore(counting, meter, at, within);
      return {
        asked,
        isAll: JSON.stringify(texts(lines)) === JSON.stringify(texts(await tx.ledgerOf(HOME as never, at))),
      };
    });
  };
  rig.clock.ms += DAY_MS;
  assert.deepEqual(await opening(rig.clock.ms), { asked: 0, isAll: true });
  await leaves(rig, HOME);
  const leftAt = rig.clock.ms;
  rig.clock.ms += DAY_MS;
  assert.deepEqual(await opening(leftAt), { asked: 0, isAll: true });
});

const texts = (lines: readonly { readonly account: string; readonly amount: bigint }[]) =>
  lines.map(({ account, amount }) => [account, String(amount)]);

test('where nobody lives nobody is told of what was sold before', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(HOME);
  made(await rig.host.sell({ meter: HOME, amount: 40, orderId: 'own', source: 'cash' }));
  await rig.settle();
  await leaves(rig, HOME);
  const nobody = await rig.host.stay({ meter: HOME, subscriber: 'unoccupied' });
  assert.ok('reason' in nobody && nobody.reason === 'tenancy-unknown');
  const postings = await rig.host.postings({ limit: 100 });
  const { postings: whose } = await rig.host.whose({ postings, events: [] });
  assert.deepEqual(new Set(whose.flatMap((people) => [...people])), new Set(['kim']));
});
