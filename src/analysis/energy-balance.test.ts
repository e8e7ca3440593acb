import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ENERGY_MISSING, ENERGY_UNCERTAIN, MINUTES_PER_DAY } from '../records/index.ts';
import { balanceDay, raisedFrom, type TransformerDay } from './energy-balance.ts';
import { type DayBalance, type MeterDay, CHECK_MINUTE_MISSING as MISSING } from './index.ts';
import { householdDay, Line, type LineOptions, seeded } from './line-year.testing.ts';

const CLASS_1: Omit<LineOptions, 'seed'> = { households: 55, meterError: 0.01, skewSeconds: 5, gaps: 0.01 };
const DAY = 20_000;
const LEARNING_DAYS = 28;

const live = (line: Line, days: number): readonly DayBalance[] => Array.from({ length: days }, () => line.live());

test('three honest transformer-years of class 1 meters that drift, with clocks off and gaps, raise nothing', () => {
  const balances = [1, 2, 3].flatMap((seed) => live(new Line({ ...CLASS_1, seed }), 365));
  const count = (verdict: DayBalance['verdict']) => balances.filter((day) => day.verdict === verdict).length;
  assert.deepEqual({ loss: count('loss'), gain: count('gain') }, { loss: 0, gain: 0 });
  assert.equal(balances.length, 1_095);
  // Days on which too many meters had gaps are few.
  assert.ok(count('balanced') > 0.85 * balances.length, `${count('balanced')} of them were balanced`);
});

/** Of so many transformers on which somebody steals 100 W after four weeks, how many are raised within that day. */
function raised(
  runs: number,
  options: Omit<LineOptions, 'seed'>,
): { unmetered: number; diverted: number; before: number } {
  const found = { unmetered: 0, diverted: 0, before: 0 };
  for (let seed = 100; seed < 100 + runs; seed++) {
    const line = new Line({ ...options, seed });
    found.before += live(line, LEARNING_DAYS).filter(({ verdict }) => verdict === 'loss').length;
    if (line.live({ from: 0, unmetered: 100 }).verdict === 'loss') found.unmetered += 1;
    if (line.live({ from: 0, diverted: 100 }).verdict === 'loss') found.diverted += 1;
  }
  return found;
}

test('100 W that no meter sees, or that go past one, are raised within the day in nine of ten runs', () => {
  const runs = 20;
  const found = raised(runs, { ...CLASS_1, gaps: 0 });
  assert.equal(found.before, 0);
  assert.ok(found.unmetered >= 0.9 * runs, `unmetered: ${found.unmetered} of ${runs}`);
  assert.ok(found.diverted >= 0.9 * runs, `diverted: ${found.diverted} of ${runs}`);
});

const PROFILES = new URL('../../../shared/data/feeder_eulv_loadprofiles_100x1min_kW.csv.gz', import.meta.url);
const skip = existsSync(PROFILES)
  ? false
  : 'Put feeder_eulv_loadprofiles_100x1min_kW.csv.gz into ../shared/data to run this test.';

test('on measured households 100 W are raised within the day in nine of ten runs, and nothing before', { skip }, () => {
  const runs = 20;
  const [, ...lines] = gunzipSync(readFileSync(PROFILES)).toString().trim().split('\n');
  const rows = lines.map((line) => line.split(',').slice(1).map(Number));
  const days = Array.from({ length: 100 }, (_, house) =>
    Float64Array.from(rows, (row) => 1000 * (row[house] as number)),
  );
  const found = raised(runs, { ...CLASS_1, gaps: 0, days });
  assert.equal(found.before, 0);
  assert.ok(found.unmetered >= 0.9 * runs, `unmetered: ${found.unmetered} of ${runs}`);
  assert.ok(found.diverted >= 0.9 * runs, `diverted: ${found.diverted} of ${runs}`);
});

/** Five households on a transformer that loses 2 %, and nothing is wrong. */
function honest(): { day: TransformerDay; meters: MeterDay[]; gave: Uint32Array } {
  const random = seeded(7);
  const meters = [1, 2, 3, 4, 5].map((svpmsn): MeterDay => {
    const energies = Uint16Array.from(householdDay(random), (watts) => Math.round((watts * 10) / 60));
    return { svpmsn, supplies: [{ day: DAY, energies, others: [] }], clockOffsetMs: 800, changed: undefined };
  });
  const gave = Uint32Array.from({ length: MINUTES_PER_DAY }, (_, minute) =>
    Math.round(1.02 * meters.reduce((sum, { supplies }) => sum + 100 * (supplies[0]?.energies[minute] as number), 0)),
  );
  return { day: { day: DAY, gave, meters, learned: [] }, meters, gave };
}

const energiesOf = (meter: MeterDay | undefined): Uint16Array => meter?.supplies[0]?.energies as Uint16Array;

/** Meter 1 with other minutes. */
function withMinutes(change: (energies: Uint16Array) => Uint16Array, of: Partial<MeterDay> = {}): DayBalance {
  const { day, meters } = honest();
  const [first, ...others] = meters;
  const energies = change(energiesOf(first).slice());
  const supplies = [{ day: DAY, energies, others: [energiesOf(first)] }];
  return balanceDay({ ...day, meters: [{ ...(first as MeterDay), supplies, ...of }, ...others] });
}

const said = ({ verdict, reason }: DayBalance) => (reason === undefined ? verdict : `${verdict}: ${reason}`);

test('a day adds up: what was given is counted, lost as expected, or unexplained, hour by hour', () => {
  const balance = balanceDay(honest().day);
  assert.equal(said(balance), 'balanced');
  assert.equal(balance.gave, balance.counted + balance.loss);
  assert.equal(balance.loss, balance.technical + balance.unexplained);
  assert.ok(balance.band.low < balance.loss && balance.loss < balance.band.high);
  const sum = (of: 'gave' | 'counted' | 'minutes') => balance.hours.reduce((all, hour) => all + hour[of], 0);
  assert.deepEqual([sum('gave'), sum('counted'), sum('minutes')], [balance.gave, balance.counted, 1440]);
  assert.deepEqual([balance.minutes, balance.unknownMinutes, balance.learnedDays], [1440, 0, 0]);
  assert.equal(balance.confidence, 97);
});

test('before anything is learned a tenth may be lost, and beyond it a loss is raised with how sure that is', () => {
  const { day, gave } = honest();
  const withLoss = (share: number) => balanceDay({ ...day, gave: gave.map((energy) => energy * (1 + share)) });
  assert.equal(said(withLoss(0.06)), 'balanced');
  const loss = withLoss(0.15);
  assert.equal(said(loss), 'loss');
  assert.ok(loss.confidence > 97 && loss.confidence < 100);
  assert.equal(said(withLoss(-0.15)), 'not-known: hours');
  assert.ok(raisedFrom(loss) > 50);
});

test('what is the same each day is learned, and a day far off it counts little', () => {
  const { day, gave } = honest();
  const usual = balanceDay(day);
  const learned = Array.from({ length: 20 }, () => usual);
  const tenth = { ...day, gave: gave.map((energy) => energy * 1.05) };
  assert.equal(said(balanceDay(tenth)), 'balanced');
  const after = balanceDay({ ...tenth, learned });
  assert.equal(said(after), 'loss');
  assert.equal(after.learnedDays, 20);
  const withOutlier = balanceDay({ ...tenth, learned: [...learned, balanceDay(tenth)] });
  assert.equal(said(withOutlier), 'loss');
});

test('minutes that a meter does not know are left out on both sides while half of the day is left', () => {
  for (const mark of [ENERGY_MISSING, ENERGY_UNCERTAIN]) {
    const balance = withMinutes((energies) => energies.fill(mark, 100, 400));
    assert.equal(said(balance), 'balanced');
    assert.deepEqual([balance.minutes, balance.unknownMinutes, balance.estimated], [1140, 300, 0]);
  }
  assert.equal(said(withMinutes((energies) => energies.fill(ENERGY_MISSING, 100, 461))), 'not-known: minutes');
});

test('where less than half would be left they are estimated from other days, with bounds that widen the band', () => {
  const { day, meters } = honest();
  const whole = balanceDay(day);
  const many = meters.map((meter, i): MeterDay => {
    const energies = energiesOf(meter)
      .slice()
      .fill(ENERGY_MISSING, 200 * i, 200 * i + 200);
    return { ...meter, supplies: [{ day: DAY, energies, others: [energiesOf(meter)] }] };
  });
  const balance = balanceDay({ ...day, meters: many });
  assert.deepEqual([balance.minutes, balance.unknownMinutes], [1440, 1000]);
  assert.ok(balance.estimated > 0);
  assert.ok(balance.band.high - balance.band.low > whole.band.high - whole.band.low);
  assert.notEqual(balance.verdict, 'loss');
});

test('minutes that the check meter did not tell are left out with their neighbours, and a transformer that was out says nothing', () => {
  const { day, gave } = honest();
  const balance = balanceDay({ ...day, gave: gave.slice().fill(MISSING, 600, 700) });
  assert.equal(said(balance), 'balanced');
  assert.equal(balance.minutes, 1440 - 102);
  assert.equal(said(balanceDay({ ...day, gave: gave.slice().fill(MISSING, 600, 900) })), 'not-known: transformer');
  assert.equal(said(balanceDay({ ...day, gave: new Uint32Array(0) })), 'not-known: transformer');
  assert.equal(said(balanceDay({ ...day, gave: new Uint32Array(MINUTES_PER_DAY) })), 'not-known: hours');
});

test('meters that are dark, new, replaced, moved or frozen make it say nothing, whatever is missing', () => {
  const { day, meters, gave } = honest();
  const [first, ...others] = meters as [MeterDay, ...MeterDay[]];
  const instead = (of: Partial<MeterDay>) =>
    said(balanceDay({ ...day, gave: gave.map((energy) => 2 * energy), meters: [{ ...first, ...of }, ...others] }));
  assert.equal(instead({}), 'loss');
  assert.equal(instead({ changed: 'new' }), 'not-known: meter-new');
  assert.equal(instead({ changed: 'replaced' }), 'not-known: meter-replaced');
  assert.equal(instead({ changed: 'moved' }), 'not-known: meter-moved');
  assert.equal(instead({ changed: 'frozen' }), 'not-known: meter-frozen');
  assert.equal(instead({ supplies: [undefined] }), 'not-known: profile');
  assert.equal(instead({ supplies: [...first.supplies, undefined] }), 'not-known: profile');
  assert.equal(instead({ supplies: [] }), 'not-known: profile');
  assert.equal(instead({ clockOffsetMs: -16 * 60_000 }), 'not-known: clock');
  assert.equal(instead({ clockOffsetMs: undefined }), 'loss');
  assert.equal(said(balanceDay({ ...day, meters: [] })), 'not-known: no-meters');
});

test('a profile that is short, long, all ones, reversed, of another day or of another meter raises nothing', () => {
  assert.equal(said(withMinutes((energies) => energies.subarray(1))), 'not-known: profile');
  assert.equal(said(withMinutes((energies) => Uint16Array.of(...energies, 0))), 'not-known: profile');
  assert.equal(said(withMinutes((energies) => energies.fill(0xffff))), 'not-known: minutes');
  assert.equal(said(withMinutes((energies) => energies.reverse())), 'not-known: hours');
  const { meters } = honest();
  const other = energiesOf(meters[1]);
  assert.equal(said(withMinutes(() => other)), 'not-known: profile-twice');
  const yesterday = { supplies: [{ day: DAY - 1, energies: energiesOf(meters[0]), others: [] }] };
  assert.equal(said(withMinutes((energies) => energies, yesterday)), 'not-known: profile');
});

test('an empty line is balanced, and two houses with one lamp each may count the same', () => {
  const { day, meters } = honest();
  const all = (energies: Uint16Array, gave: Uint32Array) =>
    balanceDay({
      ...day,
      gave,
      meters: meters.map((meter) => ({ ...meter, supplies: [{ day: DAY, energies, others: [] }] })),
    });
  const nothing = all(new Uint16Array(MINUTES_PER_DAY), new Uint32Array(MINUTES_PER_DAY));
  assert.equal(said(nothing), 'balanced');
  const lamp = all(new Uint16Array(MINUTES_PER_DAY).fill(10), new Uint32Array(MINUTES_PER_DAY).fill(5_100));
  assert.equal(said(lamp), 'balanced');
});
