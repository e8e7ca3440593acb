import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING, emptyDayProfile } from '../records/index.ts';
import { dateText } from '../tariff/index.ts';
import { type Milliseconds, milliwattHours, svpmsn } from '../units/index.ts';
import { ACT } from './callers.testing.ts';
import { type Forecast, type ForecastQuery, type LineBalance, MemoryStore } from './index.ts';
import { lineDayId } from './loss-alarms.ts';
import { made, Rig } from './rig.testing.ts';
import { BULK } from './settlement.testing.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Noon in UTC of Tuesday, 2026-06-02; the utility is in Berlin. */
const NOW = Date.UTC(2026, 5, 2, 12);
const TODAY = Math.floor(NOW / DAY_MS);

interface Told {
  readonly unit: number;
  readonly days: number;
  readonly watts: number;
  readonly until?: number;
}

/** Watts in an hour of UTC: half as much at night, and on Sundays in UTC. */
const wattsAt = (watts: number, day: number, hour: number) =>
  watts * (hour < 6 ? 0.5 : 1) * ((day + 3) % 7 === 6 ? 0.5 : 1);

/** A utility whose transformers told so many days before today, or before `until`, as balances of days. */
async function utility(told: readonly Told[]): Promise<Rig> {
  const rig = new Rig(new MemoryStore());
  rig.clock.ms = NOW;
  for (const each of told) await tell(rig, each);
  return rig;
}

async function tell(rig: Rig, { unit, days, watts, until = TODAY }: Told): Promise<void> {
  await rig.store.transaction(async (tx) => {
    const nothing = { healthAt: undefined, health: undefined, mapRefusedAt: undefined, mapRefusal: undefined };
    await tx.putLine({ ...nothing, localUnit: unit, checkedAt: (until * DAY_MS) as Milliseconds });
    const rows = Array.from({ length: days }, (_, i) => balance(unit, until - days + i, watts));
    await tx.lineBalances.put(rows);
  });
}

function balance(localUnit: number, day: number, watts: number): LineBalance {
  const hours = Array.from({ length: 24 }, (_, hour) => {
    return { gave: 1000 * wattsAt(watts, day, hour), counted: 0, estimated: 0, minutes: 60 };
  });
  const figures: LineBalance['figures'] = {
    ...{ gave: 1, squares: 1, loss: 0, errors: { meters: 1, minutes: 1 }, counted: 1, estimated: 0, minutes: 1440 },
    ...{ unknownMinutes: 0, technical: 0, band: { low: 0, high: 0 }, unexplained: 0, confidence: 0, learnedDays: 0 },
    hours,
  };
  const judgedAt = ((day + 1) * DAY_MS) as Milliseconds;
  return { id: lineDayId(localUnit, day), localUnit, day, judgedAt, verdict: 'balanced', why: undefined, figures };
}

const forecast = async (rig: Rig, query: ForecastQuery = {}): Promise<Forecast> => made(await rig.host.forecast(query));
const near = (value: number | undefined, right: number, share = 0.02) =>
  assert.ok(value !== undefined && Math.abs(value / right - 1) <= share, `${value} in place of ${right}`);

test('a utility is forecast as the sum of its transformers, and each area unit and transformer by itself', async () => {
  const rig = await utility([
    { unit: 1, days: 60, watts: 1_000 },
    { unit: 2, days: 60, watts: 3_000 },
    { unit: 256, days: 60, watts: 5_000 },
  ]);
  const all = await forecast(rig);
  assert.deepEqual([all.transformers, all.history.isEnough, all.history.hasYear], [3, true, false]);
  // From midnight in Berlin, which is 22:00 of the day before.
  assert.equal(all.hours.length, 7 * 24);
  assert.equal(all.hours[0]?.start, Date.UTC(2026, 5, 1, 22));
  near(all.hours[12]?.expected, 9_000);
  near(all.hours[4]?.expected, 4_500);
  near(all.days[0]?.expected, 9_000 * 21);
  near(all.days[0]?.naive, 9_000 * 21);
  assert.equal(all.days[0]?.name, '2026-06-02');
  near((await forecast(rig, { areaUnit: 0 })).hours[12]?.expected, 4_000);
  near((await forecast(rig, { localUnit: 256 })).hours[12]?.expected, 5_000);
});

test('what is not here, or is two things at once, is refused', async () => {
  const rig = await utility([{ unit: 1, days: 3, watts: 1_000 }]);
  const refused = async (query: ForecastQuery) => {
    const answer = await rig.host.forecast(query);
    return 'sentence' in answer ? answer.reason : 'made';
  };
  assert.equal(await refused({ localUnit: 1 }), 'made');
  assert.equal(await refused({ localUnit: 2 }), 'range-wrong');
  assert.equal(await refused({ areaUnit: 1 }), 'range-wrong');
  assert.equal(await refused({ localUnit: 1, areaUnit: 0 }), 'range-wrong');
  assert.equal(await refused({ tariff: 'none' }), 'tariff-unknown');
});

test('a short history has the naive forecast and no band, and a utility that told nothing has none', async () => {
  const short = await forecast(await utility([{ unit: 1, days: 20, watts: 1_000 }]));
  assert.deepEqual([short.history.isEnough, short.test], [false, undefined]);
  near(short.hours[12]?.naive, 1_000);
  assert.deepEqual(
    [short.hours[12]?.expected, short.days[1]?.high, short.months[0]?.expected],
    Array(3).fill(undefined),
  );
  const none = await forecast(new Rig(new MemoryStore()));
  assert.deepEqual(none.history, {
    firstDate: undefined,
    days: 0,
    knownDays: 0,
    isEnough: false,
    hasYear: false,
    temperatureDays: 0,
  });
  assert.ok(none.hours.every(({ naive, expected }) => naive === undefined && expected === undefined));
  assert.equal(none.purchase, undefined);
});

test('temperatures that are given count for as many days to come as have one, and no others', async () => {
  const warm = (day: number) => 20 + 12 * Math.sin(day * day);
  const rig = await utility([{ unit: 1, days: 90, watts: 1_000 }]);
  // Each degree above 18 takes 3 % more.
  await rig.store.transaction(async (tx) => {
    const rows = await tx.lineBalances.page({ limit: 100 });
    const heated = rows.map((row): LineBalance => {
      const share = 1 + 0.03 * Math.max(0, warm(row.day) - 18);
      const hours = row.figures.hours.map((hour) => ({ ...hour, gave: share * hour.gave }));
      return { ...row, figures: { ...row.figures, hours } };
    });
    await tx.lineBalances.put(heated);
  });
  const give = (from: number, days: number) => {
    const celsius = Array.from({ length: days * 24 }, (_, hour) => warm(from + Math.floor(hour / 24)));
    return rig.host.by(ACT).putTemperatures({ from: (from * DAY_MS) as Milliseconds, celsius });
  };
  const blind = await forecast(rig);
  assert.equal(blind.history.temperatureDays, 0);
  made(await give(TODAY - 91, 91));
  assert.equal((await forecast(rig)).history.temperatureDays, 0, 'of no day to come anything is known');
  rig.clock.ms += 1_000;
  made(await give(TODAY, 3));
  const seeing = await forecast(rig);
  assert.equal(seeing.history.temperatureDays, 3);
  assert.ok(
    (seeing.test?.errorPercent ?? 1) < 0.7 * (blind.test?.errorPercent ?? 0),
    JSON.stringify([seeing.test, blind.test]),
  );
  const noon = (of: Forecast, day: number) => of.hours[24 * day + 14]?.expected as number;
  const right = (day: number) => 1_000 * (1 + 0.03 * Math.max(0, warm(TODAY + day) - 18));
  for (const day of [0, 1, 2]) near(noon(seeing, day), right(day), 0.08);
  for (const day of [3, 4, 5, 6]) assert.equal(noon(seeing, day), noon(blind, day));
});

test('temperatures are those of whole hours of the last 400 days and of 16 to come; others change nothing', async () => {
  const rig = await utility([]);
  const office = rig.host.by(ACT);
  const hour = Math.floor(NOW / HOUR_MS) * HOUR_MS;
  const put = async (from: number, celsius: readonly (number | null)[]) => {
    const answer = await office.putTemperatures({ from: from as Milliseconds, celsius });
    return 'sentence' in answer ? answer.reason : 'made';
  };
  const read = async (from: number, to: number) => {
    const answer = await rig.host.temperatures({ from: from as Milliseconds, to: to as Milliseconds });
    return 'sentence' in answer ? answer.reason : answer.celsius;
  };
  assert.equal(await put(hour - 26 * HOUR_MS, [1, 2.5, -3]), 'made');
  assert.equal(await put(hour - 26 * HOUR_MS, [null, 9]), 'made');
  for (const from of [hour + 1, hour - 401 * DAY_MS, hour + 16 * DAY_MS]) {
    assert.equal(await put(from, [30]), 'range-wrong', String(from));
  }
  const [oldest, furthest] = [hour - 400 * DAY_MS + HOUR_MS, hour + 16 * DAY_MS - HOUR_MS];
  for (const from of [oldest, furthest]) {
    assert.equal(await put(from, [7]), 'made');
    assert.deepEqual(await read(from, from + HOUR_MS), [7]);
  }
  assert.deepEqual(await read(hour - 27 * HOUR_MS, hour - 22 * HOUR_MS), [null, 1, 9, -3, null]);
  assert.equal(await read(hour, hour), 'range-wrong');
  assert.equal(await read(hour, hour + 36 * DAY_MS), 'range-wrong');
  assert.equal(await read(hour + 1, hour + HOUR_MS), 'range-wrong');
  rig.clock.ms += 3 * DAY_MS;
  assert.equal(await put(hour, [8]), 'made');
  assert.deepEqual(await read(oldest, oldest + HOUR_MS), [null], 'what is too old is forgotten');
  assert.deepEqual(await read(furthest, furthest + HOUR_MS), [7]);
});

test('days that were not balanced are taken from the minutes of the check meter, hours of less than half of them not', async () => {
  const rig = await utility([{ unit: 1, days: 40, watts: 1_000, until: TODAY - 1 }]);
  await rig.store.transaction(async (tx) => {
    for (let minute = (TODAY - 1) * 1440; minute < TODAY * 1440; minute++) {
      const hour = Math.floor((minute % 1440) / 60);
      if (hour === 10 && minute % 60 > 28) continue;
      if (hour === 11 && minute % 60 > 29) continue;
      await tx.putCheckMinute({ localUnit: 1, minute, energy: milliwattHours((1000 * 2_400) / 60) });
    }
  });
  const { recent } = await forecast(rig);
  const watts = (hour: number) => recent.find(({ start }) => start === (TODAY - 1) * DAY_MS + hour * HOUR_MS)?.watts;
  assert.deepEqual([watts(9), watts(10), watts(11)], [2_400, undefined, 2_400]);
  assert.equal(recent.at(-1)?.start, Date.UTC(2026, 5, 1, 21), 'the running day is none of the history');
});

test('one silent transformer among many does not hide the others, and half of them do', async () => {
  const silent = { unit: 99, days: 50, watts: 1_000, until: TODAY - 3 };
  const many = Array.from({ length: 10 }, (_, unit) => ({ unit, days: 50, watts: 1_000 }));
  const last = async (told: readonly Told[]) => (await forecast(await utility(told))).recent.at(-1)?.watts;
  near(await last([...many, silent]), 11_000, 0.001);
  assert.equal(await last([...many.slice(0, 1), silent]), undefined);
});

test('without a check meter what meters counted stands for a transformer, while nine in ten of their minutes are known', async () => {
  const rig = new Rig(new MemoryStore());
  const first = Math.floor(rig.clock.ms / DAY_MS) + 1;
  for (const id of [1, 2]) await rig.enrol(id);
  rig.clock.ms = (first + 40) * DAY_MS + 12 * HOUR_MS;
  await rig.store.transaction(async (tx) => {
    for (let day = first; day < first + 40; day++) {
      for (const id of [1, 2]) {
        const profile = emptyDayProfile(day, 1);
        // 30 W and 60 W.
        profile.energies.fill(5 * id);
        if (day === first + 39 && id === 1)
          profile.energies.fill(ENERGY_MISSING, 600, 611).fill(ENERGY_MISSING, 660, 673);
        await tx.putProfile(svpmsn(id), profile);
      }
    }
  });
  const of = await forecast(rig);
  assert.deepEqual([of.transformers, of.byMeters, of.history.isEnough], [1, 1, true]);
  near(of.hours[12]?.expected, 90);
  const watts = (hour: number) =>
    of.recent.find(({ start }) => start === (first + 39) * DAY_MS + hour * HOUR_MS)?.watts;
  assert.equal(watts(9), 90);
  near(watts(10), 90, 0.06);
  assert.equal(watts(11), undefined);
  await tell(rig, { unit: 1, days: 40, watts: 1_000, until: first + 40 });
  rig.clock.ms += DAY_MS;
  assert.equal((await forecast(rig)).byMeters, 0, 'now there is one');
});

test('a forecast is computed once a civil day', async () => {
  const rig = await utility([{ unit: 1, days: 60, watts: 1_000 }]);
  near((await forecast(rig)).hours[12]?.expected, 1_000);
  await tell(rig, { unit: 1, days: 60, watts: 2_000 });
  near((await forecast(rig)).hours[12]?.expected, 1_000);
  rig.clock.ms += 12 * HOUR_MS;
  near((await forecast(rig)).hours[12]?.expected, 2_000);
});

test('a history that is too short is looked at again the same day', async () => {
  const rig = await utility([{ unit: 1, days: 20, watts: 1_000 }]);
  assert.equal((await forecast(rig)).history.isEnough, false);
  await tell(rig, { unit: 1, days: 60, watts: 1_000 });
  assert.equal((await forecast(rig)).history.isEnough, true);
});

test('twelve months are bought by the steps of the bulk tariff, its holidays and its seasons', async () => {
  const rig = await utility([{ unit: 1, days: 120, watts: 1_000 }]);
  assert.equal((await forecast(rig)).purchase, undefined, 'there is no bulk tariff');
  const holiday = dateText(TODAY + 1);
  const seasons = { summer: { from: '06-01', to: '08-31' }, winter: { from: '12-01', to: '02-28' } };
  made(await rig.host.publishTariff('bulk', { ...BULK, holidays: [holiday], seasons }));
  const of = await forecast(rig, { reserveBasisPoints: 500 });
  near(of.hours[24 + 12]?.expected, 500, 0.05);
  assert.deepEqual(
    of.seasons.map(({ name }) => name),
    ['2026 winter'],
  );
  assert.deepEqual(
    [of.purchase?.tariff, of.purchase?.reserveBasisPoints, of.purchase?.reserveFrom],
    ['bulk', 500, 'asked'],
  );
  assert.equal(of.purchase?.months.length, 12);
  assert.deepEqual([of.months[0]?.name, of.months.at(-1)?.name], ['2026-07', '2027-06']);
  const [july] = of.purchase?.months ?? [];
  near(Number(july?.expected) / 1000, of.months[0]?.expected ?? Number.NaN, 0.001);
  near(Number(july?.proposed), 1.05 * Number(july?.expected), 0.0001);
  assert.deepEqual(
    july?.steps.map(({ percent }) => percent),
    [50, 100, 150],
  );
  const tested = (await forecast(rig)).purchase;
  assert.equal(tested?.reserveFrom, 'back-test');
  assert.equal((tested?.reserveBasisPoints ?? 1) % 100, 0);
  await tell(rig, { unit: 2, days: 60, watts: 1_000 });
  const young = (await forecast(rig, { localUnit: 2 })).purchase;
  assert.deepEqual([young?.reserveFrom, young?.reserveBasisPoints], ['assumed', 1_000]);
});

test('days on which clocks are moved have 23 or 25 hours, and so has what they use', async () => {
  const rig = await utility([]);
  rig.clock.ms = Date.UTC(2026, 9, 22, 12);
  await tell(rig, { unit: 1, days: 60, watts: 1_000, until: Math.floor(rig.clock.ms / DAY_MS) });
  const { hours, days } = await forecast(rig);
  assert.equal(hours.length, 7 * 24 + 1);
  assert.equal(days[3]?.name, '2026-10-25');
  near(days[3]?.expected, (days[10]?.expected ?? 0) * (25 / 24), 0.03);
});
