import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { MemoryStore, ROLES } from '../../src/host/index.ts';
import { tell } from '../../src/simulation/index.ts';
import { DemoWorld } from './demo-world.ts';
import { type Answer, type Json, NOBODY, type Visitor, World } from './world.ts';

const PURSES = Object.entries(DEMO_PURSES).map(([method, account]) => ({ method, account }));

let demo: DemoWorld;
let operator: Visitor;
before(async () => {
  demo = await DemoWorld.open({ utility: { firstSale: { from: 300, to: 300 } } });
  operator = await demo.as('operator');
  await demo.lives(10);
});
after(() => demo.close());

const refusal = ({ status, json }: Answer) => [status, json.code, json.detail] as const;
const CARD = '040a1b33000001';
const METER_UNKNOWN = [404, 'meter-unknown', 'There is no such meter in this demo: check the number.'];

test('a demo says before anybody is logged in what it is, and whom one can be', async () => {
  const { status, json } = await demo.ask(NOBODY, 'GET', '/demo');
  assert.equal(status, 200);
  const { now, meters, cards, ...rest } = json;
  assert.equal(String(now), new Date(demo.utility.time.now).toISOString());
  assert.deepEqual(rest, { roles: [...ROLES], canEnter: true, speed: 60, zone: 'Asia/Seoul', purses: PURSES });
  assert.deepEqual((meters as unknown as Json[])[0], { number: '0a1b2c', subscriber: 'house-1' });
  assert.deepEqual(cards, [{ number: CARD, subscriber: 'house-2', meters: ['8a0003', '8a0004'] }]);
});

test('whoever comes in as a role is logged in as its person, and only there where it is safe', async () => {
  for (const role of ROLES) {
    const visitor = await demo.as(role);
    const { person } = (await demo.ask(visitor, 'GET', '/session')).json;
    assert.equal(String(person?.role), role);
  }
  const come = (at: DemoWorld, host: string) => at.ask(NOBODY, 'POST', '/demo/session', { role: 'operator' }, { host });
  for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '127.1.2.3', '[::1]:80']) {
    assert.equal((await come(demo, host)).status, 200, host);
  }
  for (const host of ['demo.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '10.0.0.7:8080']) {
    const [status, code, detail] = refusal(await come(demo, host));
    assert.deepEqual([status, code], [403, 'not-allowed'], host);
    assert.match(String(detail), /^Only a browser on the machine of the demo comes in without a password/);
    assert.equal(String((await demo.ask(NOBODY, 'GET', '/demo', undefined, { host })).json.canEnter), 'false', host);
  }
  const site = await demo.ask(
    NOBODY,
    'POST',
    '/demo/session',
    { role: 'operator' },
    { 'sec-fetch-site': 'cross-site' },
  );
  assert.deepEqual([site.status, site.json.code], [403, 'csrf-wrong']);
  assert.equal((await demo.ask(NOBODY, 'POST', '/demo/session', { role: 'king' })).status, 400);
});

test('a demo that other machines reach lets nobody in without a password', async () => {
  const open = await DemoWorld.open({ welcome: false });
  try {
    const { roles, canEnter } = (await open.ask(NOBODY, 'GET', '/demo')).json;
    assert.deepEqual([roles, canEnter], [[], false]);
    assert.equal((await open.ask(NOBODY, 'POST', '/demo/session', { role: 'operator' })).status, 403);
  } finally {
    await open.close();
  }
});

test('nobody comes in more often than the limit of log-ins allows', async () => {
  const busy = await DemoWorld.open({ settings: { logInsPerMinute: 2 } });
  try {
    const come = () => busy.ask(NOBODY, 'POST', '/demo/session', { role: 'auditor' });
    const statuses = [await come(), await come(), await come()].map(({ status }) => status);
    assert.deepEqual(statuses, [200, 200, 429]);
  } finally {
    await busy.close();
  }
});

test('a host that is no demo has nothing of it', async () => {
  const world = await World.open(new MemoryStore());
  try {
    const visitor = await world.as('operator');
    for (const [method, path, body] of [
      ['GET', '/demo', undefined],
      ['POST', '/demo/session', { role: 'operator' }],
      ['PUT', '/demo/speed', { speed: 5 }],
      ['POST', '/demo/lines/0', { cut: true }],
      ['GET', '/demo/meters/000003/panel', undefined],
      ['POST', '/demo/meters/000003/panel/actions', { press: 'page' }],
      ['GET', '/demo/meters/000003/panel/events', undefined],
    ] as const) {
      const answer = await world.ask(visitor, method, `/api/v1${path}`, body);
      assert.deepEqual(
        refusal(answer),
        [404, 'not-found', 'This host is no demo: its meters hang in real houses.'],
        path,
      );
    }
  } finally {
    await world.close();
  }
});

test('who is logged in sets how fast time goes, and nobody else, nor faster than can be watched', async () => {
  const answer = await demo.ask(operator, 'PUT', '/demo/speed', { speed: 300 });
  assert.equal(String(answer.json.speed), '300');
  assert.equal(demo.control.speed, 300);
  for (const speed of [0, 3601, 1.5, '60']) {
    assert.equal((await demo.ask(operator, 'PUT', '/demo/speed', { speed })).status, 400, String(speed));
  }
  assert.equal((await demo.ask(NOBODY, 'PUT', '/demo/speed', { speed: 5 })).status, 401);
  assert.equal(demo.control.speed, 300);
});

test('a line is cut and mended, and one that is not there is refused', async () => {
  const cut = (line: number, is: boolean) => demo.ask(operator, 'POST', `/demo/lines/${line}`, { cut: is });
  assert.equal((await cut(0, true)).status, 200);
  assert.equal(demo.utility.transformers[0]?.cut, true);
  assert.equal((await demo.panel(operator)).lineCut, true);
  assert.equal((await cut(0, false)).status, 200);
  assert.equal((await demo.panel(operator)).lineCut, false);
  assert.deepEqual(refusal(await cut(2, true)), [
    404,
    'not-found',
    'There is no such local unit in this demo: check the number.',
  ]);
});

test('the page key turns the display, digits ask for tokens, and no other key is there', async () => {
  const before = await demo.panel(operator);
  assert.equal(before.display?.page, 'balance');
  assert.equal(before.display?.text, before.credit.balance);
  const pages: (string | undefined)[] = [];
  for (let i = 0; i < 8; i++) pages.push((await demo.act(operator, { press: 'page' })).display?.page);
  assert.deepEqual(pages, ['transmission', 'power', 'energy', 'month', 'rate', 'time-left', 'card', 'balance']);
  for (const press of ['5', '0', '7', '*']) await demo.act(operator, { press });
  const keying = await demo.panel(operator);
  assert.deepEqual([keying.display?.text, keying.display?.keying], ['50', true]);
  const asked = await demo.act(operator, { press: '#' });
  assert.equal(asked.display?.keying, false);
  assert.ok(asked.attention.includes('valueRequested') && asked.display?.signs.includes('waiting'));
  const wrong = await demo.ask(operator, 'POST', `/demo/meters/${demo.meter()}/panel/actions`, { press: 'a' });
  assert.deepEqual([wrong.status, wrong.json.code], [400, 'input-wrong']);
  assert.match(String(wrong.json.detail), /^The body is wrong at \/press: /);
});

test('one thing is done at a time, with what is there, at a meter that is there, by somebody who is logged in', async () => {
  const act = (meter: string, action: object, visitor = operator) =>
    demo.ask(visitor, 'POST', `/demo/meters/${meter}/panel/actions`, action);
  for (const action of [
    {},
    { press: '1', power: false },
    { appliance: 'kettle' },
    { on: true },
    { press: '1', on: true },
  ]) {
    const [status, , detail] = refusal(await act(demo.meter(), action));
    assert.equal(status, 400, JSON.stringify(action));
    assert.match(String(detail), /^One thing is done at a time/);
  }
  const robot = await act(demo.meter(), { appliance: 'robot', on: true });
  assert.deepEqual([robot.status, robot.json.code], [404, 'not-found']);
  assert.deepEqual(refusal(await act('ffffff', { press: '1' })), METER_UNKNOWN);
  assert.deepEqual(refusal(await demo.ask(operator, 'GET', '/demo/meters/ffffff/panel')), METER_UNKNOWN);
  assert.deepEqual(refusal(await demo.ask(operator, 'GET', '/demo/meters/ffffff/panel/events')), METER_UNKNOWN);
  assert.equal((await act(demo.meter(), { press: '1' }, NOBODY)).status, 401);
  assert.equal((await demo.panel(await demo.as('seller'))).meter, demo.meter(), 'it hangs in the house');
});

test('the card of a house goes into the slit of its meter and out again, and nobody moves one that is not at hand', async () => {
  const cardAt = async (house: number) => (await demo.panel(operator, house)).card;
  // Whoever has it is out for some minutes at first.
  for (let i = 0; i < 20 && (await cardAt(1))?.where !== 'hand'; i++) await demo.lives(1);
  assert.deepEqual(await cardAt(1), { number: CARD, where: 'hand' });
  assert.equal((await demo.act(operator, { card: 'slot' }, 1)).card?.where, 'slot');
  await demo.lives(1);
  const { display, card: inside } = await demo.panel(operator, 1);
  assert.deepEqual([display?.page, inside?.where], ['card', 'slot']);
  assert.equal((await demo.act(operator, { card: 'hand' }, 1)).card?.where, 'hand');
  assert.equal(await cardAt(0), undefined);
  const none = ['not-found', 'No card is at hand in this house now: the panel says where it is.'];
  const put = (house: number) =>
    demo.ask(operator, 'POST', `/demo/meters/${demo.meter(house)}/panel/actions`, { card: 'slot' });
  assert.deepEqual(refusal(await put(0)), [404, ...none]);
  assert.equal((await demo.ask(operator, 'POST', `/demo/cards/${CARD}/errands`)).status, 202);
  assert.equal((await cardAt(1))?.where, 'out');
  assert.deepEqual(refusal(await put(1)), [404, ...none]);
});

test('an appliance that is switched on is measured at once, and paid for', async () => {
  const before = await demo.panel(operator, 1);
  const on = await demo.act(operator, { appliance: 'kettle', on: true }, 1);
  assert.equal(Number(on.supplies[0]?.watts), Number(before.supplies[0]?.watts) + 2_000);
  assert.deepEqual(
    on.appliances.filter((each) => each.on).map(({ id, name }) => [id, name]),
    [['kettle', 'appliance.kettle']],
  );
  await demo.lives(30);
  const later = await demo.panel(operator, 1);
  const { flowedMilliwattHours: flowed } = demo.house(1);
  const used = Number(before.credit.balance) - Number(later.credit.balance);
  assert.ok(used > 0, `${used} tokens`);
  const off = await demo.act(operator, { appliance: 'kettle', on: false }, 1);
  assert.equal(Number(off.supplies[0]?.watts), Number(later.supplies[0]?.watts) - 2_000);
  await demo.lives(1);
  assert.ok(flowed >= 1_000_000, 'half an hour of 2 kW flowed through the meter');
  assert.equal((await tell(demo.utility)).conserved, true);
});

test('running dry opens the relay, the panel says why, and buying closes it', async () => {
  const dry = await DemoWorld.open({ utility: { firstSale: { from: 3, to: 3 }, meters: 1, localUnits: 1 } });
  try {
    const [boss, cashier] = [await dry.as('operator'), await dry.as('cashier')];
    await dry.lives(5);
    const begun = await dry.panel(boss);
    assert.deepEqual([begun.supplies[0]?.open, begun.supplies[0]?.reasons], [false, []]);
    for (const appliance of ['kettle', 'heater', 'cooker']) await dry.act(boss, { appliance, on: true });
    for (let i = 0; i < 200 && !(await dry.panel(boss)).supplies[0]?.open; i++) await dry.lives(1);
    const cut = await dry.panel(boss);
    assert.deepEqual([cut.supplies[0]?.open, cut.supplies[0]?.reasons], [true, ['noCredit']]);
    assert.deepEqual([cut.supplies[0]?.watts, cut.credit.balance, cut.credit.owed], [0, '0', '5']);
    assert.equal(cut.buzzer, true);
    assert.ok(
      ['relayOpen', 'lowBalance', 'emergencyCredit'].every((sign) => cut.display?.signs.includes(sign as never)),
    );

    const sale = { meter: dry.meter(), paid: '500' };
    const sold = await dry.ask(cashier, 'POST', '/purchases', sale, { 'idempotency-key': 'demo-sale' });
    assert.equal(sold.status, 201, sold.text);
    await dry.lives(2);
    const back = await dry.panel(boss);
    assert.deepEqual([back.supplies[0]?.open, back.buzzer, back.credit.owed], [false, false, '0']);
    assert.ok(Number(back.credit.balance) > 400);
    assert.equal(
      Number(back.credit.stored) + Number(back.credit.tank) + Number(back.credit.exchanger),
      Number(back.credit.balance),
    );
    await dry.lives(2);
    assert.ok(Number((await dry.panel(boss)).supplies[0]?.watts) >= 6_500, 'what is on draws again');
  } finally {
    await dry.close();
  }
});

test('a wire over the terminals is sensed, and so is its end', async () => {
  const wired = await demo.act(operator, { bypass: true }, 2);
  assert.equal(wired.bypass, true);
  assert.ok(wired.attention.includes('bypass'));
  assert.equal((await demo.act(operator, { bypass: false }, 2)).bypass, false);
  await demo.lives(30);
  const { json } = await demo.ask(operator, 'GET', `/meters/${demo.meter(2)}/events`);
  const kinds = (json.items as unknown as { kind: string }[]).map(({ kind }) => kind);
  assert.ok(kinds.indexOf('bypassEnded') < kinds.indexOf('bypassBegun') && kinds.includes('bypassEnded'), kinds.join());
});

test('without power the glass is empty and the keys are dead, and what was done to the seal is sensed later', async () => {
  const shown = await demo.act(operator, { press: 'page' }, 3);
  assert.equal(shown.display?.page, 'transmission');
  const dark = await demo.act(operator, { power: false }, 3);
  assert.deepEqual([dark.power, dark.display, dark.clock, dark.supplies[0]?.watts], [false, undefined, undefined, 0]);
  assert.equal((await demo.act(operator, { press: 'page' }, 3)).display, undefined);
  await demo.lives(2);
  const lifted = await demo.act(operator, { cover: 'lifted' }, 3);
  assert.deepEqual([lifted.cover, lifted.dismantled], ['lifted', false], 'nothing is there that could sense it');
  const back = await demo.act(operator, { power: true }, 3);
  assert.deepEqual([back.power, back.dismantled, back.supplies[0]?.reasons], [true, true, ['tamper']]);
  assert.ok(back.display?.signs.includes('tamper') && back.attention.includes('coverOpened'));
  assert.equal(back.display?.page, 'balance', 'it starts anew');
});

test('lifting the cover erases the keys and opens the relay, and closing it gives nothing back', async () => {
  const other = await DemoWorld.open();
  try {
    const technician = await other.as('technician');
    await other.lives(1);
    const lifted = await other.act(technician, { cover: 'lifted' });
    assert.deepEqual([lifted.cover, lifted.dismantled, lifted.supplies[0]?.reasons], ['lifted', true, ['tamper']]);
    const closed = await other.act(technician, { cover: 'closed' });
    assert.deepEqual([closed.cover, closed.dismantled, closed.supplies[0]?.open], ['closed', true, true]);
    await other.lives(2);
    const { json } = await other.ask(technician, 'GET', `/meters/${other.meter()}/events`);
    const kinds = (json.items as unknown as { kind: string }[]).map(({ kind }) => kind);
    assert.ok(kinds.includes('coverOpened') && kinds.includes('keysErased'), kinds.join());
  } finally {
    await other.close();
  }
});

test('whoever has a card in a demo takes it to its meters when asked, and a card that nobody has is told as such', async () => {
  await demo.lives(30);
  const path = `/cards/${CARD}/orders`;
  const sale = { region: 'water', paid: '700' };
  const sold = await demo.ask(operator, 'POST', path, sale, { 'idempotency-key': 'a-card-of-water' });
  assert.equal(sold.status, 201, sold.text);
  const taken = async () => Number((await demo.ask(operator, 'GET', '/offline-meters/8a0004')).json.fromCards);
  const before = await taken();
  assert.equal((await demo.ask(operator, 'POST', `/demo/cards/${CARD}/errands`)).status, 202);
  await demo.lives(10);
  assert.equal(await taken(), before + 700);
  const held = async (card: string) => (await demo.ask(operator, 'POST', `/demo/cards/${card}/reading`)).json.loaded;
  await demo.ask(operator, 'POST', path, sale, { 'idempotency-key': 'for-the-reader' });
  const stored = async () => (await demo.ask(operator, 'GET', path)).json.items as unknown as { state: string }[];
  assert.ok((await stored()).some(({ state }) => state !== 'stored'));
  assert.deepEqual([await held(CARD), await held('04ffffffffffff')], [true, false]);
  assert.ok(
    (await stored()).every(({ state }) => state === 'stored'),
    'it is loaded where it is held to the reader',
  );
  const pay = async (paid: string) => (await demo.ask(operator, 'POST', '/demo/bank-card/payments', { paid })).json;
  assert.deepEqual(
    [await pay('500'), await pay('100001')],
    [...[true, false].map((approved) => ({ approved, shown: '**** 1111' }))],
  );
  const unknown = await demo.ask(operator, 'POST', '/demo/cards/04ffffffffffff/errands');
  assert.deepEqual(refusal(unknown).slice(0, 2), [404, 'card-unknown']);
});
