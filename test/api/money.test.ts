import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { type Answer, KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

const under = (key: string) => ({ 'idempotency-key': key });
const TERMS = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  ...{ taxBasisPoints: 1_900, fixedChargePerMonth: 50, recoveryPercentMax: 40 },
  fees: { card: { fixed: 3, basisPoints: 150 } },
};
const PAN = '4111111111111111';
const CARD = { type: 'card', pan: PAN, expiry: '2912' };

function it(behaviour: string, run: (world: World) => Promise<void>): void {
  test(behaviour, async () => {
    const world = await World.open(new MemoryStore());
    try {
      await run(world);
    } finally {
      await world.close();
    }
  });
}

const post = (world: World, visitor: Visitor, path: string, body?: object, key?: string) =>
  world.ask(visitor, 'POST', `/api/v1${path}`, body, key === undefined ? {} : under(key));
const get = (world: World, visitor: Visitor, path: string) => world.ask(visitor, 'GET', `/api/v1${path}`);
const told = ({ status, json }: Answer) => [status, json?.code];

it('what a quote says of a payment is what becomes of it, each part by its name', async (world) => {
  const operator = await world.as('operator');
  const cashier = await world.as('cashier');
  assert.equal((await world.ask(operator, 'PUT', '/api/v1/terms', TERMS)).status, 200);
  assert.deepEqual((await get(world, cashier, '/terms')).json, TERMS as never);
  const debt = { amount: '700', reference: 'bill 7' };
  const booked = await post(world, operator, `/meters/${KIMS_METER}/debts`, debt, 'debt-00001');
  assert.equal(booked.status, 201);
  const again = await post(world, operator, `/meters/${KIMS_METER}/debts`, debt, 'debt-00001');
  assert.equal(again.text, booked.text, 'a debt is booked once');
  const dues = await get(world, cashier, `/meters/${KIMS_METER}/dues`);
  assert.equal(dues.json.arrears, '700' as never);

  const quoted = await get(world, cashier, `/meters/${KIMS_METER}/quote?paid=1000&method=card`);
  const wanted = { meter: KIMS_METER, paid: '1000', method: 'card' };
  const sold = await post(world, cashier, '/purchases', wanted, 'till-00001');
  assert.equal(sold.status, 201, sold.text);
  const names = ['paid', 'energy', 'fixedCharge', 'arrears', 'fee', 'tax'] as const;
  const parts = names.map((name) => BigInt(String(sold.json[name])));
  assert.deepEqual(
    names.map((name) => String(quoted.json[name])),
    parts.map(String),
  );
  const [paid = 0n, ...rest] = parts;
  const [, , , recovered = 0n] = parts;
  assert.equal(
    rest.reduce((sum, part) => sum + part, 0n),
    paid,
  );
  assert.equal(
    BigInt(String((await get(world, cashier, `/meters/${KIMS_METER}/dues`)).json.arrears)),
    700n - recovered,
  );
  const read = await get(world, cashier, String(sold.headers.location).replace('/api/v1', ''));
  assert.deepEqual({ ...read.json, order: undefined }, { ...sold.json, order: undefined });
});

it('a payment that is clicked twice is one, and under its key nothing else is paid', async (world) => {
  const cashier = await world.as('cashier');
  const asked = { meter: KIMS_METER, paid: '500', port: 'bank', instrument: CARD };
  const twice = await Promise.all([1, 2].map(() => post(world, cashier, '/payments', asked, 'click-0001')));
  assert.deepEqual(
    twice.map(({ status }) => status),
    [201, 201],
  );
  const other = await post(world, cashier, '/payments', { ...asked, paid: '501' }, 'click-0001');
  assert.deepEqual(told(other), [409, 'payment-differs']);
  await world.rig.settle();
  await world.host.settlePayments();
  await world.host.settlePayments();
  const settled = await get(world, cashier, String(twice[0]?.headers.location).replace('/api/v1', ''));
  assert.equal(settled.json.state, 'captured' as never);
  assert.equal((await world.host.books()).issued, 500n);
  const taken = await get(world, cashier, `/purchases/${encodeURIComponent(String(settled.json.order))}`);
  assert.equal(taken.json.order?.state, 'stored' as never);
  assert.deepEqual(told(await post(world, cashier, `/payments/${settled.json.id}/cancellation`)), [
    409,
    'payment-settled',
  ]);
  const entries = (await world.people.audit({ limit: 99 })).filter(({ action }) => action === 'pay');
  assert.equal(entries.length, 1);
});

it('the number of a card stands in no answer, no log, no audit and no row', async (world) => {
  const cashier = await world.as('cashier');
  const asked = { meter: KIMS_METER, paid: '500', port: 'bank', instrument: CARD };
  const paid = await post(world, cashier, '/payments', asked, 'click-0001');
  const wrong = await post(
    world,
    cashier,
    '/payments',
    { ...asked, instrument: { ...CARD, expiry: PAN } },
    'click-0002',
  );
  assert.deepEqual(told(wrong), [400, 'input-wrong']);
  const audit = await world.people.audit({ limit: 99 });
  const all = [
    paid.text,
    wrong.text,
    ...world.lines,
    JSON.stringify(audit),
    JSON.stringify(await world.host.payments({ limit: 9 })),
  ];
  assert.ok(!all.some((text) => text.includes(PAN)));
  assert.ok(all.some((text) => text.includes('**** 1234')));
});

it('a subscriber pays for and sees their own meter, and nothing of others', async (world) => {
  const kim = await world.as('subscriber');
  const cashier = await world.as('cashier');
  const asked = { meter: KIMS_METER, paid: '500', port: 'bank', instrument: { type: 'token', token: 'kims' } };
  const own = await post(world, kim, '/payments', asked, 'phone-0001');
  assert.equal(own.status, 201, own.text);
  assert.deepEqual(told(await post(world, kim, '/payments', { ...asked, meter: LEES_METER }, 'phone-0002')), [
    404,
    'meter-unknown',
  ]);
  const lees = await post(world, cashier, '/payments', { ...asked, meter: LEES_METER }, 'phone-0001');
  assert.deepEqual(told(await get(world, kim, `/payments/${lees.json.id}`)), [404, 'payment-unknown']);
  assert.deepEqual(told(await post(world, kim, `/payments/${lees.json.id}/cancellation`)), [404, 'payment-unknown']);
  assert.deepEqual(told(await get(world, kim, `/purchases/${encodeURIComponent(String(lees.json.order))}`)), [
    404,
    'order-unknown',
  ]);
  assert.equal((await get(world, kim, `/purchases/${encodeURIComponent(String(own.json.order))}`)).status, 200);
  const contract = {
    ...{ threshold: '100', paid: '50', port: 'bank', account: { type: 'token', token: 'kims' } },
    ...{ perDayMax: '100', perMonthMax: '500' },
  };
  const agreed = await world.ask(kim, 'PUT', `/api/v1/meters/${KIMS_METER}/contract`, contract);
  assert.equal(agreed.status, 200, agreed.text);
  assert.ok(!agreed.text.includes('kims'), 'a reference that pays is not told again');
  assert.equal((await world.ask(kim, 'PUT', `/api/v1/meters/${LEES_METER}/contract`, contract)).status, 404);
  assert.equal((await world.ask(kim, 'DELETE', `/api/v1/meters/${KIMS_METER}/contract`)).status, 200);
  assert.deepEqual(told(await get(world, kim, `/meters/${KIMS_METER}/contract`)), [404, 'contract-unknown']);
});

it('a payment for which nobody waits any more is given back, whatever is answered later', async (world) => {
  const cashier = await world.as('cashier');
  world.bank.ways.push('pends');
  const asked = {
    meter: KIMS_METER,
    paid: '500',
    port: 'bank',
    instrument: { type: 'wallet', number: '821012345678' },
  };
  const paid = await post(world, cashier, '/payments', asked, 'phone-0001');
  assert.equal(paid.json.state, 'pending' as never);
  const waiting = await get(world, cashier, '/payments/unsettled');
  assert.deepEqual(
    (waiting.json.items as unknown as { id: string }[]).map(({ id }) => id),
    [paid.json.id],
  );
  const first = await get(world, cashier, '/payments/unsettled?limit=1');
  const rest = await get(world, cashier, `/payments/unsettled?limit=1&cursor=${first.json.next}`);
  assert.deepEqual(rest.json, { items: [] }, 'what a page ended with is not on the next');
  const cancelled = await post(world, cashier, `/payments/${paid.json.id}/cancellation`);
  assert.equal(cancelled.json.state, 'reversing' as never);
  const late = { outcome: 'approved', approval: 'AN0', shown: 'wallet' } as const;
  await world.host.paymentNotice({ port: 'bank', id: String(paid.json.id), outcome: late });
  await world.host.settlePayments();
  assert.equal((await get(world, cashier, `/payments/${paid.json.id}`)).json.state, 'reversed' as never);
  assert.deepEqual([(await world.host.books()).issued, world.bank.held(), world.bank.taken()], [0n, 0, 0]);
});

it('money for a sale that was taken back is given back once', async (world) => {
  const cashier = await world.as('cashier');
  const sold = await post(world, cashier, '/purchases', { meter: KIMS_METER, paid: '500' }, 'till-00001');
  const order = String(sold.json.order?.id);
  const url = `/purchases/${encodeURIComponent(order)}/payout`;
  assert.deepEqual(
    told(await post(world, cashier, url, undefined, 'back-00001')),
    [404, 'order-unknown'],
    'its value is on its way',
  );
  await world.host.voidOrder(order);
  await world.rig.settle();
  assert.deepEqual(told(await post(world, cashier, url)), [400, 'idempotency-key-missing']);
  const given = await post(world, cashier, url, undefined, 'back-00001');
  assert.equal(given.status, 200, given.text);
  assert.ok(given.json.paidOutAt !== undefined);
  const again = await post(world, cashier, url, undefined, 'back-00001');
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [given.text, 'true']);
  assert.deepEqual((await post(world, cashier, url, undefined, 'back-00002')).json, given.json, 'it is given once');
  const acts = (await world.people.audit({ limit: 9 })).filter(({ action }) => action === 'payOut');
  assert.equal(acts.length, 2, 'each key that was used is an entry');
  const postings = await get(world, await world.as('auditor'), '/postings');
  const kinds = (postings.json.items as unknown as { kind: string }[]).map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'paid-out').length, 1);
});

it('terms and contracts that are none are refused by their place, and change nothing', async (world) => {
  const operator = await world.as('operator');
  for (const wrong of [
    { ...TERMS, taxBasisPoints: 10_001 },
    { ...TERMS, fees: { gift: { fixed: 1, basisPoints: 0 } } },
    { ...TERMS, currency: { code: 'euro', number: 978, exponent: 2 } },
    { ...TERMS, fees: { card: { fixed: 0.5, basisPoints: 0 } } },
  ]) {
    const answer = await world.ask(operator, 'PUT', '/api/v1/terms', wrong);
    assert.deepEqual(told(answer), [400, 'input-wrong'], answer.text);
  }
  assert.equal((await get(world, operator, '/terms')).json.taxBasisPoints, 0 as never);
  const contract = {
    ...{ threshold: '100', paid: '500', port: 'bank', account: { type: 'token', token: 'kims' } },
    ...{ perDayMax: '100', perMonthMax: '500' },
  };
  const over = await world.ask(operator, 'PUT', `/api/v1/meters/${KIMS_METER}/contract`, contract);
  assert.deepEqual(told(over), [422, 'amount-wrong']);
  const nobody = await world.ask(operator, 'PUT', `/api/v1/meters/${KIMS_METER}/contract`, {
    ...contract,
    ...{ port: 'gold', perDayMax: '500' },
  });
  assert.deepEqual(told(nobody), [422, 'payment-port-unknown']);
});
