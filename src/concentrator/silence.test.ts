import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERFECT_CONDITIONS } from '../line/index.ts';
import { AttentionReason } from '../records/index.ts';
import { DEFAULT_POLL_PLAN } from './index.ts';
import { World, type WorldMeter } from './unit-world.testing.ts';

const MINUTE = 60_000;
const ROUND = 10 * MINUTE;

/** A line on which the meters have been polled for an hour, each ten minutes. */
function polledFor(seed: number, meters: number, conditions = PERFECT_CONDITIONS): World {
  const world = new World({ seed, meters, conditions });
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: ROUND });
  world.time.runUntil(6 * ROUND);
  return world;
}

function darken(meters: readonly WorldMeter[], dark: boolean): void {
  for (const meter of meters) meter.dark = dark;
}

const asked = (meters: readonly WorldMeter[]): number =>
  meters.reduce((sum, { modem }) => sum + modem.requests.length, 0);

/** Minutes from an instant until a poll of the meter has brought something; infinite when none has. */
function minutesUntilHeard(world: World, { id }: WorldMeter, from: number): number {
  const result = world.of('poll-result').find(({ svpmsn, at }) => svpmsn === id && at > from);
  return ((result?.at ?? Number.POSITIVE_INFINITY) - from) / MINUTE;
}

for (const cutMinutes of [25, 80, 240, 24 * 60]) {
  test(`when a line that was cut for ${cutMinutes} minutes is mended, all meters are heard within two rounds`, () => {
    const world = polledFor(1, 16);
    const { meters } = world;
    const usualFrom = asked(meters);
    world.time.runUntil(world.time.now + ROUND);
    const usual = asked(meters) - usualFrom;
    // One house was without power before the line was cut, and has it back with the others.
    darken(meters.slice(5, 6), true);
    world.time.runUntil(world.time.now + 4 * ROUND);
    darken(meters, true);
    const cutAt = world.time.now;
    world.time.runUntil(cutAt + cutMinutes * MINUTE);
    assert.ok(world.of('poll-result').every(({ at }) => at < cutAt + 1_000));

    darken(meters, false);
    const mendedAt = world.time.now;
    const before = asked(meters);
    world.time.runUntil(mendedAt + ROUND);
    const firstRound = asked(meters) - before;
    world.time.runUntil(mendedAt + 2 * ROUND);
    const waits = meters.map((meter) => minutesUntilHeard(world, meter, mendedAt));
    assert.ok(Math.max(...waits) <= 20, `the last was heard after ${Math.max(...waits)} minutes`);
    // A usual round, and what there is to bring after the silence.
    assert.ok(firstRound <= 2 * usual, `${firstRound} requests in the first round, ${usual} in a usual one`);
    const heard = world.of('poll-result').length;
    world.time.runUntil(mendedAt + 12 * ROUND);
    assert.equal(world.of('poll-result').length - heard, 10 * 16, 'and then once a round');
  });
}

test('on a mended line that loses one frame in six each meter is tried four times again', () => {
  for (const seed of [7, 8, 9]) {
    const world = polledFor(seed, 16, { ...PERFECT_CONDITIONS, frameLost: 1 / 6 });
    darken(world.meters, true);
    world.time.runUntil(world.time.now + 12 * ROUND);
    darken(world.meters, false);
    const mendedAt = world.time.now;
    world.time.runUntil(mendedAt + 2 * ROUND);
    const waits = world.meters.map((meter) => minutesUntilHeard(world, meter, mendedAt));
    assert.ok(Math.max(...waits) <= 20, `seed ${seed}: the last was heard after ${Math.max(...waits)} minutes`);
  }
});

test('while the whole line is silent each meter is asked once a round, and by one try', () => {
  const world = polledFor(2, 16);
  darken(world.meters, true);
  world.time.runUntil(world.time.now + 10 * ROUND);
  const before = asked(world.meters);
  world.time.runUntil(world.time.now + 10 * ROUND);
  assert.equal(asked(world.meters) - before, 10 * 16);
  assert.equal(world.of('line-health').at(-1)?.suspicions.length, 16);
});

test('a dark meter among living ones is asked ever more rarely, by one frame in four rounds in the end', () => {
  const world = polledFor(3, 16);
  const dark = world.meters[3] as WorldMeter;
  dark.dark = true;
  const before = dark.modem.requests.length;
  const others = world.of('poll-result').length;
  const rounds: number[] = [];
  for (let round = 1; round <= 144; round++) {
    world.time.runUntil(world.time.now + ROUND);
    rounds.push(dark.modem.requests.length - before);
  }
  // Three polls of four tries, after one and two rounds more, then one try in four rounds.
  assert.deepEqual(rounds.slice(0, 16), [4, 8, 8, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15]);
  // Four tries at twice the distance each time, up to one poll in sixteen rounds, would have been no fewer.
  const doubling = [1, 2, 4, ...Array.from({ length: 10 }, (_, i) => 8 + 16 * i)];
  for (const [i, frames] of rounds.entries()) assert.ok(frames <= 4 * doubling.filter((at) => at <= i + 1).length);
  assert.equal(world.of('poll-result').length - others, 144 * 15, 'the others have each of their turns');
});

test('when the power of one house comes back its meter is heard within four rounds, and then in each', () => {
  for (const darkRounds of [1, 2, 5, 9, 30]) {
    const world = polledFor(4, 8);
    const dark = world.meters[3] as WorldMeter;
    dark.dark = true;
    world.time.runUntil(world.time.now + darkRounds * ROUND);
    dark.dark = false;
    const backAt = world.time.now;
    world.time.runUntil(backAt + 4 * ROUND + MINUTE);
    assert.ok(minutesUntilHeard(world, dark, backAt) <= 41, `dark for ${darkRounds} rounds`);
    const heard = world.of('poll-result').filter(({ svpmsn }) => svpmsn === dark.id).length;
    world.time.runUntil(world.time.now + 5 * ROUND);
    assert.equal(world.of('poll-result').filter(({ svpmsn }) => svpmsn === dark.id).length - heard, 5);
  }
});

for (const [what, speak] of [
  ['sells to it', (world: World, meter: WorldMeter) => world.sell(meter)],
  ['has its alarm', (_: World, meter: WorldMeter) => meter.raise(AttentionReason.lowBalance)],
] as const) {
  test(`a meter that was dark has its turn within a round when the host ${what}`, () => {
    const world = polledFor(5, 8);
    const dark = world.meters[3] as WorldMeter;
    dark.dark = true;
    // Its last poll in vain has just been.
    world.time.runUntil(world.time.now + 7 * ROUND + 2 * MINUTE);
    dark.dark = false;
    const backAt = world.time.now;
    speak(world, dark);
    world.time.runUntil(backAt + ROUND + MINUTE);
    // An alarm's own poll brings the events at once; the turn is the last.
    const heard = world.of('poll-result').filter(({ svpmsn, at }) => svpmsn === dark.id && at > backAt + MINUTE);
    assert.equal(heard.length, 1);
  });
}

test('a sale and an emergency go first while a line that was mended is heard', () => {
  const world = polledFor(6, 256);
  for (const meter of world.meters) meter.noisyProfile = true;
  darken(world.meters, true);
  world.time.runUntil(world.time.now + 12 * ROUND);
  // Midnight has passed: each has a day of thirteen parts to bring.
  for (const meter of world.meters) meter.lastDay += 1;
  darken(world.meters, false);
  const mendedAt = world.time.now;
  while (world.of('poll-result').every(({ at }) => at < mendedAt)) world.time.runUntil(world.time.now + 1_000);
  for (let i = 0; i < 40; i++) {
    const at = world.time.now;
    const sale = world.sell(world.meters[(i * 37) % 256] as WorldMeter);
    const alarmed = world.meters[(i * 41 + 1) % 256] as WorldMeter;
    alarmed.raise(AttentionReason.voltageWhileOpen);
    world.time.runUntil(at + 15_000);
    assert.ok(sale.receiptAt !== undefined && sale.receiptAt - at < 10_000);
    assert.ok(world.of('attention').some((told) => told.svpmsn === alarmed.id && told.at - at < 15_000));
  }
});
