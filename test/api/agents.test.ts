import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryStore, REVERSIBLE_MS } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { openPostgresStore } from '../../src/storage/index.ts';
import { postgresMissing, startPostgres } from '../../src/storage/postgres.testing.ts';
import { svpmsn } from '../../src/units/index.ts';
import { STORES } from '../contract/stores.testing.ts';
import { type Answer, KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

const PAID_IN = 10_000;
const COMMISSION_BASIS_POINTS = 200;

/** A world with a kiosk for which the person `agent` sells. */
class Kiosk {
  readonly world: World;
  readonly agent: Visitor;

  constructor(world: World, agent: Visitor) {
    this.world = world;
    this.agent = agent;
  }

  ask(method: 'GET' | 'POST', path: string, body?: object, key?: string, visitor = this.agent): Promise<Answer> {
    return this.world.ask(visitor, method, `/api/v1${path}`, body, key === undefined ? {} : { 'idempotency-key': key });
  }
  vend = (reference: string, paid = '1000', meter = KIMS_METER) =>
    this.ask('POST', '/vend/vends', { meter, paid }, reference);
  reverse = (reference: string, meter = KIMS_METER) => this.ask('POST', `/vend/vends/${reference}/reversal`, { meter });
  confirm = (reference: string) => this.ask('POST', `/vend/vends/${reference}/confirmation`);
  read = (reference: string) => this.ask('GET', `/vend/vends/${reference}`);

  async float(): Promise<string> {
    return String((await this.ask('GET', '/agents/kiosk')).json.float);
  }

  /** What the lines of an account sum to. */
  async account(name: string): Promise<bigint> {
    const postings = await this.world.host.postings({ limit: 10_000 });
    const lines = postings.flatMap((posting) => posting.lines).filter(({ account }) => account === name);
    return lines.reduce((sum, { amount }) => sum + amount, 0n);
  }
}

async function openKiosk(world: World, paidIn = PAID_IN): Promise<Kiosk> {
  const office = world.host.by(world.act('agents'));
  made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints: COMMISSION_BASIS_POINTS }));
  made(await office.addAgentMember({ id: 'agent', agent: 'kiosk' }));
  const transfer = { agent: 'kiosk', method: 'bank-transfer', reference: 'transfer 1' } as const;
  made(await office.moveFloat({ ...transfer, direction: 'pay-in', amount: paidIn }));
  return new Kiosk(world, await world.as('agent'));
}

/** What a test opens and defers the end of, ended in reverse when it is over: what is left keeps the run from ending. */
function endsOf(t: TestContext): AsyncDisposableStack {
  const ends = new AsyncDisposableStack();
  t.after(() => ends.disposeAsync());
  return ends;
}

function it(behaviour: string, run: (kiosk: Kiosk) => Promise<void>): void {
  test(behaviour, async (t) => {
    const world = await World.open(new MemoryStore());
    endsOf(t).defer(() => world.close());
    await run(await openKiosk(world));
  });
}

const told = ({ status, json }: Answer) => [status, json?.code];
const outcome = ({ json }: Answer) => String(json.outcome);

it('a sale by an agent goes out of its float and earns it a commission, and the ledger says the same', async (kiosk) => {
  const sold = await kiosk.vend('till-00001');
  assert.deepEqual([sold.status, sold.json.outcome, sold.json.commission], [201, 'sold', '20'], sold.text);
  await kiosk.world.rig.settle();
  assert.equal(outcome(await kiosk.read('till-00001')), 'stored');
  assert.equal(await kiosk.float(), '9020');
  assert.equal(await kiosk.account('float:kiosk'), -9_020n);
  assert.equal(await kiosk.account('commissions'), 20n);
  assert.equal(await kiosk.account('cash'), 0n, 'the cash is the agent’s own');
  const { balanced, stored } = await kiosk.world.host.books();
  assert.deepEqual([balanced, stored], [true, 1_000n]);
});

it('what the float does not hold is not sold, and the same reference goes through once it does', async (kiosk) => {
  assert.deepEqual(told(await kiosk.vend('till-00001', '10001')), [409, 'float-short']);
  assert.equal((await kiosk.world.host.books()).issued, 0n);
  const operator = await kiosk.world.as('operator');
  const more = { direction: 'pay-in', amount: '1', method: 'cash', reference: 'slip 2' };
  for (const _ of [1, 2]) {
    const paid = await kiosk.ask('POST', '/agents/kiosk/float', more, 'slip-00002', operator);
    assert.deepEqual([paid.status, paid.json.float], [201, '10001']);
  }
  assert.equal((await kiosk.vend('till-00001', '10001')).status, 201);
  const back = { ...more, direction: 'pay-back', amount: '201' };
  assert.deepEqual(told(await kiosk.ask('POST', '/agents/kiosk/float', back, 'slip-00003', operator)), [
    409,
    'float-short',
  ]);
});

it('a vend that is asked for again is told as it stands, and with other contents refused', async (kiosk) => {
  await kiosk.vend('till-00001');
  await kiosk.world.rig.settle();
  const again = await kiosk.vend('till-00001');
  assert.deepEqual([again.status, outcome(again)], [201, 'stored']);
  assert.deepEqual(told(await kiosk.vend('till-00001', '1001')), [409, 'order-differs']);
  assert.deepEqual(told(await kiosk.vend('till-00001', '1000', LEES_METER)), [409, 'order-differs']);
  assert.equal((await kiosk.world.host.books()).issued, 1_000n);
  const entries = (await kiosk.world.people.audit({ limit: 99 })).filter(({ action }) => action === 'vend');
  assert.equal(entries.length, 1);
});

it('a vend that is reversed before its meter has it gives the money back and takes the commission back', async (kiosk) => {
  await kiosk.vend('till-00001');
  assert.equal(outcome(await kiosk.reverse('till-00001')), 'reversing');
  assert.equal(await kiosk.float(), '9020', 'until the meter has told, the money is where it was');
  await kiosk.world.rig.settle();
  assert.equal(outcome(await kiosk.read('till-00001')), 'reversed');
  assert.equal(await kiosk.float(), String(PAID_IN));
  for (const name of ['commissions', 'refunds-payable', 'prepaid']) assert.equal(await kiosk.account(name), 0n, name);
  assert.equal((await kiosk.world.host.books()).balanced, true);
});

it('a vend that its meter had when it was reversed is stored, and its money stays where it is', async (kiosk) => {
  const { rig } = kiosk.world;
  await kiosk.vend('till-00001');
  // The meter takes it, and its answer is lost.
  const heard = rig.host.handle;
  const meter = rig.meters.get(svpmsn(3));
  rig.host.handle = async (input) => (meter?.credited === 0 ? heard(input) : undefined);
  await rig.pump();
  rig.host.handle = heard;
  assert.equal(meter?.credited, 1_000);
  assert.equal(outcome(await kiosk.reverse('till-00001')), 'reversing');
  await rig.settle();
  assert.equal(outcome(await kiosk.read('till-00001')), 'stored');
  assert.equal(await kiosk.float(), '9020');
});

it('what is in the meter is not reversed by an agent', async (kiosk) => {
  await kiosk.vend('till-00001');
  await kiosk.world.rig.settle();
  const refused = await kiosk.reverse('till-00001');
  assert.deepEqual(told(refused), [409, 'order-settled']);
  assert.equal(await kiosk.float(), '9020');
});

it('a request that never came is reversed, and refused when it comes late', async (kiosk) => {
  assert.deepEqual(told(await kiosk.read('till-00001')), [404, 'vend-unknown']);
  assert.deepEqual(told(await kiosk.confirm('till-00001')), [404, 'vend-unknown']);
  for (const _ of [1, 2]) assert.equal(outcome(await kiosk.reverse('till-00001')), 'reversed');
  assert.deepEqual(told(await kiosk.vend('till-00001')), [409, 'vend-reversed']);
  assert.deepEqual(told(await kiosk.confirm('till-00001')), [409, 'vend-reversed']);
  assert.equal(await kiosk.float(), String(PAID_IN));
  assert.equal((await kiosk.vend('till-00002')).status, 201);
});

it('a vend that is confirmed is reversed no more, and one that is reversed is not confirmed', async (kiosk) => {
  await kiosk.vend('till-00001');
  for (const _ of [1, 2]) assert.equal((await kiosk.confirm('till-00001')).status, 200);
  assert.deepEqual(told(await kiosk.reverse('till-00001')), [409, 'vend-confirmed']);
  assert.deepEqual(told(await kiosk.reverse('till-00001', LEES_METER)), [409, 'order-differs']);
  await kiosk.vend('till-00002', '500', LEES_METER);
  await kiosk.reverse('till-00002', LEES_METER);
  assert.deepEqual(told(await kiosk.confirm('till-00002')), [409, 'vend-reversed']);
});

it('books that were put back do not say that a vend never came before its meter has told', async (kiosk) => {
  const { world } = kiosk;
  await world.rig.startRestored();
  assert.deepEqual(told(await kiosk.reverse('till-00001')), [409, 'vend-in-doubt']);
  await world.rig.settle();
  assert.equal(outcome(await kiosk.reverse('till-00001')), 'reversed');
});

it('whoever sells for an agent sees its vends, whoever sells for another does not', async (kiosk) => {
  const { world } = kiosk;
  await kiosk.vend('till-00001');
  const key = await world.apiKey('agent', ['orders:sell', 'agents:read']);
  const ask = (path: string) => world.ask(key, 'GET', `/api/v1${path}`);
  assert.deepEqual(told(await ask('/vend/vends/till-00001')), [404, 'agent-unknown']);
  const office = world.host.by(world.act('members'));
  const [named] = await world.people.apiKeys({ limit: 1 });
  const id = `key:${named?.id}`;
  made(await office.addAgent({ id: 'stall', name: 'Stall', commissionBasisPoints: 0 }));
  made(await office.addAgentMember({ id, agent: 'stall' }));
  assert.deepEqual(told(await ask('/vend/vends/till-00001')), [404, 'vend-unknown']);
  assert.deepEqual(told(await ask('/agents/kiosk')), [404, 'agent-unknown']);
  made(await office.addAgentMember({ id, agent: 'kiosk' }));
  const seen = await ask('/vend/vends/till-00001');
  assert.deepEqual([seen.status, seen.json.paid], [200, '1000']);
  const order = encodeURIComponent(String(seen.json.purchase?.order?.id));
  assert.equal((await kiosk.ask('GET', `/orders/${order}`)).status, 200);
  made(await office.removeAgentMember({ id: 'agent', agent: 'kiosk' }));
  assert.deepEqual(told(await kiosk.ask('GET', `/orders/${order}`)), [404, 'order-unknown']);
  const refused = await office.addAgentMember({ id: 'cashier', agent: 'kiosk' });
  assert.ok('reason' in refused && refused.reason === 'person-wrong');
});

it('an agent that is closed sells no more, and finds what it sold', async (kiosk) => {
  await kiosk.vend('till-00001');
  made(await kiosk.world.host.by(kiosk.world.act('close')).changeAgent({ id: 'kiosk', closed: true }));
  assert.deepEqual(told(await kiosk.vend('till-00002')), [409, 'agent-closed']);
  assert.equal((await kiosk.read('till-00001')).status, 200);
});

it('a sale is taken back by its agent within a day, and no later', async (kiosk) => {
  const { clock } = kiosk.world.rig;
  for (const reference of ['till-00001', 'till-00002']) await kiosk.vend(reference);
  clock.ms += REVERSIBLE_MS - 1;
  assert.equal((await kiosk.reverse('till-00001')).status, 200);
  clock.ms += 1;
  assert.deepEqual(told(await kiosk.reverse('till-00002')), [409, 'vend-late']);
  assert.equal((await kiosk.read('till-00002')).json.outcome, 'sold');
  // What was taken back in time is told as often as it is asked for, and what never came still can be.
  assert.equal((await kiosk.reverse('till-00001')).status, 200);
  assert.equal((await kiosk.reverse('till-00003')).status, 200);
});

it('a lookup shows enough of a name to notice a wrong number, and no more', async (kiosk) => {
  const found = await kiosk.ask('GET', `/vend/lookup?meter=${LEES_METER}`);
  assert.deepEqual([found.json.name, found.json.takesValue], ['L***', true]);
  assert.ok(!found.text.includes('Lee'));
  assert.deepEqual(told(await kiosk.ask('GET', '/vend/lookup?meter=0000ff')), [404, 'meter-unknown']);
});

it('the receipts of a vend can be had again, by its own agent', async (kiosk) => {
  const { store } = kiosk.world.rig;
  const sold = await kiosk.vend('till-00001');
  await kiosk.reverse('till-00002');
  const receipt = { order: String(sold.json.purchase?.order?.id), issuedAt: kiosk.world.wall.now() };
  await store.transaction((tx) => tx.receipts.put(['7', '8'].map((id) => ({ ...receipt, id, text: `text ${id}` }))));
  const printed = async (reference: string) => {
    const { status, json } = await kiosk.ask('GET', `/vend/vends/${reference}/receipts`);
    return [status, ((json.items ?? []) as unknown as { signed: string }[]).map(({ signed }) => signed)];
  };
  for (const _ of [1, 2]) assert.deepEqual(await printed('till-00001'), [200, ['text 7', 'text 8']]);
  assert.deepEqual(await printed('till-00002'), [200, []]);
  assert.deepEqual(await printed('till-00003'), [404, []]);
});

it('an agent and its utility list its vends, page by page, and those of no other', async (kiosk) => {
  const { world } = kiosk;
  const office = world.host.by(world.act('another'));
  // Its name begins like the other's.
  made(await office.addAgent({ id: 'kiosk2', name: 'Kiosk 2', commissionBasisPoints: 0 }));
  for (const i of [3, 1, 2]) await kiosk.vend(`till-0000${i}`, '100');
  made(await office.addAgentMember({ id: 'agent', agent: 'kiosk2' }));
  await kiosk.reverse('till-00009');
  made(await office.addAgentMember({ id: 'agent', agent: 'kiosk' }));
  for (const visitor of [kiosk.agent, await world.as('auditor')]) {
    const listed: string[] = [];
    for (let cursor: unknown = ''; cursor !== undefined; ) {
      const path = `/agents/kiosk/vends?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { json } = await kiosk.ask('GET', path, undefined, undefined, visitor);
      listed.push(...(json.items as unknown as { reference: string }[]).map(({ reference }) => reference));
      cursor = json.next;
    }
    assert.deepEqual(listed, ['till-00001', 'till-00002', 'till-00003']);
  }
  assert.deepEqual(told(await kiosk.ask('GET', '/agents/kiosk2/vends')), [404, 'agent-unknown']);
});

it('a cashier counts a till: what it lacks is posted, and a shift is closed once', async (kiosk) => {
  const { world } = kiosk;
  const cashier = await world.as('cashier');
  const ask = (path: string, body: object, key: string) => kiosk.ask('POST', path, body, key, cashier);
  assert.deepEqual(told(await ask('/shifts/current/closing', { counted: '0' }, 'close-0001')), [404, 'shift-unknown']);
  await ask('/purchases', { meter: KIMS_METER, paid: '300' }, 'before-001');
  for (const _ of [1, 2]) assert.equal((await ask('/shifts', { opening: '5000' }, 'shift-0001')).status, 201);
  assert.deepEqual(told(await ask('/shifts', { opening: '1' }, 'shift-0002')), [409, 'shift-open']);
  for (const _ of [1, 2]) await ask('/purchases', { meter: KIMS_METER, paid: '700' }, 'sale-00001');
  await ask('/purchases', { meter: KIMS_METER, paid: '900', method: 'card' }, 'sale-00002');
  const open = await kiosk.ask('GET', '/shifts/current', undefined, undefined, cashier);
  assert.deepEqual([open.json.taken, open.json.expected], ['700', '5700']);
  for (const _ of [1, 2]) {
    const closed = await ask('/shifts/current/closing', { counted: '5650' }, 'close-0001');
    assert.deepEqual([closed.status, closed.json.difference], [200, '-50'], closed.text);
  }
  const auditor = await world.as('auditor');
  const { items } = (await kiosk.ask('GET', '/shifts', undefined, undefined, auditor)).json;
  assert.deepEqual(
    (items as unknown as { person: string; difference: string }[]).map(({ person, difference }) => [
      person,
      difference,
    ]),
    [['cashier', '-50']],
  );
  assert.equal(await kiosk.account('cash-differences'), 50n);
  assert.equal(await kiosk.account('cash'), 950n);
  assert.equal((await world.host.books()).balanced, true);
  assert.equal((await kiosk.ask('GET', '/shifts/current', undefined, undefined, cashier)).status, 404);
});

it('cash that is given back leaves the till of whoever gives it', async (kiosk) => {
  const { world } = kiosk;
  const cashier = await world.as('cashier');
  made(await world.host.purchase({ meter: 3, paid: 400, method: 'cash', orderId: 'early' }));
  made(await world.host.voidOrder('early'));
  await world.rig.settle();
  await kiosk.ask('POST', '/shifts', { opening: '1000' }, 'shift-0001', cashier);
  const paid = await kiosk.ask('POST', '/purchases/early/payout', undefined, 'back-00001', cashier);
  assert.equal(paid.status, 200, paid.text);
  const open = await kiosk.ask('GET', '/shifts/current', undefined, undefined, cashier);
  assert.deepEqual([open.json.paidOut, open.json.expected], ['400', '600']);
});

it('cash that an agent pays in or is paid back moves the till of whoever books it, a transfer does not', async (kiosk) => {
  const operator = await kiosk.world.as('operator');
  const ask = (path: string, body: object, key: string) => kiosk.ask('POST', path, body, key, operator);
  await ask('/shifts', { opening: '1000' }, 'shift-0001');
  const move = (direction: string, amount: string, method: string) => ({
    direction,
    amount,
    method,
    reference: 'slip',
  });
  await ask('/agents/kiosk/float', move('pay-in', '500', 'cash'), 'slip-00001');
  await ask('/agents/kiosk/float', move('pay-back', '200', 'cash'), 'slip-00002');
  await ask('/agents/kiosk/float', move('pay-in', '70', 'bank-transfer'), 'slip-00003');
  const { json } = await ask('/shifts/current/closing', { counted: '1300' }, 'close-0001');
  assert.deepEqual([json.taken, json.paidOut, json.difference], ['500', '200', '0'], JSON.stringify(json));
  assert.equal(await kiosk.account('cash'), 300n);
  assert.equal(await kiosk.float(), String(PAID_IN + 370));
});

it('the difference of an agent’s till is the agent’s own: it is told, and posted nowhere', async (kiosk) => {
  await kiosk.ask('POST', '/shifts', { opening: '0' }, 'shift-0001');
  await kiosk.vend('till-00001');
  const closed = await kiosk.ask('POST', '/shifts/current/closing', { counted: '1001' }, 'close-0001');
  assert.deepEqual([closed.json.agent, closed.json.difference], ['kiosk', '1']);
  assert.equal(await kiosk.account('cash-differences'), 0n);
});

for (const { name, skip, open } of STORES) {
  test(`${name}: terminals that sell, reverse and confirm at once share a float that none overdraws`, {
    skip,
  }, async (t) => {
    const ends = endsOf(t);
    const { store, clean } = await open();
    ends.defer(clean);
    const world = await World.open(store);
    ends.defer(() => world.close());
    const kiosk = await openKiosk(world, 5_000);
    const references = Array.from({ length: 12 }, (_, i) => `till-${String(i).padStart(5, '0')}`);
    const asked = references.flatMap((reference) => [
      kiosk.vend(reference),
      kiosk.reverse(reference),
      kiosk.vend(reference),
      kiosk.confirm(reference),
    ]);
    for (const { status, text } of await Promise.all(asked)) assert.ok(status < 500, text);
    await world.rig.settle();
    const outcomes = (await Promise.all(references.map(kiosk.read))).map(({ status, json }) =>
      status === 404 ? 'unknown' : String(json.outcome),
    );
    const count = (wanted: string) => outcomes.filter((each) => each === wanted).length;
    const stored = count('stored');
    assert.equal(stored + count('reversed') + count('unknown'), references.length, outcomes.join());
    assert.equal(await kiosk.float(), String(5_000 - 980 * stored));
    assert.equal(await kiosk.account('float:kiosk'), BigInt(980 * stored - 5_000));
    const books = await world.host.books();
    assert.deepEqual([books.balanced, books.stored], [true, BigInt(1_000 * stored)]);
  });
}

test('postgresql: of two hosts that sell out of one float none overdraws it, and one reference is one sale', {
  skip: postgresMissing,
}, async (t) => {
  const ends = endsOf(t);
  const server = await startPostgres();
  ends.defer(() => server.stop());
  const hosts: World[] = [];
  for (const furnished of [true, false]) {
    const store = await openPostgresStore(server.url, { schema: 'floats' });
    const world = await World.open(store, { furnished, seed: hosts.length + 1 });
    ends.defer(() => world.close());
    hosts.push(world);
  }
  const [first, second] = hosts as [World, World];
  const kiosk = await openKiosk(first, 5_000);
  const other = new Kiosk(second, kiosk.agent);
  const references = Array.from({ length: 8 }, (_, i) => `till-${String(i).padStart(5, '0')}`);
  const asked = references.flatMap((reference) => [kiosk.vend(reference), other.vend(reference)]);
  for (const { status, json } of await Promise.all(asked)) {
    assert.ok(status === 201 || json.code === ('float-short' as never), `${status} ${json.code}`);
  }
  const sold = (await Promise.all(references.map(other.read))).filter(({ status }) => status === 200);
  assert.equal(sold.length, 5, 'as many as the float is good for');
  assert.equal(await kiosk.float(), '100');
  assert.equal((await second.host.books()).issued, 5_000n);
});

it('who sells for an agent reads which one it is and what is in its float, and who sells for none is told so', async (kiosk) => {
  const own = await kiosk.ask('GET', '/vend/agent');
  assert.deepEqual([own.status, own.json.id, own.json.float], [200, 'kiosk', String(PAID_IN)]);
  made(await kiosk.world.host.by(kiosk.world.act('agents')).removeAgentMember({ id: 'agent', agent: 'kiosk' }));
  assert.deepEqual(told(await kiosk.ask('GET', '/vend/agent')), [404, 'agent-unknown']);
});
