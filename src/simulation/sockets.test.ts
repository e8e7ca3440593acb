import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEGINS_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';
import { Sockets } from './sockets.ts';

test('what is plugged in asks for its energy from the moment it is switched on to the moment it is switched off', () => {
  const sockets = new Sockets();
  const at = (seconds: number) => BEGINS_MS + 1_000 * seconds;
  assert.equal(sockets.take(at(0)), 0);
  sockets.switch('kettle', true, at(10));
  sockets.switch('kettle', true, at(20));
  sockets.switch('heater', true, at(40));
  assert.equal(sockets.watts, 3_500);
  sockets.switch('kettle', false, at(46));
  assert.deepEqual([sockets.watts, sockets.isOn('kettle'), sockets.isOn('heater')], [1_500, false, true]);
  // 36 s of 2,000 W and 20 s of 1,500 W
  assert.equal(sockets.take(at(60)), Math.floor((36 * 2_000 + 20 * 1_500) / 3.6));
  let sum = 0;
  for (let i = 1; i <= 3_600; i++) sum += sockets.take(at(60) + i);
  assert.equal(sum, Math.floor((1_500 * 3_600 + 1_200) / 3_600), 'nothing is lost below 1 mWh');
});

test('a household draws the same as before whatever was plugged in and taken out between two minutes', async () => {
  const flowed = async (hand: boolean) => {
    const utility = await openSmall({ meters: 1, localUnits: 1, outages: false, firstSale: { from: 300, to: 300 } });
    const [house] = utility.houses;
    assert.ok(house !== undefined);
    for (let minute = 1; minute <= 5; minute++) {
      if (hand) house.switchAppliance('cooker', true, utility.time.now);
      if (hand) house.switchAppliance('cooker', false, utility.time.now);
      await utility.runUntil(BEGINS_MS + minute * MINUTE_MS);
    }
    return [house.flowedMilliwattHours, house.watts, house.meter.supplies[0]?.watts];
  };
  assert.deepEqual(await flowed(true), await flowed(false));
});
