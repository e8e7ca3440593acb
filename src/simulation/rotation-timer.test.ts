import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERATION_MAX, hasPurpose, Purpose } from '../crypto/index.ts';
import { FAULT_KINDS, type FaultRates, Faults } from './faults.ts';
import { type House, seededRandom, type Utility } from './index.ts';
import { BEGINS_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

/** Due as soon as the meters are counted. */
const AT_ONCE = { everyMs: MINUTE_MS, metersAtOnce: 2, refusedMax: 0, raiseAfterMs: HOUR_MS };

const NONE = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultRates;
/** Of the steps that a host takes in a store. */
const KILLED = 0.002;

const held = ({ meter }: House, purpose: Purpose) =>
  [...meter.sam.keys.keys()].filter((n) => hasPurpose(n, purpose)).map((n) => n & 15);

async function runWithTimer(utility: Utility, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    for (const run of utility.hosts.running) await run((services) => services.rotateDueKeys());
    await utility.runUntil(utility.time.now + MINUTE_MS);
  }
}

test('real meters behind two hosts that are killed again and again come to the newest keys, and every sale arrives', async () => {
  const faults = new Faults({
    rates: { ...NONE, 'host-killed': KILLED },
    random: seededRandom('rotation by a timer'),
  });
  const utility = await openSmall({
    ...{ firstSale: { from: 5_000, to: 9_000 }, outages: false, hosts: 2, faults },
    rotation: { value: AT_ONCE, control: AT_ONCE, monitoring: AT_ONCE },
  });
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  faults.active = true;
  await runWithTimer(utility, 240);
  assert.ok(faults.counts['host-killed'] > 3, `${faults.counts['host-killed']} kills`);
  faults.active = false;
  await utility.hosts.heal();
  await runWithTimer(utility, 120);
  for (const house of utility.houses) {
    assert.deepEqual(held(house, Purpose.value), [GENERATION_MAX]);
    assert.deepEqual(held(house, Purpose.control), [GENERATION_MAX]);
    assert.deepEqual(held(house, Purpose.monitoring), [GENERATION_MAX]);
  }
  for (const [i, { svpmsn }] of utility.houses.entries()) {
    const sold = await utility.host.sell({ meter: svpmsn, amount: 10, orderId: `after ${i}`, source: 'cash' });
    assert.ok(!('reason' in sold));
  }
  await runWithTimer(utility, 10);
  for (const i of utility.houses.keys()) {
    const order = await utility.host.order(`after ${i}`);
    assert.ok('state' in order && order.state === 'stored', `after ${i}`);
  }
});
