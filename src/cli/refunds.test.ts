import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE_MS, openSmall } from '../simulation/small-utility.testing.ts';
import { svpmsnText, U32_MAX } from '../units/index.ts';
import { RefundWatch } from './refunds.ts';

test('what a full purse gave back is told once with its reason, and otherwise than what was taken back', async () => {
  const utility = await openSmall({ outages: false });
  const { host, time } = utility;
  const [full, taken] = utility.houses;
  assert.ok(full !== undefined && taken !== undefined);
  const watch = new RefundWatch(host);
  const live = async () => {
    await utility.runUntil(time.now + 2 * MINUTE_MS);
    return (await watch.news(time.now)).map(({ who, text }) => `${who} ${text}`);
  };
  const sell = (svpmsn: number, amount: number, orderId: string) =>
    host.sell({ meter: svpmsn, amount, orderId, source: 'cash' });
  assert.deepEqual(await live(), []);
  await sell(full.svpmsn, U32_MAX - full.balance, 'all');
  assert.deepEqual(await live(), []);
  await sell(full.svpmsn, 1_000, 'more');
  const who = svpmsnText(full.svpmsn);
  assert.deepEqual(await live(), [`${who} was given back 1000 tokens: the purse has no room for them`]);
  await sell(taken.svpmsn, 7, 'withdrawn');
  await host.voidOrder('withdrawn');
  await sell(taken.svpmsn, 8, 'kept');
  const other = svpmsnText(taken.svpmsn);
  assert.deepEqual(await live(), [`${other} was given back 7 tokens: the sale was taken back`]);
  assert.deepEqual(await live(), []);
  const whys = (await host.orders({ limit: 9 })).filter(({ state }) => state === 'refunded').map(({ why }) => why);
  assert.deepEqual(whys, ['voided', 'full']);
});
