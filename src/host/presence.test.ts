import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHost, type HostPorts, type HostServices, MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

/** Two hosts over the books of a rig; both send by its lines. */
function beside(rig: Rig, process: string, clock: HostPorts['clock'] = rig.clock): HostServices {
  return createHost({ ...rig.portsOf(), clock }, { zone: 'Europe/Berlin', metersMax: 1000, process });
}

const beats = async (host: HostServices, count: number) => {
  for (let i = 0; i < count; i++) await host.handle({ type: 'beat' });
};

test('what a host was at that is gone is due at once, whatever the clocks of the two say', async () => {
  for (const aheadMs of [0, 3_600_000, -3_600_000]) {
    const rig = new Rig(new MemoryStore());
    await rig.enrol(1);
    const clock = { now: () => (rig.clock.ms + aheadMs) as never };
    const [killed, lives] = [beside(rig, 'a', clock), beside(rig, 'b')];
    await killed.start();
    await beats(killed, 1);
    await beats(lives, 1);
    // It has claimed the order, and is killed with its message on the way.
    rig.host = killed;
    await killed.sell({ meter: 1, amount: 100, orderId: 'a', source: 'cash' });
    rig.host = lives;
    await rig.pump();
    const state = async () => made(await lives.order('a')).state;
    assert.equal(await state(), 'outstanding');
    await beats(lives, 4);
    await lives.handle({ type: 'tick' });
    await rig.pump();
    // By a clock that is behind a lease seems to have run out: that costs an exchange, and nothing else.
    if (aheadMs >= 0) assert.equal(await state(), 'outstanding', 'not before it is known to be gone');
    await beats(lives, 1);
    await lives.handle({ type: 'tick' });
    await rig.pump();
    assert.equal(await state(), 'stored', `${aheadMs}`);
    assert.equal(rig.meters.get(1 as never)?.credited, 100);
  }
});

test('a host that shows itself keeps what it is at, and one that starts takes nothing from it', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  const [first, second] = [beside(rig, 'a'), beside(rig, 'b')];
  await first.start();
  await first.sell({ meter: 1, amount: 100, orderId: 'a', source: 'cash' });
  const work = () => rig.store.read((tx) => tx.workOf([1 as never]));
  assert.equal((await work())[0]?.leased, true);
  await second.start();
  for (let i = 0; i < 20; i++) {
    await beats(first, 1);
    await beats(second, 1);
  }
  assert.equal((await work())[0]?.leased, true);
  // Nobody hears of the first any more, and of the second only itself.
  await beats(second, 5);
  assert.equal((await work())[0]?.leased, false);
});
