import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasPurpose, keyNameFromByte, Purpose, type TerminalKey } from '../crypto/index.ts';
import { Command, decodeFrame, decodeRefusal, hostFirst, openHostSession, Refusal } from '../exchange/index.ts';
import { AttentionReason } from '../records/index.ts';
import { type Happening, type House, seededRandom, type Utility } from './index.ts';
import { BEGINS_MS, DAY_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

const WELL_STOCKED = { firstSale: { from: 5_000, to: 9_000 }, outages: false } as const;

const open = (onHappening?: (happening: Happening) => void) =>
  openSmall({ ...WELL_STOCKED, ...(onHappening && { onHappening }) });
const rotate = (utility: Utility, { svpmsn }: House) =>
  utility.host.command(svpmsn, { type: 'key-change', purpose: 'monitoring' });
/** Names of the monitoring keys that a meter serves, and of those that its local unit holds of it. */
const served = ({ meter }: House) =>
  [...meter.sam.keys.keys()].filter((n) => hasPurpose(n, Purpose.monitoring)).toSorted((a, b) => a - b);
const held = ({ transformers }: Utility, { svpmsn, localUnit }: House) =>
  Array.from({ length: 16 }, (_, generation) => keyNameFromByte(0xa0 | generation)).filter(
    (n) => transformers[localUnit]?.keys.get(n, svpmsn) !== undefined,
  );
async function heardMs({ host }: Utility, { svpmsn }: House): Promise<number> {
  const view = await host.meter(svpmsn);
  assert.ok('age' in view);
  return view.age.info ?? Number.POSITIVE_INFINITY;
}
/** What a meter answers to whoever has this key. */
function answerTo(house: House, key: TerminalKey, now: number) {
  const answer = house.hear(hostFirst(openHostSession(key, Command.clockSlew, seededRandom(now))), now);
  const frame = answer?.type === 'frame' ? decodeFrame(answer.frame) : undefined;
  assert.ok(frame !== undefined && !('reason' in frame));
  const refused = decodeRefusal(frame);
  return 'refusal' in refused ? refused.refusal : frame.message;
}

test('the monitoring keys of a whole utility are changed, and each meter is polled under its new one alone', async () => {
  const utility = await open();
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  for (let generation = 1; generation <= 3; generation++) {
    for (const house of utility.houses) assert.ok('slot' in (await rotate(utility, house)));
    await utility.runUntil(utility.time.now + 2 * HOUR_MS);
    for (const house of utility.houses) {
      assert.deepEqual([served(house), held(utility, house)], [[0xa0 | generation], [0xa0 | generation]]);
      assert.ok((await heardMs(utility, house)) <= HOUR_MS + 5 * MINUTE_MS);
    }
  }
  assert.equal(utility.host.counters().keysMissing, 0);
});

test('a monitoring key that was stolen opens nothing once it has been changed', async () => {
  const utility = await open();
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  const stolen = utility.transformers[house.localUnit]?.keys.get(keyNameFromByte(0xa0), house.svpmsn);
  assert.ok(stolen !== undefined);
  assert.equal(answerTo(house, stolen, utility.time.now), 2);
  await rotate(utility, house);
  await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
  // The host has ended it, and needed no poll for that.
  assert.equal(answerTo(house, stolen, utility.time.now), Refusal.keyUnknown);
});

test('a local unit that is started anew in the middle of a change knows no key, and is given what its meters serve', async () => {
  const utility = await open();
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const transformer = utility.transformers[house.localUnit];
  assert.ok(transformer !== undefined);
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  for (const afterMs of [0, 30, 100, 1_000, 3_000, 6_000, 10_000]) {
    const generation: number = (served(house)[0] as number) + 1;
    await rotate(utility, house);
    await utility.runUntil(utility.time.now + afterMs);
    transformer.restartLocalUnit();
    utility.grid.reconnect(house.localUnit);
    assert.deepEqual(held(utility, house), []);
    await utility.runUntil(utility.time.now + 5 * MINUTE_MS);
    assert.deepEqual([served(house), held(utility, house).at(-1)], [[generation], generation], `${afterMs} ms`);
    utility.poll(house);
    await utility.runUntil(utility.time.now + MINUTE_MS);
    // A meter tells whole seconds.
    assert.ok((await heardMs(utility, house)) <= MINUTE_MS + 1_000, `${afterMs} ms`);
  }
});

test('a meter calls and is heard at whatever moment of a change', async () => {
  const utility = await open();
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  const called = async () => {
    const view = await utility.host.meter(house.svpmsn);
    assert.ok('known' in view);
    return ((view.known?.attention ?? 0) & AttentionReason.coverOpened) !== 0 ? view.age.attention : undefined;
  };
  for (const afterMs of [10, 500, 2_000, 4_000, 7_000, 15_000]) {
    await rotate(utility, house);
    await utility.runUntil(utility.time.now + afterMs);
    house.tamper('cover', true, utility.time.now);
    await utility.runUntil(utility.time.now + MINUTE_MS);
    const age = await called();
    assert.ok(age !== undefined && age <= MINUTE_MS, `${afterMs} ms`);
    house.tamper('cover', false, utility.time.now);
    await utility.runUntil(utility.time.now + 10 * MINUTE_MS);
  }
});

test('a meter whose power fails when its key is to be changed gets the new one when it is back', async () => {
  const utility = await open();
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  utility.powerFails(house);
  await rotate(utility, house);
  await utility.runUntil(BEGINS_MS + DAY_MS);
  assert.deepEqual([served(house), held(utility, house)], [[0xa0], [0xa0, 0xa1]]);
  utility.powerReturns(house);
  await utility.runUntil(utility.time.now + 5 * HOUR_MS);
  assert.deepEqual([served(house), held(utility, house)], [[0xa1], [0xa1]]);
});
