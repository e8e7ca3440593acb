import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore, ROLES } from '../host/index.ts';
import { Rig } from '../host/rig.testing.ts';
import { demoPeople } from './demo-people.ts';
import { demoShop } from './demo-shop.ts';

test('the shop of a demo is opened once, with a float that its agent sells out of', async () => {
  const store = new MemoryStore();
  const { host } = new Rig(store, { seed: 1 });
  await host.start();
  assert.equal((await demoPeople(store)).length, ROLES.length);
  for (const _ of ['the first start', 'the next']) await demoShop(host);
  const [shop, ...others] = await host.agents({ limit: 9 });
  assert.deepEqual([shop?.id, shop?.balance, others.length], ['corner-shop', 100_000n, 0]);
  const own = await host.agentOfMember('agent');
  assert.deepEqual('reason' in own ? own : own.id, 'corner-shop');
  assert.equal((await host.books()).balanced, true);
});
