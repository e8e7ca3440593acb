import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { emptyDayProfile } from '../../src/records/index.ts';
import { svpmsn } from '../../src/units/index.ts';
import { type Json, KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

const METER = `/api/v1/meters/${KIMS_METER}`;
const METER_ID = svpmsn(3);
const DAY_MS = 86_400_000;
/** Of the first household, of the day on which both have it, and of the second. */
const [FIRST, SHARED, LAST] = ['2026-01-05', '2026-01-06', '2026-01-07'];
const SHARED_DAY = Date.UTC(2026, 0, 6) / DAY_MS;

let world: World;
let kim: Visitor;
let lee: Visitor;
let operator: Visitor;
let keys = 0;

const ask = (visitor: Visitor, method: 'GET' | 'POST', url: string, body?: object, key = `moving-${++keys}-0000`) =>
  world.ask(visitor, method, url, body, method === 'POST' ? { 'idempotency-key': key } : {});
const span = (from: string, to: string) => `from=${from}&to=${to}`;
const codeOf = async (visitor: Visitor, url: string) => {
  const { status, json } = await ask(visitor, 'GET', url);
  return status === 200 ? 200 : `${status} ${json.code}`;
};
const ordersIn = (json: Json): unknown[] => (json.entries as unknown as { order: string }[]).map(({ order }) => order);
const tenancies = async () => (await ask(operator, 'GET', `${METER}/tenancies`)).json.items as unknown as Json[];
/** Those of the shared day that had begun when the first household left. */
const kimsMinutes = async () => {
  const leftAt = Date.parse(String((await tenancies()).at(-1)?.leftAt));
  const minutes = Math.floor((leftAt - SHARED_DAY * DAY_MS) / 60_000) + 1;
  assert.ok(minutes > 9 * 60 && minutes < 15 * 60);
  return minutes;
};

before(async () => {
  world = await World.open(new MemoryStore());
  const { rig, host } = world;
  await rig.store.transaction(async (tx) => {
    const [person] = await tx.people.of(['kim']);
    if (person !== undefined) await tx.people.put([{ ...person, id: 'lee', subscriber: 'lee' }]);
  });
  [kim, lee, operator] = [await world.as('subscriber'), await world.logIn('lee'), await world.as('operator')];
  made(await host.sell({ meter: 3, amount: 500, orderId: 'kims', source: 'cash' }));
  await rig.settle();
  rig.clock.ms = Date.UTC(2026, 0, 6, 9);
  made(await host.bookDebt({ meter: 3, amount: 120, reference: 'a bill' }));
  await rig.store.transaction(async (tx) => {
    const profile = emptyDayProfile(SHARED_DAY, 1);
    profile.energies.fill(17);
    await tx.putProfile(METER_ID, profile);
    const [id, heardAt] = [`000003-1-${SHARED_DAY}`, rig.clock.now()];
    const told = { id, svpmsn: METER_ID, supply: 1, day: SHARED_DAY } as const;
    const differs = { reason: 'differs', from: 0, minutes: 1440 } as const;
    const volts = new Uint16Array(96).fill(23_000);
    await tx.voltages.put([{ ...told, heardAt, volts, findings: [differs] }]);
    const gap = { reason: 'missing', from: 0, minutes: 1440, estimated: 14_400 } as const;
    await tx.readingChecks.put([{ ...told, checkedAt: heardAt, findings: [gap] }]);
  });
});
after(() => world.close());

test('an operator moves a household out; the same request again is answered the same', async () => {
  const first = await ask(operator, 'POST', `${METER}/move-out`, {}, 'move-out-of-kim');
  assert.deepEqual([first.status, first.json.state, first.json.subscriber], [202, 'leaving', 'kim']);
  const again = await ask(operator, 'POST', `${METER}/move-out`, {}, 'move-out-of-kim');
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [first.text, 'true']);
  await world.rig.settle();
  const [left] = await tenancies();
  const { state, reading, balance, settled, refund } = left as Json;
  assert.deepEqual([state, reading, balance, settled, refund], ['left', 'proved', '500', '120', '380']);
  assert.equal((await ask(operator, 'POST', `${METER}/move-out`, {})).json.state, 'left');
});

test('nobody logs in as those who live nowhere: all who ever left are before them', async () => {
  const asked = { login: 'empty', name: 'Nobody', role: 'subscriber', subscriber: 'unoccupied' };
  const refused = await ask(await world.as('system-manager'), 'POST', '/api/v1/people', asked);
  assert.deepEqual([refused.status, refused.json.code], [404, 'subscriber-unknown']);
});

test('of whoever left the meter shows what was until then, and nothing of later', async () => {
  for (const path of [
    '',
    '/orders',
    '/dues',
    '/events',
    '/outlook',
    '/cut-offs',
    '/policy',
    '/contract',
    '/quote?paid=5',
  ])
    assert.equal(await codeOf(kim, `${METER}${path}`), '404 meter-unknown', path);
  const paying = { meter: KIMS_METER, paid: '5', port: 'bank', instrument: { type: 'token', token: 'kims' } };
  const refused = await ask(kim, 'POST', '/api/v1/payments', paying);
  assert.deepEqual([refused.status, refused.json.code], [404, 'meter-unknown']);
  assert.deepEqual((await ask(kim, 'GET', '/api/v1/meters')).json.items, []);
  const { json } = await ask(kim, 'GET', `${METER}/statement?${span(FIRST, SHARED)}`);
  assert.deepEqual(json.subscriber, 'kim');
  assert.deepEqual((json.closing as Json).purse, '0');
  const closing = `move-out:${KIMS_METER}-00001#1`;
  assert.deepEqual([...new Set(ordersIn(json))], ['kims', 'a bill', closing]);
  assert.equal(await codeOf(kim, `${METER}/statement?${span(LAST, LAST)}`), '422 range-wrong');
  assert.equal(await codeOf(kim, '/api/v1/orders/kims'), 200);
});

test('whoever comes next sees nothing of before, and their statement begins with nothing', async () => {
  assert.equal(await codeOf(lee, METER), '404 meter-unknown');
  world.rig.clock.ms = Date.UTC(2026, 0, 6, 15);
  const came = await ask(operator, 'POST', `${METER}/move-in`, { subscriber: 'lee' });
  assert.deepEqual([came.status, came.json.subscriber, came.json.state], [201, 'lee', 'living']);
  const occupied = await ask(operator, 'POST', `${METER}/move-in`, { subscriber: 'kim' });
  assert.deepEqual([occupied.status, occupied.json.code], [409, 'meter-occupied']);
  await world.rig.settle();
  made(await world.host.sell({ meter: 3, amount: 40, orderId: 'lees own', source: 'cash' }));
  await world.rig.settle();
  // What is given to who left is of no concern to who came.
  const { id } = (await tenancies())[1] as Json;
  const paid = await ask(operator, 'POST', `/api/v1/tenancies/${id}/payout`, { method: 'cash' });
  assert.equal(paid.status, 200, paid.text);
  world.rig.clock.ms = Date.UTC(2026, 0, 7, 9);

  assert.equal(await codeOf(lee, METER), 200);
  const { json } = await ask(lee, 'GET', `${METER}/statement?${span(FIRST, LAST)}`);
  const nothing = { inFlight: '0', purse: '0', emergencyCredit: '0', arrears: '0', refunds: '0' };
  assert.deepEqual([json.opening, json.closing], [nothing, { ...nothing, purse: '40' }]);
  assert.deepEqual([...new Set(ordersIn(json))], ['lees own']);
  assert.equal(json.from, SHARED, 'from the day on which they came');
  const orders = (await ask(lee, 'GET', `${METER}/orders`)).json.items as unknown as { id: string }[];
  assert.deepEqual(
    orders.map(({ id }) => id),
    ['lees own'],
  );
  assert.equal(await codeOf(lee, '/api/v1/orders/kims'), '404 order-unknown');
  assert.equal(await codeOf(kim, `/api/v1/orders/${encodeURIComponent('lees own')}`), '404 order-unknown');
  const balance = (await ask(lee, 'GET', `${METER}/balance?${span(FIRST, LAST)}`)).json;
  assert.deepEqual([balance.opening, balance.closing], [nothing, { ...nothing, purse: '40' }]);
});

test('of the day on which one left and the other came each sees the minutes that were theirs', async () => {
  const told = async (visitor: Visitor) => {
    const { json } = await ask(visitor, 'GET', `${METER}/minutes?${span(SHARED, SHARED)}`);
    const [day] = json.days as unknown as { start: string; energy: number[] }[];
    assert.ok(day !== undefined);
    const at = (hour: number) => day.energy[(Date.UTC(2026, 0, 6, hour) - Date.parse(day.start)) / 60_000];
    return [at(8), at(12), at(16)];
  };
  assert.deepEqual(await told(operator), [17, 17, 17]);
  assert.deepEqual(await told(lee), [-1, -1, 17]);
  assert.deepEqual(await told(kim), [17, -1, -1]);
  const use = async (visitor: Visitor) => {
    const { json } = await ask(visitor, 'GET', `${METER}/use?by=day&from=2026-01-05T23:00:00Z&to=2026-01-06T23:00:00Z`);
    return (json.items as unknown as { energyWh: string }[]).reduce((sum, { energyWh }) => sum + Number(energyWh), 0);
  };
  const minutes = await Promise.all([operator, kim, lee].map(async (visitor) => ((await use(visitor)) * 10) / 17));
  assert.deepEqual(minutes.map(Math.round), [23 * 60, await kimsMinutes(), 8 * 60]);
});

test('of that day each sees the voltages that were theirs, and what validation found of their own hours', async () => {
  const told = async (visitor: Visitor, path: 'voltages' | 'minutes') => {
    const { status, json, text } = await ask(visitor, 'GET', `${METER}/${path}?${span(SHARED, SHARED)}`);
    assert.equal(status, 200, text);
    const [day] = json.days as unknown as { millivolts: number[]; checks: { minute: number; minutes: number }[] }[];
    assert.ok(day !== undefined);
    return day;
  };
  // Local time is an hour before UTC, and quarters are told as long as they were there from their begin to their end.
  const quarter = (hours: number) => (hours + 1) * 4;
  const known = async (visitor: Visitor) => {
    const { millivolts } = await told(visitor, 'voltages');
    return millivolts.flatMap((each, i) => (each === -1 ? [] : [i]));
  };
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  assert.deepEqual(await known(operator), range(quarter(0), quarter(23)));
  assert.deepEqual(await known(lee), range(quarter(15), quarter(23)));
  assert.deepEqual(await known(kim), range(quarter(0), quarter(9)));
  for (const path of ['voltages', 'minutes'] as const) {
    const found = async (visitor: Visitor) => {
      const checks = (await told(visitor, path)).checks.map(({ minute, minutes }) => [minute, minute + minutes]);
      return checks.flat().map((minute) => minute / 60 - 1);
    };
    assert.deepEqual(await found(operator), [0, 23], path);
    assert.deepEqual(await found(lee), [15, 23], path);
    assert.deepEqual(await found(kim), [0, (await kimsMinutes()) / 60], path);
  }
});

test('what went through a purse is told to nobody who came after others, and to all others', async () => {
  const totals = async (visitor: Visitor, meter: string) => {
    const one = (await ask(visitor, 'GET', `/api/v1/meters/${meter}`)).json;
    const { items } = (await ask(visitor, 'GET', '/api/v1/meters')).json as unknown as { items: Json[] };
    const listed = items.find(({ number }) => String(number) === meter);
    return [one, listed].map((view) => {
      assert.ok(view !== undefined);
      const { credited, spent, closed, lastCounter, owed, state } = view.purse as Json;
      return { credited, spent, closed, lastCounter, owed, state };
    });
  };
  const none = { credited: undefined, spent: undefined, closed: undefined, lastCounter: undefined };
  const theirs = { ...none, owed: '0', state: 'open' };
  assert.deepEqual(await totals(lee, KIMS_METER), [theirs, theirs]);
  const all = { credited: '540', spent: '0', closed: '500', lastCounter: 3, owed: '0', state: 'open' };
  assert.deepEqual(await totals(operator, KIMS_METER), [all, all]);
  const own = { credited: '0', spent: '0', closed: '0', lastCounter: 0, owed: '0', state: 'open' };
  assert.deepEqual(await totals(lee, LEES_METER), [own, own]);
});

test('of a subscriber it is told where they lived, to those who may know it', async () => {
  const path = (subscriber: string) => `/api/v1/subscribers/${subscriber}/tenancies`;
  for (const [who, state, refund] of [
    ['kim', 'left', '380'],
    ['lee', 'living', undefined],
  ] as const) {
    const { items } = (await ask(operator, 'GET', path(who))).json as unknown as { items: Json[] };
    assert.deepEqual(
      items.map((each) => [each.meter, each.subscriber, each.state, each.refund]),
      [[KIMS_METER, who, state, refund]],
    );
  }
  assert.equal(await codeOf(operator, path('nobody')), '404 subscriber-unknown');
  assert.equal((await ask(kim, 'GET', path('lee'))).status, 403);
});

test('an operator names whose statement it is', async () => {
  const { json } = await ask(operator, 'GET', `${METER}/statement?${span(FIRST, LAST)}&subscriber=kim`);
  assert.deepEqual([json.subscriber, json.to, (json.closing as Json).purse], ['kim', SHARED, '0']);
  assert.equal(
    await codeOf(operator, `${METER}/statement?${span(FIRST, LAST)}&subscriber=none`),
    '404 tenancy-unknown',
  );
});

test('who left owing more than was left pays it to a cashier, once however often it is asked for', async () => {
  made(await world.host.bookDebt({ meter: 3, amount: 100, reference: 'a bill' }));
  assert.equal((await ask(operator, 'POST', `${METER}/move-out`, {})).status, 202);
  await world.rig.settle();
  const path = '/api/v1/subscribers/lee/dues';
  // Lee had 40 in the purse, and has another meter: what is due goes there.
  assert.deepEqual((await ask(lee, 'GET', path)).json.arrears, '0');
  assert.equal((await ask(operator, 'GET', `/api/v1/meters/${LEES_METER}/dues`)).json.arrears, '60');
  assert.equal((await ask(operator, 'POST', `/api/v1/meters/${LEES_METER}/move-out`, {})).status, 202);
  await world.rig.settle();
  assert.equal((await ask(lee, 'GET', path)).json.arrears, '60');
  const cashier = await world.as('cashier');
  const body = { paid: '25', method: 'cash', reference: 'slip 1' };
  assert.equal((await ask(lee, 'POST', `${path}/payments`, body)).status, 403);
  const paid = await ask(cashier, 'POST', `${path}/payments`, body, 'dues-of-lee-0001');
  assert.deepEqual([paid.status, paid.json], [201, { subscriber: 'lee', arrears: '35', fixedCharge: '0', due: '35' }]);
  const again = await ask(cashier, 'POST', `${path}/payments`, body, 'dues-of-lee-0001');
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [paid.text, 'true']);
  const much = await ask(cashier, 'POST', `${path}/payments`, { ...body, paid: '36' });
  assert.deepEqual([much.status, much.json.code], [422, 'amount-wrong']);
  assert.equal((await ask(lee, 'GET', path)).json.arrears, '35');
  const { items } = (await ask(operator, 'GET', '/api/v1/postings')).json as unknown as { items: Json[] };
  const [booked] = items.filter(({ kind }) => String(kind) === 'dues-paid');
  assert.deepEqual([booked?.order, booked?.meter], ['slip 1', undefined]);
});
