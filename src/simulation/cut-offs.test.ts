import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SUPPLY_POLICY, EventKind, RelayReason } from '../records/index.ts';
import { tokens } from '../units/index.ts';
import { BEGINS_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

test('a household that a real meter cut off is told of its last token and what ended it, and that its day is not over', async () => {
  const policy = { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(0), friendlyHours: null, noCutOnWeekends: false };
  const calm = { outages: false, roundMs: 10 * MINUTE_MS, meters: 1, localUnits: 1 } as const;
  const utility = await openSmall({ ...calm, policy, firstSale: { from: 2, to: 20 } });
  utility.closeTheTills();
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  await utility.runUntil(BEGINS_MS + 6 * HOUR_MS);
  assert.ok(house.relayOpen, 'the first sale is used up');
  await utility.buy(house, 500);
  await utility.runUntil(utility.time.now + 20 * MINUTE_MS);
  const cutOffs = await utility.host.cutOffs({ meter: house.svpmsn, limit: 20 });
  assert.ok(!('reason' in cutOffs));
  const [cut, ...earlier] = cutOffs;
  assert.equal(cut?.reasons, RelayReason.noCredit);
  assert.deepEqual(
    cut?.notices.map(({ kind }) => kind).filter((kind) => kind === EventKind.lastToken),
    [EventKind.lastToken],
  );
  const order = await utility.host.order(cut?.ended?.order ?? '');
  assert.deepEqual([cut?.ended?.by, 'amount' in order && order.amount], ['credit', 500]);
  assert.deepEqual(
    cut?.unknown,
    ['minutes', 'rules'],
    'the policy came with the meter, and these books never sent one',
  );
  assert.equal(cut?.rules?.version, policy.version);
  // Before its first sale a new meter is open too.
  assert.deepEqual(
    earlier.map(({ ended }) => ended?.by),
    ['credit'],
  );
});
