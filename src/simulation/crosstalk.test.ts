import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, decodeFrame } from '../exchange/index.ts';
import { PERFECT_CONDITIONS } from '../line/index.ts';
import type { MeterMemory } from '../meter/index.ts';
import { BEGINS_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

const imageOf = ({ nvm, sam, svm }: MeterMemory): Buffer => Buffer.concat([nvm.bytes, sam.bytes, svm.bytes]);

test('of two meters with one modem address, each hearing both lines, only the one that is named takes value', async () => {
  const utility = await openSmall({
    firstSale: { from: 5_000, to: 9_000 },
    conditions: { ...PERFECT_CONDITIONS, crosstalk: 1 },
    outages: false,
  });
  const { houses, time } = utility;
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  assert.equal(await utility.inFlight(), 0n);
  /** Frames of value for somebody else that came up to a meter. */
  const foreign = new Map(houses.map(({ svpmsn }) => [svpmsn, 0]));
  for (const house of houses) {
    const hear = house.hear.bind(house);
    house.hear = (bytes, now) => {
      const frame = decodeFrame(bytes);
      if ('reason' in frame || frame.svpmsn === house.svpmsn) return hear(bytes, now);
      if (frame.h === Command.valueStore) foreign.set(house.svpmsn, (foreign.get(house.svpmsn) ?? 0) + 1);
      const before = imageOf(house.memory);
      assert.equal(hear(bytes, now), undefined, 'it says nothing');
      assert.ok(imageOf(house.memory).equals(before), 'and keeps nothing of it');
      return undefined;
    };
  }
  const credited = () => houses.map(({ meter }) => meter.svm.purse.credited);
  for (const [i, named] of houses.entries()) {
    const namesakes = houses.filter(({ address, svpmsn }) => address === named.address && svpmsn !== named.svpmsn);
    const [namesake] = namesakes;
    assert.ok(namesake !== undefined && namesakes.length === 1 && namesake.localUnit !== named.localUnit);
    const before = credited();
    const heardBefore = foreign.get(namesake.svpmsn) ?? 0;
    assert.equal(await utility.buy(named, 100 + i), undefined);
    await utility.runUntil(time.now + 2 * MINUTE_MS);
    const gained = credited().map((now, at) => now - (before[at] as number));
    assert.deepEqual(
      gained,
      houses.map(({ svpmsn }) => (svpmsn === named.svpmsn ? 100 + i : 0)),
    );
    assert.ok((foreign.get(namesake.svpmsn) ?? 0) > heardBefore, 'the namesake heard of it');
  }
  assert.equal(utility.counts.transfers, 2 * houses.length);
});
