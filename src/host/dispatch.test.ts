import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKHAUL_VERSION, type BackhaulMessage } from '../backhaul/index.ts';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import { type GridLink, type HostServices, MemoryStore, type Store, type StoreReads } from './index.ts';
import { made, Rig } from './rig.testing.ts';
import { ANSWER_WITHIN_MS } from './work.ts';

type Carry = Extract<BackhaulMessage, { type: 'carry' }>;

/** A rig whose carries are delivered by hand, so that an answer may be as late as a test wants it. */
async function byHand(suite: Suite = Suite.aes128) {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1, { suite });
  const carries: Carry[] = [];
  rig.send = (_, message) => {
    if (message.type === 'carry') carries.push(message);
  };
  /** What the meter makes of the oldest carry. */
  const answer = (): BackhaulMessage => {
    const { ticket, svpmsn, frames } = carries.shift() as Carry;
    const answers = frames.flatMap((frame) => meter.receive(frame, rig.clock.now()));
    return { type: 'carried', ticket, svpmsn, outcome: 'answered', frames: answers };
  };
  const tell = (host: HostServices, message: BackhaulMessage) => host.handle({ type: 'grid', localUnit: 1, message });
  const finish = async (host: HostServices) => {
    while (carries.length > 0) await tell(host, answer());
  };
  return { rig, meter, carries, answer, tell, finish };
}

for (const suite of [Suite.aes128, Suite.tripleDesXo]) {
  for (const late of ['M2', 'M4']) {
    test(`a query's ${late} of ${SUITE_NAMES[suite]} that comes after another host has booked more freezes nobody`, async () => {
      const { rig, meter, carries, answer, tell, finish } = await byHand(suite);
      await rig.startRestored();
      const first = rig.host;
      let held = answer();
      if (late === 'M4') {
        await tell(first, held);
        held = answer();
      }
      // Its lease runs out, and a second process on the same store asks, is in step, and stores an order.
      rig.clock.ms += ANSWER_WITHIN_MS + 1_000;
      const second = rig.newHost();
      await second.handle({ type: 'tick' });
      await finish(second);
      made(await second.sell({ meter: 1, amount: 5, orderId: 'a', source: 'cash' }));
      await finish(second);
      assert.equal(made(await second.order('a')).state, 'stored');
      await tell(first, held);
      assert.deepEqual(carries, [], 'it asks no more either');
      assert.equal(made(await first.meter(1)).purse.freeze, undefined);
      made(await second.sell({ meter: 1, amount: 6, orderId: 'b', source: 'cash' }));
      await finish(second);
      assert.equal(meter.balance, 11);
    });
  }
}

/** Reads wait for `open` while it is shut. */
class SlowStore implements Store {
  readonly #store: Store;
  wait: Promise<void> = Promise.resolve();
  constructor(store: Store) {
    this.#store = store;
  }
  transaction: Store['transaction'] = (work) => this.#store.transaction(work);
  async read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
    await this.wait;
    return this.#store.read(work);
  }
  close = (): Promise<void> => this.#store.close();
}

test('an exchange whose lease ran out while the store was slow says no more once its successor speaks', async () => {
  const { rig, meter, carries, answer, tell, finish } = await byHand();
  const slow = new SlowStore(rig.store);
  const host = rig.newHost(slow);
  await host.start();
  made(await host.sell({ meter: 1, amount: 5, orderId: 'a', source: 'cash' }));
  const second = answer();
  let open = () => {};
  slow.wait = new Promise((resolve) => {
    open = resolve;
  });
  const told = tell(host, second);
  rig.clock.ms += ANSWER_WITHIN_MS + 1_000;
  slow.wait = Promise.resolve();
  await host.handle({ type: 'tick' });
  assert.equal(carries.length, 1, 'the successor has begun');
  open();
  await told;
  assert.equal(carries.length, 1, 'and it alone speaks to the meter');
  await finish(host);
  assert.deepEqual([made(await host.order('a')).state, meter.balance], ['stored', 5]);
});

test('an answer is taken from the local unit of its meter, and from no other', async () => {
  const { rig, answer, finish } = await byHand();
  made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'a', source: 'cash' }));
  const second = answer();
  await rig.host.handle({
    type: 'grid',
    localUnit: 2,
    message: { ...second, outcome: 'no-answer' } as BackhaulMessage,
  });
  assert.deepEqual([rig.host.counters().strayMessages, rig.host.counters().noAnswers], [1, 0]);
  await rig.host.handle({ type: 'grid', localUnit: 1, message: second });
  await finish(rig.host);
  assert.equal(made(await rig.host.order('a')).state, 'stored');
});

const HELLO: BackhaulMessage = { type: 'hello', version: BACKHAUL_VERSION, kind: 'local-unit', id: 1 };

/** An order whose M1 left and stayed on its way, and the hands of whoever carries. */
async function onItsWay() {
  const hands = await byHand();
  const { rig, carries } = hands;
  made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'a', source: 'cash' }));
  assert.equal(carries.length, 1);
  const pass = async (ms: number) => {
    rig.clock.ms += ms;
    await rig.host.handle({ type: 'tick' });
  };
  return { ...hands, pass };
}

test('what is on its way to a local unit that comes anew is begun again soon, and the answer that comes late changes nothing', async () => {
  const { rig, carries, answer, tell, finish, pass, meter } = await onItsWay();
  const late = answer();
  await pass(19_000);
  await pass(5_000);
  assert.deepEqual(carries, [], 'where nobody came it has its minute');
  await tell(rig.host, HELLO);
  await pass(19_000);
  assert.deepEqual(carries, [], 'it may have arrived, and be answered still');
  await tell(rig.host, HELLO);
  await pass(1_000);
  await pass(3_000);
  assert.equal(carries.length, 1, 'another hello puts nothing off');
  await tell(rig.host, late);
  await finish(rig.host);
  assert.equal(made(await rig.host.order('a')).state, 'stored');
  assert.equal(meter.balance, 5);
});

test('an answer to a carry that was doubted counts', async () => {
  const { rig, answer, tell, finish, pass } = await onItsWay();
  await tell(rig.host, HELLO);
  await tell(rig.host, answer());
  await pass(21_000);
  assert.equal(rig.host.counters().noAnswers, 0, 'of the next carry nothing is doubted');
  await finish(rig.host);
  assert.equal(made(await rig.host.order('a')).state, 'stored');
});

test('a local unit that comes has at once what was put off, once a minute and not at each of its hellos', async () => {
  const { rig, carries, tell, pass } = await onItsWay();
  const refuse = async () => {
    const { ticket, svpmsn } = carries.shift() as Carry;
    await tell(rig.host, { type: 'carried', ticket, svpmsn, outcome: 'no-answer', frames: [] });
  };
  await refuse();
  for (let tries = 0; tries < 6; tries++) {
    await pass(130_000);
    await refuse();
  }
  await pass(1_000);
  assert.deepEqual(carries, [], 'it is put off by now');
  await tell(rig.host, HELLO);
  assert.equal(carries.length, 1);
  await refuse();
  await tell(rig.host, HELLO);
  assert.deepEqual(carries, []);
  await pass(61_000);
  while (carries.length > 0) await refuse();
  await tell(rig.host, HELLO);
  assert.equal(carries.length, 1);
});

test('a host begins nothing for a local unit that it does not reach, and begins it when it does', async () => {
  const sent: BackhaulMessage[] = [];
  const reached = new Set<number>();
  const grid: GridLink = { send: (_, message) => sent.push(message), reaches: (localUnit) => reached.has(localUnit) };
  const rig = new Rig(new MemoryStore(), { grid });
  await rig.enrol(1);
  made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'a', source: 'cash' }));
  const carried = async () => {
    await rig.host.handle({ type: 'tick' });
    return sent.filter(({ type }) => type === 'carry').length;
  };
  assert.equal(await carried(), 0);
  reached.add(1);
  assert.equal(await carried(), 1);
});
