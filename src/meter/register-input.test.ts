import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { EventKind, encodeRelayCommand, RelayAction } from '../records/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  command,
  costOfProfile,
  createBench,
  credit,
  minuteOf,
  restart,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import {
  BusPart,
  erased,
  levelsOf,
  PlainNvm,
  partWatch,
  REGISTER_PLACE_BYTES,
  type RegisterInput,
  type RegisterReading,
  registerInput,
  type Supply,
  stepPart,
  stepRegister,
  totalsNow,
} from './index.ts';

const WATTS_MAX = 10_000;
const START = Math.floor(BENCH_UNIX_MS / 60_000);
const table = benchTable();

/** A meter on the bench that reads the register of another, which the test turns. */
class Read {
  readonly bench: Bench = createBench();
  readonly place = new PlainNvm(erased(REGISTER_PLACE_BYTES));
  input: RegisterInput;
  importDeciWattHours = 70_000;
  exportDeciWattHours = 0;
  watts = 0;
  relayObeys = true;

  constructor(stored: number) {
    if (stored > 0) credit(this.bench, stored);
    this.input = registerInput(this.bench.meter, { place: this.place, wattsMax: WATTS_MAX });
  }

  /** A second later. */
  look(deciWattHours = 0, more: Partial<RegisterReading> = {}): void {
    this.bench.now += 1_000;
    this.importDeciWattHours += deciWattHours;
    const { importDeciWattHours, exportDeciWattHours, watts } = this;
    const reading = { importDeciWattHours, exportDeciWattHours, watts, vars: 0, deciAmperes: 40, millivolts: 231_000 };
    const { meter, now, out } = this.bench;
    stepRegister(meter, this.input, { ...reading, ...more }, { now, relayObeys: this.relayObeys }, out);
  }

  restart(afterMs = 0): void {
    restart(this.bench, { afterMs });
    this.input = registerInput(this.bench.meter, { place: this.place, wattsMax: WATTS_MAX });
  }

  get supply(): Supply {
    return this.bench.meter.supplies[0] as Supply;
  }
  get counted(): number {
    return totalsNow(this.supply).registerImport;
  }
  get exported(): number {
    return totalsNow(this.supply).registerExport;
  }
  told(...kinds: EventKind[]) {
    return eventsFrom(this.bench.meter, 1, 255)
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, value, detail }) => [kind, value, detail]);
  }
  get owedByProfile(): bigint {
    return costOfProfile(this.bench, START, minuteOf(this.bench), () => table);
  }
}

test('what a register shows at first is not charged, and every step of it from then on is, to the last 0.1 Wh', () => {
  const read = new Read(5_000);
  read.look();
  assert.equal(read.counted, 0);
  let all = 0;
  for (let i = 0; i < 600; i++) {
    // As a float32 above 16,384 kWh steps: nothing for a while, then 20 at once.
    const step = i % 9 === 0 ? 20 : 0;
    all += step;
    read.look(step);
  }
  assert.equal(read.counted, all);
  read.bench.now += 60_000;
  read.look();
  assert.equal(charged(read.bench), read.owedByProfile);
  assert.ok(charged(read.bench) > 0n);
  assert.deepEqual(read.told(EventKind.counterBehind, EventKind.counterAhead), []);
});

test('a power cut anywhere between two readings charges what flowed once: before it or after it', () => {
  const read = new Read(5_000);
  read.look();
  let all = 0;
  for (let i = 0; i < 200; i++) {
    all += 10;
    read.look(10);
    if (i % 7 === 3) read.restart(2_000);
  }
  read.look();
  assert.equal(read.counted, all);
  // While the meter was dark the house was not.
  read.importDeciWattHours += 900;
  all += 900;
  read.restart(600_000);
  read.look();
  assert.equal(read.counted, all);
  assert.deepEqual(read.told(EventKind.counterBehind, EventKind.counterAhead), []);
});

test('a reading that fell is tamper when the next one agrees, and one that fell alone is nothing', () => {
  const read = new Read(5_000);
  read.look();
  read.look(20);
  read.look(0, { importDeciWattHours: 0 });
  read.look(10);
  assert.equal(read.counted, 30);
  assert.deepEqual(read.told(EventKind.counterBehind), []);
  const before = read.importDeciWattHours;
  read.importDeciWattHours = 15_000;
  read.look();
  read.look(10);
  assert.deepEqual(read.told(EventKind.counterBehind), [
    [EventKind.counterBehind, Math.floor((before - 15_010) / 10), 0],
  ]);
  assert.equal(read.counted, 30, 'nothing is charged for it, and nothing given back');
  assert.ok(read.bench.out.attentions.length > 0);
  read.look(40);
  assert.equal(read.counted, 70, 'it goes on from where it stands');
  read.restart();
  read.look(10);
  assert.equal(read.counted, 80);
  assert.equal(read.told(EventKind.counterBehind).length, 1);
});

test('a register that rises by more than can have flowed is another one: it is told, and the household does not pay for it', () => {
  const read = new Read(5_000);
  read.look();
  read.look(20);
  read.look(5_000_000);
  assert.equal(read.counted, 20);
  read.look(10);
  assert.deepEqual(read.told(EventKind.counterAhead), [[EventKind.counterAhead, 500_001, 0]]);
  read.look(10);
  assert.equal(read.counted, 30);
  // Ten minutes without an answer, at all that the connection carries: that can be.
  read.bench.now += 600_000;
  read.look((WATTS_MAX * 10) / 6);
  assert.equal(read.told(EventKind.counterAhead).length, 1);
  assert.equal(read.counted, 30 + Math.floor((WATTS_MAX * 10) / 6));
});

test('more than a minute of the profile holds comes in the minutes after it', () => {
  const read = new Read(1_000_000);
  read.input = registerInput(read.bench.meter, { place: read.place, wattsMax: 1_000_000 });
  read.look();
  read.bench.now += 3_600_000;
  read.look(200_000);
  assert.ok(read.counted < 200_000);
  for (let i = 0; i < 300; i++) read.look();
  assert.equal(read.counted, 200_000);
  assert.equal(charged(read.bench), read.owedByProfile);
});

test('the last token opens the relay, what flows past it is not charged later, and is told as voltage behind it', () => {
  const read = new Read(10);
  read.look();
  read.watts = 2_300;
  for (let i = 0; i < 400 && read.supply.relay.reasons === 0; i++) read.look(70);
  assert.notEqual(read.supply.relay.reasons, 0);
  assert.equal(levelsOf(read.bench.meter).used, 10);
  const counted = read.counted;
  // The contactor takes a moment.
  for (let i = 0; i < 8; i++) read.look(7);
  assert.deepEqual(read.told(EventKind.voltageWhileOpenBegun), []);
  for (let i = 0; i < 100; i++) read.look(7);
  assert.deepEqual(read.told(EventKind.voltageWhileOpenBegun), [[EventKind.voltageWhileOpenBegun, 231_000, 0]]);
  assert.equal(read.counted, counted);
  read.watts = 0;
  read.look();
  assert.equal(read.told(EventKind.voltageWhileOpenEnded).length, 1);
  read.bench.now += 60_000;
  read.look();
  read.restart();
  credit(read.bench, 1_000);
  assert.equal(read.supply.relay.reasons, 0);
  read.look();
  assert.equal(read.counted, counted);
  read.look(10);
  assert.equal(read.counted, counted + 10);
});

test('what flows while nobody knows where the contactor stands is no theft', () => {
  const read = new Read(1_000);
  read.look();
  command(read.bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.open }));
  read.relayObeys = false;
  read.watts = 500;
  for (let i = 0; i < 100; i++) read.look(1);
  assert.deepEqual(read.told(EventKind.voltageWhileOpenBegun), []);
  read.relayObeys = true;
  for (let i = 0; i < 11; i++) read.look(1);
  assert.equal(read.told(EventKind.voltageWhileOpenBegun).length, 1);
});

test('energy that flows back turns no meter back, and is in the register of its own, over power cuts too', () => {
  const read = new Read(1_000);
  read.look();
  read.watts = -1_000;
  for (let i = 0; i < 10; i++) {
    read.exportDeciWattHours += 3;
    read.look();
    if (i === 5) read.restart();
  }
  assert.equal(read.exported, 30);
  assert.equal(read.counted, 0);
  // The power cut between them began it anew.
  assert.equal(read.told(EventKind.reverseEnergyBegun).length, 2);
});

test('a part that is silent is told when its time has come, with how long it was when it is heard, and once an hour at most', () => {
  const { bench, told } = (() => {
    const read = new Read(1_000);
    return { bench: read.bench, told: () => read.told(EventKind.partSilentBegun, EventKind.partSilentEnded) };
  })();
  const watch = partWatch(BusPart.relay, 30);
  const silent = (silentSeconds: number) => {
    bench.now += 1_000;
    stepPart(bench.meter, watch, { silentSeconds, now: bench.now }, bench.out);
  };
  silent(29);
  silent(0);
  assert.deepEqual(told(), []);
  silent(30);
  silent(75);
  silent(0);
  const once = [
    [EventKind.partSilentBegun, 30, 2],
    [EventKind.partSilentEnded, 75, 2],
  ];
  assert.deepEqual(told(), once);
  silent(40);
  silent(0);
  assert.deepEqual(told(), once);
  bench.now += 3_600_000;
  silent(40);
  assert.equal(told().length, 3);
});
