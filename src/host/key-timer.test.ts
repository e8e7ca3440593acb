import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generationOf, Purpose, purposeOf, Suite } from '../crypto/index.ts';
import { Result } from '../records/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { type Act, createHost, type HostServices, type KeyRotation, MemoryStore, rotationOverdueMs } from './index.ts';
import { LOOKED_AT_ONCE, type RotationTiming } from './key-timer.ts';
import { made, masterKeyOf, Rig } from './rig.testing.ts';

const MINUTE_MS = 60_000;
/** One line is enough for 256. */
const UNIT = 1;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR: RotationTiming = { everyMs: 365 * DAY_MS, metersAtOnce: 100, refusedMax: 0 };

/** The key store of the rig has two generations in this suite. */
const ASKED = { purpose: 'value', suite: Suite.aes128 } as const;
const ACT: Omit<Act, 'at'> = {
  ...{ by: 'han', role: 'system-manager', action: 'rotateKeys', subject: 'keys value', detail: '', request: 'r' },
};

interface Fleet {
  readonly rig: Rig;
  readonly timing: RotationTiming;
}

const timedHost = ({ rig, timing }: Fleet, ports = rig.portsOf()): HostServices =>
  createHost(ports, { zone: 'Europe/Berlin', metersMax: 1_000, rotation: { value: timing } });

async function fleetOf(meters: number, more: Partial<RotationTiming> = {}): Promise<Fleet> {
  const rig = new Rig(new MemoryStore());
  const timing = { ...YEAR, ...more };
  for (let id = 1; id <= meters; id++) await rig.enrol(id, { localUnit: UNIT });
  const fleet = { rig, timing };
  rig.host = timedHost(fleet);
  return fleet;
}

/** Lets time pass a minute at once, in which each meter but those that are silent is heard, and each host does its work. */
async function live(
  { rig }: Fleet,
  minutes: number,
  { silent = [], hosts = [rig.host] }: { readonly silent?: readonly number[]; hosts?: readonly HostServices[] } = {},
): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    rig.clock.ms += MINUTE_MS;
    for (const id of rig.meters.keys()) if (!silent.includes(id) && minute % 60 === 0) await rig.poll(id, {}, UNIT);
    for (const host of hosts) {
      await host.rotateDueKeys();
      await host.handle({ type: 'tick' });
    }
    await rig.pump();
  }
}

async function rowOf(fleet: Fleet): Promise<KeyRotation> {
  const [row] = (await fleet.rig.host.keyRotations()).filter(({ suite }) => suite === Suite.aes128);
  assert.ok(row !== undefined);
  return row;
}
const newest = ({ rig }: Fleet) => [...rig.meters.values()].map(({ generations }) => generations[0]?.newest);
const floors = ({ rig }: Fleet) => [...rig.meters.values()].map(({ generations }) => generations[0]?.floor);
const keysOrdered = ({ rig }: Fleet) =>
  [...rig.meters.values()].map(({ controlled }) => controlled.filter(({ h }) => h === 0x2f).length);

test('a rotation begins by itself when it is due, and not a minute before', async () => {
  const fleet = await fleetOf(3);
  await live(fleet, 5);
  const { dueAt = 0, ...before } = await rowOf(fleet);
  assert.equal(before.state, 'resting');
  assert.equal(dueAt, (before.beganAt as number) + YEAR.everyMs, 'counted from the day on which the meters came');
  fleet.rig.clock.ms = dueAt - 3 * MINUTE_MS;
  await live(fleet, 2);
  assert.deepEqual([newest(fleet), (await rowOf(fleet)).state], [[0, 0, 0], 'resting']);
  await live(fleet, 10);
  assert.deepEqual(newest(fleet), [1, 1, 1]);
  const after = await rowOf(fleet);
  assert.deepEqual([after.state, after.generation, after.counts?.there], ['given', 1, 3]);
  assert.ok((after.dueAt as number) > dueAt + 364 * DAY_MS, 'the next is a year later');
  const entries = await fleet.rig.store.read((tx) => tx.audit.page({ limit: 9 }));
  assert.deepEqual(
    entries.map(({ by, action, detail }) => [by, action, JSON.parse(detail).step]),
    [
      ['timer of the host', 'rotateKeys', 'given'],
      ['timer of the host', 'rotateKeys', 'giving'],
    ],
  );
  made(await fleet.rig.host.sell({ meter: 2, amount: 50, orderId: 'under the new key', source: 'cash' }));
  await live(fleet, 5);
  assert.equal([...fleet.rig.meters.values()][1]?.credited, 50);
});

test('without a timing nothing is rotated, however old the keys are, and nothing is shown', async () => {
  const fleet = await fleetOf(2);
  fleet.rig.host = fleet.rig.newHost();
  fleet.rig.clock.ms += 4_000 * DAY_MS;
  await live(fleet, 30);
  assert.deepEqual([newest(fleet), await fleet.rig.host.keyRotations()], [[0, 0], []]);
});

test('at most so many meters are ordered at once, and the next when those have answered', async () => {
  const fleet = await fleetOf(7, { metersAtOnce: 2 });
  fleet.rig.clock.ms += YEAR.everyMs;
  const held = new Set<number>();
  for (let minute = 0; minute < 40; minute++) {
    await live(fleet, 1);
    const open = await Promise.all([...fleet.rig.meters.keys()].map((id) => fleet.rig.host.commands(id)));
    const waiting = open.flat().filter(({ slot, state }) => slot === 'key-value' && state === 'waiting');
    assert.ok(waiting.length <= 2, `${waiting.length} at once`);
    held.add(newest(fleet).filter((generation) => generation === 1).length);
  }
  assert.deepEqual(newest(fleet), Array(7).fill(1));
  assert.ok(
    [2, 4, 6].every((stage) => held.has(stage)),
    [...held].join(),
  );
});

test('meters are ordered in the hours of the utility alone, also over midnight', async () => {
  const fleet = await fleetOf(4, { hours: { from: 22, to: 2 } });
  // Noon in Berlin.
  fleet.rig.clock.ms = Date.UTC(2027, 1, 1, 11);
  await live(fleet, 9 * 60);
  assert.deepEqual([newest(fleet), (await rowOf(fleet)).state], [[0, 0, 0, 0], 'giving']);
  assert.equal((await rowOf(fleet)).counts?.can, 4);
  await live(fleet, 3 * 60);
  assert.deepEqual(newest(fleet), [1, 1, 1, 1]);
});

test('a host that is started again in the middle goes on where it was, and orders none twice', async () => {
  const many = LOOKED_AT_ONCE + 5;
  const fleet = await fleetOf(many, { metersAtOnce: 30 });
  fleet.rig.clock.ms += YEAR.everyMs;
  for (let starts = 0; starts < 12; starts++) {
    await live(fleet, 1);
    if (starts === 3) assert.ok((await rowOf(fleet)).after > 0 || (await rowOf(fleet)).counts !== undefined);
    fleet.rig.host = timedHost(fleet);
    await fleet.rig.host.start();
  }
  await live(fleet, 20);
  assert.deepEqual(newest(fleet), Array(many).fill(1));
  assert.deepEqual(keysOrdered(fleet), Array(many).fill(1));
});

test('two hosts over the same books rotate together as one, and one without the new key leaves it to the other', async () => {
  const fleet = await fleetOf(LOOKED_AT_ONCE + 20, { metersAtOnce: 25 });
  const old = new Map([Purpose.value, Purpose.control].map((p) => [(p << 6) | (Suite.aes128 << 4), p] as const));
  const kh = new Map([...old.keys()].map((n) => [n as never, masterKeyOf(n as never)]));
  const other = timedHost(fleet);
  const behind = timedHost(fleet, fleet.rig.portsOf(fleet.rig.store, kh));
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 9, { hosts: [behind] });
  assert.equal((await rowOf(fleet)).state, 'wants-key', 'alone it has none to give');
  for (let minute = 0; minute < 40; minute++) {
    fleet.rig.clock.ms += MINUTE_MS;
    for (const id of minute % 60 === 0 ? fleet.rig.meters.keys() : []) await fleet.rig.poll(id as Svpmsn, {}, UNIT);
    await Promise.all([other, fleet.rig.host].map((host) => host.rotateDueKeys()));
    await behind.rotateDueKeys();
    await fleet.rig.host.handle({ type: 'tick' });
    await fleet.rig.pump();
    const commands = await Promise.all([...fleet.rig.meters.keys()].map((id) => fleet.rig.host.commands(id)));
    const open = commands.flat().filter(({ slot, state }) => slot === 'key-value' && state === 'waiting').length;
    assert.ok(open <= 25, `${open} at once`);
  }
  assert.deepEqual(newest(fleet), Array(LOOKED_AT_ONCE + 20).fill(1));
  assert.deepEqual(keysOrdered(fleet), Array(LOOKED_AT_ONCE + 20).fill(1));
});

test('it stops where a meter says no, says so, and goes on when that meter has its key', async () => {
  const fleet = await fleetOf(6, { metersAtOnce: 2 });
  const second = fleet.rig.meters.get(2 as Svpmsn);
  assert.ok(second !== undefined);
  second.keyRefusal = Result.refusedByPolicy;
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 60);
  const stopped = await rowOf(fleet);
  assert.deepEqual([stopped.state, stopped.counts?.refused, newest(fleet)], ['stopped', 1, [1, 0, 0, 0, 0, 0]]);
  const [entry] = await fleet.rig.store.read((tx) => tx.audit.page({ limit: 1 }));
  assert.equal(JSON.parse(entry?.detail ?? '{}').step, 'stopped');
  // Somebody was there, and two people ask for its key again.
  second.keyRefusal = undefined;
  made(await fleet.rig.host.command(2, { type: 'key-change', purpose: 'value' }));
  await live(fleet, 60);
  assert.deepEqual([newest(fleet), (await rowOf(fleet)).state], [Array(6).fill(1), 'given']);
});

test('as many may say no as the configuration lets, and the others have their key', async () => {
  const fleet = await fleetOf(4, { refusedMax: 1 });
  const first = fleet.rig.meters.get(1 as Svpmsn);
  assert.ok(first !== undefined);
  first.keyRefusal = Result.refusedByPolicy;
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 30);
  assert.deepEqual(newest(fleet), [0, 1, 1, 1]);
  assert.deepEqual([(await rowOf(fleet)).state, (await rowOf(fleet)).counts?.refused], ['given', 1]);
});

test('a meter that is silent keeps nobody waiting, and has its key when it is heard again', async () => {
  const fleet = await fleetOf(3);
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 30, { silent: [3] });
  const { state, counts } = await rowOf(fleet);
  assert.deepEqual([newest(fleet), state, counts?.silent], [[1, 1, 0], 'given', 1]);
  await live(fleet, 30);
  assert.deepEqual([newest(fleet), (await rowOf(fleet)).counts?.silent], [[1, 1, 1], 0]);
});

test('the floor is raised by people alone, unless the configuration says after how long', async () => {
  const people = await fleetOf(2);
  people.rig.clock.ms += YEAR.everyMs;
  await live(people, 20);
  people.rig.clock.ms += 300 * DAY_MS;
  await live(people, 20);
  assert.deepEqual([(await rowOf(people)).state, floors(people)], ['given', [0, 0]]);
  const raised = await people.rig.host
    .by({ ...ACT, at: people.rig.clock.now() })
    .rotateKeys({ ...ASKED, step: 'raise' });
  assert.ok(!('reason' in raised));
  await live(people, 20);
  assert.deepEqual([(await rowOf(people)).state, floors(people)], ['resting', [1, 1]]);

  const timed = await fleetOf(2, { raiseAfterMs: 30 * DAY_MS });
  timed.rig.clock.ms += YEAR.everyMs;
  await live(timed, 20);
  timed.rig.clock.ms += 29 * DAY_MS;
  await live(timed, 20);
  assert.deepEqual(floors(timed), [0, 0]);
  timed.rig.clock.ms += DAY_MS;
  await live(timed, 30);
  assert.deepEqual([(await rowOf(timed)).state, floors(timed)], ['resting', [1, 1]]);
});

test('a key that people took back is given to nobody until they give it again', async () => {
  const fleet = await fleetOf(3);
  const by = () => fleet.rig.host.by({ ...ACT, at: fleet.rig.clock.now() });
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 20);
  assert.ok(!('reason' in (await by().rotateKeys({ ...ASKED, step: 'back-out' }))));
  const ordered = keysOrdered(fleet);
  await live(fleet, 24 * 60);
  assert.deepEqual([(await rowOf(fleet)).state, keysOrdered(fleet)], ['withheld', ordered]);
  assert.equal(made(await fleet.rig.host.meter(1)).meter.valueGeneration, 0);
  assert.ok(!('reason' in (await by().rotateKeys({ ...ASKED, step: 'give', most: 1 }))));
  await live(fleet, 20);
  for (const id of [1, 2, 3]) assert.equal(made(await fleet.rig.host.meter(id)).meter.valueGeneration, 1);
  assert.equal((await rowOf(fleet)).state, 'given');
});

test('what is due and has no key, or two keys still, waits for people and is overdue', async () => {
  const fleet = await fleetOf(2);
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 20);
  assert.equal(rotationOverdueMs(await rowOf(fleet), fleet.rig.clock.ms), 0);
  fleet.rig.clock.ms += YEAR.everyMs + DAY_MS;
  await live(fleet, 20);
  assert.equal((await rowOf(fleet)).state, 'wants-raise');
  assert.ok(rotationOverdueMs(await rowOf(fleet), fleet.rig.clock.ms) > DAY_MS - HOUR_MS);
  const by = fleet.rig.host.by({ ...ACT, at: fleet.rig.clock.now() });
  assert.ok(!('reason' in (await by.rotateKeys({ ...ASKED, step: 'raise' }))));
  await live(fleet, 20);
  assert.equal((await rowOf(fleet)).state, 'wants-key', 'the key store has generations 0 and 1');
  assert.deepEqual(newest(fleet), [1, 1]);
});

test('a clock that was set back rotates nothing twice, and a step that lies too far ahead is not waited for', async () => {
  const fleet = await fleetOf(2);
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 20);
  const orders = keysOrdered(fleet);
  fleet.rig.clock.ms -= 400 * DAY_MS;
  fleet.rig.host = timedHost(fleet);
  await live(fleet, 24 * 60);
  assert.deepEqual([keysOrdered(fleet), (await rowOf(fleet)).state], [orders, 'given']);
  assert.ok((await rowOf(fleet)).nextAt - fleet.rig.clock.ms < DAY_MS);
});

test('a meter that is enrolled after a rotation is given the key of the others', async () => {
  const fleet = await fleetOf(2);
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 20);
  await fleet.rig.enrol(3);
  await live(fleet, 7 * 60);
  assert.deepEqual(newest(fleet), [1, 1, 1]);
});

test('keys of monitoring come by way of the local unit, and have no floor to raise', async () => {
  const fleet = await fleetOf(1);
  fleet.rig.host = createHost(fleet.rig.portsOf(), {
    ...{ zone: 'Europe/Berlin', metersMax: 1_000 },
    rotation: { monitoring: YEAR },
  });
  fleet.rig.clock.ms += YEAR.everyMs;
  await live(fleet, 10);
  const [change] = (await fleet.rig.host.commands(1)).filter(({ slot }) => slot === 'key-monitoring');
  assert.equal(change?.state, 'awaiting-local-unit');
  const n = change.body[0] as never;
  assert.deepEqual([purposeOf(n), generationOf(n), change.body.length], [Purpose.monitoring, 1, 1]);
  assert.deepEqual(newest(fleet), [0], 'and no other key is touched');
});
