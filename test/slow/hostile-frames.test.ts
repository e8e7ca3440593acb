import assert from 'node:assert/strict';
import { test } from 'node:test';
import { besiege } from '../conformance/hostile-siege.ts';

test('10,000,000 frames that are almost right change nothing that no key holder asked for', async () => {
  const { frames, orders, readings } = await besiege(2, 10_000_000);
  assert.ok(frames >= 10_000_000 && orders > 1_000 && readings > 1_000);
});
