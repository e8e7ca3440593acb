import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueReceipts, MemoryStore, parseSignedReceipt, verifyReceipt } from '../../src/host/index.ts';
import { drawnFrom, knownKeys, knownSigner, tradeOf } from '../../src/host/receipt.testing.ts';
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
