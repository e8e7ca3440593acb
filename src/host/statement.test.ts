import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_UNCERTAIN, EventKind, emptyDayProfile, setBand } from '../records/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../units/index.ts';
import type { Statement } from './index.ts';
import { made } from './rig.testing.ts';
import { assertAddsUp, berlin, MINUTE, metered, statement, TARIFF, told } from './statement.testing.ts';
import { statementSheet } from './statement-sheet.ts';

const differences = ({ differences: lines }: Statement) =>
  lines.map(({ kind, tokens, missing }) => [kind, tokens, missing]);

test('a day can be followed with pencil and paper: minutes, power, rate and unit charge make its tokens', async () => {
  const rig = await metered(3);
  made(await rig.host.sell({ meter: 3, amount: 500, orderId: 'sale', source: 'cash' }));
  await rig.settle();
  // From 13:00 to midnight 660 min x 30 W = 330 Wh, which is 3.3 tokens; until noon 180 Wh at half and 180 Wh.
  await told(rig, berlin(6), 3n);
  await told(rig, berlin(6) + 720 * MINUTE, 3n);
  rig.clock.ms = berlin(8);
  const of = await statement(rig, '2026-01-06', '2026-01-06');
  assert.deepEqual(
    of.steps.map(({ percent, minutes, watts, energy, unitCharge, chargeUnits }) => [
      ...[percent, minutes, watts, energy, unitCharge, chargeUnits],
    ]),
    [
      // 360 min x 30 W = 180 Wh; 0.18 kWh x 10 tokens x 50 % = 0.9 token.
      [50, 360, 30, 1_800, 10_000, 90_000_000_000n],
      // 1080 min x 30 W = 540 Wh; 0.54 kWh x 10 tokens = 5.4 tokens.
      [100, 1_080, 30, 5_400, 10_000, 540_000_000_000n],
    ],
  );
  // Of 6.3 tokens 6 are whole: 0.86 and 5.14 in proportion, so the larger fraction gets the odd one.
  assert.deepEqual([of.used, of.steps.map(({ used }) => used)], [6n, [1n, 5n]]);
  assert.deepEqual([of.opening.purse, of.spent, of.closing.purse], [500n, 6n, 494n]);
  // 3 of the 6 were used the day before, and of the afternoon's 3.6 tokens nobody has told.
  assert.deepEqual(differences(of), [
    ['used-before', 3n, 0],
    ['not-told-yet', -3n, 0],
  ]);
  assertAddsUp(of);
});

test('a band of the phase angle is a price of its own, and so is a table that came into force at noon', async () => {
  const rig = await metered(3, ({ bands, energies }) => {
    for (let minute = 600; minute < 660; minute++) setBand(bands, minute, 3);
    energies[900] = 0;
  });
  const dearer = { ...TARIFF, unitCharge: 20_000 };
  const noon = berlin(6) + 720 * MINUTE;
  const { version } = made(await rig.host.publishTariff('home', dearer, milliseconds(noon)));
  const taken = { sequence: 2, kind: EventKind.tableChanged, supply: 1 as const, detail: 0, value: version };
  // The meter was told at eleven, in good time; what it is told late, it charges late.
  const at = unixSeconds(noon / 1000 - 3_600);
  await rig.store.transaction((tx) =>
    tx.addEvents([{ ...taken, time: at, svpmsn: svpmsn(3), heardAt: rig.clock.now() }]),
  );
  rig.clock.ms = berlin(8);
  const dear = await statement(rig, '2026-01-06', '2026-01-06');
  const { steps, used } = dear;
  const editions = JSON.stringify(statementSheet(dear)).match(/home, version \d+/g);
  assert.deepEqual(editions, [...Array(3).fill('home, version 1'), 'home, version 2']);
  assert.deepEqual(
    steps.map(({ unitCharge, percent, surcharge, minutes }) => [unitCharge, percent, surcharge, minutes]),
    [
      [10_000, 50, 100, 360],
      // Minute 600 of the UTC day is eleven in Berlin.
      [10_000, 100, 100, 300],
      [10_000, 100, 200, 60],
      [20_000, 100, 100, 720],
    ],
  );
  // 0.9 + 1.5 + 0.6 + (360 Wh less the minute without use) x 20.
  assert.equal(used, 10n);
});

test('a day without a profile is marked and not guessed, and what was spent in it is named', async () => {
  const rig = await metered(2);
  await told(rig, berlin(6), 3n);
  await told(rig, berlin(7), 6n);
  await told(rig, berlin(8), 50n);
  rig.clock.ms = berlin(9);
  const of = await statement(rig, '2026-01-06', '2026-01-08');
  assert.deepEqual(
    of.days.map(({ date, profile, missing, used, spent }) => [date, profile, missing, used, spent]),
    [
      ['2026-01-06', 'whole', 0, 6n, 3n],
      // The UTC day ends an hour after midnight.
      ['2026-01-07', 'part', 1_380, 0n, 6n],
      ['2026-01-08', 'none', 1_440, 0n, 50n],
    ],
  );
  assert.deepEqual(differences(of), [
    ['used-before', 3n, 0],
    ['without-minutes', 50n, 1_381],
  ]);
  assertAddsUp(of);
});

test('minutes that were not measured by themselves are no use that can be priced', async () => {
  const rig = await metered(3, ({ energies }) => energies.fill(ENERGY_UNCERTAIN, 0, 60));
  rig.clock.ms = berlin(8);
  const { days, coverage } = await statement(rig, '2026-01-06', '2026-01-06');
  assert.deepEqual([days[0]?.profile, coverage], ['part', { minutes: 1_380, missing: 0, uncertain: 60 }]);
});

test('more than minutes can explain is called unexplained, and so is less', async () => {
  for (const [spent, named] of [
    [6n, []],
    [15n, [['unexplained', 9n, 0]]],
    [0n, [['unexplained', -6n, 0]]],
  ] as const) {
    const rig = await metered(3);
    await told(rig, berlin(6), 3n);
    await told(rig, berlin(7) - 1, spent);
    rig.clock.ms = berlin(8);
    const of = await statement(rig, '2026-01-06', '2026-01-06');
    const odd = differences(of).filter(([kind]) => kind !== 'used-before' && kind !== 'fractions');
    assert.deepEqual(odd, named);
    assertAddsUp(of);
  }
});

test('top-ups, emergency credit, arrears and refunds each move their account and no other', async () => {
  const rig = await metered(3);
  const begun = rig.clock.ms;
  made(
    await rig.host.publishTerms({
      currency: { code: 'EUR', number: 978, exponent: 2 },
      ...{ taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 50, fees: {} },
    }),
  );
  made(await rig.host.bookDebt({ meter: 3, amount: 30, reference: 'old-bill' }));
  made(await rig.host.purchase({ meter: 3, paid: 100, method: 'cash', orderId: 'first' }));
  await rig.settle();
  made(await rig.host.purchase({ meter: 3, paid: 40, method: 'card', orderId: 'taken-back' }));
  made(await rig.host.voidOrder('taken-back'));
  await rig.settle();
  await told(rig, begun + 9 * 60 * MINUTE, 80n, 12n);
  const of = await statement(rig, '2026-01-05', '2026-01-05');
  assertAddsUp(of);
  assert.deepEqual(of.opening, { inFlight: 0n, purse: 0n, owed: 0n, arrears: 0n, refunds: 0n });
  assert.deepEqual(of.closing, { inFlight: 0n, purse: 2n, owed: 12n, arrears: 0n, refunds: 40n });
  assert.deepEqual(
    of.entries.map(({ kind, order }) => [kind, order]),
    [
      ['debt', 'old-bill'],
      ['sold', 'first'],
      ['stored', 'first'],
      ['sold', 'taken-back'],
      ['refunded', 'taken-back'],
    ],
  );
  assert.equal(of.entries[1]?.trade?.arrears, 30n);
});

test('a period is dates that have begun, of a meter that is enrolled', async () => {
  const rig = await metered(1);
  for (const [from, to, sentence] of [
    ['2026-01-06', '2026-01-05', /1 to 400 days, not 0/],
    ['2026-01-05', '2026-01-06', /2026-01-06 has not begun/],
    ['2024-01-01', '2026-01-05', /1 to 400 days, not 736/],
    ['2026-02-30', '2026-03-01', /dates such as 2026-03-01, not of "2026-02-30"/],
    ['5.1.2026', '2026-01-05', /not of "5\.1\.2026"/],
  ] as const) {
    const refused = await rig.host.statement({ meter: 3, from, to });
    assert.ok('reason' in refused && refused.reason === 'range-wrong');
    assert.match(refused.sentence, sentence);
  }
  const unknown = await rig.host.statement({ meter: 4, from: '2026-01-05', to: '2026-01-05' });
  assert.ok('reason' in unknown && unknown.reason === 'meter-unknown');
  assertAddsUp(await statement(rig, '2025-12-30', '2026-01-05'));
});

test('the supplies of a meter are priced each by its own minutes and table, and one purse pays for both', async () => {
  const rig = await metered(3);
  const { version } = made(
    await rig.host.publishTariff('home', { ...TARIFF, unitCharge: 40_000 }, milliseconds(berlin(1))),
  );
  await rig.store.transaction(async (tx) => {
    const [meter] = await tx.metersOf([svpmsn(3)]);
    assert.ok(meter !== undefined);
    await tx.putMeter({ ...meter, supplies: 2 });
    // Only the second supply took the dearer table.
    const taken = { sequence: 2, kind: EventKind.tableChanged, supply: 2 as const, detail: 0, value: version };
    const time = unixSeconds(rig.clock.ms / 1000);
    await tx.addEvents([{ ...taken, time, svpmsn: svpmsn(3), heardAt: rig.clock.now() }]);
    const profile = emptyDayProfile(Math.floor(berlin(7) / (1440 * MINUTE)), 2);
    profile.energies.fill(10, 0, 720);
    await tx.putProfile(svpmsn(3), profile);
  });
  rig.clock.ms = berlin(8);
  const { steps, days, used, intervals } = await statement(rig, '2026-01-06', '2026-01-06');
  assert.deepEqual(
    steps.map(({ supply, unitCharge, percent, minutes, energy }) => [supply, unitCharge, percent, minutes, energy]),
    [
      [1, 10_000, 50, 360, 1_800],
      [1, 10_000, 100, 1_080, 5_400],
      // From one in the morning of local time until one in the afternoon.
      [2, 40_000, 50, 300, 3_000],
      [2, 40_000, 100, 420, 4_200],
    ],
  );
  // 0.9 + 5.4 + 6 + 16.8 tokens.
  assert.equal(used, 29n);
  assert.deepEqual([days[0]?.minutes, days[0]?.missing], [2_160, 720]);
  assert.deepEqual(
    [1, 2].map((supply) => intervals.filter((interval) => interval.supply === supply).length),
    [96, 48],
  );
});
