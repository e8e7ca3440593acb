import assert from 'node:assert/strict';
import { test } from 'node:test';
import { civilDayOf } from '../../tariff/index.ts';
import { seeded } from '../line-year.testing.ts';
import { DayAhead, FITTED_DAYS_MIN } from './day-ahead.ts';
import { type DemandHistory, dayKind } from './demand.ts';
import { dayShapes, forecastDemand } from './forecast.ts';
import { testYear, yearAhead, yearBand } from './year-ahead.ts';

/** A Monday. */
const FIRST = civilDayOf(2026, 3, 2);
const HOURS = 24;
const SUNDAY = 6;

interface Town {
  readonly days: number;
  /** Standard deviation of what a day is beside its pattern, as a share. */
  readonly noise?: number;
  readonly holidays?: readonly number[];
  readonly winter?: number;
}

/** More by day than by night, less on Sundays and holidays; more in winter, if asked for. */
function town({ days, noise = 0, holidays = [], winter = 0 }: Town): DemandHistory {
  const random = seeded(5);
  const closed = new Set(holidays);
  return {
    ...{ firstDay: FIRST, stepsPerDay: HOURS, holidays: closed },
    days: Array.from({ length: days }, (_, day) => {
      const swing = 1 + noise * (random() + random() + random() - 1.5) * 2;
      const season = 1 + winter * Math.cos((2 * Math.PI * (day + 60)) / 365.25);
      const share = dayKind(FIRST + day, closed) === SUNDAY ? 0.7 : 1;
      return Float64Array.from({ length: HOURS }, (_, hour) => 1000 * swing * season * share * dayCurve(hour));
    }),
  };
}

const dayCurve = (hour: number): number => 1 + 0.4 * Math.sin((2 * Math.PI * (hour - 8)) / HOURS);

const off = (forecast: Float64Array | undefined, values: Float64Array): number =>
  Math.max(...values.map((value, step) => Math.abs((forecast?.[step] as number) / value - 1)));

test('a town that is the same every week is forecast as it is, a holiday to come like a Sunday', () => {
  const holiday = FIRST + 42 + 2;
  const all = town({ days: 49, holidays: [holiday] });
  const { days, tested } = forecastDemand({ ...all, days: all.days.slice(0, 42) });
  days.forEach(({ fitted }, lead) => {
    assert.ok(off(fitted?.expected, all.days[42 + lead] as Float64Array) < 0.01, `day ${lead}`);
  });
  assert.ok(off(days[2]?.naive, all.days[44] as Float64Array) > 0.3, 'a week before it was a working day');
  assert.ok((tested?.days.errorPercent ?? 99) < 0.1);
});

test('a history of less than four weeks has the naive forecast alone, and one of none has nothing', () => {
  const all = town({ days: FITTED_DAYS_MIN });
  const short = forecastDemand({ ...all, days: all.days.slice(0, -1) });
  assert.equal(short.tested, undefined);
  assert.ok(short.days.every(({ fitted }) => fitted === undefined));
  assert.deepEqual(short.days[0]?.naive, all.days[FITTED_DAYS_MIN - 1 - 7]);
  assert.deepEqual(short.year.expected, short.year.naive);
  assert.ok(forecastDemand(all).days.every(({ fitted }) => fitted !== undefined));
  const gap = all.days.with(3, new Float64Array(HOURS).fill(Number.NaN));
  assert.equal(forecastDemand({ ...all, days: gap }).tested, undefined, 'a day that nobody knows does not count');
  const [first] = forecastDemand({ ...all, days: [] }).days;
  assert.ok(first?.naive.every(Number.isNaN));
  const [second] = forecastDemand({ ...all, days: all.days.slice(0, 1) }).days;
  assert.deepEqual(second?.naive, all.days[0], 'of one day, that day');
});

test('what is not known, for hours or for days, is left out and does not bend the forecast', () => {
  const all = town({ days: 57 });
  const days = all.days.slice(0, 56).map((day) => day.slice());
  days[3]?.fill(Number.NaN, 4, 9);
  days[50]?.fill(Number.NaN);
  days[55]?.fill(Number.NaN, 18);
  const forecast = forecastDemand({ ...all, days });
  assert.ok(off(forecast.days[0]?.fitted?.expected, all.days[56] as Float64Array) < 0.02);
  assert.ok(forecast.tested?.days.bands !== undefined && forecast.tested.days.errorPercent < 1);
});

test('an hour in which the line was dead does not spoil what is forecast after it', () => {
  const all = town({ days: 70, noise: 0.1 });
  const past = { ...all, days: all.days.slice(0, 60) };
  const [model, usual] = [new DayAhead(past), new DayAhead(past)];
  const day = all.days[60] as Float64Array;
  usual.observe(day);
  model.observe(day.map((value, hour) => (hour === 10 ? 0 : value)));
  assert.ok(off(model.forecast(2)[1], usual.forecast(2)[1] as Float64Array) < 0.5);
  const days = all.days.map((each, i) => each.map((value, hour) => (i === 60 && hour === 10 ? 0 : value)));
  const [without] = forecastDemand(all).days;
  assert.ok(off(forecastDemand({ ...all, days }).days[0]?.fitted?.expected, without?.fitted?.expected ?? day) < 0.05);
});

test('a line with hours of no demand at all is forecast, and never below nothing', () => {
  const all = town({ days: 42, noise: 0.2 });
  const days = all.days.map((day, i) => day.map((value, hour) => (hour < 6 || i % 7 === SUNDAY ? 0 : value)));
  for (const { fitted } of forecastDemand({ ...all, days }).days) {
    assert.ok(fitted?.expected.every((value) => value >= 0 && Number.isFinite(value)));
    const [expected, high] = [fitted?.expected, fitted?.high] as [Float64Array, Float64Array];
    assert.ok(fitted?.low.every((low, hour) => low >= 0 && low <= (expected[hour] as number)));
    assert.ok(expected.every((value, hour) => value <= (high[hour] as number)));
  }
});

test('bands hold what they say of a town whose days differ, and are wider where days differ more', () => {
  const width = (noise: number) => {
    const all = town({ days: 133, noise });
    let [inside, count, sum] = [0, 0, 0];
    for (let day = 84; day < 126; day += 14) {
      forecastDemand({ ...all, days: all.days.slice(0, day) }).days.forEach(({ fitted }, lead) => {
        const values = all.days[day + lead] as Float64Array;
        const { low, high } = fitted as NonNullable<typeof fitted>;
        inside += Number(
          (values[12] as number) >= (low[12] as number) && (values[12] as number) <= (high[12] as number),
        );
        sum += ((high[12] as number) - (low[12] as number)) / (values[12] as number);
        count += 1;
      });
    }
    assert.ok(inside / count > 0.6 && inside / count < 0.95, `${inside} of ${count}`);
    return sum / count;
  };
  assert.ok(width(0.1) > 1.5 * width(0.03));
});

test('a line on which everything changed yesterday is not expected to run away from all that ever was', () => {
  // So regular before that a regression tells each day from the one before alone, and goes on from what it told.
  const days = Array.from({ length: 98 }, (_, i) => {
    const swing = 1 + 0.06 * Math.sin(i * 1.7) + 0.04 * Math.cos(i * 0.6) + (i % 7 === 0 ? 0.12 : 0);
    return Float64Array.from({ length: HOURS }, (_, hour) => {
      const usual = 6_000 * swing * (1 - 0.5 * Math.cos((2 * Math.PI * (hour - 7)) / HOURS) + 0.2 * Math.sin(hour - 1));
      return i < 97 || hour < 9 ? usual : 15_000 + 45_000 * Math.exp(-(((hour - 19) / 3) ** 2));
    });
  });
  const most = Math.max(...days.map((day) => Math.max(...day)));
  for (const { fitted } of forecastDemand({ ...town({ days: 0 }), days }).days) {
    assert.ok(
      fitted?.expected.every((value) => value > 0 && value < 3 * most),
      `${fitted?.expected}`,
    );
  }
});

test('below 55 days there is no regression, for nothing would be left to weigh it by', () => {
  const shareOf = (days: number) => new DayAhead(town({ days, noise: 0.3 })).fit.regressionShare;
  assert.equal(shareOf(54), 0);
  assert.ok(shareOf(55) > 0);
});

test('where heat drives demand, a forecast of heat makes that of demand better', () => {
  const random = seeded(11);
  const base = town({ days: 120 });
  const temperatures = base.days.map(() => new Float64Array(HOURS).fill(5 + 30 * random()));
  const days = base.days.map((day, i) => {
    const heat = Math.max(0, (temperatures[i]?.[0] as number) - 22);
    return day.map((value) => value * (1 + 0.03 * heat));
  });
  const past = { ...base, days: days.slice(0, 110) };
  const [seeing, blind] = [new DayAhead({ ...past, temperatures: temperatures.slice(0, 110) }), new DayAhead(past)];
  let [error, blindError] = [0, 0];
  for (let day = 110; day < 120; day++) {
    const [values, heat] = [days[day] as Float64Array, temperatures[day] as Float64Array];
    error += off(seeing.forecast(1, [heat])[0], values);
    blindError += off(blind.forecast(1)[0], values);
    seeing.observe(values, heat);
    blind.observe(values);
  }
  assert.ok(error < blindError / 3, `${error} against ${blindError}`);
  assert.ok(seeing.fit.regressionShare > 0.5);
});

test('temperatures count for as many days to come as have one, and only where the back-test is better by them', () => {
  const random = seeded(12);
  const base = town({ days: 97 });
  const temperatures = base.days.map(() => new Float64Array(HOURS).fill(5 + 30 * random()));
  const hot = base.days.map((day, i) => {
    const heat = Math.max(0, (temperatures[i]?.[0] as number) - 22);
    return day.map((value) => value * (1 + 0.03 * heat));
  });
  const past = { ...base, days: hot.slice(0, 90) };
  const known = temperatures.slice(0, 90);
  const blind = forecastDemand(past);
  const seeing = forecastDemand({ ...past, temperatures: known }, temperatures.slice(90, 92));
  assert.deepEqual([blind.temperatureDays, seeing.temperatureDays], [0, 2]);
  for (const lead of [0, 1]) {
    const values = hot[90 + lead] as Float64Array;
    assert.ok(off(seeing.days[lead]?.fitted?.expected, values) < 0.05, String(lead));
  }
  assert.deepEqual(seeing.days.slice(2), blind.days.slice(2));
  assert.deepEqual(forecastDemand({ ...past, temperatures: known }), blind, 'none of a day to come');
  // A town that does not feel the weather.
  const cold = { ...base, days: base.days.slice(0, 90), temperatures: known };
  assert.equal(forecastDemand(cold, temperatures.slice(90)).temperatureDays, 0);
});

test('the course of a year is expected once one was seen; before, months are like the last weeks', () => {
  const all = town({ days: 400, winter: 0.3 });
  const mean = (day: number) => all.days[day]?.reduce((sum, value) => sum + value / HOURS, 0) as number;
  const known = yearAhead({ ...all, days: all.days.slice(0, 340) }, 60);
  assert.equal(known.hasYear, true);
  assert.ok(Math.abs((known.days[50] as number) / mean(390) - 1) < 0.05);
  const young = yearAhead({ ...all, days: all.days.slice(0, 120) }, 200);
  assert.equal(young.hasYear, false);
  assert.ok(Math.abs((young.days[180] as number) / mean(300) - 1) > 0.2, 'winter was not foreseen');
});

test('bands of months come from tests, and where none was possible they widen and say so', () => {
  const errors = testYear(town({ days: 200, noise: 0.1 }));
  const near = yearBand(errors.blocks, 3);
  const far = yearBand(errors.blocks, 330);
  assert.equal(near?.isTested, true);
  assert.equal(far?.isTested, false);
  assert.ok(far !== undefined && near !== undefined && far.high - far.low > 1.5 * (near.high - near.low));
  assert.ok(near.low <= 1 && near.high >= 1);
  assert.equal(yearBand(testYear(town({ days: 40 })).blocks, 3), undefined);
});

test('a day is spread over its hours as the last weeks were, by its kind', () => {
  const shapes = dayShapes(town({ days: 60 }));
  assert.equal(shapes.length, 7);
  assert.ok(Math.abs((shapes[0]?.[14] as number) - dayCurve(14)) < 1e-9);
  const none = dayShapes({ ...town({ days: 0 }) });
  assert.ok(none[0]?.every((share) => share === 1));
});
