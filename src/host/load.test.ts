import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING, ENERGY_UNCERTAIN, EventKind, setBand } from '../records/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../units/index.ts';
import { made } from './rig.testing.ts';
import { berlin, MINUTE, metered, TARIFF, told } from './statement.testing.ts';

const HOUR = 60 * MINUTE;

test('a day by minute has what was used, what is missing and the step that held, from midnight to midnight', async () => {
  // UTC days: the profile of the 6th begins at 01:00 in Berlin.
  const rig = await metered(2, (profile) => {
    profile.energies[0] = ENERGY_MISSING;
    profile.energies[1] = ENERGY_UNCERTAIN;
    setBand(profile.bands, 2, 3);
  });
  rig.clock.ms = berlin(9);
  const { days, zone } = made(await rig.host.minutes({ meter: 3, supply: 1, from: '2026-01-05', to: '2026-01-07' }));
  assert.equal(zone, 'Europe/Berlin');
  const [, middle, last] = days;
  assert.deepEqual([middle?.date, middle?.start, middle?.energy.length], ['2026-01-06', berlin(6), 1440]);
  assert.deepEqual(middle?.energy.slice(58, 64), [5, 5, -1, -2, 5, 5]);
  const [night, day] = middle?.percents ?? [];
  assert.deepEqual([night?.minute, night?.percent, day?.minute, day?.percent], [0, 50, 360, 100]);
  assert.equal(night?.version, day?.version);
  assert.deepEqual(middle?.bands, [
    { minute: 0, band: 0, surcharge: 100 },
    { minute: 62, band: 3, surcharge: 200 },
    { minute: 63, band: 0, surcharge: 100 },
  ]);
  assert.deepEqual(last?.energy.slice(58, 62), [5, 5, -1, -1], 'no profile came of the third day');
});

test('before its first table a meter has no price, and minutes that have not been are not there', async () => {
  const rig = await metered(1);
  rig.clock.ms = berlin(5) + 14 * HOUR;
  const { days } = made(await rig.host.minutes({ meter: 3, supply: 1, from: '2026-01-05', to: '2026-01-06' }));
  assert.deepEqual(
    days.map(({ energy }) => energy.length),
    [14 * 60, 0],
  );
  const [before, then] = days[0]?.percents ?? [];
  assert.deepEqual([before?.percent, before?.version, then?.minute, then?.percent], [0, 0, 13 * 60, 100]);
});

test('a day on which clocks change has the minutes that it has', async () => {
  const rig = await metered(1);
  rig.clock.ms = Date.UTC(2026, 10, 1);
  const lengths = async (date: string) => {
    const { days } = made(await rig.host.minutes({ meter: 3, supply: 1, from: date, to: date }));
    return days.map(({ energy }) => energy.length);
  };
  assert.deepEqual([await lengths('2026-03-29'), await lengths('2026-10-25')], [[1380], [1500]]);
});

test('a table that changes the surcharge alone is seen from its minute on', async () => {
  const rig = await metered(2, (profile) => {
    for (let minute = 0; minute < 1440; minute++) setBand(profile.bands, minute, 3);
  });
  const noon = milliseconds(berlin(6) + 12 * HOUR);
  const dearer: TariffDefinition = { ...TARIFF, surcharge: { percents: [100, 100, 100, 300], limits: [18, 26, 37] } };
  const { version } = made(await rig.host.publishTariff('home', dearer, noon));
  await rig.store.transaction((tx) => {
    const taken = { sequence: 2, kind: EventKind.tableChanged, supply: 1, detail: 0, value: version } as const;
    const at = { time: unixSeconds(noon / 1000), heardAt: noon };
    return tx.addEvents([{ ...taken, ...at, svpmsn: svpmsn(3) }]);
  });
  rig.clock.ms = berlin(9);
  const { days } = made(await rig.host.minutes({ meter: 3, supply: 1, from: '2026-01-06', to: '2026-01-06' }));
  assert.deepEqual(
    days[0]?.percents.map(({ minute, percent, version: held }) => [minute, percent, held === version]),
    [
      [0, 50, false],
      [360, 100, false],
      [720, 100, true],
    ],
  );
  assert.deepEqual(days[0]?.bands, [
    { minute: 0, band: 3, surcharge: 200 },
    { minute: 720, band: 3, surcharge: 300 },
  ]);
});

test('a supply, a date or a span that is none is refused', async () => {
  const rig = await metered(1);
  const refused = async (query: Parameters<typeof rig.host.minutes>[0]) => {
    const answer = await rig.host.minutes(query);
    return 'reason' in answer ? answer.reason : undefined;
  };
  const right = { meter: 3, supply: 1, from: '2026-01-05', to: '2026-02-08' };
  assert.equal(await refused(right), undefined);
  assert.equal(await refused({ ...right, to: '2026-02-09' }), 'range-wrong');
  assert.equal(await refused({ ...right, to: '2026-01-04' }), 'range-wrong');
  assert.equal(await refused({ ...right, from: 'today' }), 'range-wrong');
  assert.equal(await refused({ ...right, supply: 2 }), 'range-wrong');
  assert.equal(await refused({ ...right, meter: 7 }), 'meter-unknown');
});

test('each posting moves the balance from the opening to the closing, and says why', async () => {
  const rig = await metered(1);
  made(await rig.host.sell({ meter: 3, amount: 500, orderId: 'sale', source: 'cash' }));
  await rig.settle();
  await told(rig, berlin(6) + HOUR, 30n);
  await told(rig, berlin(7) + HOUR, 20n, 5n);
  const history = async (from: string, to: string) => made(await rig.host.balance({ meter: 3, from, to }));
  const whole = await history('2026-01-05', '2026-01-07');
  assert.deepEqual(
    whole.points.map(({ why, order, balance }) => [why, order, balance.inFlight, balance.purse, balance.owed]),
    [
      ['sold', 'sale', 500n, 0n, 0n],
      ['stored', 'sale', 0n, 500n, 0n],
      ['spent', undefined, 0n, 470n, 0n],
      ['spent', undefined, 0n, 455n, 5n],
    ],
  );
  assert.deepEqual([whole.opening.purse, whole.closing], [0n, whole.points.at(-1)?.balance]);
  const middle = await history('2026-01-06', '2026-01-06');
  assert.deepEqual([middle.opening.purse, middle.points.length, middle.closing.purse], [500n, 1, 470n]);
  const none = await history('2026-01-08', '2026-01-08');
  assert.deepEqual([none.opening, none.points, none.closing.purse], [none.closing, [], 455n]);
  const tooLong = await rig.host.balance({ meter: 3, from: '2026-01-01', to: '2026-04-11' });
  assert.ok('reason' in tooLong && tooLong.reason === 'range-wrong');
});
