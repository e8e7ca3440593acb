import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackhaulMessage } from '../backhaul/index.ts';
import { toHex } from '../bytes/index.ts';
import { exportTerminalKey, type KeyName, type Purpose, Suite } from '../crypto/index.ts';
import { type Svpmsn, svpmsn } from '../units/index.ts';
import { type ControlCommand, MemoryStore } from './index.ts';
import { made, Rig, transportKeyOf } from './rig.testing.ts';

type Keys = Extract<BackhaulMessage, { type: 'monitoring-keys' }>;

const UNIT = 1;
const MINUTE = 60_000;
const ID = svpmsn(1);

const handed = (rig: Rig): Keys[] => rig.told.filter((message) => message.type === 'monitoring-keys');
/** The generations in each message, in their order. */
const generations = (rig: Rig): number[][] => handed(rig).map(({ entries }) => entries.map(({ n }) => n & 0x0f));
const order = (rig: Rig, meter = 1) => rig.host.command(meter, { type: 'key-change', purpose: 'monitoring' });
const says = (rig: Rig, message: BackhaulMessage, localUnit = UNIT) =>
  rig.host.handle({ type: 'grid', localUnit, message });
const lacks = (rig: Rig, ...svpmsns: Svpmsn[]) => says(rig, { type: 'monitoring-keys-wanted', svpmsns });
/** The local unit says that it took all of a message, but for what it refuses. */
function takes(rig: Rig, { ticket, entries }: Keys, refused: Keys['entries'] = [], localUnit = UNIT): Promise<void> {
  const taken = entries.length - refused.length;
  return says(rig, { type: 'monitoring-keys-answer', ticket, taken, refused }, localUnit);
}
async function changeOf(rig: Rig): Promise<ControlCommand> {
  const change = (await rig.host.commands(1)).find(({ slot }) => slot === 'key-monitoring');
  assert.ok(change !== undefined);
  return change;
}
const last = <T>(of: readonly T[]): T => of.at(-1) as T;

async function enrolled(suite: Suite = Suite.aes128) {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1, { suite });
  return { rig, meter };
}
/** A minute with its ticks. */
async function minute(rig: Rig): Promise<void> {
  rig.clock.ms += MINUTE;
  await rig.host.handle({ type: 'tick' });
  await rig.pump();
}

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`suite ${suite}: a local unit holds the new monitoring key before its meter does, and then the old one is ended`, async () => {
    const { rig, meter } = await enrolled(suite);
    made(await order(rig));
    await minute(rig);
    assert.equal((await changeOf(rig)).state, 'awaiting-local-unit');
    assert.deepEqual(meter.generations[2], { floor: 0, newest: 0 });
    await takes(rig, last(handed(rig)));
    await rig.settle();
    assert.equal((await changeOf(rig)).state, 'done');
    assert.deepEqual(meter.generations[2], { floor: 1, newest: 1 });
    assert.equal(made(await rig.host.meter(1)).meter.monitoringGeneration, 1);
    const { length } = handed(rig);
    await minute(rig);
    assert.equal(handed(rig).length, length);
  });
}

test('a monitoring key travels wrapped for its own local unit, and stands in no row', async () => {
  const { rig } = await enrolled();
  made(await order(rig));
  const [entry] = last(handed(rig)).entries;
  assert.ok(entry !== undefined);
  const n = entry.n as KeyName<typeof Purpose.monitoring>;
  const key = transportKeyOf(UNIT).unwrap(n, ID, entry.wrapped);
  assert.ok(key !== undefined);
  assert.equal(transportKeyOf(UNIT + 1).unwrap(n, ID, entry.wrapped), undefined);
  assert.deepEqual((await changeOf(rig)).body, Uint8Array.of(0xa1));
  await takes(rig, last(handed(rig)));
  await rig.settle();
  const rows = JSON.stringify(await rig.host.commands(1), (_, value) =>
    value instanceof Uint8Array ? toHex(value) : value,
  );
  assert.ok(!rows.includes(toHex(exportTerminalKey(key))) && !rows.includes(toHex(entry.wrapped)));
});

test('a new key whose message or answer is lost is handed again every minute; meanwhile the meter gets other commands', async () => {
  const { rig, meter } = await enrolled();
  made(await order(rig));
  for (let i = 0; i < 3; i++) await minute(rig);
  assert.ok(handed(rig).length >= 4);
  assert.ok(generations(rig).every(([only]) => only === 1));
  made(await rig.host.command(1, { type: 'clock-set' }));
  await rig.settle();
  assert.equal(meter.controlled.length, 1);
  // Answers that come late and twice.
  const [early] = handed(rig);
  await takes(rig, early as Keys);
  await takes(rig, early as Keys);
  await rig.settle();
  for (const message of handed(rig)) await takes(rig, message);
  await rig.settle();
  assert.deepEqual(meter.generations[2], { floor: 1, newest: 1 });
  // Clock, key change, proof; and none of them again.
  assert.equal(meter.controlled.length, 3);
});

test('an answer of another local unit, of another ticket or to another process moves nothing', async () => {
  const { rig } = await enrolled();
  made(await order(rig));
  const sent = last(handed(rig));
  await takes(rig, sent, [], UNIT + 1);
  await takes(rig, { ...sent, ticket: (sent.ticket + 1) >>> 0 });
  assert.equal((await changeOf(rig)).state, 'awaiting-local-unit');
  rig.host = rig.newHost();
  await rig.host.start();
  await takes(rig, sent);
  assert.equal((await changeOf(rig)).state, 'awaiting-local-unit');
  await takes(rig, last(handed(rig)));
  assert.equal((await changeOf(rig)).state, 'waiting');
});

test('a local unit that refuses a key is handed it again, and its meter keeps the old one', async () => {
  const { rig, meter } = await enrolled();
  made(await order(rig));
  const sent = last(handed(rig));
  await takes(rig, sent, sent.entries);
  await minute(rig);
  assert.deepEqual(meter.generations[2], { floor: 0, newest: 0 });
  await takes(rig, last(handed(rig)));
  await rig.settle();
  assert.deepEqual(meter.generations[2], { floor: 1, newest: 1 });
});

test('a host that is killed between any two steps of a change goes on with it', async () => {
  for (const killedAfter of ['ordered', 'handed', 'held', 'given'] as const) {
    const { rig, meter } = await enrolled();
    made(await order(rig));
    if (killedAfter === 'held' || killedAfter === 'given') await takes(rig, last(handed(rig)));
    // The meter takes the key, and its answer finds nobody.
    if (killedAfter === 'given') {
      const { handle } = rig.host;
      rig.host.handle = async (input) => {
        const { generations } = meter;
        if (generations[2]?.newest !== 1) await handle(input);
      };
      await rig.settle(5_000);
      assert.deepEqual(meter.generations[2], { floor: 0, newest: 1 });
    }
    if (killedAfter === 'ordered') rig.told.length = 0;
    rig.host = rig.newHost();
    await rig.host.start();
    await rig.pump();
    if (killedAfter === 'ordered' || killedAfter === 'handed') await takes(rig, last(handed(rig)));
    await rig.settle();
    assert.deepEqual(meter.generations[2], { floor: 1, newest: 1 }, killedAfter);
    assert.equal((await changeOf(rig)).state, 'done');
  }
});

test('a local unit that lacks keys is given those that its meters serve, and those that they are about to', async () => {
  const { rig } = await enrolled();
  await rig.enrol(2, { suite: Suite.tripleDes });
  await rig.enrol(3, { localUnit: 2 });
  rig.told.length = 0;
  await lacks(rig, ID, svpmsn(2), svpmsn(3), svpmsn(4));
  assert.deepEqual(
    handed(rig).map(({ entries }) => entries.map(({ svpmsn: id, n }) => [id, n])),
    [
      [
        [1, 0xa0],
        [2, 0x80],
      ],
    ],
  );
  assert.equal(rig.host.counters().strayMessages, 2);
  made(await order(rig));
  await lacks(rig, ID);
  assert.deepEqual(last(generations(rig)), [0, 1]);
  // What it took when it asked counts.
  await takes(rig, last(handed(rig)));
  await lacks(rig, ID);
  assert.deepEqual(last(generations(rig)), [0, 1]);
  await rig.settle();
  await lacks(rig, ID);
  assert.deepEqual(last(generations(rig)), [1]);
});

test('a key that the key store lacks is handed to nobody, and counted', async () => {
  const { rig } = await enrolled();
  rig.host = rig.newHost(rig.store, new Map());
  rig.told.length = 0;
  await lacks(rig, ID);
  assert.deepEqual([handed(rig).length, rig.host.counters().keysMissing], [0, 1]);
});

test('books that forgot a change find the key that the meter serves, and change it once more', async () => {
  for (const isUsed of [false, true]) {
    const { rig, meter } = await enrolled();
    const [, , served] = meter.generations;
    assert.ok(served !== undefined);
    served.newest = 1;
    if (isUsed) served.floor = 1;
    rig.host = rig.newHost();
    await rig.startRestored();
    await rig.settle();
    if (!isUsed) {
      // It serves the old key still, and may hold the new one: nobody can tell.
      await minute(rig);
      await takes(rig, last(handed(rig)));
      await rig.settle();
    }
    assert.deepEqual(served, { floor: 1, newest: 1 });
    assert.equal(made(await rig.host.meter(1)).meter.monitoringGeneration, 1);
    await lacks(rig, ID);
    assert.deepEqual(last(generations(rig)), [1]);
  }
});

test('after a restore no meter is asked for its key where no later one was ever made', async () => {
  const { rig, meter } = await enrolled();
  made(await order(rig));
  await takes(rig, last(handed(rig)));
  await rig.settle();
  const { length } = meter.controlled;
  await rig.startRestored();
  await rig.settle();
  assert.equal(meter.controlled.length, length);
});
