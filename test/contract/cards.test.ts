import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CardLife } from '../../src/host/card-lives.testing.ts';
import { CardRig, KIMS_CARD } from '../../src/host/card-rig.testing.ts';
import { CardKiosk } from '../../src/host/card-vends.testing.ts';
import type { HostFailure } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { csn, Region } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const STEPS = 30;

for (const { name, skip, open } of STORES) {
  test(`${name}: a card lives, is lost and is replaced, and every token is where the books say`, { skip }, async () => {
    const { store, clean } = await open();
    try {
      const life = await CardLife.of(store, 7);
      await life.live(STEPS);
      await life.heal();
      await life.live(STEPS);
      await life.lose();
    } finally {
      await store.close();
      clean();
    }
  });
}

for (const { name, skip, open } of STORES) {
  test(`${name}: a sale to a card has a signed receipt at once, and another of what became of it`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store });
      await rig.buy('loaded', 700);
      await rig.buy('voided', 90);
      const [sold, ...none] = await rig.receipts('loaded');
      assert.deepEqual(none, []);
      assert.deepEqual([sold?.head.state, sold?.head.total, sold?.payment?.method], ['sold', 700, 'cash']);
      assert.deepEqual(sold?.order?.card, { number: '04a1b2c3d4e5f6', region: 'gas', provider: 'Gas' });
      assert.deepEqual(sold?.order?.lines, [{ kind: 'value', amount: 700, label: undefined }]);
      await rig.void('voided');
      await rig.serve();
      const [, stored, ...more] = await rig.receipts('loaded');
      assert.deepEqual(more, []);
      assert.deepEqual(
        [stored?.head.state, stored?.head.corrects, stored?.order?.counter],
        ['stored', sold?.head.number, 1],
      );
      const states = (await rig.receipts('voided')).map(({ head }) => head.state);
      assert.deepEqual(states, ['sold', 'refunded']);
      const due = await store.read((tx) => tx.receiptsDue.page({ limit: 9 }));
      assert.deepEqual(due, [], 'nothing is signed twice');
    } finally {
      await store.close();
      clean();
    }
  });
}

const reasonOf = (answer: object | HostFailure): string => ('reason' in answer ? String(answer.reason) : 'done');

for (const { name, skip, open } of STORES) {
  test(`${name}: an agent sells to a card out of its float, once under each reference`, { skip }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store });
      const kiosk = await CardKiosk.open(rig);
      assert.equal(made(await kiosk.vend('loaded', 1_000)).outcome, 'sold');
      assert.equal(await kiosk.float(), 1_020n, 'what was paid, less two percent');
      assert.equal(made(await kiosk.vend('loaded', 1_000)).outcome, 'sold', 'asked again it is told how it stands');
      assert.equal(reasonOf(await kiosk.vend('loaded', 1_001)), 'order-differs');
      assert.equal(reasonOf(await kiosk.vend('too much', 1_021)), 'float-short');
      made(await kiosk.vend('waits'));
      assert.equal(made(await kiosk.reverse('waits')).outcome, 'reversed');
      assert.equal(await kiosk.float(), 1_020n, 'what never left is money again at once, without commission');
      assert.equal(made(await kiosk.reverse('late')).outcome, 'reversed');
      assert.equal(reasonOf(await kiosk.vend('late')), 'vend-reversed', 'a request that comes after its reversal');
      await rig.begin();
      assert.equal(made(await kiosk.reverse('loaded')).outcome, 'reversing', 'the card decides');
      await rig.serve();
      assert.equal(made(await kiosk.view('loaded')).outcome, 'reversed');
      made(await kiosk.vend('loaded again', 500));
      made(await kiosk.confirm('loaded again'));
      assert.equal(reasonOf(await kiosk.reverse('loaded again')), 'vend-confirmed');
      await rig.serve();
      assert.equal(made(await kiosk.view('loaded again')).outcome, 'stored');
      const states = (await rig.receipts('vend:kiosk:loaded again')).map(({ head }) => head.state);
      assert.deepEqual(states, ['stored']);
      await kiosk.agrees({ stored: 500n, commission: 10n });
    } finally {
      await store.close();
      clean();
    }
  });
}

for (const { name, skip, open } of STORES) {
  test(`${name}: value of a card is taken back, taken off and given to the next card by two people`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store, days: 1 });
      await rig.buy('voided', 50);
      const voided = await rig.byTwo({ type: 'card-void', order: 'voided' });
      assert.deepEqual(
        voided.cardOrders.map(({ id, state }) => [id, state]),
        [['voided', 'refunded']],
      );
      await rig.buy('loaded', 700);
      await rig.serve();
      const closing = { type: 'card-closing', card: KIMS_CARD, region: Region.gas } as const;
      const { approval, cardOrders } = await rig.byTwo(closing);
      assert.deepEqual(approval.proposal, closing, 'what was asked for is kept as it was');
      const [emptying] = cardOrders;
      assert.equal(emptying?.op, 'close');
      await rig.serve();
      assert.deepEqual([(await rig.order(String(emptying?.id)))?.state, (await rig.purse()).balance], ['closed', 0n]);
      await rig.buy('lost', 300);
      await rig.serve();
      const next = csn('04a1b2c3d4e5f7');
      await rig.issue(next);
      await rig.replaceBy(next);
      const recovered = await rig.byTwo({ type: 'card-recovery', card: KIMS_CARD });
      assert.deepEqual(
        recovered.cardOrders.map(({ purse, amount }) => [purse, amount]),
        [[`${next}-${Region.gas}`, 300]],
      );
      assert.equal((await rig.totals()).recovered, 300n);
      const decided = await store.read((tx) => tx.approvals.where('state', 'approved'));
      assert.equal(decided.length, 3);
    } finally {
      await store.close();
      clean();
    }
  });
}

for (const { name, skip, open } of STORES) {
  test(`${name}: value that nobody paid for is given to a card out of goodwill, which has it again when it is taken back`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store });
      const gift = { type: 'card-credit', card: KIMS_CARD, region: Region.gas, amount: 60 } as const;
      const { approval, cardOrders } = await rig.byTwo(gift);
      assert.deepEqual([approval.proposal, cardOrders.length], [gift, 1], 'what was asked for is kept as it was');
      const goodwill = async () => (await rig.totals()).account('goodwill');
      assert.equal(await goodwill(), 60n);
      await rig.serve();
      const { balance } = await rig.purse();
      assert.deepEqual([balance, (await rig.totals()).stored], [60n, 60n]);
      const [back] = (await rig.byTwo({ ...gift, amount: 7 })).cardOrders;
      const id = String(back?.id);
      assert.equal((await rig.void(id)).state, 'refunded');
      assert.deepEqual([await goodwill(), (await rig.totals()).refunded], [60n, 7n]);
      const paid = await rig.payOut(id);
      assert.equal(reasonOf(paid), 'order-settled', 'nobody paid for it');
    } finally {
      await store.close();
      clean();
    }
  });
}

for (const { name, skip, open } of STORES) {
  test(`${name}: whoever listens is told of a sale to a card and of its end, once each, and of nothing that is no sale`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store });
      await rig.buy('before', 10);
      const events = ['purchase.sold', 'purchase.stored', 'purchase.refunded'] as const;
      const hook = { id: 'shop', url: 'https://shop.example', createdAt: rig.clock.now() };
      await store.transaction((tx) => tx.webhooks.put([{ ...hook, events }]));
      await rig.buy('loaded', 700);
      await rig.buy('voided', 90);
      await rig.void('voided');
      await rig.void('voided');
      await rig.byTwo({ type: 'card-credit', card: KIMS_CARD, region: Region.gas, amount: 5 });
      await rig.serve();
      await rig.byTwo({ type: 'card-closing', card: KIMS_CARD, region: Region.gas });
      await rig.serve();
      const told = await store.read((tx) => tx.deliveries.where('webhook', 'shop'));
      assert.deepEqual(
        told.map(({ id }) => id),
        [
          'shop purchase.refunded:voided',
          'shop purchase.sold:loaded',
          'shop purchase.sold:voided',
          'shop purchase.stored:before',
          'shop purchase.stored:loaded',
        ],
      );
      const { data } = JSON.parse(told[1]?.body ?? '');
      const place = { card: KIMS_CARD, region: 'gas', provider: '258-2' };
      assert.deepEqual(data, { order: 'loaded', ...place, method: 'cash', paid: '700', tokens: '700' });
    } finally {
      await store.close();
      clean();
    }
  });
}

for (const { name, skip, open } of STORES) {
  test(`${name}: of many tickets one is read for each card and meter, and it is the newest`, { skip }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store, limit: 500 });
      const next = csn('04a1b2c3d4e5f7');
      await rig.issue(next);
      for (let count = 1; count <= 4; count++) {
        for (const card of [KIMS_CARD, next]) {
          await rig.buy(`${card} ${count}`, 10, card);
          await rig.serve(card);
        }
      }
      await store.read(async (tx) => {
        const of = (card: string) => tx.cardTickets.where('purse', `${card}-${Region.gas}`);
        const issued = [...(await of(KIMS_CARD)), ...(await of(next))];
        assert.equal(issued.length, 8);
        const exposing = await tx.cardTickets.where('exposes', '258-2');
        assert.deepEqual(exposing, [issued[3], issued[7]]);
        assert.deepEqual(
          issued.filter(({ exposes }) => exposes !== undefined),
          exposing,
        );
      });
    } finally {
      await store.close();
      clean();
    }
  });
}
