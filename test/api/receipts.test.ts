import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueReceipts, MemoryStore, parseReceiptQr, parseSignedReceipt, verifyReceipt } from '../../src/host/index.ts';
import { cardTradeOf, drawnFrom, knownKeys, knownSigner, tradeOf } from '../../src/host/receipt.testing.ts';
import { made } from '../../src/host/rig.testing.ts';
import { type Visitor, World } from './world.ts';

const URL = '/api/v1/purchases/kims/receipts/7-1';

let world: World;
let kim: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  for (const [order, meter] of [
    ['kims', 3],
    ['lees', 4],
  ] as const) {
    made(await world.host.purchase({ meter, paid: 5, orderId: order, method: 'cash' }));
  }
  const [signed] = await issueReceipts([tradeOf(1)], knownSigner(), drawnFrom('receipts'));
  const text = signed?.text ?? '';
  await world.rig.store.transaction((tx) =>
    tx.receipts.put([
      { id: '7-1', order: 'kims', issuedAt: world.wall.now(), text },
      { id: '7-2', order: 'kims', issuedAt: world.wall.now(), text: 'spoilt' },
      { id: '8-1', order: 'lees', issuedAt: world.wall.now(), text },
    ]),
  );
  kim = await world.as('subscriber');
});
after(() => world.close());

test('a receipt is JSON, its signed text or a paper, by what is named in the address or what the client likes', async () => {
  const forms = [
    ['json', 'application/json', /^\{"number":"7-1",/],
    ['text', 'text/plain', /^[\w.-]+(~[\w-]*){4}$/],
    ['pdf', 'application/pdf', /^%PDF-/],
  ] as const;
  for (const [form, type, begin] of forms) {
    const named = await world.ask(kim, 'GET', `${URL}?form=${form}`);
    assert.deepEqual([named.status, String(named.headers['content-type']).split(';')[0]], [200, type]);
    assert.match(named.text, begin);
    const liked = await world.ask(kim, 'GET', URL, undefined, { accept: type });
    assert.equal(liked.text, named.text, form);
  }
  assert.equal((await world.ask(kim, 'GET', URL, undefined, { accept: 'image/png' })).json.code, 'not-acceptable');
  const { text } = await world.ask(kim, 'GET', `${URL}?form=text`);
  const { json } = await world.ask(kim, 'GET', `${URL}?form=json`);
  assert.equal(made(parseReceiptQr(String(json.qr))).text, text, 'a code says the same');
  const proved = await verifyReceipt(made(parseSignedReceipt(text)), knownKeys());
  assert.ok(!('reason' in proved));
  // The paper carries that very text.
  const paper = await world.ask(kim, 'GET', `${URL}?form=pdf`);
  assert.ok(paper.text.includes(text));
  assert.match(String(paper.headers['content-disposition']), /filename="receipt-7-1\.pdf"/);
  assert.notEqual((await world.ask(kim, 'GET', `${URL}?form=pdf&language=ko`)).text, paper.text);
});

test("a subscriber gets their own receipts, and of nobody else's learns that there are any", async () => {
  const asked = async (url: string, who = kim) => {
    const { status, json } = await world.ask(who, 'GET', `/api/v1/purchases/${url}?form=json`);
    return [status, json.code];
  };
  assert.deepEqual(await asked('lees/receipts/8-1'), [404, 'order-unknown']);
  assert.deepEqual(await asked('kims/receipts/8-1'), [404, 'receipt-unknown']);
  assert.deepEqual(await asked('kims/receipts/9-1'), [404, 'receipt-unknown']);
  assert.deepEqual(await asked('lees/receipts/8-1', await world.as('cashier')), [200, undefined]);
  assert.deepEqual(await asked('lees/receipts/8-1', await world.as('technician')), [403, 'not-allowed']);
});

test('what cannot be read is not drawn, and is given as it lies', async () => {
  const url = '/api/v1/purchases/kims/receipts/7-2';
  const drawn = await world.ask(kim, 'GET', `${url}?form=pdf`);
  assert.deepEqual([drawn.status, drawn.json.code], [406, 'not-acceptable']);
  assert.equal((await world.ask(kim, 'GET', `${url}?form=text`)).text, 'spoilt');
});

test('receipts of sales to cards are read like any other, by whoever has the card', async () => {
  const office = world.host.by(world.act('cards'));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  const [signed] = await issueReceipts([cardTradeOf(1)], knownSigner(), drawnFrom('card'));
  const text = signed?.text ?? '';
  for (const [csn, subscriber, orderId, id] of [
    ['04a1b2c3d4e5f6', 'kim', 'kims card', 'C1-1'],
    ['04a1b2c3d4e5f7', 'lee', 'lees card', 'C2-1'],
  ] as const) {
    made(await office.issueCard({ csn, subscriber, regions: [{ region: 2, provider: '1-2', n: 32 }] }));
    made(await office.buyForCard({ csn, region: 2, orderId, paid: 5, method: 'cash' }));
    await world.rig.store.transaction((tx) =>
      tx.receipts.put([{ id, order: orderId, issuedAt: world.wall.now(), text }]),
    );
  }
  const ask = (url: string) => world.ask(kim, 'GET', `/api/v1/${url}`);
  const items = (await ask('card-orders/kims%20card/receipts')).json.items as unknown as { number: string }[];
  assert.deepEqual(
    items.map(({ number }) => number),
    ['C1-1'],
  );
  assert.equal((await ask('card-orders/kims%20card/receipts/C1-1?form=text')).text, text);
  assert.match((await ask('card-orders/kims%20card/receipts/C1-1?form=pdf&language=ko')).text, /^%PDF-/);
  for (const [url, code] of [
    ['card-orders/kims%20card/receipts/C2-1', 'receipt-unknown'],
    ['card-orders/lees%20card/receipts', 'order-unknown'],
    ['card-orders/lees%20card/receipts/C2-1', 'order-unknown'],
    ['card-orders/lees%20card', 'order-unknown'],
    ['card-orders/kims/receipts', 'order-unknown'],
    ['purchases/kims%20card/receipts', 'order-unknown'],
  ]) {
    const { status, json } = await ask(String(url));
    assert.deepEqual([status, json.code], [404, code], url);
  }
});
