import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, ValueOp } from '../exchange/index.ts';
import { AttentionReason, EventKind, encodePolicy, RelayReason } from '../records/index.ts';
import { encodeModeTable, type ModeTable } from '../tariff/index.ts';
import { type MilliwattHours, type SupplyIndex, tokens, unixSeconds } from '../units/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  command,
  costOfProfile,
  createBench,
  credit,
  lastCounter,
  live,
  minuteOf,
  restart,
  STRICT_POLICY,
  value,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { balanceOf, levelsOf, stepEnergy, stepMeasured, stepTime, totalsNow } from './index.ts';

const START = Math.floor(BENCH_UNIX_MS / 60_000);
const UNITS_PER_TOKEN = 100_000_000_000n;
const kindsOf = (bench: Bench) => eventsFrom(bench.meter, 1, 255).map(({ kind }) => kind);

/** Spends until so many tokens are gone, a little at a time. */
function spendTokens(bench: Bench, count: number): void {
  const goal = levelsOf(bench.meter).used + bench.meter.spent - bench.meter.svm.spent + count;
  const usedNow = () => levelsOf(bench.meter).used - bench.meter.svm.spent + bench.meter.spent;
  while (usedNow() < goal) stepEnergy(bench.meter, 1, 100 as MilliwattHours, bench.now, bench.out);
}

test('the purse gives 100 tokens at a time, the tank ten units, the exchanger ten tokens', () => {
  const bench = createBench();
  credit(bench, 250);
  const state = () => {
    const { stored, exchanger } = bench.meter;
    return [stored, exchanger.tank, exchanger.tokens];
  };
  assert.deepEqual(state(), [250, 0, 0]);
  spendTokens(bench, 1);
  assert.deepEqual(state(), [150, 90, 9]);
  spendTokens(bench, 9);
  assert.deepEqual(state(), [150, 80, 10]);
  spendTokens(bench, 89);
  assert.deepEqual(state(), [150, 0, 1]);
  spendTokens(bench, 2);
  assert.deepEqual(state(), [50, 90, 9]);
  assert.equal(bench.meter.svm.purse.drawNumber, 2);
  spendTokens(bench, 100);
  assert.deepEqual(state(), [0, 40, 9]);
  assert.equal(balanceOf(bench.meter), 49);
  const { stored, out } = levelsOf(bench.meter);
  assert.equal(stored + out - (bench.meter.spent - bench.meter.svm.spent), 49);
});

/** Small whole numbers that look like nothing. */
function* numbers(seed: number): Generator<number> {
  for (let next = seed; ; ) {
    next = (Math.imul(next, 1_664_525) + 1_013_904_223) >>> 0;
    yield next >>> 8;
  }
}

test('days of random loads on three supplies, bands, cuts and a new table cost what the profile says, to the last unit', () => {
  const surcharge = { percents: [100, 115, 130, 170] as const, limits: [18, 26, 37] as const };
  const first = ([1, 2, 3] as const).map((supply) => benchTable(supply, 1, 11_003 * supply, { surcharge }));
  const validFrom = unixSeconds((START + 1900) * 60);
  const second = benchTable(2, 2, 77_777, { surcharge, validFrom, bands: [], otherwise: 313 });
  const bench = createBench({ tables: first });
  credit(bench, 1_000_000);
  command(bench, Command.modeTable, encodeModeTable(second));
  const random = numbers(7);
  const next = (bound: number): number => (random.next().value as number) % bound;
  let asked = 0;
  for (let minute = 0; minute < 3 * 1440; minute++) {
    if (next(400) === 0) restart(bench, { afterMs: next(200_000) });
    for (const supply of [1, 2, 3] as const) {
      const degreesOfLag = next(60);
      if (next(5) === 0)
        stepMeasured(bench.meter, supply, { watts: 0, deciAmperes: 0, degreesOfLag }, bench.now, bench.out);
      const wanted = next(90) === 0 ? next(2_000_000) : next(60_000);
      asked += wanted;
      assert.equal(stepEnergy(bench.meter, supply, wanted as MilliwattHours, bench.now, bench.out), wanted);
    }
    bench.now += 60_000;
    stepTime(bench.meter, bench.now, bench.out);
  }
  const tableAt =
    (supply: SupplyIndex) =>
    (minute: number): ModeTable =>
      supply === 2 && minute * 60 >= validFrom ? second : (first[supply - 1] as ModeTable);
  let cost = 0n;
  for (const supply of bench.meter.supplies) {
    const alone = { ...bench, meter: { ...bench.meter, supplies: [supply] } };
    cost += costOfProfile(alone, START, minuteOf(bench), tableAt(supply.index));
  }
  assert.equal(charged(bench), cost);
  const registers = bench.meter.supplies.map((supply) => totalsNow(supply).registerImport);
  // What a power cut takes: the running minute of three supplies, and less than 0.1 Wh of each.
  const recorded = registers.reduce((sum, register) => sum + register * 100, 0);
  assert.ok(recorded <= asked && recorded > 0.98 * asked);
  assert.ok(cost > 10_000n * UNITS_PER_TOKEN);
});

test('supply ends within 0.1 Wh of the last token, after the buzzer, and the relay says why', () => {
  for (const step of [100, 12_345, 700_000, 9_000_000]) {
    const bench = createBench();
    credit(bench, 57);
    bench.out.heard.length = 0;
    let flowed = 0;
    for (let i = 0; i < 1_000_000 && bench.meter.supplies[0]?.relay.reasons === 0; i++) {
      flowed += stepEnergy(bench.meter, 1, step as MilliwattHours, bench.now, bench.out);
    }
    // 57 tokens at 15 tokens a kWh and 200 % are 1.9 kWh.
    assert.equal(flowed, 1_900_000, `steps of ${step} mWh`);
    assert.deepEqual(
      bench.out.heard.filter((heard) => heard !== 'buzzer 3'),
      ['buzzer Infinity', 'relay 1 open'],
    );
    assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
    assert.equal(balanceOf(bench.meter), 0);
    assert.equal(stepEnergy(bench.meter, 1, 100 as MilliwattHours, bench.now, bench.out), 0);
    assert.ok(bench.meter.attention & AttentionReason.creditExhausted);
    restart(bench);
    assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
    assert.equal(levelsOf(bench.meter).used + bench.meter.exchanger.tokens, bench.meter.svm.purse.credited);
  }
});

test('a void that leaves the last unit in the exchanger leaves nobody without the buzzer', () => {
  const bench = createBench();
  credit(bench, 12);
  spendTokens(bench, 4);
  const { exchanger } = bench.meter;
  assert.deepEqual([bench.meter.stored, exchanger.tank, exchanger.tokens], [0, 2, 6]);
  assert.equal(bench.meter.buzzer.sounding, false);
  value(bench, { op: ValueOp.void, counter: lastCounter(bench) + 1, amount: tokens(5) });
  assert.deepEqual([exchanger.tank, exchanger.tokens], [0, 8]);
  assert.equal(bench.meter.buzzer.sounding, true);
});

test('where 0.1 Wh costs more than the purse holds, the purse is emptied and no more', () => {
  const bench = createBench({ tables: [benchTable(1, 1, 4_000_000_000)] });
  credit(bench, 1234);
  assert.equal(stepEnergy(bench.meter, 1, 100_000 as MilliwattHours, bench.now, bench.out), 200);
  assert.equal(balanceOf(bench.meter), 0);
  bench.now += 60_000;
  stepTime(bench.meter, bench.now, bench.out);
  assert.equal(levelsOf(bench.meter).used, 1234);
});

test('supply returns at once, or with a key press, as the policy says', async () => {
  const { pressKey } = await import('./keypad.ts');
  for (const reconnection of ['at-once', 'by-key-press'] as const) {
    const bench = createBench({ policy: { ...STRICT_POLICY, reconnection } });
    bench.out.heard.length = 0;
    credit(bench, 500);
    if (reconnection === 'by-key-press') {
      assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.awaitsKey);
      assert.equal(live(bench, 1, 1000), 0);
      restart(bench);
      assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.awaitsKey);
      pressKey(bench.meter, 'page', bench.now, bench.out);
    }
    assert.equal(live(bench, 1, 1000), 1000);
    assert.deepEqual(
      bench.out.heard.filter((heard) => heard !== 'buzzer 3'),
      ['buzzer 0', 'relay 1 closed'],
    );
  }
});

test('emergency credit is lent in units of ten, up to the policy and no further', () => {
  const bench = createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(35) } });
  credit(bench, 20);
  const flowed = live(bench, 60, 100_000);
  // 55 tokens at 30 tokens a kWh.
  assert.equal(Math.floor((flowed * 30) / 1_000_000), 55);
  assert.equal(levelsOf(bench.meter).owed, 35);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
  assert.ok(kindsOf(bench).includes(EventKind.emergencyCreditBegun));
});

/** 10:00 on a Tuesday; friendly from 18:00 to 9:00, and all of the weekend. */
const HUMANE = {
  ...STRICT_POLICY,
  friendlyHours: { from: 18 * 60, to: 9 * 60 },
  noCutOnWeekends: true,
  noCutOnHolidays: true,
};

test('nobody is cut at night; the cut comes when the friendly hours end, even with nothing switched on', () => {
  const bench = createBench({ policy: HUMANE });
  credit(bench, 30);
  live(bench, 8 * 60, 0);
  assert.equal(minuteOf(bench) % 1440, 18 * 60);
  assert.equal(live(bench, 60, 100_000), 6_000_000);
  assert.ok(levelsOf(bench.meter).owed > 0);
  assert.ok(kindsOf(bench).includes(EventKind.cutDeferred));
  const left = balanceOf(bench.meter);
  // The last lent tokens are used up, and the night goes on.
  for (let i = 0; i < 100_000 && balanceOf(bench.meter) > 0; i++) {
    stepEnergy(bench.meter, 1, 100 as MilliwattHours, bench.now, bench.out);
  }
  assert.ok(left < 10);
  live(bench, 14 * 60 - 1, 0);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, 0);
  live(bench, 1, 0);
  assert.equal(minuteOf(bench) % 1440, 9 * 60);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
  // Whoever is cut in the morning is not connected in the evening by the hour alone, nor by a power cut.
  live(bench, 12 * 60, 0);
  restart(bench);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
});

test('nobody is cut on a weekend or a holiday', () => {
  for (const [dayOfNovember, cut] of [
    [27, true], // a Friday
    [28, false],
    [29, false],
    [30, false], // a Monday, and a holiday
  ] as const) {
    const table = benchTable(1, 1, 15_000, { holidays: ['2026-11-30'] });
    const bench = createBench({ policy: HUMANE, tables: [table] });
    credit(bench, 30);
    live(bench, (dayOfNovember - 24) * 1440, 0);
    live(bench, 30, 100_000);
    assert.equal(bench.meter.supplies[0]?.relay.reasons === RelayReason.noCredit, cut, `${dayOfNovember} November`);
  }
});

test('friendly hours lend no more than their bound', () => {
  const bench = createBench({ policy: HUMANE });
  credit(bench, 30);
  live(bench, 8 * 60, 0);
  live(bench, 60, 20_000_000);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
  assert.equal(levelsOf(bench.meter).owed, 10_000);
});

test('the buzzer warns of a low balance as often as the policy says, and not in the night', () => {
  const buzzer = { lowBalance: true, everyMinutes: 60, seconds: 7, quietInFriendlyHours: true };
  const bench = createBench({ policy: { ...HUMANE, lowBalance: tokens(1000), buzzer } });
  credit(bench, 1500);
  bench.out.heard.length = 0;
  const warnings = () => bench.out.heard.splice(0).filter((heard) => heard === 'buzzer 7').length;
  live(bench, 60, 0);
  assert.equal(warnings(), 0);
  assert.equal(bench.meter.attention & AttentionReason.lowBalance, 0);
  live(bench, 1, 20_000_000);
  assert.equal(warnings(), 1);
  assert.ok(bench.meter.attention & AttentionReason.lowBalance);
  assert.ok(kindsOf(bench).includes(EventKind.lowBalance));
  live(bench, 5 * 60, 0);
  assert.equal(warnings(), 5);
  live(bench, 2 * 60 + 10, 0);
  warnings();
  live(bench, 12 * 60, 0);
  assert.equal(warnings(), 0);
  credit(bench, 5000);
  live(bench, 6 * 60, 0);
  assert.equal(warnings(), 0);
});

const switched = (bench: Bench): string[] => bench.out.heard.filter((heard) => heard.startsWith('load'));

test('the load-control output is on in cheap hours', () => {
  const bench = createBench({ policy: { ...STRICT_POLICY, loadControlBelowPercent: 80 } });
  bench.out.heard.length = 0;
  // 200 % until 18:00, 75 % until 22:00, 100 % until midnight, 50 % until 6:00, 75 % until 9:00.
  live(bench, 8 * 60 - 1, 0);
  assert.equal(switched(bench).length, 0);
  live(bench, 1, 0);
  assert.deepEqual(switched(bench), ['load control on']);
  restart(bench);
  assert.deepEqual(switched(bench), ['load control on', 'load control on']);
  live(bench, 4 * 60, 0);
  live(bench, 2 * 60, 0);
  live(bench, 9 * 60, 0);
  assert.deepEqual(switched(bench).slice(2), ['load control off', 'load control on', 'load control off']);
});

test('a new policy holds at once: emergency credit reconnects', () => {
  const bench = createBench();
  assert.equal(live(bench, 1, 1000), 0);
  command(bench, Command.supplyPolicy, encodePolicy({ ...STRICT_POLICY, version: 2, emergencyCredit: tokens(10) }));
  assert.equal(live(bench, 1, 1000), 1000);
});
