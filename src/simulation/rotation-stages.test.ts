import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERATION_MAX, hasPurpose, keyName, Purpose, Suite } from '../crypto/index.ts';
import { Command, decodeFrame, decodeRefusal, hostFirst, openHostSession, Refusal } from '../exchange/index.ts';
import type { Act, RotationAsked, RotationPlan } from '../host/index.ts';
import { milliseconds } from '../units/index.ts';
import { type House, seededRandom, type Utility } from './index.ts';
import { drawKeys } from './keys.ts';
import { BEGINS_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

const WELL_STOCKED = { firstSale: { from: 5_000, to: 9_000 }, outages: false } as const;
const ACT: Act = {
  ...{ at: milliseconds(BEGINS_MS), by: 'somebody', role: 'system-manager', action: 'rotateKeys', subject: 'keys' },
  ...{ detail: '', request: 'a-request' },
};

const open = () => openSmall(WELL_STOCKED);
const ask = (step: RotationAsked['step'], more: Partial<RotationAsked> = {}): RotationAsked => ({
  ...{ purpose: 'value', suite: Suite.aes128, step },
  ...more,
});
async function rotate(utility: Utility, asked: RotationAsked): Promise<RotationPlan> {
  const plan = await utility.host.by(ACT).rotateKeys(asked);
  assert.ok(!('reason' in plan));
  return plan;
}
async function counts(utility: Utility, asked: RotationAsked): Promise<Readonly<Record<string, number>>> {
  const plan = await utility.host.planRotation(asked);
  assert.ok(!('reason' in plan));
  return Object.fromEntries([...plan.meters].map(([place, of]) => [place, of.length]));
}
/** Generations of a purpose that a meter holds. */
const held = ({ meter }: House, purpose: Purpose = Purpose.value) =>
  [...meter.sam.keys.keys()]
    .filter((n) => hasPurpose(n, purpose))
    .map((n) => n & 15)
    .sort((a, b) => a - b);
async function sell(utility: Utility, orderId: string): Promise<void> {
  for (const [i, { svpmsn }] of utility.houses.entries()) {
    const sold = await utility.host.sell({ meter: svpmsn, amount: 10, orderId: `${orderId} ${i}`, source: 'cash' });
    assert.ok(!('reason' in sold));
  }
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  for (const i of utility.houses.keys()) {
    const order = await utility.host.order(`${orderId} ${i}`);
    assert.ok('state' in order && order.state === 'stored', `${orderId} ${i}`);
  }
}

test('a rotation goes stage by stage, is given again after a stop, and both keys are good until the floor is raised', async () => {
  const utility = await open();
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  const give = ask('give', { most: 3 });
  assert.deepEqual(await counts(utility, give), { can: 8 });
  assert.deepEqual(held(utility.houses[0] as House), [0], 'a dry run changed nothing');
  assert.equal((await rotate(utility, give)).stage.length, 3);
  assert.deepEqual(await counts(utility, give), { 'under-way': 3, can: 5 });
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  assert.deepEqual(await counts(utility, give), { there: 3, can: 5 });
  // The next two stages, of which the last is smaller than what was asked for.
  for (const stage of [3, 2]) {
    assert.equal((await rotate(utility, give)).stage.length, stage);
    await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  }
  assert.equal((await rotate(utility, give)).stage.length, 0);
  await sell(utility, 'under the new key');
  for (const house of utility.houses) assert.deepEqual(held(house), [0, GENERATION_MAX]);

  const raise = ask('raise');
  assert.deepEqual(await counts(utility, raise), { can: 8 });
  await rotate(utility, raise);
  assert.deepEqual(await counts(utility, raise), { 'under-way': 8 });
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  assert.deepEqual(await counts(utility, raise), { there: 8 });
  // No sale was needed for it, and what is sold then still arrives.
  for (const house of utility.houses) assert.deepEqual(held(house), [GENERATION_MAX]);
  assert.deepEqual(await counts(utility, ask('back-out')), { there: 8 });
  await sell(utility, 'after the end');
});

test('a rotation is backed out until the floor is raised: the older key speaks again, and the newer may be given again', async () => {
  const utility = await open();
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  await rotate(utility, ask('give'));
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  await sell(utility, 'under the new key');
  const back = ask('back-out');
  assert.deepEqual(await counts(utility, back), { can: 8 });
  await rotate(utility, back);
  for (const { svpmsn } of utility.houses) {
    const view = await utility.host.meter(svpmsn);
    assert.ok('meter' in view && view.meter.valueGeneration === 0);
  }
  await sell(utility, 'under the old key');
  for (const { svpmsn } of utility.houses) {
    const view = await utility.host.meter(svpmsn);
    assert.ok('meter' in view && view.meter.valueGeneration === 0, 'and stays with it');
  }
  assert.deepEqual(await counts(utility, ask('give')), { can: 8 });
  await rotate(utility, ask('give'));
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  await rotate(utility, ask('raise'));
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  for (const house of utility.houses) assert.deepEqual(held(house), [GENERATION_MAX]);
});

test('after the floor of a control key was raised, whoever copied the older one is refused by the meter', async () => {
  const utility = await open();
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  const [house] = utility.houses as [House];
  const keys = drawKeys(Suite.aes128, seededRandom(3).fork('keys'));
  const copied = await keys.terminalKey(keyName(Purpose.control, Suite.aes128, 0), house.svpmsn);
  const answer = () => {
    const first = hostFirst(openHostSession(copied, Command.clockSet, seededRandom('thief')));
    const heard = house.hear(first, utility.time.now);
    const frame = heard?.type === 'frame' ? decodeFrame(heard.frame) : undefined;
    assert.ok(frame !== undefined && !('reason' in frame));
    const refused = decodeRefusal(frame);
    return 'refusal' in refused ? refused.refusal : frame.message;
  };
  const control = { purpose: 'control' } as const;
  await rotate(utility, ask('give', control));
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  assert.deepEqual(held(house, Purpose.control), [0, GENERATION_MAX]);
  assert.equal(answer(), 2, 'until then it is served');
  await rotate(utility, ask('raise', control));
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  assert.deepEqual(held(house, Purpose.control), [GENERATION_MAX]);
  assert.equal(answer(), Refusal.keyUnknown);
});

test('what cannot be rotated is refused, and a key of monitoring has no way back', async () => {
  const utility = await open();
  for (const [asked, sentence] of [
    [ask('raise', { purpose: 'monitoring' }), /given with its floor: there is none to raise, and no way back/],
    [ask('back-out', { purpose: 'monitoring' }), /no way back/],
    [ask('give', { suite: Suite.tripleDes }), /Suite 3des has/],
    [ask('give', { suite: Suite.aes256 }), /no master key of value aes256: make it first/],
  ] as const) {
    for (const answer of [await utility.host.planRotation(asked), await utility.host.by(ACT).rotateKeys(asked)]) {
      assert.ok('reason' in answer);
      assert.match(answer.sentence, sentence);
    }
  }
});

test('a meter of which nothing is heard waits for a later stage', async () => {
  const utility = await open();
  assert.deepEqual(await counts(utility, ask('give')), { silent: 8 });
  assert.equal((await rotate(utility, ask('give'))).stage.length, 0);
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  assert.deepEqual(await counts(utility, ask('give')), { can: 8 });
});
