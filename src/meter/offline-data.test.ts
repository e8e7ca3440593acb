import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CSN, cardKey, load, order } from '../card/bench.testing.ts';
import { CardOp, openMeterReport } from '../card/index.ts';
import { EventKind, type FlowRules, RelayReason } from '../records/index.ts';
import { type ModeTable, rateAt } from '../tariff/index.ts';
import { Region, unixSeconds } from '../units/index.ts';
import { BENCH_ID, type Bench, benchTable, charged, createBench, minuteOf, STRICT_POLICY } from './board.testing.ts';
import { cardWith, loadInto, visit } from './card-slot.testing.ts';
import { eventsFrom } from './event-log.ts';
import { balanceOf, levelsOf, pressKey, stepPulses, stepTemperature, stepTime, totalsNow } from './index.ts';

/** Measured months of gas, water and heat, through meters that nobody reads over a line. */

const MINUTES = 30 * 24 * 60;
const RULES: FlowRules = {
  ...{ steady: null, burst: null, leakClearedBy: 'key-press', frostBelow: null, fullStop: 'allowed' },
};

interface Measured {
  readonly file: string;
  readonly region: Region;
  readonly column: string;
  /** Between two rows. */
  readonly minutes: number;
  /** Of the counter in the file, how much is one pulse; and how much that is in 0.1 units. */
  readonly pulse: number;
  readonly quantaPerPulse: number;
  readonly unitCharge: number;
}

const MEASURED: readonly Measured[] = [
  {
    ...{ file: 'gas_ampds2_1min_8weeks_2013.csv.gz', region: Region.gas, column: 'counter', minutes: 1 },
    ...{ pulse: 10, quantaPerPulse: 100, unitCharge: 400_000 },
  },
  {
    ...{ file: 'water_ampds2_1min_8weeks_2013.csv.gz', region: Region.water, column: 'counter', minutes: 1 },
    ...{ pulse: 1, quantaPerPulse: 10, unitCharge: 2_000_000 },
  },
  {
    ...{ file: 'heat_danish_smart_meters_hourly_sample.csv.gz', region: Region.heat, column: 'energy_heat_kwh' },
    ...{ minutes: 60, pulse: 0.1, quantaPerPulse: 1_000, unitCharge: 9_000 },
  },
];

const pathOf = (file: string): URL => new URL(`../../../shared/data/${file}`, import.meta.url);
const absent = (file: string): string | false =>
  existsSync(pathOf(file)) ? false : `Put ${file} into ../shared/data to run this test.`;

/** Pulses of each minute of the first thirty days. */
function pulsesOf({ file, column, minutes, pulse }: Measured): number[] {
  const [head = '', ...lines] = gunzipSync(readFileSync(pathOf(file)))
    .toString()
    .trim()
    .split('\n');
  const at = head.split(',').indexOf(column);
  const rows = lines.slice(0, MINUTES / minutes + 1).map((line) => Number(line.split(',')[at]));
  assert.ok(rows.length > MINUTES / minutes && rows.every(Number.isFinite), 'a month without a gap');
  const counted = rows.map((row) => Math.floor(row / pulse + 1e-6));
  return Array.from({ length: MINUTES }, (_, minute) => {
    const row = Math.floor(minute / minutes);
    const came = (counted[row + 1] as number) - (counted[row] as number);
    // Of an hour as evenly as whole pulses go.
    const part = minute % minutes;
    return Math.floor((came * (part + 1)) / minutes) - Math.floor((came * part) / minutes);
  });
}

/** Charge units of a 0.1 unit in a minute: the tariff's own words, multiplied by nobody else's functions. */
const rateOf = (table: ModeTable, minute: number): bigint =>
  BigInt(table.unitCharge) * BigInt(rateAt(table, unixSeconds(minute * 60)).percent) * BigInt(table.surcharges[0]);

const UNITS_PER_TOKEN = 100_000_000_000n;

/** A second account of the month, in closed form: what value covers flows and is charged, to the 0.1 that takes the last of it. */
class Account {
  value = 0n;
  charged = 0n;
  quanta = 0;
  get isOpen(): boolean {
    return this.charged < this.value * UNITS_PER_TOKEN;
  }
  flow(quanta: number, rate: bigint): void {
    this.quanta += quanta;
    const left = this.value * UNITS_PER_TOKEN - this.charged;
    const covered = (left + rate - 1n) / rate;
    this.charged += rate * (covered < BigInt(quanta) ? covered : BigInt(quanta));
  }
}

const isOpen = (bench: Bench): boolean => bench.meter.supplies[0]?.relay.reasons === 0;
const registerOf = (bench: Bench): number => totalsNow(bench.meter.supplies[0] as never).registerImport;

for (const measured of MEASURED) {
  const { file, region, quantaPerPulse, unitCharge } = measured;
  test(`a month of ${file} is measured and charged to the last unit, through a closed valve and cards`, {
    skip: absent(file),
  }, () => {
    const pulses = pulsesOf(measured);
    const table = benchTable(1, 1, unitCharge);
    const bench = createBench({
      ...{ region, pulses: { quantaPerPulse }, tables: [table], policy: { ...STRICT_POLICY, flow: RULES } },
    });
    const account = new Account();
    const hand = cardWith(6_000, { region });
    let loads = 1;
    visit(bench, hand);
    account.value += 6_000n;
    let closings = 0;
    let closedMinutes = 0;
    for (const came of pulses) {
      bench.now += 60_000;
      const open = account.isOpen;
      if (open) {
        if (came > 0) account.flow(came * quantaPerPulse, rateOf(table, minuteOf(bench)));
        if (!account.isOpen) closings += 1;
      } else closedMinutes += 1;
      stepPulses(bench.meter, open ? came : 0, bench.now, bench.out);
      assert.equal(isOpen(bench), account.isOpen, 'the valve closes with the last token, and no minute before');
      // After half a day somebody goes to where cards are loaded.
      if (closedMinutes === 720) {
        closedMinutes = 0;
        loads += 1;
        loadInto(hand, loads, 6_000, { region });
        visit(bench, hand);
        account.value += 6_000n;
        assert.ok(isOpen(bench));
      }
    }
    assert.ok(closings > 0 && loads > 1, `${closings} closings, ${loads} loads: tokens ran out`);
    stepTime(bench.meter, bench.now + 60_000, bench.out);
    assert.equal(charged(bench), account.charged);
    assert.equal(registerOf(bench), account.quanta);
    assert.ok(account.quanta > 0.6 * pulses.reduce((sum, each) => sum + each, 0) * quantaPerPulse);

    // What the provider hears of it, and checks.
    visit(bench, hand);
    const key = cardKey(region);
    const { report } = load(hand, order(CardOp.query, 0, 0), { key });
    const told = report && openMeterReport(key, report);
    assert.ok(told !== undefined);
    assert.deepEqual([told.meter, told.register, told.debitCounter], [BENCH_ID, account.quanta, loads]);
    assert.equal(BigInt(told.fromCards), account.value);
    assert.equal(told.fromCards + told.owed, told.balance + told.used);
    assert.equal(BigInt(told.used), account.charged / UNITS_PER_TOKEN);
    assert.equal(balanceOf(bench.meter), levelsOf(bench.meter).fromCards - told.used);
    for (const other of [cardKey(0), cardKey(Region.payTv)]) {
      assert.equal(openMeterReport(other, report as Uint8Array), undefined);
    }
  });
}

const WATER = MEASURED[1] as Measured;
test('a household’s month of water is no leak, and a cistern that runs in it is one after three hours', {
  skip: absent(WATER.file),
}, () => {
  const pulses = pulsesOf(WATER);
  const flow: FlowRules = {
    ...RULES,
    steady: { minutes: 180, pauseMinutes: 5 },
    burst: { quanta: 4_000, minutes: 60 },
  };
  for (const cistern of [false, true]) {
    const bench = createBench({
      ...{ region: Region.water, pulses: { quantaPerPulse: 10 }, policy: { ...STRICT_POLICY, flow } },
    });
    visit(bench, cardWith(1_000_000, { region: Region.water, id: CSN }));
    const begins = 10 * 24 * 60;
    let closedAt: number | undefined;
    for (const [minute, came] of pulses.entries()) {
      bench.now += 60_000;
      const runs = cistern && minute >= begins && isOpen(bench) ? 1 : 0;
      stepPulses(bench.meter, (isOpen(bench) ? came : 0) + runs, bench.now, bench.out);
      if (closedAt === undefined && !isOpen(bench)) closedAt = minute;
      if (closedAt !== undefined) break;
    }
    const leaks = eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.leak);
    if (!cistern) assert.deepEqual([closedAt, leaks.length], [undefined, 0]);
    else {
      assert.ok(closedAt !== undefined && closedAt - begins >= 76 && closedAt - begins <= 180, `${closedAt}`);
      assert.equal(leaks.length, 1);
      assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.leak);
      pressKey(bench.meter, '#', bench.now, bench.out);
      assert.ok(isOpen(bench));
    }
  }
});

const HEAT = MEASURED[2] as Measured;
test('a house whose heat runs out in frost is throttled and not cut, and what is let through is measured', {
  skip: absent(HEAT.file),
}, () => {
  const flow: FlowRules = { ...RULES, fullStop: 'not-in-frost', frostBelow: 30 };
  const table = benchTable(1, 1, HEAT.unitCharge);
  const bench = createBench({
    ...{ region: Region.heat, pulses: { quantaPerPulse: HEAT.quantaPerPulse } },
    ...{ policy: { ...STRICT_POLICY, flow }, tables: [table] },
  });
  const account = new Account();
  visit(bench, cardWith(6_000, { region: Region.heat }));
  account.value = 6_000n;
  stepTemperature(bench.meter, -80, bench.now, bench.out);
  bench.out.heard.length = 0;
  let throttled = 0;
  for (const came of pulsesOf(HEAT)) {
    bench.now += 60_000;
    // At reduced flow one pulse of three comes through.
    const passes = isOpen(bench) ? came : Math.floor((came + (throttled % 3)) / 3);
    throttled += isOpen(bench) ? 0 : 1;
    account.flow(passes * HEAT.quantaPerPulse, rateOf(table, minuteOf(bench)));
    stepPulses(bench.meter, passes, bench.now, bench.out);
  }
  assert.ok(throttled > 1_000);
  assert.deepEqual(
    bench.out.heard.filter((heard) => /^(relay|throttle)/.test(heard)),
    ['throttle 1 on', 'relay 1 open'],
  );
  assert.equal(registerOf(bench), account.quanta);
  assert.equal(charged(bench), account.charged, 'nobody pays for what is let through');
  stepTemperature(bench.meter, 90, bench.now, bench.out);
  assert.equal(bench.out.heard.at(-1), 'throttle 1 off');
  assert.deepEqual(
    eventsFrom(bench.meter, 1, 255)
      .filter(({ kind }) => kind === EventKind.flowWhileClosedBegun)
      .map(({ value }) => value),
    [],
  );
});
