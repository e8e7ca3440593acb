import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Meter } from '../meter/index.ts';
import { milliwattHours } from '../units/index.ts';
import { SecondMeter } from './second-meter.ts';
import { openSmall } from './small-utility.testing.ts';

const ENERGY = milliwattHours(162_000);

/** A meter of a house, and what is said after a cut of it that has kept nothing since `second` began to count. */
async function cutAfter(flow: (second: SecondMeter, meter: Meter) => void): Promise<string | undefined> {
  const { houses } = await openSmall({});
  const [house] = houses.values();
  const { meter } = house as NonNullable<typeof house>;
  const second = new SecondMeter(meter);
  flow(second, meter);
  second.powerCut(meter, milliwattHours(0));
  return second.started(meter);
}

test('a power cut may take what flowed in the running minute, which is longer where its clock was put back', async () => {
  const longMinute = (second: SecondMeter, meter: Meter) => {
    for (let step = 0; step < 3; step++) second.flowed(meter, ENERGY);
  };
  assert.equal(await cutAfter(longMinute), undefined);
});

test('what flowed in a minute before the running one is in the memories, and a meter that lost it is told', async () => {
  const twoMinutes = (second: SecondMeter, meter: Meter) => {
    second.flowed(meter, ENERGY);
    meter.minute += 1;
    second.flowed(meter, ENERGY);
  };
  assert.match((await cutAfter(twoMinutes)) ?? '', /^after a power cut .* were\.$|flowed\.$/);
});
