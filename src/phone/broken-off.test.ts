import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUMBER, PIN } from '../host/callers.testing.ts';
import { milliseconds } from '../units/index.ts';
import { CALL_MS_MAX } from './desk.ts';
import { PhoneRig } from './phone.testing.ts';

/** A telephone whose host can be killed: from then on nothing that it does comes into the books. */
async function mortal() {
  let isDead = false;
  const never = new Promise<never>(() => undefined);
  const phone = await PhoneRig.open(({ callers }) => ({
    callers: { ...callers, noteCall: (call) => (isDead ? never : callers.noteCall(call)) },
  }));
  return { phone, kill: () => (isDead = true) };
}

test('a call whose host is killed after the caller confirmed is broken off when one starts again, and what was paid is in the meter', async () => {
  const { phone, kill } = await mortal();
  const { callers, till } = phone.rig;
  const caller = await phone.call(NUMBER);
  await caller.press(`211${PIN}#`);
  kill();
  // The caller confirms and is paid for, and the row of the call knows nothing of either.
  caller.handle?.input({ type: 'spoken' });
  caller.handle?.input({ type: 'key', key: '1' });
  for (let i = 0; i < 50 && (await till.rig.host.payments({ limit: 1 })).length === 0; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [payment] = await till.rig.host.payments({ limit: 9 });
  assert.ok(payment !== undefined);
  const [live] = await phone.calls();
  assert.deepEqual([live?.state, live?.steps.at(-1)?.name], ['live', 'quoted']);

  till.rig.host = till.rig.newHost();
  await till.rig.host.start();
  assert.deepEqual(await callers.breakOffCalls(milliseconds(till.rig.clock.ms + 1)), { calls: 1 });
  const [call] = await phone.calls();
  assert.deepEqual([call?.state, call?.endedAt], ['ended', till.rig.clock.ms]);
  assert.deepEqual(
    call?.steps.slice(-2).map(({ name, subject }) => [name, subject]),
    [
      ['paid', payment.id],
      ['broken-off', undefined],
    ],
  );
  await till.end();
  const [settled] = await till.rig.host.payments({ limit: 9 });
  assert.equal(settled?.state, 'captured');
  const order = await till.rig.host.order(`payment:${payment.id}`);
  assert.equal('reason' in order ? order.sentence : order.state, 'stored');
  assert.deepEqual(await callers.breakOffCalls(milliseconds(till.rig.clock.ms + 1)), { calls: 0 });
});

test('what another host may still serve is left alone, and what nobody can serve any more is not', async () => {
  const { phone, kill } = await mortal();
  const { callers, till } = phone.rig;
  await phone.call(NUMBER);
  kill();
  const longAgo = () => milliseconds(till.rig.clock.ms - CALL_MS_MAX);
  assert.deepEqual(await callers.breakOffCalls(longAgo()), { calls: 0 });
  assert.equal((await phone.calls())[0]?.state, 'live');
  till.rig.clock.ms += CALL_MS_MAX + 1;
  assert.deepEqual(await callers.breakOffCalls(longAgo()), { calls: 1 });
  const [call] = await phone.calls();
  assert.deepEqual([call?.state, call?.steps.at(-1)?.name], ['ended', 'broken-off']);
});

test('who waits to be called back, and whoever has hung up, is not broken off', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  await caller.press('01');
  await phone.pass(1_000);
  (await phone.call('499999999')).hangUp();
  await phone.desk.settled();
  const before = await phone.calls();
  assert.deepEqual(before.map(({ state }) => state).sort(), ['ended', 'wants-person']);
  const { callers, till } = phone.rig;
  assert.deepEqual(await callers.breakOffCalls(milliseconds(till.rig.clock.ms + 1)), { calls: 0 });
  assert.deepEqual(await phone.calls(), before);
});
