import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Store } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { openPostgresStore } from '../../src/storage/index.ts';
import { postgresMissing, startPostgres, type TestServer } from '../../src/storage/postgres.testing.ts';
import { STORES } from '../contract/stores.testing.ts';
import { type Answer, KIMS_METER, type Visitor, World } from './world.ts';

const SALE = { meter: KIMS_METER, paid: '500' };
const under = (key: string) => ({ 'idempotency-key': key });
const sell = (world: World, visitor: Visitor, key: string, sale: object = SALE) =>
  world.ask(visitor, 'POST', '/api/v1/purchases', sale, under(key));

function it(behaviour: string, run: (world: World, store: Store) => Promise<void>): void {
  for (const { name, skip, open } of STORES) {
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      const world = await World.open(store);
      try {
        await run(world, store);
      } finally {
        await world.close();
        clean();
      }
    });
  }
}

it('the same key and the same body get the same answer, and value is sold once', async (world) => {
  const cashier = await world.as('cashier');
  const first = await sell(world, cashier, 'till-7-00001');
  assert.equal(first.status, 201);
  assert.equal(first.headers['idempotency-replayed'], undefined);
  await world.rig.settle();
  // Meanwhile the order is stored, and its body is written in another order: the answer is the one that was given.
  const again = await sell(world, cashier, 'till-7-00001', { paid: '500', meter: KIMS_METER });
  assert.deepEqual([again.status, again.text], [201, first.text]);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  const { json } = await world.ask(cashier, 'GET', String(first.headers.location));
  assert.deepEqual([String(json.order?.state), String(json.order?.amount)], ['stored', '500']);
  const entries = await world.people.audit({ limit: 99 });
  assert.equal(entries.filter(({ action }) => action === 'buy').length, 1);
  assert.equal((await world.host.books()).issued, 500n);
});

it('the same key with another body, or at another address, is refused and changes nothing', async (world) => {
  const operator = await world.as('operator');
  assert.equal((await sell(world, operator, 'till-7-00001')).status, 201);
  const others: Answer[] = [
    await sell(world, operator, 'till-7-00001', { ...SALE, paid: '501' }),
    await sell(world, operator, 'till-7-00001', { ...SALE, method: 'card' }),
    await world.ask(operator, 'POST', `/api/v1/meters/${KIMS_METER}/closing`, undefined, under('till-7-00001')),
  ];
  for (const { status, json, headers } of others) {
    assert.deepEqual([status, String(json.code)], [422, 'idempotency-key-reused']);
    assert.equal(headers.location, undefined);
  }
  assert.equal((await world.host.books()).issued, 500n);
  // Somebody else's key is another key.
  assert.equal((await sell(world, await world.as('cashier'), 'till-7-00001', { ...SALE, paid: '7' })).status, 201);
  assert.equal((await world.host.books()).issued, 507n);
});

it('many who sell at once are served in one step, and those who come under one key still get one sale', async (world) => {
  const cashier = await world.as('cashier');
  const keys = ['till-1-00001', 'till-1-00001', 'till-1-00002', 'till-1-00001', 'till-1-00003', 'till-1-00002'];
  const answers = await Promise.all(keys.map((key) => sell(world, cashier, key)));
  const unknown = { ...SALE, meter: '000009' };
  const [refused, rival, first] = await Promise.all([
    sell(world, cashier, 'till-1-00004', unknown),
    sell(world, cashier, 'till-1-00005', { ...SALE, paid: '7' }),
    sell(world, cashier, 'till-1-00004'),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    keys.map(() => 201),
  );
  assert.equal(new Set(answers.map(({ text }) => text)).size, 3);
  assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 3);
  assert.ok(refused?.status === 404 || refused?.status === 422, 'whichever of the two came first');
  assert.deepEqual([rival?.status, first?.status], [201, 201], 'a refusal takes no key');
  assert.equal((await world.host.books()).issued, 2_007n);
  const entries = await world.people.audit({ limit: 99 });
  assert.equal(entries.filter(({ action }) => action === 'buy').length, 5);
});

it('what moves value without a key, or under one that is none, is not done', async (world) => {
  const operator = await world.as('operator');
  const bodies = { '/api/v1/purchases': SALE, '/api/v1/approvals/x/decision': { verdict: 'approve' } };
  for (const [url, body] of [...Object.entries(bodies), [`/api/v1/meters/${KIMS_METER}/closing`, undefined] as const]) {
    for (const headers of [{}, under(''), under('short'), under('with blank'), under('x'.repeat(65))]) {
      const { status, json } = await world.ask(operator, 'POST', url, body, headers);
      assert.deepEqual([status, String(json.code)], [400, 'idempotency-key-missing'], JSON.stringify(headers));
    }
  }
  assert.equal((await world.host.books()).issued, 0n);
});

it('a refusal is not kept: when what stood in the way is gone, the same key goes through', async (world) => {
  const cashier = await world.as('cashier');
  const unknown = await sell(world, cashier, 'till-7-00002', { ...SALE, meter: '000009' });
  assert.deepEqual([unknown.status, String(unknown.json.code)], [404, 'meter-unknown']);
  await world.rig.enrol(9);
  assert.equal((await sell(world, cashier, 'till-7-00002', { ...SALE, meter: '000009' })).status, 201);
});

it('an order is sold, taken back by two, and each of them stands in the log', async (world) => {
  const cashier = await world.as('cashier');
  const operator = await world.as('operator');
  const sold = await sell(world, cashier, 'till-7-00003');
  const orderUrl = '/api/v1/orders/api%3Acashier%3Atill-7-00003';
  const asked = await world.ask(cashier, 'POST', `${orderUrl}/void`, { why: 'wrong meter' });
  assert.equal(asked.status, 202);
  assert.deepEqual(
    [String(asked.json.state), String(asked.json.askedBy), asked.json.proposal],
    ['waiting', 'cashier', { type: 'void', order: 'api:cashier:till-7-00003' }],
  );
  assert.equal(sold.headers.location, orderUrl.replace('orders', 'purchases'));
  const order = await world.ask(cashier, 'GET', orderUrl);
  assert.notEqual(String(order.json.state), 'refunded', 'nothing is done yet');
  const waiting = await world.ask(operator, 'GET', '/api/v1/approvals/waiting');
  assert.equal((waiting.json.items as unknown as unknown[]).length, 1);

  const decision = `${asked.headers.location}/decision`;
  const decide = (visitor: Visitor, verdict: string, key: string) =>
    world.ask(visitor, 'POST', decision, { verdict, why: 'the slip says so' }, under(key));
  assert.equal((await decide(cashier, 'approve', 'decide-001')).status, 403, 'a cashier decides nothing');
  const approved = await decide(operator, 'approve', 'decide-002');
  assert.deepEqual(
    [approved.status, String(approved.json.state), String(approved.json.decidedBy)],
    [200, 'approved', 'operator'],
  );
  const again = await decide(operator, 'approve', 'decide-002');
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [approved.text, 'true']);
  const late = await decide(await world.as('system-manager'), 'refuse', 'decide-003');
  assert.deepEqual([late.status, String(late.json.code)], [409, 'approval-settled']);
  await world.rig.settle();
  const after = await world.ask(cashier, 'GET', orderUrl);
  assert.deepEqual([String(after.json.state), String(after.json.why)], ['refunded', 'voided']);
  const actions = (await world.people.audit({ limit: 99 })).map(({ by, action }) => `${by} ${action}`).reverse();
  assert.deepEqual(actions, ['cashier buy', 'cashier proposeVoid', 'operator decideApproval']);
  const [decided] = await world.people.audit({ limit: 1 });
  assert.deepEqual(JSON.parse(decided?.detail ?? ''), { verdict: 'approve', why: 'the slip says so' });
});

it('value that nobody paid for takes four eyes, and the other two are not the same', async (world) => {
  const operator = await world.as('operator');
  const propose = (amount: string) =>
    world.ask(operator, 'POST', `/api/v1/meters/${KIMS_METER}/credits`, { amount, why: 'goodwill' });
  const asked = await propose('50');
  const decide = (visitor: Visitor, verdict: string, key: string, of = asked) =>
    world.ask(visitor, 'POST', `${of.headers.location}/decision`, { verdict }, under(key));
  const own = await decide(operator, 'approve', 'decide-001');
  assert.deepEqual([own.status, String(own.json.code)], [403, 'approval-own']);
  assert.equal((await world.host.books()).issued, 0n);
  const manager = await world.as('system-manager');
  assert.equal((await decide(manager, 'approve', 'decide-002')).status, 200);
  const [order] = await world.host.orders({ limit: 9 });
  assert.deepEqual([order?.source, order?.amount, order?.svpmsn], ['manual', 50, 3]);
  const accounts = async () => {
    const sums = new Map<string, bigint>();
    for (const { lines } of await world.host.postings({ limit: 99 })) {
      for (const { account, amount } of lines) sums.set(account, (sums.get(account) ?? 0n) + amount);
    }
    return [...sums].filter(([, sum]) => sum !== 0n).sort();
  };
  assert.deepEqual(await accounts(), [
    ['goodwill', 50n],
    ['prepaid', -50n],
  ]);
  made(await world.host.voidOrder(String(order?.id)));
  await world.rig.settle();
  assert.deepEqual(await accounts(), [], 'what nobody paid for is given back to nobody');

  const withdrawn = await propose('60');
  assert.equal((await decide(operator, 'refuse', 'decide-003', withdrawn)).status, 200, 'who asked may think better');
  assert.equal((await decide(manager, 'approve', 'decide-004', withdrawn)).status, 409);
  const old = await propose('70');
  world.wall.ms += 86_400_001;
  const tooLate = await decide(await world.as('system-manager'), 'approve', 'decide-005', old);
  assert.deepEqual([tooLate.status, String(tooLate.json.code)], [409, 'approval-settled']);
  assert.equal((await world.host.books()).issued, 50n);
  const none = await world.ask(await world.as('operator'), 'POST', '/api/v1/meters/000009/credits', {
    amount: '5',
    why: 'x',
  });
  assert.equal(none.status, 404);
});

it('a key of a meter is changed when a second person says so, if the key store has the next one', async (world) => {
  const operator = await world.as('operator');
  const manager = await world.as('system-manager');
  const asked = await world.ask(operator, 'POST', `/api/v1/meters/${KIMS_METER}/key-changes`, {
    purpose: 'control',
    why: 'a year is over',
  });
  assert.equal(asked.status, 202);
  assert.equal((await world.host.commands(3)).length, 0);
  const decision = `${asked.headers.location}/decision`;
  const approved = await world.ask(manager, 'POST', decision, { verdict: 'approve' }, under('decide-001'));
  assert.equal(approved.status, 200, approved.text);
  await world.rig.settle();
  const meter = await world.ask(operator, 'GET', `/api/v1/meters/${KIMS_METER}`);
  assert.equal(Number(meter.json.generations?.control), 1);
  const byCommand = await world.ask(operator, 'POST', `/api/v1/meters/${KIMS_METER}/commands`, {
    type: 'key-change',
    purpose: 'control',
  });
  assert.equal(byCommand.status, 400, 'there is no way around it');
});

it('a technician asks once for the revival of a meter, and its tamper is cleared when somebody else has agreed', async (world) => {
  const technician = await world.as('technician');
  const operator = await world.as('operator');
  const path = `/api/v1/meters/${KIMS_METER}/revivals`;
  const why = 'opened by a storm';
  assert.deepEqual((await world.ask(technician, 'GET', path)).json, { erased: false });
  assert.equal((await world.ask(technician, 'POST', path, { why })).status, 400, 'under a key of theirs');
  const asked = await world.ask(technician, 'POST', path, { why }, under('revive-001'));
  assert.deepEqual([asked.status, asked.json.state, asked.json.why], [202, 'waiting', why]);
  const again = await world.ask(technician, 'POST', path, { why }, under('revive-001'));
  assert.deepEqual([again.status, again.json.id], [202, asked.json.id], 'the answer was lost, and it is asked once');
  const another = await world.ask(operator, 'POST', path, { why }, under('revive-002'));
  assert.deepEqual([another.status, another.json.code], [422, 'command-wrong']);
  const waiting = (await world.ask(operator, 'GET', path)).json as unknown as { asked: { by: string } };
  assert.equal(waiting.asked.by, 'technician');
  assert.equal((await world.host.commands(3)).length, 0, 'nobody has agreed');

  const decision = `/api/v1/approvals/${String(asked.json.id)}/decision`;
  const approve = { verdict: 'approve' };
  assert.equal((await world.ask(technician, 'POST', decision, approve, under('decide-002'))).status, 403);
  assert.equal((await world.ask(operator, 'POST', decision, approve, under('decide-003'))).status, 200);
  const [clearing] = await world.host.commands(3);
  assert.deepEqual([clearing?.slot, clearing?.state], ['relay-0-clear-tamper', 'waiting']);
  await world.rig.settle();
  assert.deepEqual((await world.ask(technician, 'GET', path)).json, { erased: false, clearing: 'done' });
  const missing = await world.ask(technician, 'POST', '/api/v1/meters/00beef/revivals', { why }, under('revive-003'));
  assert.equal(missing.status, 404);
});

it('a meter whose purse is closed is revived no more', async (world) => {
  const technician = await world.as('technician');
  made(await world.host.closePurse({ meter: 3, orderId: 'retired' }));
  await world.rig.settle();
  const path = `/api/v1/meters/${KIMS_METER}/revivals`;
  const refused = await world.ask(technician, 'POST', path, { why: 'opened' }, under('revive-004'));
  assert.equal(refused.json.code, 'purse-closed');
});

it('lists come page by page, each row once, and a cursor of nowhere is refused', async (world) => {
  const [auditor, operator] = [await world.as('auditor'), await world.as('operator')];
  for (let i = 0; i < 5; i++) {
    made(await world.host.sell({ meter: 3, amount: 1 + i, orderId: `order ${i}`, source: 'cash' }));
    made(await world.host.addSubscriber({ id: `s${i}`, name: 'S', contact: '' }));
    await world.ask(operator, 'POST', `/api/v1/orders/order%20${i}/void`, { why: 'a slip' });
  }
  for (const [url, id, count] of [
    ['/api/v1/orders', 'id', 5],
    ['/api/v1/postings', 'number', 5],
    ['/api/v1/subscribers', 'id', 7],
    ['/api/v1/meters', 'number', 2],
    ['/api/v1/people', 'login', 9],
    ['/api/v1/books/meters', 'meter', 1],
    ['/api/v1/approvals', 'id', 5],
    ['/api/v1/approvals/waiting', 'id', 5],
  ] as const) {
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const { json } = await world.ask(auditor, 'GET', `${url}?limit=2${cursor && `&cursor=${cursor}`}`);
      const items = json.items as unknown as Record<string, string>[];
      seen.push(...items.map((item) => String(item[id])));
      if (json.next === undefined) break;
      cursor = String(json.next);
    }
    assert.deepEqual([seen.length, new Set(seen).size], [count, count], url);
  }
  for (const cursor of ['%20', 'LTE', 'MS41', 'YQ']) {
    const { status, json } = await world.ask(auditor, 'GET', `/api/v1/orders?cursor=${cursor}`);
    assert.deepEqual([status, String(json.code)], [400, 'input-wrong'], cursor);
  }
});

let server: TestServer | undefined;
after(() => server?.stop());

const SALES = Array.from({ length: 24 }, (_, i) => i);

test('two hosts that are asked the same at once sell it once, and both say the same', {
  skip: postgresMissing,
}, async () => {
  server ??= await startPostgres();
  const stores = await Promise.all([1, 2].map(() => openPostgresStore((server as TestServer).url, { schema: 'race' })));
  const first = await World.open(stores[0] as Store);
  const second = await World.open(stores[1] as Store, { furnished: false, seed: 2 });
  try {
    const cashier = await first.as('cashier');
    const pairs = await Promise.all(
      SALES.map((i) =>
        Promise.all(
          [first, second].map((world) => sell(world, cashier, `race-${i}-0000`, { ...SALE, paid: `${1 + i}` })),
        ),
      ),
    );
    for (const [one, other] of pairs as [Answer, Answer][]) {
      assert.deepEqual([one.status, other.status, one.text], [201, 201, other.text]);
      const replayed = [one, other].filter(({ headers }) => headers['idempotency-replayed'] === 'true');
      assert.equal(replayed.length, 1, 'one of them did it');
    }
    // And two others who want something else under one key: one gets it.
    const rivals = await Promise.all(
      [first, second].map((world, i) => sell(world, cashier, 'race-rivals', { ...SALE, paid: `${1 + i}` })),
    );
    assert.deepEqual(rivals.map(({ status }) => status).sort(), [201, 422]);
    const books = await second.host.books();
    const sum = SALES.reduce((all, i) => all + 1 + i, 0);
    const won = Number(rivals.find(({ status }) => status === 201)?.json.paid);
    assert.deepEqual([books.balanced, books.issued], [true, BigInt(sum + won)]);
    const sales = (await first.people.audit({ limit: 200 })).filter(({ action }) => action === 'buy');
    assert.equal(sales.length, SALES.length + 1);
  } finally {
    await second.close();
    await first.close();
  }
});

test('a database that goes away in the middle sells nothing twice, loses nothing and lets nobody in', {
  skip: postgresMissing,
}, async () => {
  server ??= await startPostgres();
  const store = await openPostgresStore(server.url, { schema: 'away' });
  const world = await World.open(store);
  try {
    const cashier = await world.as('cashier');
    const stranger = { headers: { cookie: `wattpurse=${'0'.repeat(64)}` } };
    const sale = (i: number) => sell(world, cashier, `away-${i}-0000`, { ...SALE, paid: `${1 + i}` });
    const early = SALES.slice(0, 8).map(sale);
    await early[0];
    const restarted = server.restart();
    const answers = [...early, ...SALES.slice(8).map(sale)];
    const strangers = SALES.map((i) => sell(world, stranger, `away-${i}-0000`));
    await restarted;
    const broken = (await Promise.all(answers)).filter(({ status }) => status !== 201);
    assert.ok(broken.length > 0);
    for (const { status, json, text } of broken) {
      assert.deepEqual([status, String(json.code)], [503, 'store-failed'], text);
      assert.ok(!/127\.0\.0\.1|ECONN|terminat|postgres/i.test(text), 'where the database is, is for the log');
    }
    for (const { status } of await Promise.all(strangers)) assert.ok(status === 401 || status === 503);
    for (const i of SALES) {
      const again = await sell(world, cashier, `away-${i}-0000`, { ...SALE, paid: `${1 + i}` });
      assert.equal(again.status, 201, again.text);
    }
    await world.rig.settle();
    const books = await world.host.books();
    const sum = BigInt(SALES.reduce((all, i) => all + 1 + i, 0));
    assert.deepEqual([books.balanced, books.issued, books.stored], [true, sum, sum]);
    const sales = (await world.people.audit({ limit: 200 })).filter(({ action }) => action === 'buy');
    assert.equal(sales.length, SALES.length);
  } finally {
    await world.close();
  }
});
