import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { type Answer, KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;
let requests = 0;

before(async () => {
  world = await World.open(new MemoryStore(), { vouchers: true });
  operator = await world.as('operator');
});
after(() => world.close());

const key = () => ({ 'idempotency-key': `voucher-${String(++requests).padStart(4, '0')}` });
const ask = (visitor: Visitor, url: string, body?: object, headers = key()): Promise<Answer> =>
  world.ask(visitor, body === undefined ? 'GET' : 'POST', `/api/v1${url}`, body, headers);

/** Asked for by the operator, and approved by somebody else. */
async function agreed(url: string, body: object): Promise<Answer> {
  const asked = await ask(operator, url, { ...body, why: 'a test' });
  assert.equal(asked.status, 202, asked.text);
  const act = { ...world.act('decide'), by: 'another operator' };
  const decided = await world.host.by(act).decide({ approval: String(asked.json.id), verdict: 'approve' });
  assert.ok(!('reason' in decided), JSON.stringify(decided));
  return asked;
}

test('a batch is asked for, printed once as CSV, sold and paid with, and its numbers are in no log', async () => {
  const expiresAt = '2030-01-01T00:00:00.000Z';
  const asked = await agreed('/voucher-batches', { batch: 'spring', count: 3, value: '500', expiresAt });
  const { proposal } = asked.json as unknown as { proposal: object };
  assert.deepEqual(proposal, { type: 'voucher-batch', batch: 'spring', count: 3, value: '500', expiresAt });
  const printed = await ask(operator, '/voucher-batches/spring/numbers', {});
  assert.equal(printed.status, 200, printed.text);
  assert.match(String(printed.headers['content-type']), /^text\/csv/);
  const [head, ...rows] = printed.text.trim().split('\r\n');
  assert.equal(head, 'serial,number,value,expiresAt');
  for (const row of rows) assert.match(row, /^spring\.0000[123],(\d{4} ){3}\d{4},500,2030-01-01T00:00:00\.000Z$/);
  assert.equal(rows.length, 3);
  assert.equal((await ask(operator, '/voucher-batches/spring/numbers', {})).json.code, 'voucher-settled');

  const numbers = rows.map((row) => row.split(',')[1] ?? '');
  const redeem = (visitor: Visitor, meter: string, number: string) =>
    ask(visitor, `/meters/${meter}/vouchers`, { number });
  const kim = await world.as('subscriber');
  assert.match(String((await redeem(kim, KIMS_METER, numbers[0] ?? '')).json.detail), /not sold yet/);
  const once = key();
  const sale = { batch: 'spring', first: 1, last: 2 };
  const sold = await ask(operator, '/vouchers/sales', sale, once);
  assert.deepEqual([sold.status, sold.json], [201, { ...sale, value: '1000', state: 'sold' }]);
  assert.deepEqual(
    (await ask(operator, '/vouchers/sales', sale, once)).json,
    sold.json,
    'asked again, it is sold once',
  );
  assert.equal((await ask(operator, '/vouchers/sales', sale)).json.code, 'voucher-settled');

  const paid = await redeem(kim, KIMS_METER, numbers[0] ?? '');
  assert.deepEqual(
    [paid.status, paid.json.state, paid.json.method, paid.json.paid],
    [201, 'approved', 'voucher', '500'],
  );
  assert.equal(paid.json.shown, 'spring.00001');
  const again = await redeem(kim, KIMS_METER, (numbers[0] ?? '').replaceAll(' ', ''));
  assert.equal(again.json.id, paid.json.id);
  assert.equal((await redeem(kim, LEES_METER, numbers[1] ?? '')).status, 404, 'for nobody else’s meter');
  const read = await ask(operator, '/vouchers/spring.00001');
  assert.deepEqual([read.json.state, read.json.payment], ['sold', paid.json.id]);
  const list = await ask(operator, '/voucher-batches/spring/vouchers');
  assert.deepEqual(
    (list.json.items as unknown as { state: string }[]).map(({ state }) => state),
    ['sold', 'sold', 'printed'],
  );

  const audit = await ask(await world.as('auditor'), '/audit?limit=100');
  const told = [world.lines.join('\n'), audit.text, list.text, read.text, paid.text].join('\n');
  assert.ok(told.includes('spring'));
  for (const number of numbers) assert.ok(!told.includes(number) && !told.includes(number.replaceAll(' ', '')));
});

test('whoever sells for an agent buys out of the float of their own, and what is stolen is blocked at once', async () => {
  const office = world.host.by(world.act('agents'));
  for (const id of ['kiosk', 'stall']) await office.addAgent({ id, name: id, commissionBasisPoints: 200 });
  await office.addAgentMember({ id: 'agent', agent: 'kiosk' });
  await office.moveFloat({ agent: 'kiosk', direction: 'pay-in', amount: 1_000, method: 'cash', reference: 'slip' });
  await agreed('/voucher-batches', { batch: 'summer', count: 3, value: '400', expiresAt: '2030-01-01T00:00:00.000Z' });
  const printed = await ask(operator, '/voucher-batches/summer/numbers', {});
  const number = printed.text.split('\r\n')[1]?.split(',')[1] ?? '';
  const agent = await world.as('agent');
  const sale = { batch: 'summer', first: 1, last: 1 };
  assert.equal((await ask(agent, '/vouchers/sales', { ...sale, agent: 'stall' })).json.code, 'not-allowed');
  assert.equal((await ask(agent, '/vouchers/sales', { ...sale, method: 'cash' })).json.code, 'not-allowed');
  assert.equal((await ask(agent, '/vouchers/sales', sale)).status, 201);
  assert.equal((await ask(operator, '/agents/kiosk')).json.float, '608');
  assert.equal((await ask(agent, '/voucher-batches/summer/numbers', {})).json.code, 'not-allowed');

  const blocked = await ask(operator, '/vouchers/block', { ...sale, blocked: true });
  assert.deepEqual([blocked.status, blocked.json.state], [200, 'blocked']);
  const refused = await ask(operator, `/meters/${KIMS_METER}/vouchers`, { number });
  assert.deepEqual([refused.status, refused.json.code], [422, 'voucher-refused']);
  await agreed('/vouchers/void', sale);
  assert.deepEqual(
    [(await ask(operator, '/vouchers/summer.00001')).json.state, (await ask(operator, '/agents/kiosk')).json.float],
    ['void', '1000'],
  );
});

test('what was taken for money may not be called a voucher, and where nobody takes any there are none', async () => {
  const sold = await ask(operator, '/purchases', { meter: KIMS_METER, paid: '5', method: 'voucher' });
  assert.equal(sold.status, 400, sold.text);
  const paid = { meter: KIMS_METER, paid: '5', port: 'vouchers', instrument: { type: 'voucher', number: '1' } };
  assert.equal((await ask(operator, '/payments', paid)).status, 400, 'a number is said where wrong ones are counted');
  const token = { ...paid, instrument: { type: 'token', token: 'x' } };
  assert.equal((await ask(operator, '/payments', token)).json.state, 'declined');
  const other = await World.open(new MemoryStore());
  try {
    const answer = await other.ask(await other.as('operator'), 'GET', '/api/v1/voucher-batches');
    assert.deepEqual([answer.status, answer.json.code], [404, 'not-found']);
  } finally {
    await other.close();
  }
});
