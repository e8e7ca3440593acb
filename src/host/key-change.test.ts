import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { decodeKeyChange } from '../records/index.ts';
import { MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const FORGOTTEN = 9;
const PURPOSES = { value: 0, control: 1 } as const;

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`suite ${suite}: a meter is given its next key of value and of control, and is spoken to by it from then on`, async () => {
    const rig = new Rig(new MemoryStore());
    const meter = await rig.enrol(1, { suite });
    for (const purpose of ['value', 'control'] as const) {
      made(await rig.host.command(1, { type: 'key-change', purpose }));
      await rig.settle();
      assert.equal(made(await rig.host.meter(1)).meter[`${purpose}Generation`], 1);
      assert.equal(meter.generations[PURPOSES[purpose]]?.newest, 1);
    }
    made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'sale', source: 'cash' }));
    made(await rig.host.command(1, { type: 'clock-set' }));
    await rig.settle();
    assert.equal(meter.credited, 50);
    assert.deepEqual(
      meter.generations.slice(0, 2).map(({ floor }) => floor),
      [1, 1],
    );
  });
}

test('no byte of a key stands in a row, and what leaves is wrapped', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  made(await rig.host.command(1, { type: 'key-change', purpose: 'value' }));
  await rig.settle();
  const [row] = await rig.host.commands(1);
  assert.deepEqual(row?.body, Uint8Array.of(0x21));
  assert.equal(row.state, 'done');
  const change = decodeKeyChange(meter.controlled[0]?.body ?? new Uint8Array());
  assert.ok(!('reason' in change) && change.wrappedKey.length === 24 && change.floor === 1);
});

test('a change that the key store has no key for, or of another purpose, is refused in one sentence', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.enrol(2, { suite: Suite.tripleDes });
  made(await rig.host.command(1, { type: 'key-change', purpose: 'value' }));
  await rig.settle();
  const change = (purpose: string, of = 1) => rig.host.command(of, { type: 'key-change', purpose: purpose as 'value' });
  for (const [answer, sentence] of [
    [await change('value'), /no master key value aes128 generation 2/],
    [await change('maintenance'), /for value, control or monitoring, not for "maintenance"/],
    [await change('toString'), /not for "toString"/],
    [await change('value', 2), /Suite 3des has/],
    [await change('value', 3), /No meter 000003/],
  ] as const) {
    assert.ok('reason' in answer);
    assert.match(answer.sentence, sentence);
  }
  assert.equal(meter.controlled.length, 1);
});

test('a database that forgot a change finds the key that its meter serves, and books it', async () => {
  const store = new MemoryStore();
  const rig = new Rig(store);
  const meter = await rig.enrol(1);
  const before = await store.copy();
  made(await rig.host.command(1, { type: 'key-change', purpose: 'value' }));
  await rig.settle();
  made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'forgotten', source: 'cash' }));
  await rig.settle();
  assert.equal(meter.generations[0]?.floor, 1);
  rig.store = before;
  rig.host = rig.newHost();
  await rig.startRestored();
  made(await rig.host.sell({ meter: 1, amount: 7, orderId: 'after', source: 'cash' }));
  await rig.settle();
  assert.equal(meter.credited, 57);
  assert.equal(made(await rig.host.meter(1)).meter.valueGeneration, 1);
  assert.equal(made(await rig.host.order('after')).state, 'stored');
});

test('a database that forgot many changes finds the key of its meter without a delay that grows with each of them', async () => {
  const store = new MemoryStore();
  const rig = new Rig(store);
  const meter = await rig.enrol(1, { suite: Suite.aes256 });
  const before = await store.copy();
  for (let change = 0; change < FORGOTTEN; change++) {
    made(await rig.host.command(1, { type: 'key-change', purpose: 'value' }));
    await rig.settle();
  }
  made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'forgotten', source: 'cash' }));
  await rig.settle();
  assert.equal(meter.generations[0]?.floor, FORGOTTEN);
  rig.store = before;
  rig.host = rig.newHost();
  await rig.startRestored();
  made(await rig.host.sell({ meter: 1, amount: 7, orderId: 'after', source: 'cash' }));
  await rig.settle(120_000);
  assert.equal(meter.credited, 57);
  assert.equal(made(await rig.host.meter(1)).meter.valueGeneration, FORGOTTEN);
});

test('whoever refuses in the name of a meter cannot lead the host away from the right key', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const served = meter.generations[0];
  assert.ok(served !== undefined);
  // Nothing is served for a while: every try is refused as if its key were unknown.
  served.newest = -1;
  made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'sale', source: 'cash' }));
  await rig.settle(120_000);
  assert.equal(meter.credited, 0);
  served.newest = 0;
  await rig.settle();
  assert.equal(meter.credited, 50);
  assert.equal(made(await rig.host.meter(1)).meter.valueGeneration, 0);
});

/** A meter that was given its second value key, and is as it was before that: another was given the change in its place. */
async function beforeItsChange({ worked }: { readonly worked: boolean }) {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  made(await rig.host.command(1, { type: 'key-change', purpose: 'value' }));
  await rig.settle();
  if (worked) {
    rig.clock.ms += 1;
    made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'under the new key', source: 'cash' }));
    await rig.settle();
  }
  const [served] = meter.generations;
  assert.ok(served !== undefined);
  Object.assign(served, { floor: 0, newest: 0 });
  made(await rig.host.sell({ meter: 1, amount: 7, orderId: 'after', source: 'cash' }));
  await rig.settle();
  return { rig, meter };
}

test('a meter that proves a value key which had ended is frozen, and is sent nothing under it', async () => {
  const { rig, meter } = await beforeItsChange({ worked: true });
  assert.equal(made(await rig.host.meter(1)).purse.freeze, 'meter-behind-host');
  assert.equal(meter.credited, 50);
  assert.equal(made(await rig.host.order('after')).state, 'outstanding');
});

test('a meter that was not given the new value key is served under the one before, while nothing came under the new', async () => {
  const { rig, meter } = await beforeItsChange({ worked: false });
  assert.equal(made(await rig.host.meter(1)).purse.freeze, undefined);
  assert.equal(meter.credited, 7);
  assert.equal(made(await rig.host.order('after')).state, 'stored');
});

test('whoever disowned key after key in the name of a meter keeps it waiting for two tries, and not for all generations', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const [served] = meter.generations;
  assert.ok(served !== undefined);
  served.newest = -1;
  made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'sale', source: 'cash' }));
  await rig.settle(1_200_000);
  served.newest = 0;
  // The longest back-off is two minutes.
  await rig.settle(3 * 120_000);
  assert.equal(meter.credited, 50);
});
