import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNIX_MS_MAX } from '../units/index.ts';
import { parseSignedReceipt, type Receipt, verifyReceipt } from './index.ts';
import { Till } from './payments.testing.ts';
import { knownKeys, knownSigner } from './receipt.testing.ts';
import { made } from './rig.testing.ts';

const RECEIPTS = { signer: knownSigner(), utility: { name: 'Stadtwerk', registration: undefined } };

/** The receipts of an order, each proved by the published key. */
async function proved(till: Till, order: string): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (const { text } of made(await till.rig.host.receipts(order))) {
    receipts.push(made(await verifyReceipt(made(parseSignedReceipt(text)), knownKeys())));
  }
  return receipts;
}

test('behind the end of the calendar no receipt is signed, and what is due stays due', async () => {
  const till = await Till.open({ ports: { receipts: RECEIPTS } });
  const { host, clock } = till.rig;
  made(await host.purchase({ meter: 0, paid: 2_000, method: 'card', orderId: 'a' }));
  const { ms } = clock;
  clock.ms = UNIX_MS_MAX + 1;
  await host.issueReceipts();
  assert.deepEqual(await proved(till, 'a'), []);
  clock.ms = ms;
  await host.issueReceipts();
  assert.equal((await proved(till, 'a')).length, 1);
});

test('a purchase has a receipt at once, and another when its value is stored, which takes the place of the first', async () => {
  const till = await Till.open({ ports: { receipts: RECEIPTS } });
  const { host } = till.rig;
  made(await host.bookDebt({ meter: 0, amount: 300, reference: 'from before' }));
  const { trade } = made(await host.purchase({ meter: 0, paid: 2_000, method: 'card', orderId: 'a' }));
  await host.issueReceipts();
  const [sold] = await proved(till, 'a');
  assert.deepEqual(
    [sold?.head.state, sold?.head.total, sold?.head.currency, sold?.order?.counter],
    ['sold', 2_000, 'EUR', undefined],
  );
  assert.deepEqual(
    sold?.order?.lines.map(({ kind, amount }) => [kind, amount]),
    [
      ['energy', Number(trade.energy)],
      ['fixed-charge', 50],
      ['tax', Number(trade.tax)],
      ['arrears', 300],
      ['fee', 33],
    ],
  );
  await till.rig.settle();
  await host.issueReceipts();
  await host.issueReceipts();
  const [, stored, ...more] = await proved(till, 'a');
  assert.deepEqual(more, []);
  assert.deepEqual(
    [stored?.head.state, stored?.head.corrects, stored?.order?.counter],
    ['stored', sold?.head.number, 1],
  );
});

test('a payment is on its receipt with what may be shown of it, and a refund has one too', async () => {
  const till = await Till.open({ ports: { receipts: RECEIPTS } });
  made(await till.pay('p', 1_000));
  made(await till.rig.host.voidOrder('payment:p'));
  await till.end();
  await till.rig.host.issueReceipts();
  const [receipt, ...more] = await proved(till, 'payment:p');
  assert.deepEqual(more, []);
  assert.deepEqual([receipt?.head.state, receipt?.head.corrects], ['refunded', undefined]);
  assert.deepEqual([receipt?.payment?.shown, receipt?.payment?.approval], ['**** 1234', 'AN0']);
});

test('two hosts that are at the same trade issue one receipt, and what nobody signs stays due', async () => {
  const till = await Till.open();
  made(await till.rig.host.purchase({ meter: 0, paid: 2_000, method: 'cash', orderId: 'a' }));
  await till.rig.host.issueReceipts();
  assert.deepEqual(made(await till.rig.host.receipts('a')), []);
  const signing = new Till({ receipts: RECEIPTS });
  const hosts = [0, 1].map(() => signing.rig.newHost(till.rig.store));
  await Promise.all(hosts.map((host) => host.issueReceipts()));
  assert.equal((await proved(till, 'a')).length, 1);
  const unknown = await till.rig.host.receipts('b');
  assert.ok('reason' in unknown && unknown.reason === 'order-unknown');
});
