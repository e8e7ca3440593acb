import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Calibration, nominalCalibration } from '../metering/index.ts';
import { AttentionReason, EventKind, RelayReason, type SupplyPolicy } from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  costOfProfile,
  createBench,
  credit,
  minuteOf,
  restart,
  STRICT_POLICY,
  startBench,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { balanceOf, displayOf, levelsOf, pressKey, stepSamples, totalsNow } from './index.ts';
import { bandOf, energyAt } from './profile-ring.ts';
import { PARTS, SAMPLES_PER_SECOND, second, type Wave } from './wave.testing.ts';

const PARTS_16: Calibration = nominalCalibration({
  lineVoltage: 220,
  currentBits: 16,
  sampleRateMilliHz: 1000 * SAMPLES_PER_SECOND,
});

/** A meter that is fed with samples; each supply at 15 tokens a kWh and, at ten on a Tuesday, 200 %. */
function sampled(
  options: { supplies?: number; policy?: SupplyPolicy; parts?: Calibration; surcharge?: object } = {},
): Bench {
  const { supplies = 1, policy = STRICT_POLICY, parts = PARTS, surcharge = {} } = options;
  const tables = Array.from({ length: supplies }, (_, i) => benchTable((i + 1) as SupplyIndex, 1, 15_000, surcharge));
  const { memory } = createBench({ policy, tables });
  return startBench(memory, { supplyCount: supplies, calibrations: tables.map(() => parts) });
}

/** So many seconds of a wave at a supply. Stops where the relay is open: nothing flows then. Returns the mWh measured. */
function feed(bench: Bench, wave: Wave, seconds: number, supply: SupplyIndex = 1, parts = PARTS): number {
  const taken = second(wave, parts);
  const none = second({ ...wave, amperes: 0 }, parts);
  let measured = 0;
  for (let at = 0; at < seconds; at++) {
    bench.now += 1000;
    const open = bench.meter.supplies[supply - 1]?.relay.reasons !== 0;
    const windows = stepSamples(bench.meter, supply, open ? none : taken, bench.now, bench.out);
    for (const { importedMwh } of windows) measured += importedMwh;
  }
  return measured;
}

/** What the display's page of a supply says. */
function page(bench: Bench, name: string): string {
  for (;;) {
    const { page: shown, text, unit } = displayOf(bench.meter);
    if (shown === name) return `${text} ${unit}`;
    pressKey(bench.meter, 'page', bench.now, bench.out);
  }
}

for (const { name, wave, parts } of [
  { name: '50 Hz and 20 bits', wave: { volts: 220, amperes: 20 } },
  { name: '60 Hz and 20 bits', wave: { volts: 220, amperes: 20, hertz: 60 } },
  { name: '50 Hz and 16 bits', wave: { volts: 220, amperes: 20 }, parts: PARTS_16 },
  { name: 'half of the power lags', wave: { volts: 220, amperes: 40, lagDegrees: 60 } },
  { name: 'harmonics that carry no power', wave: { volts: 220, amperes: 20, harmonics: [0.6, 0.3, 0.1] } },
]) {
  test(`samples become tokens, minutes and registers: 4.4 kW for 10 minutes, ${name}`, () => {
    const bench = sampled(parts === undefined ? {} : { parts });
    credit(bench, 3000);
    const first = minuteOf(bench);
    const measured = feed(bench, wave, 615, 1, parts);
    const { meter } = bench;

    // 4.4 kW for ten minutes are 0.7333 kWh, at 30 tokens a kWh 22.0; fifteen seconds more are 0.55.
    assert.equal(balanceOf(meter), 2978);
    // All but the last window, which is still open.
    assert.ok(Math.abs(measured - (4_400_000 * 614) / 3600) < 0.002 * measured, `${measured} mWh`);
    assert.equal(page(bench, 'power'), '4400 W');

    // Each minute has 73.3 Wh, and together they are the register and what was charged.
    const minutes = Array.from({ length: 10 }, (_, i) =>
      energyAt(meter.nvm, bench.meter.supplies[0]?.place as never, first + i),
    );
    for (const energy of minutes) assert.ok(energy >= 718 && energy <= 746, `${energy} x 0.1 Wh`);
    const [supply] = meter.supplies;
    assert.ok(supply !== undefined);
    const recorded = minutes.reduce((sum, energy) => sum + energy, 0) + supply.minuteEnergy;
    assert.equal(recorded, Math.floor(measured / 100));
    assert.equal(totalsNow(supply).registerImport, recorded);
    restart(bench);
    const end = minuteOf(bench);
    assert.equal(
      charged(bench),
      costOfProfile(bench, first, end, () => benchTable()),
    );
  });
}

test('blocks of any length give the same meter: one sample at a time, odd pieces, ten seconds', () => {
  const wave = { volts: 230, amperes: 31, hertz: 50, lagDegrees: 25 };
  const { voltages, currents } = second(wave);
  const results = [1, 37, 3300, 33_000].map((length) => {
    const bench = sampled();
    credit(bench, 3000);
    for (let from = 0; from < 65 * SAMPLES_PER_SECOND; from += length) {
      const to = Math.min(from + length, 65 * SAMPLES_PER_SECOND);
      const piece = { voltages: new Int16Array(to - from), currents: new Int32Array(to - from), bypass: 0 as const };
      for (let i = 0; i < to - from; i++) {
        piece.voltages[i] = voltages[(from + i) % SAMPLES_PER_SECOND] as number;
        piece.currents[i] = currents[(from + i) % SAMPLES_PER_SECOND] as number;
      }
      stepSamples(bench.meter, 1, piece, (to * 1000) / SAMPLES_PER_SECOND, bench.out);
    }
    const { meter } = bench;
    return [levelsOf(meter), meter.accrual, meter.minute, meter.supplies[0]?.minuteEnergy, [...meter.nvm.bytes]];
  });
  for (const result of results) assert.deepEqual(result, results[0]);
});

test('the last token is spent to the 0.1 Wh by samples, the buzzer sounds before, and the relay opens', () => {
  const bench = sampled({ policy: { ...STRICT_POLICY, buzzer: { ...STRICT_POLICY.buzzer, lowBalance: false } } });
  credit(bench, 50);
  bench.out.heard.length = 0;
  feed(bench, { volts: 220, amperes: 50 }, 700);
  assert.equal(levelsOf(bench.meter).used, 50);
  assert.equal(balanceOf(bench.meter), 0);
  assert.deepEqual(bench.out.heard, ['buzzer Infinity', 'relay 1 open']);
  // 50 tokens at 30 a kWh: 1,666.6 Wh, and the tenth in which the last token fell.
  assert.equal(bench.meter.supplies[0]?.sinceDayStart, 16_667);
});

test('an over-current trips after its delay, and one that passes before does not', () => {
  const limits = {
    load: null,
    overCurrent: { deciAmperes: 400, delaySeconds: 3, recloseCount: 0, recloseWaitSeconds: 5 },
  };
  const bench = sampled({ policy: { ...STRICT_POLICY, supplies: [limits] } });
  credit(bench, 5000);
  const heavy = { volts: 220, amperes: 45.2 };
  feed(bench, { volts: 220, amperes: 39.5 }, 20);
  feed(bench, heavy, 2);
  feed(bench, { volts: 220, amperes: 10 }, 3);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, 0);
  feed(bench, heavy, 20);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.overCurrent);
  const trips = eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.overCurrent);
  assert.deepEqual(
    trips.map(({ supply, value, detail }) => ({ supply, value, detail })),
    [{ supply: 1, value: 45_200, detail: 3 }],
  );
  assert.ok(bench.meter.attention & AttentionReason.overCurrent);
  // Nothing is charged for a relay that is open.
  const opened = balanceOf(bench.meter);
  feed(bench, heavy, 60);
  assert.equal(balanceOf(bench.meter), opened);
});

test('a load limit trips by samples too, and closes again after its minute', () => {
  const limits = { load: { watts: 5000, delaySeconds: 2 }, overCurrent: null };
  const bench = sampled({ policy: { ...STRICT_POLICY, supplies: [limits] } });
  credit(bench, 5000);
  feed(bench, { volts: 220, amperes: 30 }, 6);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.loadLimit);
  feed(bench, { volts: 220, amperes: 10 }, 62);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, 0);
});

test('the phase angle of a minute is that of its energy, and surcharges the next minute', () => {
  const surcharge = { surcharge: { percents: [100, 110, 130, 200], limits: [18, 26, 37] } };
  const bench = sampled({ surcharge });
  credit(bench, 5000);
  const first = minuteOf(bench);
  const bands = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      bandOf(bench.meter.nvm, bench.meter.supplies[0]?.place as never, first + i),
    );
  for (const lagDegrees of [0, 20, 30, 60, -60]) feed(bench, { volts: 220, amperes: 20, lagDegrees }, 60);
  // A motor that starts in the last second is not the minute.
  feed(bench, { volts: 220, amperes: 20 }, 59);
  feed(bench, { volts: 220, amperes: 20, lagDegrees: 60 }, 1);
  feed(bench, { volts: 220, amperes: 20 }, 61);
  assert.deepEqual(bands(7), [0, 0, 1, 2, 3, 0, 0]);
  restart(bench);
  const table = benchTable(1, 1, 15_000, surcharge as object);
  assert.equal(
    charged(bench),
    costOfProfile(bench, first, minuteOf(bench), () => table),
  );
});

test('two supplies with samples of their own spend one purse, and energy that flows back earns nothing', () => {
  const bench = sampled({ supplies: 2 });
  credit(bench, 1000);
  const taken = second({ volts: 220, amperes: 20 });
  const returned = second({ volts: 220, amperes: 20, lagDegrees: 180 });
  for (let at = 0; at < 605; at++) {
    bench.now += 1000;
    stepSamples(bench.meter, 1, taken, bench.now, bench.out);
    stepSamples(bench.meter, 2, at < 302 ? taken : returned, bench.now, bench.out);
  }
  // Ten minutes of 4.4 kW, and five.
  assert.equal(levelsOf(bench.meter).used, 33);
  assert.equal(page(bench, 'power'), '4400 W');
  pressKey(bench.meter, 'page', bench.now, bench.out);
  assert.deepEqual([displayOf(bench.meter).supply, displayOf(bench.meter).text], [2, '-4400']);
});

test('a bypass that lasts is an event and a call, one that was a switching arc is neither', () => {
  const bench = sampled();
  credit(bench, 1000);
  const taken = second({ volts: 220, amperes: 5 });
  for (const bypass of [1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0] as const) {
    bench.now += 1000;
    stepSamples(bench.meter, 1, { ...taken, bypass }, bench.now, bench.out);
  }
  const seen = eventsFrom(bench.meter, 1, 255).filter(
    ({ kind }) => kind === EventKind.bypassBegun || kind === EventKind.bypassEnded,
  );
  assert.deepEqual(
    seen.map(({ kind, supply, time }) => [kind, supply, time - Math.floor(BENCH_UNIX_MS / 1000)]),
    [
      [EventKind.bypassBegun, 1, 8],
      [EventKind.bypassEnded, 1, 12],
    ],
  );
  assert.ok(bench.meter.attention & AttentionReason.bypass);
});

test('samples for a supply that was given no calibration are a bug of the caller', () => {
  const bench = createBench();
  assert.throws(
    () => stepSamples(bench.meter, 1, { voltages: [0], currents: [0], bypass: 0 }, 1, bench.out),
    /calibration/,
  );
  const other = sampled();
  assert.throws(
    () => stepSamples(other.meter, 1, { voltages: [0, 0], currents: [0], bypass: 0 }, 1, other.out),
    /current/,
  );
});

test('a second supply whose windows end earlier does not take the time back', () => {
  const bench = sampled({ supplies: 2 });
  credit(bench, 1000);
  const taken = second({ volts: 220, amperes: 20 });
  const times: number[] = [];
  const out = {
    ...bench.out,
    relay: () => undefined,
    buzzer: () => undefined,
    loadControl: () => undefined,
    throttle: () => undefined,
    card: () => undefined,
    attention: () => undefined,
    wake: () => undefined,
  };
  const meter = new Proxy(bench.meter, {
    set(target, name, to) {
      if (name === 'now') times.push(to);
      return Reflect.set(target, name, to);
    },
  });
  for (let at = 1; at <= 5; at++) {
    for (const supply of [1, 2] as const) stepSamples(meter, supply, taken, at * 1000, out);
  }
  assert.ok(times.length > 10);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
});

const disturbances = (bench: Bench) =>
  eventsFrom(bench.meter, 1, 255)
    .filter(({ kind }) => kind === EventKind.sag || kind === EventKind.swell || kind === EventKind.surge)
    .map(({ kind, supply, value, detail, time }) => ({
      kind,
      supply,
      volts: Math.round(value / 1000),
      detail,
      at: time - BENCH_UNIX_MS / 1000,
    }));

test('a sag and a swell are events when they begin, and none is one within a tenth of the voltage', () => {
  const bench = sampled();
  credit(bench, 1000);
  for (const volts of [200, 240, 220]) feed(bench, { volts, amperes: 1 }, 5);
  assert.deepEqual(disturbances(bench), []);
  feed(bench, { volts: 190, amperes: 1 }, 3);
  feed(bench, { volts: 220, amperes: 1 }, 3);
  feed(bench, { volts: 250, amperes: 1 }, 3);
  const seen = disturbances(bench);
  assert.deepEqual(
    seen.map(({ kind, supply }) => [kind, supply]),
    [
      [EventKind.sag, 1],
      [EventKind.swell, 1],
    ],
  );
  assert.ok(Math.abs((seen[0]?.volts as number) - 190) <= 8, `${seen[0]?.volts} V`);
  assert.ok((seen[1]?.volts as number) >= 245 && (seen[1]?.volts as number) <= 265, `${seen[1]?.volts} V`);
});

test('a surge is an event with its peak, and a swell is none', () => {
  const bench = sampled();
  credit(bench, 1000);
  feed(bench, { volts: 220, amperes: 1 }, 3);
  const wave = second({ volts: 220, amperes: 1 });
  // 460 V for one sample at the crest of a cycle: 50 Hz at 3,300 samples a second are 66 to a cycle.
  wave.voltages[16] = Math.round((460 * 1e9) / PARTS.voltageNanovoltsPerCode);
  bench.now += 1000;
  stepSamples(bench.meter, 1, wave, bench.now, bench.out);
  feed(bench, { volts: 220, amperes: 1 }, 2);
  assert.deepEqual(
    disturbances(bench).map(({ kind, volts }) => [kind, volts]),
    [[EventKind.surge, 460]],
  );
});

test('a line that sags all day is one event an hour, with the lowest voltage of the hour before', () => {
  const bench = sampled();
  credit(bench, 1000);
  feed(bench, { volts: 190, amperes: 1 }, 10);
  feed(bench, { volts: 150, amperes: 1 }, 10);
  feed(bench, { volts: 190, amperes: 1 }, 10);
  assert.equal(disturbances(bench).length, 1);
  // The hours in between need no samples.
  bench.now += 3_600_000;
  feed(bench, { volts: 220, amperes: 1 }, 5);
  const seen = disturbances(bench);
  assert.deepEqual(
    seen.map(({ kind }) => kind),
    [EventKind.sag, EventKind.sag],
  );
  assert.ok(Math.abs((seen[1]?.volts as number) - 150) <= 8);
  assert.ok((seen[1]?.detail as number) >= 250, 'tenths of a second of all that came after the first');
  bench.now += 3_600_000;
  feed(bench, { volts: 220, amperes: 1 }, 5);
  assert.equal(disturbances(bench).length, 2);
});
