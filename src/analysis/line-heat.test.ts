import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING, MINUTES_PER_DAY } from '../records/index.ts';
import { balanceDay, type MeterDay, raisedFrom, type TransformerDay } from './energy-balance.ts';
import { measuredHouseholds, NETWORK, PROFILES, readyFeeder, skipWithout } from './feeder.testing.ts';
import { lineHeat } from './line-heat.ts';
import { seeded } from './line-year.testing.ts';

const skip = skipWithout(PROFILES, NETWORK);
const DAY = 20_000;

/** The European feeder on its measured day, meters of ±0.5 %, and what its transformer gave beside `stolen` watts. */
function feederDay(stolen = 0) {
  const feeder = readyFeeder();
  const homes = measuredHouseholds();
  const random = seeded(7);
  const meterOf = (meter: number, gain: number): MeterDay => ({
    ...{ svpmsn: meter, clockOffsetMs: 0, changed: undefined },
    supplies: [
      {
        ...{ day: DAY, others: [] },
        energies: Uint16Array.from(homes[meter - 1] as Float64Array, (watts) => Math.round((gain * watts) / 6)),
      },
    ],
  });
  const all = feeder.loads.map(({ meter }) => meter);
  const meters = all.map((meter) => meterOf(meter, 1 + 0.01 * (random() - 0.5)));
  const truth = lineHeat(
    feeder,
    all.map((meter) => meterOf(meter, 1)),
  ) as Float64Array;
  const gave = Uint32Array.from(truth, (heat, minute) => {
    const watts = all.reduce((sum, meter) => sum + (homes[meter - 1]?.[minute] as number), stolen);
    return Math.round((watts * 1000) / 60 + heat);
  });
  const heat = truth.reduce((sum, each) => sum + each, 0);
  const day: TransformerDay = { day: DAY, gave, meters, learned: [] };
  return { feeder, day, heat };
}

test('with its network a transformer is judged from its first day on: what it loses is reckoned, and theft stands out', {
  skip,
}, () => {
  const { feeder, day, heat } = feederDay();
  const lines = lineHeat(feeder, day.meters);
  const byNetwork = balanceDay({ ...day, lines });
  const learned = balanceDay(day);
  assert.equal(byNetwork.verdict, 'balanced');
  assert.ok(Math.abs(byNetwork.technical / heat - 1) < 0.02, `${byNetwork.technical} of ${heat}`);
  assert.equal(byNetwork.lines, byNetwork.technical);
  assert.equal(learned.lines, undefined);
  assert.ok(raisedFrom(byNetwork) < 0.4 * raisedFrom(learned), `${raisedFrom(byNetwork)} ${raisedFrom(learned)} W`);
  const stolen = feederDay(0.7 * raisedFrom(learned));
  assert.equal(balanceDay({ ...stolen.day, lines: lineHeat(feeder, stolen.day.meters) }).verdict, 'loss');
  assert.equal(balanceDay(stolen.day).verdict, 'balanced');
});

test('days of which the network was not known yet are no measure for those after it', { skip }, () => {
  const { feeder, day } = feederDay();
  const lines = lineHeat(feeder, day.meters);
  const { gave, squares, errors } = balanceDay(day);
  const stale = Array.from({ length: 20 }, () => ({ gave, squares, errors, loss: 0.08 * gave }));
  const judged = balanceDay({ ...day, lines, learned: stale });
  assert.equal(judged.verdict, 'balanced');
  assert.equal(judged.technical, balanceDay({ ...day, lines }).technical);
});

test('minutes that a meter does not know have no flow, and a day without them none of it', { skip }, () => {
  const { feeder, day } = feederDay();
  const [first] = day.meters;
  first?.supplies[0]?.energies.fill(ENERGY_MISSING, 0, 60);
  const lines = lineHeat(feeder, day.meters) as Float64Array;
  assert.deepEqual([...lines].filter(Number.isNaN).length, 60);
  assert.ok((balanceDay({ ...day, lines }).lines ?? 0) > 0, 'they are left out on both sides');
  first?.supplies[0]?.energies.fill(ENERGY_MISSING, 0, 800);
  assert.equal(balanceDay({ ...day, lines: lineHeat(feeder, day.meters) }).lines, undefined);
});

test('what its wires could never carry is no network of the line', { skip }, () => {
  const { feeder, day } = feederDay();
  for (const { supplies } of day.meters) supplies[0]?.energies.fill(8_000, 0, MINUTES_PER_DAY);
  assert.equal(lineHeat(feeder, day.meters), undefined);
});
