import assert from 'node:assert/strict';
import { deriveTerminalKey, keyBytesOf, keyName, Purpose, SipKey, Suite, sipHash24 } from '../../src/crypto/index.ts';
import {
  Command,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  ValueOp,
} from '../../src/exchange/index.ts';
import {
  blankMemory,
  levelsOf,
  type Meter,
  type MeterAnswer,
  type MeterMemory,
  type MeterOutputs,
  PlainNvm,
  personalise,
  startMeter,
  stepEnergy,
  stepFrame,
  stepTime,
} from '../../src/meter/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { createHousehold, FAMILY_HOME, minuteByMinute, seededRandom } from '../../src/simulation/index.ts';
import { compileTariff, DEFAULT_TARIFF, offsetTable } from '../../src/tariff/index.ts';
import { type MilliwattHours, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median, processorTime } from './interleave.ts';

const BEGINS_MS = Date.UTC(2026, 2, 2);
const ZONE = 'Asia/Seoul';
const ID = svpmsn(0x0a1b2c);
const UTILITY = 1;
const CREDIT = tokens(2_000_000_000);
const MINUTE_MS = 60_000;
const MINUTES_PER_YEAR = 365 * 1440;
const LOAD_DAYS = 28;
const ROUNDS = 9;
const GOAL = 3_000_000;
/** What SipHash runs over in the use row of a meter with one supply. */
const SIGNED_BYTES = 23;

/** A meter's minutes of real code against the least that they must do. */
export async function meterMinutes(): Promise<readonly Figure[]> {
  const { value, limit, bytes } = minuteRates();
  return [
    moreIsBetter(
      {
        name: 'meter-minutes',
        value,
        unit: 'minutes/s',
        limit,
        limitHow:
          `SipHash-2-4 of ${SIGNED_BYTES} bytes and ${bytes} bytes copied one by one into a plain array, ` +
          'which is what a minute signs and, in the mean over a month with its draws, writes',
        goal: `at least ${GOAL} a second`,
      },
      () => value >= GOAL,
    ),
  ];
}

/** Minutes a second of a meter, of the least work, and the bytes that a minute writes. */
export function minuteRates(rounds = ROUNDS): { value: number; limit: number; bytes: number } {
  const loads = householdLoads();
  const bytes = bytesOfAMinute(loads);
  const least = leastWork(bytes);
  const values: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const value = perSecond(meterYear(loads));
    const limit = perSecond(least);
    // The first round is the warm-up.
    if (round === 0) continue;
    values.push(value);
    limits.push(limit);
  }
  return { value: median(values), limit: median(limits), bytes };
}

const perSecond = (aYear: () => void): number => (MINUTES_PER_YEAR * 1e6) / processorTime(aYear);

/** A new meter, and a year of its minutes to be lived. */
function meterYear(loads: Uint32Array): () => void {
  const out = quiet();
  const meter = creditedMeter(blankMemory(), out);
  return () => {
    liveOn(meter, loads, MINUTES_PER_YEAR, out);
    const levels = levelsOf(meter);
    assert.equal(levels.frozen, 0);
    assert.ok(levels.stored > 0, 'credit is always there');
    assert.ok(levels.used > 0, 'the year was charged for, and drawn');
  };
}

function liveOn(meter: Meter, loads: Uint32Array, minutes: number, out: MeterOutputs): void {
  let now = meter.now;
  for (let minute = 0, at = 0; minute < minutes; minute++) {
    now += MINUTE_MS;
    stepEnergy(meter, 1, loads[at] as MilliwattHours, now, out);
    stepTime(meter, now, out);
    at = at + 1 === loads.length ? 0 : at + 1;
  }
}

/** Energy of each minute of some weeks of a family, in mWh. */
function householdLoads(): Uint32Array {
  const energy = minuteByMinute(createHousehold(FAMILY_HOME, seededRandom('load')));
  const first = BEGINS_MS / MINUTE_MS;
  return Uint32Array.from({ length: LOAD_DAYS * 1440 }, (_, minute) => energy(first + minute));
}

/** A meter from the workshop, with its household tariff and more credit than it can use. */
function creditedMeter(memory: MeterMemory, out: MeterOutputs): Meter {
  const suite = Suite.aes128;
  const keyOf = (purpose: Purpose) => {
    const kh = new Uint8Array(keyBytesOf(suite));
    seededRandom(`KH ${purpose}`).fill(kh);
    return deriveTerminalKey(kh, keyName(purpose, suite, 0), ID, UTILITY);
  };
  const offsets = offsetTable(ZONE, new Date(BEGINS_MS).getUTCFullYear(), 2);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  const table = compileTariff(DEFAULT_TARIFF, { supply: 1, version: 0, validFrom: unixSeconds(0), offsets });
  if ('reason' in table) throw new Error(table.sentence);
  const keys = Object.values(Purpose).map(keyOf);
  const policy = { ...DEFAULT_SUPPLY_POLICY, lowBalance: tokens(0) };
  const now = BEGINS_MS;
  personalise(memory, { svpmsn: ID, keys, tables: [table], policy, unixMs: now, now }, seededRandom('workshop'));
  const meter = startMeter(memory, 1, seededRandom('meter'), { now }, out);

  const session = openHostSession(keyOf(Purpose.value), Command.valueStore, seededRandom('host'));
  hostReceive(session, answered(stepFrame(meter, hostFirst(session), now, out)));
  const command = { op: ValueOp.credit, counter: 1, txid: new Uint8Array(8), amount: CREDIT };
  const [third] = hostCommand(session, encodeValueCommand(suite, command)) as [Uint8Array];
  answered(stepFrame(meter, third, now, out));
  assert.equal(levelsOf(meter).stored, CREDIT);
  return meter;
}

function answered(answer: MeterAnswer): Uint8Array {
  assert.ok(answer.type === 'frame', `the meter answers, and not ${answer.type}`);
  return answer.frame;
}

const quiet = (): MeterOutputs => ({
  relay: () => undefined,
  buzzer: () => undefined,
  loadControl: () => undefined,
  attention: () => undefined,
  wake: () => undefined,
});

/** Bytes that a minute writes to the three memories, in the mean over the weeks of the loads. */
function bytesOfAMinute(loads: Uint32Array): number {
  const { nvm, sam, svm } = blankMemory();
  const memory = { nvm: new CountedNvm(nvm.bytes), sam: new CountedNvm(sam.bytes), svm: new CountedNvm(svm.bytes) };
  const out = quiet();
  const meter = creditedMeter(memory, out);
  const count = () => memory.nvm.written + memory.sam.written + memory.svm.written;
  const before = count();
  liveOn(meter, loads, loads.length, out);
  return Math.round((count() - before) / loads.length);
}

class CountedNvm extends PlainNvm {
  written = 0;

  override write(address: number, source: Uint8Array, from: number, length: number): void {
    this.written += length;
    super.write(address, source, from, length);
  }
}

/** What no journal can leave out, a year of it. */
function leastWork(bytes: number): () => void {
  const key = new SipKey(Uint8Array.from({ length: 16 }, (_, i) => i));
  const row = new Uint8Array(Math.max(bytes, SIGNED_BYTES + 8));
  const memory = new Uint8Array(0x1_0000);
  return () => {
    for (let minute = 0, at = 0; minute < MINUTES_PER_YEAR; minute++) {
      row[0] = minute;
      sipHash24(key, row, 0, SIGNED_BYTES, row, SIGNED_BYTES);
      if (at + bytes > memory.length) at = 0;
      for (let i = 0; i < bytes; i++) memory[at + i] = row[i] as number;
      at += bytes;
    }
  };
}
