import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTES_PER_DAY } from '../units/index.ts';
import { type LoadSeries, type LoadSource, MISSING, minuteByMinute, replay } from './loads.ts';

const WEEK = 7 * MINUTES_PER_DAY;

/** A record of 60 W times (1 + its own index), so that each minute of 1 + index mWh · 1,000 says which one it is. */
function record(startMinute: number, length: number): LoadSeries {
  const milliwatts = Int32Array.from({ length }, (_, index) => 60 * (index + 1));
  return { name: 'record', startMinute, clock: 'local', milliwatts, missingMinutes: 0 };
}

/** Index of the recorded minute that is played at a local minute. */
function played(source: LoadSource, localMinute: number): number {
  return minuteByMinute(source)(localMinute) - 1;
}

test('a record begins to play at its first minute with the weekday and time of day of the start', () => {
  const start = 1_000 * WEEK + 500;
  const series = record(start, 2 * WEEK + 100);
  const sameClock = 1_300 * WEEK + 500;
  assert.equal(played(replay(series, sameClock), sameClock), 0);
  assert.equal(played(replay(series, sameClock), sameClock + 1), 1);
  assert.equal(played(replay(series, sameClock + 60), sameClock + 60), 60);
  assert.equal(played(replay(series, sameClock - 1), sameClock - 1), WEEK - 1);
});

test('a record repeats from its start after its last whole week, with the clock still right', () => {
  const source = replay(record(0, 2 * WEEK + 100), 0);
  assert.equal(played(source, 2 * WEEK - 1), 2 * WEEK - 1);
  assert.equal(played(source, 2 * WEEK), 0);
  assert.equal(played(source, 5 * WEEK + 7), WEEK + 7);
});

test('a record of some days keeps the time of day, one of some minutes only repeats', () => {
  const threeDays = replay(record(90, 3 * MINUTES_PER_DAY), 10 * MINUTES_PER_DAY);
  assert.equal(played(threeDays, 10 * MINUTES_PER_DAY), MINUTES_PER_DAY - 90);
  assert.equal(played(threeDays, 10 * MINUTES_PER_DAY + 90), MINUTES_PER_DAY);
  const short = replay(record(90, 7), 10 * MINUTES_PER_DAY + 5);
  for (let minute = 0; minute < 20; minute += 1)
    assert.equal(played(short, 10 * MINUTES_PER_DAY + 5 + minute), minute % 7);
});

test('a missing minute is played as 0 W', () => {
  const milliwatts = Int32Array.from([60_000, MISSING, 120_000]);
  const ask = minuteByMinute(replay({ ...record(0, 3), milliwatts, missingMinutes: 1 }, 0));
  assert.deepEqual([0, 1, 2, 3].map(ask), [1000, 0, 2000, 1000]);
});

test('a day loses less than one mWh by rounding, and no minute is off by more than one', () => {
  const milliwatts = Int32Array.from({ length: MINUTES_PER_DAY }, (_, index) => 100 * ((index * 7919) % 5000));
  const minutes = new Uint32Array(MINUTES_PER_DAY);
  replay({ ...record(0, MINUTES_PER_DAY), milliwatts }, 0).fillDay(3, minutes);
  const exact = milliwatts.reduce((sum, value) => sum + value, 0) / 60;
  const sum = minutes.reduce((total, energy) => total + energy, 0);
  assert.ok(exact - sum >= 0 && exact - sum < 1);
  minutes.forEach((energy, index) => {
    assert.ok(Math.abs(energy - (milliwatts[index] as number) / 60) <= 1);
  });
});

test('asked minute by minute, a source is filled four times a day and answers across days in any order', () => {
  let filled = 0;
  const source: LoadSource = {
    fillDay(day, out) {
      filled += 1;
      for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) out[minute] = 10_000 * day + minute;
    },
  };
  const ask = minuteByMinute(source);
  for (let minute = 0; minute < 2 * MINUTES_PER_DAY; minute += 1) {
    assert.equal(ask(minute), 10_000 * Math.floor(minute / MINUTES_PER_DAY) + (minute % MINUTES_PER_DAY));
  }
  assert.equal(filled, 8);
  assert.equal(ask(5), 5);
  assert.equal(ask(MINUTES_PER_DAY + 725), 10_725);
});
