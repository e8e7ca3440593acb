import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { GridJson, OverviewJson } from '../../src/api/index.ts';
import { type Account, MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { AttentionReason } from '../../src/records/index.ts';
import { milliseconds, milliwattHours, svpmsn } from '../../src/units/index.ts';
import { METER_STATES } from '../../src/words/index.ts';
import { type Answer, KIMS_METER, LEES_METER, World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
/** Monday 5 January, 13:00 in Berlin: yesterday's meters told 2 mWh a minute, those of today 3. */
before(async () => {
  world = await World.open(new MemoryStore());
  const { host, rig } = world;
  made(await host.sell({ meter: 3, amount: 500, orderId: 'a', source: 'cash' }));
  await rig.settle();
  rig.clock.ms -= rig.clock.ms % HOUR;
  rig.clock.ms += 30 * MINUTE;
  made(await host.sell({ meter: 4, amount: 70, orderId: 'b', source: 'cash' }));
  rig.clock.ms += 5 * MINUTE;
  const now = Math.floor(rig.clock.ms / MINUTE);
  const midnight = Date.UTC(2026, 0, 4, 23) / MINUTE;
  await rig.store.transaction(async (tx) => {
    await tx.putLine({ ...NO_LINE, localUnit: 1 });
    for (let minute = midnight - 1440; minute < now; minute++) {
      await tx.putCheckMinute({ localUnit: 1, minute, energy: milliwattHours(minute < midnight ? 2 : 3) });
    }
  });
  const attention = { counter: 1, atMs: rig.clock.ms, reasons: AttentionReason.bypass };
  await host.handle({ type: 'grid', localUnit: 1, message: { type: 'attention', svpmsn: svpmsn(4), ...attention } });
});
after(() => world.close());
const NO_LINE = {
  ...{ healthAt: undefined, health: undefined, checkedAt: undefined, mapRefusedAt: undefined, mapRefusal: undefined },
};

const read = async <T>(role: Parameters<World['as']>[0], url: string): Promise<T> => {
  const answer = await world.ask(await world.as(role), 'GET', url);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as T;
};

test('an operator sees at one glance what the books, the meters and the lines say', async () => {
  const seen = await read<OverviewJson>('operator', '/api/v1/overview');
  assert.equal(seen.day, '2026-01-05');
  assert.deepEqual(
    [seen.books?.issued, seen.books?.stored, seen.books?.inFlight, seen.books?.balanced],
    ['570', '500', '70', true],
  );
  assert.deepEqual(seen.today, { issued: '570', stored: '500', refunded: '0', spent: '0', found: '0', closed: '0' });
  assert.deepEqual(seen.cards, [], 'nobody has a card here');
  assert.deepEqual(seen.orders, { unsettled: 1, oldestMs: 5 * MINUTE });
  assert.equal(seen.meters.count, 2);
  assert.deepEqual([seen.meters.byState.supplied, seen.meters.byState.tampered, seen.meters.byState.off], [1, 1, 0]);
  assert.deepEqual(seen.alarms?.count, { frozen: 0, tampered: 1, dark: 0, suspicion: 0 });
  const since = new Date(world.rig.clock.ms).toISOString();
  assert.deepEqual(seen.alarms?.items, [{ kind: 'tampered', why: ['bypass'], meter: LEES_METER, localUnit: 1, since }]);
  assert.deepEqual([seen.lines?.count, seen.lines?.silent], [1, 1]);
});

test('energy so far stands beside the same stretch of the day before, to the minute', async () => {
  const { energy } = await read<OverviewJson>('operator', '/api/v1/overview');
  const lived = Math.floor((world.rig.clock.ms - Date.UTC(2026, 0, 4, 23)) / MINUTE);
  const wh = (mwh: number) => (mwh / 1000).toFixed(3);
  assert.deepEqual(energy, {
    today: { energyWh: wh(3 * lived), minutes: lived, beforeWh: wh(2 * lived), beforeMinutes: lived },
    hour: { energyWh: wh(3 * 35), minutes: 35, beforeWh: wh(2 * 35), beforeMinutes: 35 },
  });
});

test('what the ledger moved yesterday is not of today, and what it moves is added at the next look', async () => {
  const { rig } = world;
  const { today, last } = await read<OverviewJson>('operator', '/api/v1/overview');
  made(await world.host.purchase({ meter: 3, paid: 9, orderId: 'c', method: 'cash' }));
  const later = await read<OverviewJson>('operator', '/api/v1/overview');
  assert.equal(Number(later.today?.issued), Number(today?.issued) + 9);
  assert.equal(Number(later.last.posting), Number(last.posting) + 1);
  const before = rig.clock.ms;
  rig.clock.ms += 24 * HOUR;
  const nextDay = await read<OverviewJson>('operator', '/api/v1/overview');
  assert.deepEqual([nextDay.day, nextDay.today?.issued, nextDay.books?.issued], ['2026-01-06', '0', '579']);
  rig.clock.ms = before;
  assert.deepEqual((await read<OverviewJson>('operator', '/api/v1/overview')).today, later.today);
});

test('what was spent today counts whether or not it is known at which step of the tariff', async () => {
  const { store, clock } = world.rig;
  const spent = { kind: 'spent', at: milliseconds(clock.ms), svpmsn: svpmsn(3), order: undefined } as const;
  const moved = (from: Account, to: Account, amount: bigint) => [
    { account: from, amount },
    { account: to, amount: -amount },
  ];
  await store.transaction((tx) =>
    tx.post([
      { ...spent, lines: moved('value-in-meters', 'energy-revenue', 12n) },
      { ...spent, kind: 'divided', lines: moved('energy-revenue', 'energy-revenue:100', 5n) },
    ]),
  );
  const { today, books } = await read<OverviewJson>('operator', '/api/v1/overview');
  assert.deepEqual([today?.spent, books?.spent], ['12', '12']);
});

test('nobody is shown what the lists behind it would refuse', async () => {
  const parts = async (role: Parameters<World['as']>[0]) =>
    Object.keys(await read<OverviewJson>(role, '/api/v1/overview')).filter((part) =>
      ['books', 'today', 'alarms', 'lines', 'energy'].includes(part),
    );
  assert.deepEqual(await parts('auditor'), ['books', 'today', 'energy', 'alarms', 'lines']);
  assert.deepEqual(await parts('technician'), ['energy', 'alarms', 'lines']);
  assert.deepEqual(await parts('cashier'), []);
  const key = await world.apiKey('operator', ['meters:read', 'books:read']);
  const { json } = await world.ask(key, 'GET', '/api/v1/overview');
  assert.deepEqual(
    [json.books !== undefined, json.alarms !== undefined, json.lines !== undefined],
    [true, true, false],
  );
});

test('the grid has each meter once, in columns of one length, and stays the same while nothing happens', async () => {
  const operator = await world.as('operator');
  const ask = (headers = {}): Promise<Answer> => world.ask(operator, 'GET', '/api/v1/grid', undefined, headers);
  const first = await ask();
  const { states, localUnits, columns, street } = first.json as unknown as GridJson;
  assert.deepEqual(states, [...METER_STATES]);
  assert.deepEqual(localUnits, [{ localUnit: 1, meters: 2 }]);
  assert.deepEqual(columns, {
    number: [3, 4],
    localUnit: [1, 1],
    address: [3, 4],
    state: [METER_STATES.indexOf('supplied'), METER_STATES.indexOf('tampered')],
    stale: [0, 0],
    balance: ['500', null],
  });
  assert.equal(street, undefined);
  world.rig.clock.ms += MINUTE;
  const again = await ask({ 'if-none-match': String(first.headers.etag) });
  assert.deepEqual([again.status, again.text], [304, '']);
});

test('a street has its line and more of each meter, and another street has none of them', async () => {
  const { columns, street } = await read<GridJson>('technician', '/api/v1/grid?localUnit=1');
  assert.deepEqual(columns.number, [3, 4]);
  assert.equal(street?.line?.localUnit, 1);
  const [kims, lees] = street?.meters ?? [];
  assert.deepEqual([kims?.number, kims?.subscriber, kims?.inFlight, kims?.balance], [KIMS_METER, 'kim', '9', '500']);
  assert.deepEqual([lees?.state, lees?.why, lees?.inFlight], ['tampered', ['bypass'], '70']);
  const other = await read<GridJson>('technician', '/api/v1/grid?localUnit=2');
  assert.deepEqual([other.columns.number, other.street], [[], { meters: [] }]);
});
