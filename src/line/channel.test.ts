import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../units/index.ts';
import {
  Channel,
  cable,
  FOREIGN_STATION,
  LINE_DISTANCE_M_MAX,
  LOCAL_UNIT_STATION,
  PERFECT_CONDITIONS,
  powerLine,
  powerLineBitErrorRate,
  type RandomSource,
  tcp,
} from './index.ts';
import { testRandom } from './line-world.testing.ts';
import { BurstNoise } from './noise.ts';
import { drawBelow, RunLength } from './random.ts';

const ms = milliseconds;
const NO_RANDOM: RandomSource = {
  u32() {
    throw new Error('a perfect line draws nothing');
  },
};

const frame = Uint8Array.from({ length: 150 }, (_, i) => i);

function damagedBits(got: Uint8Array): number {
  let count = 0;
  for (const [i, byte] of got.entries()) {
    for (let bits = byte ^ (frame[i] as number); bits > 0; bits &= bits - 1) count++;
  }
  return count;
}

test('a perfect line gives every receiver the same bytes, copies nothing and draws nothing', () => {
  const channel = new Channel({ carrier: powerLine(), conditions: PERFECT_CONDITIONS, random: NO_RANDOM });
  const meter = channel.attach(3_000);
  const sent = channel.begin(ms(0), LOCAL_UNIT_STATION, frame);
  assert.equal(sent.endsAt, 1000);
  assert.equal(channel.receive(sent, meter), frame);
  assert.equal(channel.receive(sent, LOCAL_UNIT_STATION), undefined);
  assert.equal(channel.crossesOver(sent), false);
  assert.deepEqual(channel.totals, { transmissions: 1, bytes: 150, airtimeMicroseconds: 1_000_000, collisions: 0 });
});

test('two stations that send at once are both lost on a half-duplex line, and deaf to each other', () => {
  const channel = new Channel({ carrier: powerLine(), conditions: PERFECT_CONDITIONS, random: testRandom(1) });
  const [a, b] = [channel.attach(100), channel.attach(200)];
  const first = channel.begin(ms(0), a, frame);
  const second = channel.begin(ms(500), b, frame);
  assert.ok(damagedBits(channel.receive(first, LOCAL_UNIT_STATION) as Uint8Array) > 100);
  assert.equal(channel.receive(second, LOCAL_UNIT_STATION), undefined, 'the receiver follows the first');
  assert.equal(channel.receive(first, b), undefined);
  assert.equal(channel.receive(second, a), undefined);
  assert.equal(channel.totals.collisions, 1);
  // The half before the other began is intact.
  const head = (channel.receive(first, LOCAL_UNIT_STATION) as Uint8Array).subarray(0, 75);
  assert.deepEqual(head, frame.subarray(0, 75));
});

test('one that begins when another ends does not collide', () => {
  const channel = new Channel({ carrier: powerLine(), conditions: PERFECT_CONDITIONS, random: NO_RANDOM });
  const meter = channel.attach(100);
  const first = channel.begin(ms(0), LOCAL_UNIT_STATION, frame);
  const second = channel.begin(first.endsAt, meter, frame);
  assert.equal(channel.receive(first, meter), frame);
  assert.equal(channel.receive(second, LOCAL_UNIT_STATION), frame);
});

test('on cable only terminals collide; on TCP nobody does', () => {
  for (const [carrier, collisions] of [
    [cable(), 1],
    [tcp(), 0],
  ] as const) {
    const channel = new Channel({ carrier, conditions: PERFECT_CONDITIONS, random: testRandom(1) });
    const [a, b] = [channel.attach(100), channel.attach(200)];
    const down = channel.begin(ms(0), LOCAL_UNIT_STATION, frame);
    const up = channel.begin(ms(0), a, frame);
    channel.begin(ms(0), b, frame);
    assert.equal(channel.receive(down, a), frame);
    assert.equal(channel.receive(up, b), undefined, 'terminals do not hear each other');
    assert.equal(channel.totals.collisions, collisions);
    assert.equal(channel.receive(up, LOCAL_UNIT_STATION) === frame, collisions === 0);
  }
});

test('what crosses over is heard where the line is free, and disturbs nobody', () => {
  const channel = new Channel({ carrier: powerLine(), conditions: PERFECT_CONDITIONS, random: NO_RANDOM });
  const meter = channel.attach(100);
  const alone = channel.begin(ms(0), FOREIGN_STATION, frame);
  assert.equal(channel.receive(alone, meter), frame);
  const own = channel.begin(ms(5_000), LOCAL_UNIT_STATION, frame);
  const over = channel.begin(ms(5_100), FOREIGN_STATION, frame);
  assert.equal(channel.receive(own, meter), frame);
  assert.equal(channel.receive(over, meter), undefined);
  assert.equal(channel.crossesOver(over), false, 'it does not wander on');
  assert.equal(channel.totals.transmissions, 1);
});

test('bits go wrong at the rate of the distance', () => {
  const conditions = { ...PERFECT_CONDITIONS, bitErrorRate: (distanceM: number) => distanceM * 1e-6 };
  const channel = new Channel({ carrier: powerLine(), conditions, random: testRandom(9) });
  let now = 0;
  for (const [distanceM, expected] of [
    [0, 0],
    [1_000, 1_200],
    [3_000, 3_600],
  ] as const) {
    const meter = channel.attach(distanceM);
    let wrong = 0;
    for (let i = 0; i < 1_000; i++, now += 10_000) {
      const sent = channel.begin(ms(now), LOCAL_UNIT_STATION, frame);
      wrong += damagedBits(channel.receive(sent, meter) as Uint8Array);
    }
    assert.ok(Math.abs(wrong - expected) <= 0.15 * expected, `${wrong} wrong bits at ${distanceM} m`);
  }
});

test('a frame may be missed whole, or cut', () => {
  const count = (frameLost: number, frameCut: number) => {
    const conditions = { ...PERFECT_CONDITIONS, frameLost, frameCut };
    const channel = new Channel({ carrier: powerLine(), conditions, random: testRandom(2) });
    const meter = channel.attach(0);
    let [lost, cut] = [0, 0];
    for (let i = 0; i < 2_000; i++) {
      const got = channel.receive(channel.begin(ms(10_000 * i), LOCAL_UNIT_STATION, frame), meter);
      if (got === undefined) lost++;
      else if (got.length < frame.length) cut++;
      if (got !== undefined) assert.deepEqual(got, frame.subarray(0, got.length));
    }
    return { lost, cut };
  };
  const lossy = count(0.1, 0);
  assert.ok(Math.abs(lossy.lost - 200) < 50 && lossy.cut === 0);
  const cutting = count(0, 0.1);
  assert.ok(Math.abs(cutting.cut - 200) < 50);
});

test('a burst spoils the bits in its time, and those only', () => {
  const bursts = { everyMs: 1_000, lastMs: 50, bitErrorRate: 0.5 };
  const channel = new Channel({
    carrier: powerLine(),
    conditions: { ...PERFECT_CONDITIONS, bursts },
    random: testRandom(4),
  });
  const meter = channel.attach(0);
  let [hit, spoilt] = [0, 0];
  for (let i = 0; i < 300; i++) {
    const sent = channel.begin(ms(2_000 * i), LOCAL_UNIT_STATION, frame);
    const got = channel.receive(sent, meter) as Uint8Array;
    if (sent.bursts.length === 0) assert.equal(got, frame);
    else hit++;
    for (let i = 0; i < frame.length; i++) {
      if (got[i] === frame[i]) continue;
      spoilt++;
      const [from, to] = [(i * 1000) / 150, ((i + 1) * 1000) / 150];
      assert.ok(sent.bursts.some(([a, b]) => a - sent.startsAt < to + 1 && b - sent.startsAt > from - 1));
    }
  }
  // A second of air time meets a burst with probability 1 - e^-1, or in one already under way.
  assert.ok(hit > 150 && hit < 240, `${hit} of 300 hit`);
  assert.ok(spoilt > 500);
});

test('bursts take the share of time that their means say', () => {
  const noise = new BurstNoise({ everyMs: 900, lastMs: 100, bitErrorRate: 0.1 }, testRandom(6));
  let bursting = 0;
  for (let at = 0; at < 3_000_000; at += 700) {
    for (const [from, to] of noise.within(at, at + 700)) bursting += to - from;
  }
  assert.ok(Math.abs(bursting / 3_000_000 - 0.1) < 0.01, `${bursting}`);
});

test('the power line reaches 3 km at 1,200 bit/s, and half a kilometre at 128,000', () => {
  assert.ok(powerLineBitErrorRate(1_200, LINE_DISTANCE_M_MAX) < 3e-5);
  assert.ok(powerLineBitErrorRate(128_000, 500) < 1e-4);
  assert.ok(powerLineBitErrorRate(128_000, 1_500) > 0.01);
  assert.equal(powerLineBitErrorRate(1_200, 0), 0);
  let before = 0;
  for (let distanceM = 0; distanceM <= 6_000; distanceM += 250) {
    const rate = powerLineBitErrorRate(9_600, distanceM);
    assert.ok(rate >= before && rate <= 0.5);
    before = rate;
  }
});

test('runs have the mean of their probability, to the last of the ends', () => {
  const random = testRandom(3);
  for (const probability of [0.5, 0.01, 0.0001]) {
    const runs = new RunLength(probability);
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += runs.draw(random);
    const mean = (1 - probability) / probability;
    assert.ok(Math.abs(sum / 20_000 / mean - 1) < 0.05, `${sum / 20_000} for ${mean}`);
  }
  assert.equal(new RunLength(1).draw(random), 0);
  const extremes = [0, 0xffff_ffff].map((u32) => new RunLength(0.5).draw({ u32: () => u32 }));
  assert.deepEqual(extremes, [32, 0]);
});

test('a draw below a bound stays below it, at both ends', () => {
  assert.equal(drawBelow({ u32: () => 0 }, 4), 0);
  assert.equal(drawBelow({ u32: () => 0xffff_ffff }, 4), 3);
  assert.equal(drawBelow({ u32: () => 0x4000_0000 }, 4), 1);
});
