import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { type Answer, KIMS_METER, type Visitor, World } from './world.ts';

const CARD = '04a1b2c3d4e5f6';
const FOR_CARD = { card: CARD, region: 'gas' };

let world: World;
let agent: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  const office = world.host.by(world.act('agents'));
  made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints: 200 }));
  made(await office.addAgentMember({ id: 'agent', agent: 'kiosk' }));
  const transfer = { agent: 'kiosk', method: 'bank-transfer', reference: 'transfer 1' } as const;
  made(await office.moveFloat({ ...transfer, direction: 'pay-in', amount: 10_000 }));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  const regions = [{ region: 2, provider: '1-2', n: 32 }];
  made(await office.issueCard({ csn: CARD, subscriber: 'kim', regions }));
  agent = await world.as('agent');
});
after(() => world.close());

const ask = (method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Answer> =>
  world.ask(agent, method, `/api/v1${path}`, body, key === undefined ? {} : { 'idempotency-key': key });
const told = ({ status, json }: Answer) => [status, json?.code];

test('a shop is told of a card no more than whether it is the customer’s, and whose value it takes', async () => {
  const found = await ask('GET', `/vend/card-lookup?card=${CARD}&region=gas`);
  assert.equal(found.status, 200, found.text);
  const { name, provider, takesValue, card, region } = found.json;
  assert.deepEqual([card, region, provider, takesValue], [CARD, 'gas', 'Gas', true]);
  assert.match(String(name), /^K\*\*\*/);
  assert.ok(!found.text.includes('kim'));
  for (const [query, code] of [
    [`card=${CARD}&region=water`, 'card-region-unknown'],
    ['card=04a1b2c3d4e5f0&region=gas', 'card-unknown'],
  ]) {
    assert.deepEqual(told(await ask('GET', `/vend/card-lookup?${query}`)), [404, code]);
  }
});

test('a vend for a card is sold, told again, and taken back by the reference and the card that it is for', async () => {
  const body = { ...FOR_CARD, paid: '1000' };
  const sold = await ask('POST', '/vend/vends', body, 'till-00001');
  assert.equal(sold.status, 201, sold.text);
  const { card, region, meter, outcome, commission, purchase, cardOrder } = sold.json;
  assert.deepEqual([card, region, meter, outcome, commission], [CARD, 'gas', undefined, 'sold', '20']);
  assert.deepEqual([purchase, (cardOrder as unknown as { state: string }).state], [undefined, 'waiting']);
  assert.equal((await ask('GET', '/vend/agent')).json.float, '9020');
  const again = await ask('POST', '/vend/vends', body, 'till-00001');
  assert.deepEqual([again.status, again.json], [201, sold.json]);
  for (const other of [
    { ...body, paid: '1001' },
    { meter: KIMS_METER, paid: '1000' },
  ]) {
    assert.deepEqual(told(await ask('POST', '/vend/vends', other, 'till-00001')), [409, 'order-differs']);
  }
  await ask('POST', '/vend/vends', { meter: KIMS_METER, paid: '10' }, 'till-00002');
  assert.deepEqual(told(await ask('POST', '/vend/vends', body, 'till-00002')), [409, 'order-differs']);
  const order = encodeURIComponent('vend:kiosk:till-00001');
  assert.equal((await ask('GET', `/card-orders/${order}`)).status, 200);
  assert.deepEqual((await ask('GET', '/vend/vends/till-00001/receipts')).json.items, []);
  const reversal = '/vend/vends/till-00001/reversal';
  assert.deepEqual(told(await ask('POST', reversal, { meter: KIMS_METER })), [409, 'order-differs']);
  const reversed = await ask('POST', reversal, FOR_CARD);
  assert.deepEqual([reversed.status, reversed.json.outcome], [200, 'reversed']);
  assert.equal((await ask('GET', '/vend/agent')).json.float, '9990');
  const listed = (await ask('GET', '/agents/kiosk/vends')).json.items as unknown as Record<string, unknown>[];
  assert.deepEqual(
    listed.map(({ reference, card, meter }) => [reference, card, meter]),
    [
      ['till-00001', CARD, undefined],
      ['till-00002', undefined, KIMS_METER],
    ],
  );
});

test('a vend is for a meter or for a region of a card, and nothing else is sold', async () => {
  for (const target of [{}, { card: CARD }, { region: 'gas' }, { ...FOR_CARD, meter: KIMS_METER }]) {
    const body = { ...target, paid: '5' };
    assert.deepEqual(told(await ask('POST', '/vend/vends', body, 'till-00009')), [400, 'input-wrong']);
    assert.deepEqual(told(await ask('POST', '/vend/vends/till-00009/reversal', target)), [400, 'input-wrong']);
  }
  assert.deepEqual(told(await ask('GET', '/vend/vends/till-00009')), [404, 'vend-unknown']);
  const cash = await world.ask(await world.as('cashier'), 'POST', '/api/v1/vend/vends', { ...FOR_CARD, paid: '5' });
  assert.deepEqual(told(cash), [403, 'not-allowed']);
});
