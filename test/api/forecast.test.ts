import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ForecastJson } from '../../src/api/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { milliwattHours } from '../../src/units/index.ts';
import { World } from './world.ts';

let world: World;

before(async () => {
  const store = new MemoryStore();
  world = await World.open(store);
  const now = world.rig.clock.now();
  await store.transaction(async (tx) => {
    // Nine days of 600 W: too little for more than the naive forecast.
    const last = Math.floor(now / 60_000);
    for (let minute = last - 9 * 1440; minute < last; minute++) {
      await tx.putCheckMinute({ localUnit: 1, minute, energy: milliwattHours(10_000) });
    }
  });
});
after(() => world.close());

const read = async (role: 'operator' | 'seller' | 'auditor', query = '') => {
  const { status, json } = await world.ask(await world.as(role), 'GET', `/api/v1/forecast${query}`);
  assert.equal(status, 200, JSON.stringify(json));
  return json as unknown as ForecastJson;
};

test('an operator, an auditor and the seller read a forecast as JSON that says its units, and nobody else does', async () => {
  for (const role of ['operator', 'auditor', 'seller'] as const) {
    const { history, hours, days, months } = await read(role);
    assert.equal(history.isEnough, false);
    assert.equal(hours.length, 168);
    assert.deepEqual([hours[9]?.naiveWatts, hours[9]?.expectedWatts], [600, undefined]);
    assert.equal(days[3]?.naiveWattHours, '14400');
    assert.equal(months.length, 12);
  }
  for (const role of ['cashier', 'technician', 'subscriber', 'system-manager'] as const) {
    const { status } = await world.ask(await world.as(role), 'GET', '/api/v1/forecast');
    assert.equal(status, 403, role);
  }
});

test('a forecast is about one local unit, one area unit or all, and is bought by a bulk tariff with a reserve', async () => {
  assert.equal((await read('operator', '?areaUnit=0')).hours[9]?.naiveWatts, 600);
  const definition = { unitCharge: '100', bands: [], otherwise: 100 };
  const published = await world.ask(await world.as('operator'), 'PUT', '/api/v1/tariffs/bulk', { definition });
  assert.ok(published.status < 300, published.text);
  const { purchase } = await read('operator', '?localUnit=1&reserveBasisPoints=1000');
  assert.deepEqual([purchase?.tariff, purchase?.reserveBasisPoints, purchase?.reserveFrom], ['bulk', 1000, 'asked']);
  const [month] = purchase?.months ?? [];
  assert.equal(BigInt(month?.proposedMilliwattHours ?? 0) * 10n, 11n * BigInt(month?.expectedMilliwattHours ?? 1));
  assert.match(month?.price ?? '', /^[1-9][0-9]*$/);
  const wrong = ['?localUnit=1&areaUnit=0', '?localUnit=77', '?tariff=none', '?reserveBasisPoints=-1', '?areaUnit=256'];
  for (const query of wrong) {
    const { status } = await world.ask(await world.as('operator'), 'GET', `/api/v1/forecast${query}`);
    assert.ok(status >= 400 && status < 500, query);
  }
});

test('temperatures are given by an operator hour by hour and read back; what is none is refused and changes nothing', async () => {
  const operator = await world.as('operator');
  const hour = new Date(Math.floor(world.rig.clock.now() / 3_600_000) * 3_600_000).toISOString();
  const next = new Date(Date.parse(hour) + 3 * 3_600_000).toISOString();
  const put = (body: object, who = operator) => world.ask(who, 'PUT', '/api/v1/temperatures', body);
  const celsius = [12.5, null, -3];
  assert.equal((await put({ from: hour, celsius })).status, 200);
  const wrong = [
    { from: hour.replace(':00:00', ':30:00'), celsius: [1] },
    ...[[], ['warm'], [-91], [66]].map((values) => ({ from: hour, celsius: values })),
    { from: '1999-01-01T00:00:00Z', celsius: [1] },
    { celsius: [1] },
  ];
  for (const body of wrong) {
    const { status } = await put(body);
    assert.ok(status >= 400 && status < 500, JSON.stringify(body));
  }
  assert.equal((await put({ from: hour, celsius }, await world.as('seller'))).status, 403);
  const read = await world.ask(await world.as('seller'), 'GET', `/api/v1/temperatures?from=${hour}&to=${next}`);
  assert.deepEqual(read.json.celsius, celsius);
});
