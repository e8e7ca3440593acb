import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUND_MS_MIN } from '../backhaul/index.ts';
import { KeyRing, Purpose, TransportKey } from '../crypto/index.ts';
import { AttentionReason } from '../records/index.ts';
import { DEFAULT_POLL_PLAN } from './index.ts';
import { type MonitoringKey, World, type WorldMeter } from './unit-world.testing.ts';

const MINUTE = 60_000;
const TRANSPORT = new TransportKey(new Uint8Array(32).fill(7));
const first = (world: World): WorldMeter => world.meters[0] as WorldMeter;

/** Meters that are polled every second, and whose keys come as the host sends them. */
function worldOf(meters: number): World {
  const world = new World({ seed: 1, meters, unwrap: (n, id, wrapped) => TRANSPORT.unwrap(n, id, wrapped) });
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: ROUND_MS_MIN });
  return world;
}

/** As after a restart: the meters are on the map, and no key is in the ring. */
function worldWithoutKeys(meters: number): World {
  const world = new World({
    seed: 1,
    meters,
    keys: new KeyRing(Purpose.monitoring),
    unwrap: (n, id, wrapped) => TRANSPORT.unwrap(n, id, wrapped),
  });
  world.connect();
  world.tell({ type: 'address-map', version: 2, entries: [] });
  world.tell({ type: 'address-map', version: 3, entries: entriesOf(world) });
  return world;
}

const entriesOf = ({ meters }: World) =>
  meters.map(({ id, modem }) => ({ svpmsn: id, modemAddress: modem.link.address }));

let tickets = 0;
function give(world: World, ...keys: MonitoringKey[]): void {
  const entries = keys.map((key) => ({ svpmsn: key.svpmsn, n: key.n, wrapped: TRANSPORT.wrap(key) }));
  world.tell({ type: 'monitoring-keys', ticket: ++tickets, entries });
}

/** Gives the meter and its local unit the next key, the local unit first. */
function change(world: World, meter: WorldMeter): MonitoringKey {
  const next = meter.keyOfGeneration(1);
  give(world, next);
  run(world, 5_000);
  meter.nextKey = next;
  return next;
}

const run = (world: World, ms: number) => world.time.runUntil(world.time.now + ms);
const polls = (world: World, { id }: WorldMeter) =>
  world.of('poll-result').filter(({ svpmsn }) => svpmsn === id).length;
const holds = ({ keys }: World, { n, svpmsn }: MonitoringKey) => keys.get(n, svpmsn) !== undefined;
/** Whether the meter is polled within ten seconds. */
function isPolled(world: World, meter: WorldMeter): boolean {
  const before = polls(world, meter);
  run(world, 10_000);
  return polls(world, meter) > before;
}

test('a local unit that lacks keys asks for them at once and every minute, until it has them', () => {
  const world = worldWithoutKeys(3);
  const asked = () => world.of('monitoring-keys-wanted');
  run(world, 2 * MINUTE + 5_000);
  assert.deepEqual(
    asked()
      .slice(-3)
      .map(({ svpmsns }) => svpmsns),
    Array.from({ length: 3 }, () => world.meters.map(({ id }) => id)),
  );
  assert.equal(world.of('poll-result').length, 0);
  const [one, two, three] = world.meters as [WorldMeter, WorldMeter, WorldMeter];
  give(world, one.monitoringKey, three.monitoringKey);
  run(world, MINUTE);
  assert.deepEqual(asked().at(-1)?.svpmsns, [two.id]);
  give(world, two.monitoringKey);
  run(world, 1_000);
  const before = asked().length;
  run(world, 5 * MINUTE);
  assert.equal(asked().length, before);
  for (const meter of world.meters) assert.ok(polls(world, meter) > 0);
});

test('what is asked for is asked again when the connection comes again, and not while there is none', () => {
  const world = worldWithoutKeys(1);
  run(world, 5_000);
  const before = world.of('monitoring-keys-wanted').length;
  world.step({ type: 'backhaul-down', now: world.now });
  run(world, 5 * MINUTE);
  assert.equal(world.of('monitoring-keys-wanted').length, before);
  world.connect();
  run(world, 1_000);
  assert.equal(world.of('monitoring-keys-wanted').length, before + 1);
});

test('a meter is polled before, while and after its key changes, and its old key goes when the new one has worked', () => {
  const world = worldOf(2);
  const meter = first(world);
  const old = meter.monitoringKey;
  const next = meter.keyOfGeneration(1);
  assert.ok(isPolled(world, meter));
  give(world, next);
  assert.ok(isPolled(world, meter), 'the local unit has the new key, the meter has not');
  assert.deepEqual([holds(world, old), holds(world, next)], [true, true]);
  meter.nextKey = next;
  assert.ok(isPolled(world, meter), 'both have it, and it was not used');
  assert.ok(holds(world, old));
  // The host has used it: the old one is gone.
  meter.monitoringKey = next;
  meter.nextKey = undefined;
  meter.note();
  assert.ok(isPolled(world, meter), 'the meter serves the new key alone');
  assert.deepEqual([holds(world, old), holds(world, next)], [false, true]);
  assert.ok(world.meters.every((other) => other === meter || holds(world, other.monitoringKey)));
  assert.equal(world.of('monitoring-keys-wanted').length, 0);
});

test('keys that come twice, and an old one that comes late, change nothing', () => {
  const world = worldOf(1);
  const meter = first(world);
  const old = meter.monitoringKey;
  const next = change(world, meter);
  give(world, next);
  give(world, next);
  assert.ok(isPolled(world, meter));
  meter.monitoringKey = next;
  meter.nextKey = undefined;
  meter.note();
  assert.ok(isPolled(world, meter));
  give(world, old);
  run(world, 1_000);
  assert.ok(holds(world, old));
  const requests = meter.modem.requests.length;
  assert.ok(isPolled(world, meter));
  const asked = meter.modem.requests.slice(requests);
  assert.ok(asked.length > 0 && asked.every((frame) => frame[2] === next.n), 'under the new key alone');
});

test('a meter that calls under its new key is heard, and what it calls about is fetched under that key', () => {
  const world = worldOf(1);
  const meter = first(world);
  const next = change(world, meter);
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: 60 * MINUTE });
  run(world, 5_000);
  meter.raise(AttentionReason.voltageWhileOpen);
  run(world, 15_000);
  assert.equal(world.of('attention').length, 1);
  assert.ok(world.of('poll-result').at(-1)?.events !== undefined);
  assert.equal(meter.monitoringKey, next);
  assert.ok(!holds(world, meter.keyOfGeneration(0)), 'the first command under it ended the old key');
});

test('a meter that calls under a key that its local unit lacks has it asked for, and is heard when it has come', () => {
  const world = worldOf(1);
  const meter = first(world);
  meter.nextKey = meter.keyOfGeneration(1);
  run(world, 5_000);
  meter.raise(AttentionReason.coverOpened);
  run(world, 90_000);
  assert.equal(world.of('attention').length, 0);
  const asked = world.of('monitoring-keys-wanted');
  assert.ok(asked.length >= 1 && asked.length <= 2, `${asked.length} times in 90 s`);
  assert.ok(isPolled(world, meter), 'under the key that it serves still');
  give(world, meter.monitoringKey, meter.nextKey);
  run(world, 30_000);
  assert.equal(world.of('attention').length, 1);
});

test('a meter that knows none of its keys has them asked for, and is polled when the right one has come', () => {
  const world = worldOf(2);
  const meter = first(world);
  // Changed twice while the local unit was not told.
  meter.monitoringKey = meter.keyOfGeneration(2);
  run(world, 2 * MINUTE);
  assert.deepEqual(
    world.of('monitoring-keys-wanted').map(({ svpmsns }) => svpmsns),
    world.of('monitoring-keys-wanted').map(() => [meter.id]),
  );
  give(world, meter.keyOfGeneration(0));
  assert.ok(!isPolled(world, meter), 'the books do not know either');
  run(world, 2 * MINUTE);
  give(world, meter.keyOfGeneration(2));
  assert.ok(isPolled(world, meter));
});

test('whoever refuses in the name of a meter keeps it from being polled for as long, and no longer', () => {
  const world = worldOf(1);
  const meter = first(world);
  const next = change(world, meter);
  const { monitoringKey } = meter;
  // Every key is refused as unknown.
  meter.monitoringKey = meter.keyOfGeneration(3);
  meter.nextKey = undefined;
  run(world, 5 * MINUTE);
  assert.ok(!isPolled(world, meter));
  assert.deepEqual([holds(world, monitoringKey), holds(world, next)], [true, true]);
  meter.monitoringKey = monitoringKey;
  meter.nextKey = next;
  assert.ok(isPolled(world, meter));
});
