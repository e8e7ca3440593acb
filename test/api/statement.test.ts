import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

const URL = `/api/v1/meters/${KIMS_METER}/statement?from=2026-01-05&to=2026-01-05`;

let world: World;
let kim: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  made(await world.host.sell({ meter: 3, amount: 500, orderId: '=sale', source: 'cash' }));
  await world.rig.settle();
  kim = await world.as('subscriber');
});
after(() => world.close());

test('a subscriber gets the statement of their meter as JSON that adds up', async () => {
  const { status, json, headers } = await world.ask(kim, 'GET', URL);
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^application\/json/);
  const { opening, closing, entries } = json as unknown as {
    readonly opening: object;
    readonly closing: object;
    readonly entries: readonly { readonly kind: string; readonly order: string }[];
  };
  const nothing = { inFlight: '0', purse: '0', emergencyCredit: '0', arrears: '0', refunds: '0' };
  assert.deepEqual(opening, nothing);
  assert.deepEqual(closing, { ...nothing, purse: '500' });
  assert.deepEqual(
    entries.map(({ kind, order }) => [kind, order]),
    [
      ['sold', '=sale'],
      ['stored', '=sale'],
    ],
  );
});

const FORMS = [
  ['csv', 'text/csv', /^line,item,at,/],
  ['pdf', 'application/pdf', /^%PDF-1\.7/],
  ['espi', 'application/atom+xml', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<feed /],
  ['json', 'application/json', /^\{"meter":"000003"/],
] as const;

test('the form is what is named in the address, or else what the client likes best', async () => {
  for (const [form, type, begin] of FORMS) {
    const named = await world.ask(kim, 'GET', `${URL}&form=${form}`, undefined, { accept: 'text/html' });
    assert.match(named.text, begin);
    assert.ok(String(named.headers['content-type']).startsWith(type), form);
    const liked = await world.ask(kim, 'GET', URL, undefined, { accept: `text/html, */*;q=0.1, ${type};q=0.9` });
    assert.equal(liked.text, named.text, form);
    const again = await world.ask(kim, 'GET', URL, undefined, {
      accept: type,
      'if-none-match': String(liked.headers.etag),
    });
    assert.deepEqual([again.status, again.text], [304, ''], form);
  }
  const csv = await world.ask(kim, 'GET', `${URL}&form=csv`);
  assert.equal(csv.headers['content-disposition'], 'attachment; filename="statement-000003-2026-01-05-2026-01-05.csv"');
  assert.match(csv.text, /^entry,sold,[^,]+,'=sale,/m);
});

test('what there is not, is too long or is no date is refused, and so is another meter', async () => {
  const refused = async (url: string, accept = '*/*') => {
    const { status, json } = await world.ask(kim, 'GET', url, undefined, { accept });
    return [status, String(json.code)];
  };
  assert.deepEqual(await refused(URL, 'text/html'), [406, 'not-acceptable']);
  assert.deepEqual(await refused(URL, 'application/json;q=0, text/*;q=0'), [406, 'not-acceptable']);
  assert.deepEqual(await refused(`${URL}&form=xls`), [400, 'input-wrong']);
  const base = URL.split('?')[0];
  assert.deepEqual(await refused(`${base}?from=2026-01-05`), [400, 'input-wrong']);
  assert.deepEqual(await refused(`${base}?from=2026-02-30&to=2026-03-01`), [400, 'input-wrong']);
  assert.deepEqual(await refused(`${base}?from=2025-09-01&to=2026-01-05`), [422, 'range-wrong']);
  assert.deepEqual(await refused(`${base}?from=2026-01-05&to=2026-01-04`), [422, 'range-wrong']);
  assert.deepEqual(await refused(URL.replace(KIMS_METER, LEES_METER)), [404, 'meter-unknown']);
});

test('a name that no font has is told, and the other forms are there', async () => {
  await world.rig.store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Ким', contact: '' }));
  const refused = await world.ask(kim, 'GET', `${URL}&form=pdf`);
  assert.equal(refused.status, 406);
  assert.match(String(refused.json.detail), /no font at hand has the К .* Take another form\.$/);
  assert.equal((await world.ask(kim, 'GET', `${URL}&form=espi`)).status, 200);
});
