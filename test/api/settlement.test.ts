import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
  const bulk = { unitCharge: 20_000, bands: [], otherwise: 100 };
  made(await world.host.publishTariff('bulk', bulk));
  made(await world.host.publishTariff('bulk', { ...bulk, unitCharge: 21_000 }));
  world.rig.clock.ms = Date.UTC(2026, 2, 1, 12);
  const terms = { tariff: 'bulk', technicalBasisPoints: 200, interestBasisPoints: 365 };
  made(await world.host.closePeriod({ month: '2026-02', terms }));
});
after(() => world.close());

const get = (path: string, accept = '*/*') => world.ask(operator, 'GET', `/api/v1${path}`, undefined, { accept });

test('a closed month is JSON with its claims, CSV or PDF, by the address or by what the client likes', async () => {
  const { json } = await get('/periods/2026-02');
  assert.deepEqual([json.month, json.claims, json.faults], ['2026-02', [], []] as never);
  assert.deepEqual([json.paid, json.stillDue], ['0', json.priceOfAll] as never);
  const forms = [
    ['csv', 'text/csv', /^month,part,item,unit,value\r\n2026-02,/],
    ['pdf', 'application/pdf', /^%PDF-1\.7/],
  ] as const;
  for (const [form, type, begin] of forms) {
    const named = await get(`/periods/2026-02?form=${form}`);
    assert.match(named.text, begin);
    assert.equal(named.headers['content-disposition'], `attachment; filename="settlement-2026-02.${form}"`);
    assert.equal((await get('/periods/2026-02', type)).text, named.text);
  }
  assert.equal((await get('/periods/2026-02', 'text/html')).status, 406);
  assert.equal((await get('/periods/2026-01?form=csv')).json.code, 'period-wrong' as never);
});

test('money goes to a provider by two people, is told with what is due, and is asked for once under its key', async () => {
  const auditor = await world.as('auditor');
  const second = await world.as('system-manager');
  const office = world.host.by(world.act('cards'));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  const regions = [{ region: 2, provider: '1-2', n: 32 }];
  made(await office.issueCard({ csn: '04a1b2c3d4e5f6', subscriber: 'kim', regions }));
  made(await office.buyForCard({ csn: '04a1b2c3d4e5f6', region: 2, orderId: 'gas', paid: 700, method: 'cash' }));
  const body = { payee: '1-2', amount: '500', paidOn: '2026-03-01', reference: 'TX 7', why: 'the month is over' };
  const post = (path: string, of: object | undefined, key?: string, visitor = operator) =>
    world.ask(visitor, 'POST', `/api/v1${path}`, of, key === undefined ? {} : { 'idempotency-key': key });
  assert.equal((await post('/remittances', body)).json.code, 'idempotency-key-missing' as never);
  const asked = await post('/remittances', body, 'pay-00001');
  assert.equal(asked.status, 202, asked.text);
  assert.equal((await post('/remittances', body, 'pay-00001')).text, asked.text, 'a double click asks once');
  assert.equal((await post('/remittances', { ...body, amount: '501' }, 'pay-00001')).status, 422);
  const decide = (id: unknown, key: string, visitor: Visitor) =>
    post(`/approvals/${id}/decision`, { verdict: 'approve' }, key, visitor);
  assert.equal((await decide(asked.json.id, 'own-00001', operator)).json.code, 'approval-own' as never);
  assert.equal((await world.ask(auditor, 'GET', '/api/v1/payees/1-2')).json.paid, '0' as never);
  assert.equal((await decide(asked.json.id, 'two-00001', second)).status, 200);
  const account = await world.ask(auditor, 'GET', '/api/v1/payees/1-2');
  assert.deepEqual(account.json, { owed: '700', paid: '500', due: '200' } as never);
  const { items } = (await world.ask(auditor, 'GET', '/api/v1/payees/1-2/remittances')).json as unknown as {
    items: Record<string, string>[];
  };
  assert.deepEqual(
    items.map(({ id, direction, amount, by }) => [id, direction, amount, by]),
    [['1-2 TX 7', 'paid', '500', 'operator']],
  );
  const again = await post('/remittances', body, 'pay-00002');
  assert.deepEqual([again.status, String(again.json.code)], [409, 'remittance-known']);
  const taken = await post(
    '/remittances/received',
    { ...body, why: undefined, amount: '1', reference: 'TX 8' },
    'take-0001',
  );
  assert.deepEqual([taken.status, String(taken.json.code)], [422, 'remittance-wrong'], 'it owes nothing');
  const back = await post('/remittances/1-2%20TX%207/reversal', { why: 'sent back' }, 'back-0001');
  assert.equal((await decide(back.json.id, 'two-00002', second)).status, 200);
  const { reversedAt } = (await world.ask(auditor, 'GET', '/api/v1/remittances/1-2%20TX%207')).json;
  assert.ok(reversedAt !== undefined);
  assert.equal((await world.ask(auditor, 'GET', '/api/v1/payees/1-2')).json.due, '700' as never);
  assert.equal((await world.ask(auditor, 'GET', '/api/v1/payees/1-3')).json.code, 'provider-unknown' as never);
});

test('versions of a tariff come page by page, the newest first, and meters of one tariff alone', async () => {
  const charges = (json: unknown) =>
    (json as { items: { definition: { unitCharge: string } }[] }).items.map((each) => each.definition.unitCharge);
  const first = (await get('/tariffs/bulk/versions?limit=1')).json;
  const second = (await get(`/tariffs/bulk/versions?limit=1&cursor=${first.next}`)).json;
  assert.deepEqual([charges(first), charges(second)], [['21000'], ['20000']]);
  assert.deepEqual(charges((await get('/tariffs/none/versions')).json), []);
  const metersOf = async (tariff: string) =>
    ((await get(`/meters?tariff=${tariff}`)).json as unknown as { items: { number: string }[] }).items.length;
  assert.equal(await metersOf('bulk'), 0);
  made(await world.host.assignTariff(3, 'bulk'));
  assert.equal(await metersOf('bulk'), 1);
});
