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
