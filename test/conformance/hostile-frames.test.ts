import assert from 'node:assert/strict';
import { test } from 'node:test';
import { besiege } from './hostile-siege.ts';

test('100,000 frames that are almost right change nothing that no key holder asked for', async () => {
  const { frames, orders, readings, rotations, reached } = await besiege(1, 100_000);
  assert.ok(frames >= 100_000 && orders > 50 && readings > 20 && rotations > 5);
  // The frames get as far as a frame without a key can: to every door, and to none behind it.
  for (const door of ['M2', 'M4', 'tagWrong', 'busy', 'keyUnknown', 'slowedDown', 'randomWeak', 'host ignored']) {
    assert.ok((reached.get(door) ?? 0) > 5, `${door}: ${reached.get(door)}`);
  }
});

test('the same seed besieges in the same way', async () => {
  assert.deepEqual(await besiege(3, 5_000), await besiege(3, 5_000));
});
