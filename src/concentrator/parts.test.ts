import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../exchange/index.ts';
import { LINE_OVERHEAD_BYTES, LineKind, PERFECT_CONDITIONS } from '../line/index.ts';
import { decodeUseAnswer, isRecordFailure } from '../records/index.ts';
import { World, type WorldMeter } from './unit-world.testing.ts';

const MINUTE = 60_000;
/** A day of noise, and what stands before it. */
const PARTS = 13;

interface Brought {
  readonly profiles: number;
  /** Refusals that asked the meter for a part, and frames that asked its modem. */
  readonly refusals: number;
  readonly nextParts: number;
  readonly bytesDown: number;
}

/** One meter with a noisy day, polled for two minutes. */
function brought(prepare: (world: World, meter: WorldMeter) => void, frameLost = 0): Brought {
  const world = new World({ seed: 5, meters: 1, conditions: { ...PERFECT_CONDITIONS, frameLost } });
  const [meter] = world.meters as [WorldMeter];
  meter.noisyProfile = true;
  const sent: Uint8Array[] = [];
  const { line } = world;
  const transmit = line.transmit.bind(line);
  line.transmit = (from, bytes) => {
    if (from === 0) sent.push(bytes);
    return transmit(from, bytes);
  };
  prepare(world, meter);
  world.connect();
  world.time.runUntil(2 * MINUTE);
  const profiles = world.of('poll-result').flatMap(({ use }) => {
    const answer = use && decodeUseAnswer(use);
    return answer === undefined || isRecordFailure(answer) ? [] : answer.profiles;
  });
  const kindOf = (bytes: Uint8Array) => (bytes[2] as number) & 0xf8;
  const asks = sent.filter((bytes) => kindOf(bytes) === LineKind.nextPart || kindOf(bytes) === LineKind.request);
  const isRefusal = (bytes: Uint8Array) =>
    kindOf(bytes) === LineKind.request && ((bytes[4] as number) & 0x0f) === Message.refusal;
  return {
    profiles: profiles.length,
    refusals: asks.filter(isRefusal).length,
    nextParts: asks.filter((bytes) => kindOf(bytes) === LineKind.nextPart).length,
    bytesDown: asks.reduce((sum, { length }) => sum + length, 0),
  };
}

test('a modem that keeps the parts of an answer is asked for each in six bytes, a meter without one in fifteen', () => {
  const one = brought(() => undefined);
  assert.deepEqual([one.profiles, one.refusals, one.nextParts], [1, PARTS - 1, 0]);
  const all = brought((_, meter) => {
    meter.modemKeepsParts = true;
  });
  assert.deepEqual([all.profiles, all.refusals, all.nextParts], [1, 0, PARTS - 1]);
  assert.equal(one.bytesDown - all.bytesDown, (PARTS - 1) * 9);
  assert.equal(LINE_OVERHEAD_BYTES, 6);
});

test('frames that are lost cost their own repetition and no part', () => {
  const { profiles, refusals, nextParts } = brought((_, meter) => {
    meter.modemKeepsParts = true;
  }, 0.15);
  assert.deepEqual([profiles, refusals], [1, 0]);
  assert.ok(nextParts > PARTS - 1, `${nextParts} asked for`);
});

test('parts that the modem has lost the meter is asked for', () => {
  for (const lostAfterMs of [3_000, 12_000]) {
    const { profiles, refusals, nextParts } = brought((world, meter) => {
      meter.modemKeepsParts = true;
      world.time.at(world.time.now + lostAfterMs, () => {
        meter.modem.link.parts = [];
      });
    });
    assert.equal(profiles, 1);
    assert.ok(refusals > 0 && nextParts > 0 && refusals + nextParts >= PARTS - 1, `${refusals} and ${nextParts}`);
  }
});

test('parts of an answer that nobody asked for do not pass for those of the profile', () => {
  const { profiles, refusals } = brought((world, meter) => {
    meter.modemKeepsParts = true;
    world.time.at(world.time.now + 5_000, () => {
      meter.modem.link.parts = [Uint8Array.of(0x14, 0x30, 0xa0, 0, 0, 0, 0), ...meter.modem.link.parts];
    });
  });
  assert.equal(profiles, 1);
  assert.ok(refusals > 0);
});
