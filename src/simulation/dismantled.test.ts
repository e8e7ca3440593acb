import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyName, keyName, keyNameFromByte, Purpose, Suite } from '../crypto/index.ts';
import { Command, hostCommand, hostFirst, hostReceive, hostWrapKey, openHostSession } from '../exchange/index.ts';
import { encodeKeyChange } from '../records/index.ts';
import { svpmsnOfHouse } from './founding.ts';
import type { House, Utility } from './index.ts';
import { drawKeys } from './keys.ts';
import { seededRandom } from './random.ts';
import { BEGINS_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

const keys = drawKeys(Suite.aes128, seededRandom('keys of a meter that is opened'));

/** A town of which the first meter is opened, with what a host has said to that one since. */
async function opened() {
  const said = { carries: 0 };
  const utility = await openSmall({
    ...{ meters: 2, localUnits: 1, outages: false, keys, firstSale: { from: 300, to: 300 } },
    onMessage: (to, _, message) => {
      const isForFirst = message.type === 'carry' && message.svpmsn === svpmsnOfHouse(0);
      if (to === 'local-unit' && isForFirst) said.carries += 1;
    },
  });
  utility.closeTheTills();
  const [house, other] = utility.houses;
  assert.ok(house !== undefined && other !== undefined);
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  house.tamper('cover', true, utility.time.now);
  await utility.runUntil(utility.time.now + 2 * MINUTE_MS);
  return { utility, house, other, said };
}

const standing = async ({ host }: Utility, { svpmsn }: House) => {
  const view = await host.meter(svpmsn);
  assert.ok('standing' in view);
  return view.standing;
};
const stateOf = async ({ host }: Utility, id: string) => {
  const order = await host.order(id);
  assert.ok('state' in order);
  return order.state;
};

/** Somebody with the key of maintenance gives a meter in the workshop a key. */
async function give(house: House, n: KeyName, now: number): Promise<void> {
  const key = await keys.terminalKey(keyName(Purpose.maintenance, Suite.aes128, 0), house.svpmsn);
  const session = openHostSession(key, Command.keyChange, seededRandom(`workshop ${n}`));
  let frames: readonly Uint8Array[] = [hostFirst(session)];
  while (frames.length > 0) {
    const answers = frames.map((frame) => house.hear(frame, now));
    frames = [];
    for (const answer of answers) {
      if (answer?.type !== 'frame') continue;
      const outcome = hostReceive(session, answer.frame);
      if (outcome.type === 'status') {
        const wrappedKey = hostWrapKey(session, await keys.terminalKey(n, house.svpmsn));
        frames = hostCommand(session, encodeKeyChange({ n, floor: 0, wrappedKey }));
      } else assert.ok(outcome.type === 'answer' && outcome.answer[0] === 0, JSON.stringify(outcome));
    }
  }
}

test('a sale to a meter whose keys are erased waits, is said to wait, and is not tried again and again', async () => {
  const { utility, house, other, said } = await opened();
  assert.deepEqual((await standing(utility, house)).why, ['cover-opened', 'keys-erased']);
  assert.deepEqual((await standing(utility, other)).why, []);
  house.tamper('cover', false, utility.time.now);
  said.carries = 0;
  for (const [id, meter] of [
    ['waits', house],
    ['arrives', other],
  ] as const) {
    await utility.host.sell({ meter: meter.svpmsn, amount: 70, orderId: id, source: 'cash' });
  }
  await utility.runUntil(utility.time.now + 6 * HOUR_MS);
  assert.ok(said.carries >= 5 && said.carries <= 12, `${said.carries} in six hours`);
  assert.deepEqual([await stateOf(utility, 'waits'), await stateOf(utility, 'arrives')], ['outstanding', 'stored']);
  const { state, why } = await standing(utility, house);
  assert.deepEqual([state, why], ['tampered', ['keys-erased']]);
  const { alarms } = await utility.host.overview();
  assert.deepEqual(
    alarms.items.map(({ svpmsn, why }) => [svpmsn, why]),
    [[house.svpmsn, ['keys-erased']]],
  );
});

test('what waited for a meter without keys arrives as soon as it tells that it has some again', async () => {
  const { utility, house } = await opened();
  await utility.host.sell({ meter: house.svpmsn, amount: 70, orderId: 'waits', source: 'cash' });
  await utility.runUntil(utility.time.now + 3 * HOUR_MS);
  const before = house.balance;
  house.tamper('cover', false, utility.time.now);
  for (const purpose of [Purpose.value, Purpose.control]) {
    await give(house, keyNameFromByte(keyName(purpose, Suite.aes128, 0)), utility.time.now);
  }
  utility.poll(house);
  await utility.runUntil(utility.time.now + 2 * MINUTE_MS);
  assert.equal(await stateOf(utility, 'waits'), 'stored');
  assert.ok(house.balance > before);
  assert.deepEqual((await standing(utility, house)).why, ['tamper'], 'a person clears it');
});

test('what two people agreed to waits for the keys of a meter that was opened, and then brings its supply back by itself', async () => {
  const { utility, house } = await opened();
  const { host } = utility;
  const act = (by: string, action: string) => ({
    ...{ at: utility.time.now, by, role: 'technician' as const, action, subject: 'meter', detail: '', request: action },
  });
  const proposal = { type: 'revival', meter: house.svpmsn } as const;
  const asked = await host.by(act('han', 'proposeRevival')).propose({ proposal, why: 'opened by a storm' });
  assert.ok('id' in asked);
  const own = await host.by(act('han', 'decideApproval')).decide({ approval: asked.id, verdict: 'approve' });
  assert.ok('reason' in own && own.reason === 'approval-own');
  assert.ok(
    !('reason' in (await host.by(act('kim', 'decideApproval')).decide({ approval: asked.id, verdict: 'approve' }))),
  );
  house.tamper('cover', false, utility.time.now);
  await utility.runUntil(utility.time.now + 3 * HOUR_MS);
  const before = await host.revival(house.svpmsn);
  assert.ok('isErased' in before);
  assert.deepEqual([before.isErased, before.asked, before.clearing?.state], [true, undefined, 'waiting']);
  assert.deepEqual((await standing(utility, house)).why, ['keys-erased']);

  for (const purpose of [Purpose.value, Purpose.control]) {
    await give(house, keyNameFromByte(keyName(purpose, Suite.aes128, 0)), utility.time.now);
  }
  utility.poll(house);
  await utility.runUntil(utility.time.now + 2 * MINUTE_MS);
  utility.poll(house);
  await utility.runUntil(utility.time.now + MINUTE_MS);
  const after = await host.revival(house.svpmsn);
  assert.ok('isErased' in after);
  assert.deepEqual([after.isErased, after.clearing?.state], [false, 'done']);
  assert.deepEqual((await standing(utility, house)).why, []);
});
