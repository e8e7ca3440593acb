import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Act, MemoryStore } from '../host/index.ts';
import { made, Rig } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { demoAgent, demoPeople } from './demo-people.ts';

const ACT: Act = {
  ...{ at: milliseconds(1), by: 'agent', role: 'agent', action: 'vend' },
  ...{ subject: 'vend', detail: '', request: 'r' },
};

test('whoever logs in as the agent of a demo sells at once, and goes on with what is left when it starts again', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  for (const reference of ['till-00001', 'till-00002']) {
    await demoPeople(rig.store);
    await demoAgent(rig.host);
    const sold = made(await rig.host.by(ACT).vend({ reference, meter: 1, paid: 10_000, method: 'cash' }));
    assert.equal(sold.outcome, 'sold');
  }
  const { balance } = made(await rig.host.agent('corner-shop'));
  // 50,000 paid in, 20,000 sold, 1.5 % of it earned.
  assert.equal(balance, 30_300n);
  assert.ok((await rig.host.books()).balanced);
});
