import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantCardQueries } from './card-host.ts';
import { CardRig } from './card-rig.testing.ts';
import { type HostFailure, MemoryStore, type Store, type WebhookSender } from './index.ts';
import { Till } from './payments.testing.ts';
import { made, Rig } from './rig.testing.ts';

/** An address outside that takes what it is told, or does not. */
class Listener implements WebhookSender {
  readonly told: { readonly id: string; readonly body: Record<string, unknown> }[] = [];
  isUp = true;
  secretOf = (webhook: string) => `secret of ${webhook}`;
  faultOf = (url: string) => (url.startsWith('https://') ? undefined : 'A webhook is told by https.');
  async send({ id, body }: { readonly id: string; readonly body: string }) {
    if (!this.isUp) return { why: 'it was answered with status 500' };
    this.told.push({ id, body: JSON.parse(body) });
    return 'taken' as const;
  }
}
const HOOK = { id: 'shop', url: 'https://shop.example/told', events: ['purchase.sold', 'purchase.stored'] } as const;

async function listened(): Promise<{ till: Till; listener: Listener }> {
  const listener = new Listener();
  const till = await Till.open({ ports: { webhooks: listener } });
  assert.equal(made(await till.rig.host.addWebhook(HOOK)).secret, 'secret of shop');
  return { till, listener };
}

test('whoever listens is told of a purchase and of its end, once each, and of nothing else', async () => {
  const { till, listener } = await listened();
  const { host } = till.rig;
  made(await host.pay({ id: 'p', meter: 0, paid: 1_000, port: 'bank', instrument: { type: 'token', token: 'x' } }));
  await till.end();
  for (let i = 0; i < 3; i++) await host.deliverWebhooks();
  assert.deepEqual(
    listener.told.map(({ id }) => id),
    ['purchase.sold:payment:p', 'purchase.stored:payment:p'],
  );
  const { trade } = made(await host.purchase({ meter: 0, paid: 1_000, method: 'card', orderId: 'payment:p' }));
  assert.deepEqual(listener.told[0]?.body.data, {
    ...{ order: 'payment:p', meter: '000000', method: 'card', paid: '1000', tokens: String(trade.energy) },
  });
});

test('what is not taken is told again, later and later, until a person has to look, and then on request', async () => {
  const { till, listener } = await listened();
  const { host, clock } = till.rig;
  listener.isUp = false;
  made(await host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'a' }));
  await host.deliverWebhooks();
  listener.isUp = true;
  await host.deliverWebhooks();
  assert.equal(listener.told.length, 0);
  clock.ms += 30_000;
  await host.deliverWebhooks();
  assert.equal(listener.told.length, 1);
  listener.isUp = false;
  made(await host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'b' }));
  for (let hour = 0; hour < 60; hour++, clock.ms += 3_600_000) await host.deliverWebhooks();
  listener.isUp = true;
  await host.deliverWebhooks();
  assert.equal(listener.told.length, 1);
  assert.deepEqual(await host.retryWebhook('shop'), { deliveries: 1 });
  await host.deliverWebhooks();
  assert.equal(listener.told.length, 2);
});

test('what a webhook has not taken is listed with its tries and the last answer, the oldest first, until it has', async () => {
  const { till, listener } = await listened();
  const { host, clock } = till.rig;
  const listed = async () => made(await host.deliveries('shop'));
  listener.isUp = false;
  made(await host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'a' }));
  assert.deepEqual(
    (await listed()).items.map(({ event, attempts, why }) => [event, attempts, why]),
    [['purchase.sold:a', 0, undefined]],
  );
  await host.deliverWebhooks();
  clock.ms += 1_000;
  made(await host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'b' }));
  const { items, leftOut } = await listed();
  assert.deepEqual(
    items.map(({ event, attempts, why }) => [event, attempts, why]),
    [
      ['purchase.sold:a', 1, 'it was answered with status 500'],
      ['purchase.sold:b', 0, undefined],
    ],
  );
  assert.equal(leftOut, 0);
  listener.isUp = true;
  clock.ms += 60_000;
  await host.deliverWebhooks();
  assert.deepEqual(await listed(), { items: [], leftOut: 0 });
  assert.equal(((await host.deliveries('nobody')) as HostFailure).reason, 'webhook-unknown');
});

test('a host that ends while it tells leaves it to the next, and an event of a sale that was undone is none', async () => {
  const { till, listener } = await listened();
  const { store } = till.rig;
  await assert.rejects(
    store.transaction(async (tx) => {
      await tx.deliveries.put([
        {
          ...{ id: 'shop x', webhook: 'shop', body: '{}', state: 'waiting', at: 0 as never, dueAt: 0 as never },
          ...{ attempts: 0, why: undefined },
        },
      ]);
      throw new Error('undone');
    }),
  );
  made(await till.rig.host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'a' }));
  const send = listener.send.bind(listener);
  listener.send = () => new Promise(() => undefined);
  void till.rig.host.deliverWebhooks();
  await new Promise(setImmediate);
  listener.send = send;
  const next = till.rig.newHost();
  await next.deliverWebhooks();
  assert.equal(listener.told.length, 0);
  till.rig.clock.ms += 60_000;
  await next.deliverWebhooks();
  assert.deepEqual(
    listener.told.map(({ id }) => id),
    ['purchase.sold:a'],
  );
});

test('a webhook that is deleted is told nothing more, and one that makes no sense is refused in one sentence', async () => {
  const { till, listener } = await listened();
  const { host } = till.rig;
  made(await host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'a' }));
  made(await host.deleteWebhook('shop'));
  await host.deliverWebhooks();
  assert.equal(listener.told.length, 0);
  const refused = async (more: object) => ((await host.addWebhook({ ...HOOK, ...more })) as HostFailure).sentence;
  assert.match(await refused({ url: 'http://shop.example' }), /by https/);
  assert.match(await refused({ events: ['meter.sold'] }), /not of "meter\.sold"/);
  assert.match(await refused({ events: [] }), /^A webhook is told of some of/);
  assert.match(await refused({ id: ' ' }), /^A webhook's id/);
  made(await host.addWebhook(HOOK));
  assert.match(await refused({}), /is here already/);
  const without = await Till.open();
  assert.match(((await without.rig.host.addWebhook(HOOK)) as HostFailure).sentence, /no way to call/);
});

/** The webhook of a store, and what it is still to be told. */
async function listening(store: Store): Promise<() => Promise<string[]>> {
  const events = ['purchase.sold', 'purchase.stored', 'purchase.refunded'] as const;
  await store.transaction((tx) => tx.webhooks.put([{ ...HOOK, events, createdAt: 0 as never }]));
  return () => store.read(async (tx) => (await tx.deliveries.where('webhook', 'shop')).map(({ id }) => id));
}

test('a sale that a restored database forgot is told together with its end when it is made anew', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(0);
  const copy = await (rig.store as MemoryStore).copy();
  const purchase = { meter: 0, paid: 1_000, method: 'cash', orderId: 'a' } as const;
  made(await rig.host.purchase(purchase));
  await rig.settle();
  rig.store = copy;
  rig.host = rig.newHost(copy);
  await rig.startRestored();
  await rig.settle();
  const told = await listening(copy);
  for (const _ of [1, 2]) assert.equal(made(await rig.host.purchase(purchase)).order.state, 'stored');
  assert.deepEqual(await told(), ['shop purchase.sold:a', 'shop purchase.stored:a']);
});

test('the same is told of sales to a card, whether the card took them or not', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  const copy = await store.copy();
  await rig.buy('taken', 70);
  await rig.serve();
  await rig.buy('voided', 30);
  await rig.begin();
  await rig.void('voided');
  await rig.serve();
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  await after.serve();
  const told = await listening(copy);
  assert.deepEqual(
    [(await after.buy('taken', 70)).state, (await after.buy('voided', 30)).state],
    ['stored', 'refunded'],
  );
  assert.deepEqual(await told(), [
    'shop purchase.refunded:voided',
    'shop purchase.sold:taken',
    'shop purchase.sold:voided',
    'shop purchase.stored:taken',
  ]);
});
