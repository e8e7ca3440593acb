import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING, EventKind, setBand } from '../records/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../units/index.ts';
import { made } from './rig.testing.ts';
import { berlin, MINUTE, metered, statement, TARIFF } from './statement.testing.ts';

const HOUR = 60 * MINUTE;
const FLAT = { unitCharge: 20_000, bands: [], otherwise: 100 };

const week = async (rig: Awaited<ReturnType<typeof metered>>, from?: string) =>
  made(await rig.host.tariffWeek({ meter: 3, supply: 1, from }));

test('a week says for each minute what it costs, by the table that the meter told of', async () => {
  const rig = await metered(1);
  const { table, days, next } = await week(rig, '2026-01-06');
  assert.deepEqual([table?.tariff, table?.told, table?.table.unitCharge], ['home', true, 10_000]);
  assert.deepEqual(
    days.map(({ date }) => date),
    ['06', '07', '08', '09', '10', '11', '12'].map((day) => `2026-01-${day}`),
  );
  const version = table?.table.version;
  assert.deepEqual(days[3]?.spans, [
    { from: 0, to: 360, percent: 50, band: 'night', version },
    { from: 360, to: 1440, percent: 100, band: undefined, version },
  ]);
  assert.equal(next, undefined);
});

test('a table that waits for its instant takes over in the middle of a day, and is told as the next', async () => {
  const rig = await metered(1);
  const from = milliseconds(berlin(8) + 3 * HOUR);
  const { version } = made(await rig.host.publishTariff('home', FLAT, from));
  const { days, next, table } = await week(rig, '2026-01-07');
  assert.deepEqual([next?.table.version, next?.from, next?.told], [version, from / 1000, false]);
  const before = table?.table.version;
  assert.deepEqual(days[1]?.spans, [
    { from: 0, to: 180, percent: 50, band: 'night', version: before },
    { from: 180, to: 1440, percent: 100, band: undefined, version },
  ]);
  assert.deepEqual(days[2]?.spans, [{ from: 0, to: 1440, percent: 100, band: undefined, version }]);
});

test('a table of the same prices that takes over is a stretch of its own', async () => {
  const rig = await metered(1);
  const { version } = made(await rig.host.publishTariff('home', TARIFF, milliseconds(berlin(8) + 3 * HOUR)));
  const { days, table } = await week(rig, '2026-01-07');
  const before = table?.table.version;
  assert.deepEqual(
    days[1]?.spans.map(({ from, to, version: held }) => [from, to, held]),
    [
      [0, 180, before],
      [180, 360, version],
      [360, 1440, version],
    ],
  );
});

test('a version in force of which the meter has not told is not taken for its table', async () => {
  const rig = await metered(1);
  made(await rig.host.publishTariff('home', FLAT, milliseconds(rig.clock.ms)));
  const { table, next } = await week(rig, '2026-01-07');
  assert.deepEqual([table?.table.unitCharge, next], [10_000, undefined]);
});

test('of two tables that wait the next is the one that comes first, whichever was published first', async () => {
  const rig = await metered(1);
  const later = made(await rig.host.publishTariff('home', FLAT, milliseconds(berlin(12))));
  await rig.store.transaction((tx) => {
    const taken = { sequence: 2, kind: EventKind.tableChanged, supply: 1, detail: 0, value: later.version } as const;
    const at = { time: unixSeconds(rig.clock.ms / 1000), heardAt: rig.clock.now() };
    return tx.addEvents([{ ...taken, ...at, svpmsn: svpmsn(3) }]);
  });
  const sooner = made(await rig.host.publishTariff('home', FLAT, milliseconds(berlin(9))));
  const { next } = await week(rig, '2026-01-07');
  assert.deepEqual([next?.table.version, next?.from], [sooner.version, berlin(9) / 1000]);
});

test('of a month that runs the minutes that have not been are not unknown', async () => {
  const rig = await metered(1);
  rig.clock.ms = berlin(9);
  const { minutes, unknown } = made(await rig.host.previewTariff({ meter: 3, month: '2026-01', definition: FLAT }));
  assert.equal(minutes + unknown, 8 * 1440);
});

test('of a meter that never told of a table its tariff is assumed; one without a tariff has none', async () => {
  const rig = await metered(1);
  await rig.enrol(4, { tariff: 'home' });
  const assumed = made(await rig.host.tariffWeek({ meter: 4, supply: 1 }));
  assert.deepEqual([assumed.table?.told, assumed.days.length, assumed.days[0]?.date], [false, 7, '2026-01-05']);
  await rig.enrol(5);
  const { table, days } = made(await rig.host.tariffWeek({ meter: 5, supply: 1 }));
  assert.deepEqual([table, days], [undefined, []]);
  const wrong = await rig.host.tariffWeek({ meter: 4, supply: 1, from: '2026-02-30' });
  assert.ok('reason' in wrong && wrong.reason === 'range-wrong');
});

test('a month under another tariff is charged minute by minute beside what it was, and nothing is stored', async () => {
  const rig = await metered(2, (profile) => {
    setBand(profile.bands, 0, 3);
    profile.energies[1] = ENERGY_MISSING;
  });
  rig.clock.ms = berlin(32);
  const before = await rig.host.tariffs();
  const asked = { meter: 3, month: '2026-01' };
  const flat = made(await rig.host.previewTariff({ ...asked, definition: FLAT }));
  assert.deepEqual([flat.month, flat.from, flat.to], ['2026-01', berlin(1), berlin(32)]);
  assert.deepEqual([flat.minutes, flat.unknown, flat.energy], [2878, 31 * 1440 - 2878, 14_390]);
  // 1,439 Wh at 20 tokens a kWh.
  assert.deepEqual([flat.asItWouldBe.tokens, flat.asItWouldBe.chargeUnits], [28n, 2_878_000_000_000n]);
  const steps = flat.asItWas.steps.map(({ percent, surcharge, minutes }) => [percent, surcharge, minutes]);
  // Before 13:00 of the first day the meter had no table; of the nights that of the 6th and an hour of the 7th are whole.
  assert.deepEqual(steps, [
    [0, 0, 719],
    [50, 100, 418],
    [50, 200, 1],
    [100, 100, 1740],
  ]);
  const same = made(await rig.host.previewTariff({ ...asked, definition: TARIFF }));
  const sum = (sides: readonly { readonly chargeUnits: bigint; readonly minutes: number }[]) => [
    sides.reduce((all, { chargeUnits }) => all + chargeUnits, 0n),
    sides.reduce((all, { minutes }) => all + minutes, 0),
  ];
  for (const side of [flat.asItWas, flat.asItWouldBe, same.asItWouldBe]) {
    assert.deepEqual(sum(side.steps), [side.chargeUnits, 2878]);
    assert.deepEqual(sum(side.bands), [side.chargeUnits, 2878]);
  }
  assert.deepEqual(
    same.asItWouldBe.bands.map(({ band }) => band),
    ['night', undefined],
  );
  assert.equal((await statement(rig, '2026-01-01', '2026-01-31')).used, same.asItWas.tokens, 'as the statement has it');
  assert.deepEqual(await rig.host.tariffs(), before);
});

test('a preview of a definition, a month or a meter that is none is refused', async () => {
  const rig = await metered(1);
  const refused = async (query: Partial<Parameters<typeof rig.host.previewTariff>[0]>) => {
    const answer = await rig.host.previewTariff({ meter: 3, definition: FLAT, ...query });
    return 'reason' in answer ? answer.reason : answer.month;
  };
  assert.equal(await refused({}), '2025-12', 'the last month that is over');
  assert.equal(await refused({ month: '2026-02' }), 'range-wrong');
  assert.equal(await refused({ month: 'January' }), 'period-wrong');
  assert.equal(await refused({ definition: { ...FLAT, unitCharge: -1 } }), 'tariff-wrong');
  assert.equal(await refused({ definition: { unitCharge: 1, bands: [] } }), 'tariff-wrong');
  assert.equal(await refused({ meter: 9 }), 'meter-unknown');
});
