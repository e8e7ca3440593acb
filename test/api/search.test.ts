import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { AttentionReason } from '../../src/records/index.ts';
import { svpmsn } from '../../src/units/index.ts';
import { KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

let world: World;
let auditor: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  const { host, rig } = world;
  auditor = await world.as('auditor');
  await host.addSubscriber({ id: 'groß', name: 'Jörg Groß', contact: 'joerg@example.org' });
  await rig.enrol(0xab03, { subscriber: 'groß', modemAddress: 77 });
  made(await host.purchase({ meter: 3, paid: 500, orderId: 'a', method: 'card' }));
  await rig.settle();
  made(await host.purchase({ meter: 4, paid: 70, orderId: 'b', method: 'cash' }));
  const attention = { counter: 1, atMs: rig.clock.ms, reasons: AttentionReason.coverOpened } as const;
  await host.handle({ type: 'grid', localUnit: 1, message: { type: 'attention', svpmsn: svpmsn(4), ...attention } });
});
after(() => world.close());

async function found(url: string, visitor = auditor): Promise<{ rows: Record<string, unknown>[]; next?: string }> {
  const { status, json, text } = await world.ask(visitor, 'GET', `/api/v1/${url}`);
  assert.equal(status, 200, text);
  const { items, next } = json as unknown as { items: Record<string, unknown>[]; next?: string };
  return { rows: items, ...(next !== undefined && { next }) };
}
const numbers = async (url: string, visitor?: Visitor) => (await found(url, visitor)).rows.map(({ number }) => number);

test('meters are found by a part of their number or of the name of their subscriber, in whatever case', async () => {
  assert.deepEqual(await numbers('meters?search=AB0'), ['00ab03']);
  assert.deepEqual(await numbers('meters?search=03'), [KIMS_METER, '00ab03']);
  assert.deepEqual(await numbers(`meters?search=${encodeURIComponent('jÖRG')}`), ['00ab03']);
  assert.deepEqual(await numbers(`meters?search=${encodeURIComponent('jo\u0308rg')}`), ['00ab03'], 'in two signs');
  assert.deepEqual(await numbers('meters?search=nobody'), []);
  const first = await found('meters?search=03&limit=1');
  assert.deepEqual(
    first.rows.map(({ number }) => number),
    [KIMS_METER],
  );
  assert.deepEqual(await numbers(`meters?search=03&limit=1&cursor=${first.next}`), ['00ab03']);
});

test('meters are found by how they stand, together with all other filters, and each says why', async () => {
  assert.deepEqual(await numbers('meters?state=tampered'), [LEES_METER]);
  assert.deepEqual(await numbers('meters?state=supplied'), [KIMS_METER]);
  assert.deepEqual(await numbers('meters?state=dark&search=groß&localUnit=1'), ['00ab03']);
  assert.deepEqual(await numbers('meters?state=dark&localUnit=2'), []);
  assert.deepEqual(await numbers('meters?state=tampered&subscriber=kim'), []);
  const [tampered] = (await found('meters?state=tampered')).rows;
  assert.deepEqual([tampered?.state, tampered?.why, tampered?.stale], ['tampered', ['cover-opened'], false]);
  const [never] = (await found('meters?state=dark')).rows;
  assert.deepEqual([never?.why, never?.stale, never?.staleSince], [['never-heard'], true, never?.enrolledAt]);
  const wrong = await world.ask(auditor, 'GET', '/api/v1/meters?state=asleep');
  assert.equal(wrong.status, 400);
  assert.deepEqual(await numbers('meters?search=0', await world.as('subscriber')), [KIMS_METER], 'of their own alone');
});

test('subscribers are found by a part of id, name or contact', async () => {
  const ids = async (url: string) => (await found(url)).rows.map(({ id }) => id);
  assert.deepEqual(await ids('subscribers?search=EXAMPLE.org'), ['groß']);
  assert.deepEqual(await ids('subscribers?search=e'), ['groß', 'lee']);
  const { rows, next } = await found('subscribers?search=e&limit=1');
  assert.deepEqual([rows[0]?.id, await ids(`subscribers?search=e&limit=1&cursor=${next}`)], ['groß', ['lee']]);
});

test('each account has its debit, credit and balance, and all of them sum to zero', async () => {
  const { json } = await world.ask(auditor, 'GET', '/api/v1/books/accounts');
  assert.deepEqual(json, {
    posting: 3,
    accounts: [
      { account: 'card', debit: '500', credit: '0', balance: '500', lines: 1 },
      { account: 'cash', debit: '70', credit: '0', balance: '70', lines: 1 },
      { account: 'prepaid', debit: '500', credit: '570', balance: '-70', lines: 3 },
      { account: 'value-in-meters', debit: '0', credit: '500', balance: '-500', lines: 1 },
    ],
    debit: '1070',
    credit: '1070',
    balanced: true,
  });
});

test('postings are those of one meter, account or order, and page by page they are all of them once', async () => {
  const of = async (query: string) => (await found(`postings${query}`)).rows.map(({ kind, meter }) => [kind, meter]);
  const [kims, lees] = [
    ['stored', KIMS_METER],
    ['sold', LEES_METER],
  ];
  assert.deepEqual(await of(''), [lees, kims, ['sold', KIMS_METER]]);
  assert.deepEqual(await of(`?meter=${LEES_METER}`), [lees]);
  assert.deepEqual(await of('?account=value-in-meters'), [kims]);
  assert.deepEqual(await of(`?account=value-in-meters&meter=${LEES_METER}`), []);
  const orders = (await found('postings')).rows.map(({ order }) => String(order));
  assert.deepEqual(await of(`?order=${encodeURIComponent(orders[0] ?? '')}`), [lees]);
  assert.deepEqual(await of(`?account=value-in-meters&order=${encodeURIComponent(orders[0] ?? '')}`), []);
  assert.deepEqual(await of('?order=nobodys'), []);
  const seen: unknown[] = [];
  for (let cursor = ''; ; ) {
    const { rows, next } = await found(`postings?account=prepaid&limit=1${cursor}`);
    seen.push(...rows.map(({ number }) => number));
    if (next === undefined) break;
    cursor = `&cursor=${next}`;
  }
  assert.deepEqual(seen, [3, 2, 1]);
  const unknown = await world.ask(auditor, 'GET', '/api/v1/postings?meter=0000ff');
  assert.equal(unknown.status, 404);
});

test('heads are listed as they were signed, and books that nobody signs have none', async () => {
  assert.deepEqual((await found('books/heads')).rows, []);
  const head = { at: world.rig.clock.now(), body: '{"version":1}', kid: 'k1', signature: 'c2ln' };
  await world.rig.store.transaction((tx) => tx.heads.append([head, { ...head, body: '{}' }]));
  const { rows } = await found('books/heads');
  const at = new Date(head.at).toISOString();
  assert.deepEqual(rows[1], { number: 1, at, key: 'k1', body: '{"version":1}', signature: 'c2ln' });
  assert.deepEqual([rows.length, rows[0]?.body], [2, '{}']);
});
