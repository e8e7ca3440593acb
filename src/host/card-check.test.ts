import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Region } from '../units/index.ts';
import { type CardRows, checkCards } from './card-check.ts';
import { CardRig, GAS, KIMS_CARD } from './card-rig.testing.ts';
import { buyForCard, emptyCard, payOutCard, sellToCard, voidCardOrder } from './card-sale.ts';
import { made } from './rig.testing.ts';
import type { LedgerSum } from './types.ts';

const TARGET = { csn: KIMS_CARD, region: Region.gas };

/** The books of a provider in which something of everything happened. */
async function lived(): Promise<{ readonly sums: readonly LedgerSum[]; readonly rows: CardRows }> {
  const rig = await CardRig.open();
  await rig.do(async (tx, now) => {
    made(await sellToCard(tx, { ...TARGET, orderId: 'one', amount: 300, source: 'cash' }, now));
    made(await sellToCard(tx, { ...TARGET, orderId: 'given', amount: 5, source: 'manual' }, now));
    made(await buyForCard(tx, { ...TARGET, orderId: 'two', paid: 200, method: 'card' }, now));
    made(await sellToCard(tx, { ...TARGET, orderId: 'back', amount: 9, source: 'cash' }, now));
    made(await voidCardOrder(tx, 'back', now));
    made(await payOutCard(tx, { orderId: 'back', by: undefined }, now));
  });
  await rig.serve();
  const meter = rig.meter();
  meter.take(rig.hand(), 200);
  meter.spend(50);
  meter.take(rig.hand(), 1);
  await rig.serve();
  await rig.do(async (tx, now) => made(await emptyCard(tx, { ...TARGET, orderId: 'off' }, now)));
  await rig.serve();
  await rig.do(async (tx, now) =>
    made(await sellToCard(tx, { ...TARGET, orderId: 'waits', amount: 7, source: 'cash' }, now)),
  );
  return rig.store.read(async (tx) => ({
    sums: (await tx.ledgerSums(0)).sums,
    rows: {
      purses: await tx.cardPurses.page({ limit: 9 }),
      orders: await tx.cardOrders.page({ limit: 99 }),
      meters: await tx.offlineMeters.page({ limit: 9 }),
    },
  }));
}

test('loaded is on cards, in meters, spent and taken off, and cards, orders and meters say the same as the ledger', async () => {
  const { sums, rows } = await lived();
  const { cards, findings } = checkCards(sums, rows);
  assert.deepEqual(findings, []);
  const [{ provider, issued, stored, inFlight, refunded, onCards, inMeters, spent, closed }] = cards as [
    (typeof cards)[number],
  ];
  assert.deepEqual([provider, issued, stored, inFlight, refunded], [GAS, 521n, 505n, 7n, 9n]);
  assert.deepEqual([onCards, inMeters, spent, closed], [0n, 151n, 50n, 304n]);
});

test('each figure that somebody changed is named', async () => {
  const { sums, rows } = await lived();
  const [purse, meter] = [rows.purses[0], rows.meters[0]];
  assert.ok(purse !== undefined && meter !== undefined);
  const found = (changed: Partial<CardRows>) =>
    checkCards(sums, { ...rows, ...changed }).findings.map(({ table, row, what }) => `${table} ${row}: ${what}`);
  const id = `${KIMS_CARD}-2`;
  assert.deepEqual(found({ purses: [{ ...purse, credited: 506n }] }), [
    `card_purses ${id}: credited 506 where its orders say 505`,
    `card_providers ${GAS}: loaded 506 where the ledger says 505`,
  ]);
  assert.deepEqual(found({ purses: [{ ...purse, handed: 0n }] }), [
    `card_providers ${GAS}: handed 0 where the ledger says 201`,
  ]);
  assert.deepEqual(found({ purses: [{ ...purse, released: 1n }] }), [
    `card_purses ${id}: released 1 where its orders say 0`,
    `card_providers ${GAS}: taken off 305 where the ledger says 304`,
  ]);
  assert.deepEqual(found({ meters: [{ ...meter, spent: 49n }] }), [
    `card_providers ${GAS}: spent 49 where the ledger says 50`,
  ]);
  assert.deepEqual(found({ orders: rows.orders.filter(({ id: order }) => order !== 'waits') }), [
    `card_providers ${GAS}: in flight 0 where the ledger says 7`,
  ]);
});

test('a ledger in which value of cards appears from nowhere, or comes out below zero, says so', async () => {
  const { sums, rows } = await lived();
  const more = (account: LedgerSum['account'], amount: bigint, kind: LedgerSum['kind']): LedgerSum => ({
    ...{ account, amount, kind, svpmsn: undefined },
  });
  for (const changed of [
    [more(`value-on-cards:${GAS}`, -5n, 'card-stored'), more('cash', 5n, 'card-stored')],
    [more(`prepaid-cards:${GAS}`, 8n, 'card-stored'), more(`value-on-cards:${GAS}`, -8n, 'card-stored')],
    [more(`value-on-cards:${GAS}`, 500n, 'card-handed'), more(`value-in-offline-meters:${GAS}`, -500n, 'card-handed')],
  ]) {
    const { findings } = checkCards([...sums, ...changed], rows);
    assert.equal(findings[0]?.row, `provider ${GAS}`);
  }
});
