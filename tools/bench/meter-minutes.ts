import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SipKey, sipHash24 } from '../../src/crypto/index.ts';
import { blankMemory, levelsOf } from '../../src/meter/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median, processorTime } from './interleave.ts';
import { creditedMeter, householdLoads, liveOn, quiet } from './meter.ts';

const MINUTES_PER_YEAR = 365 * 1440;
const ROUNDS = 9;
const GOAL = 3_000_000;
/** What SipHash runs over in the use row of a meter with one supply. */
const SIGNED_BYTES = 23;

/** A meter's minutes of real code against the least that they must do. */
export async function meterMinutes(): Promise<readonly Figure[]> {
  const { value, limit, bytes } = await minuteRates();
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
export async function minuteRates(rounds = ROUNDS): Promise<{ value: number; limit: number; bytes: number }> {
  const loads = householdLoads();
  const bytes = await bytesOfAMinute();
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

/** Counted on another thread: a second kind of memory here would slow down every write of the meter's code. */
async function bytesOfAMinute(): Promise<number> {
  const [bytes] = await once(new Worker(new URL('./meter-writes.ts', import.meta.url)), 'message');
  return bytes as number;
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
