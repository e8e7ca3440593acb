import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SUPPLY_POLICY, encodeUseAnswer, type Info, Result } from '../records/index.ts';
import { tokens, unixSeconds } from '../units/index.ts';
import { MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const { version: _, ...POLICY } = { ...DEFAULT_SUPPLY_POLICY, lowBalance: tokens(77) };
const INFO: Info = {
  ...{ owed: tokens(0), flags: 0, tableVersion: 1, nextTableVersion: 0, policyVersion: 1 },
  ...{ lastDay: 0, daysHeld: 0, nextEvent: 1 },
};

/** A meter, which polls say to have some version. */
async function metered() {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const tells = (policyVersion: number) => {
    rig.clock.ms += 60_000;
    const head = { result: Result.done, balance: tokens(0), clock: unixSeconds(Math.floor(rig.clock.ms / 1000)) };
    const rest = { totals: [], modeTable: null, policy: null, profiles: [] };
    return rig.poll(meter.id, { use: encodeUseAnswer({ head, info: { ...INFO, policyVersion }, ...rest }) });
  };
  const read = async () => made(await rig.host.policy(1));
  return { rig, meter, tells, read };
}

test('of rules that came with a meter the version is known as it tells it, and not what they say', async () => {
  const { rig, tells, read } = await metered();
  assert.deepEqual([(await read()).inForce, (await read()).ordered], [undefined, undefined]);
  await tells(1);
  assert.deepEqual(await read(), {
    svpmsn: 1,
    inForce: { version: 1, toldAt: rig.clock.ms, policy: undefined },
    ordered: undefined,
  });
});

test('rules that are ordered stand beside those in force until the meter has taken them', async () => {
  const { rig, meter, tells, read } = await metered();
  await tells(1);
  rig.meters.clear();
  made(await rig.host.command(1, { type: 'supply-policy', policy: POLICY }));
  const waiting = await read();
  assert.equal(waiting.inForce?.version, 1);
  assert.deepEqual([waiting.ordered?.state, waiting.ordered?.policy.lowBalance], ['waiting', 77]);
  rig.meters.set(meter.id, meter);
  await rig.settle();
  const { inForce, ordered } = await read();
  assert.deepEqual([inForce?.version, inForce?.policy?.lowBalance, ordered], [waiting.ordered?.version, 77, undefined]);
});

test('a meter that tells of other rules than it took has those, and what was ordered is not in force', async () => {
  const { rig, tells, read } = await metered();
  made(await rig.host.command(1, { type: 'supply-policy', policy: POLICY }));
  await rig.settle();
  await tells(1);
  const { inForce, ordered } = await read();
  assert.deepEqual([inForce?.version, inForce?.policy, ordered?.state], [1, undefined, 'done']);
});

test('a meter that nobody knows has no rules to read', async () => {
  const answer = await new Rig(new MemoryStore()).host.policy(9);
  assert.equal('reason' in answer && answer.reason, 'meter-unknown');
});
