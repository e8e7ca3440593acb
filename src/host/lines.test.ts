import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressMap, BackhaulMessage, Suspicion } from '../backhaul/index.ts';
import { milliseconds, milliwattHours, svpmsn } from '../units/index.ts';
import { MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const MINUTE_MS = 60_000;

function rigWithLine(localUnit = 7) {
  const rig = new Rig(new MemoryStore());
  const minuteNow = () => Math.floor(rig.clock.ms / MINUTE_MS);
  const say = (message: BackhaulMessage) => rig.host.handle({ type: 'grid', localUnit, message });
  const check = (minute: number, energy: number) =>
    say({ type: 'check-meter', minute, energy: milliwattHours(energy) });
  const report = (suspicions: readonly Suspicion[], toMs = rig.clock.ms) =>
    say({
      type: 'line-health',
      fromMs: toMs - 900_000,
      toMs,
      frames: 10,
      bytes: 200,
      airtimeMs: 3_000,
      retries: 2,
      garbled: 1,
      suspicions,
    });
  const minutes = async (from: number, to: number) => {
    const range = { from: milliseconds(from * MINUTE_MS), to: milliseconds(to * MINUTE_MS) };
    return made(await rig.host.checkMinutes({ localUnit, ...range })).map(({ minute, energy }) => [minute, energy]);
  };
  return { rig, minuteNow, check, report, minutes };
}

test('minutes of the check meter are kept by local unit, with their age, over a restart', async () => {
  const { rig, minuteNow, check, minutes } = rigWithLine();
  const minute = minuteNow() - 3;
  await check(minute, 500);
  await check(minute + 1, 600);
  await check(minute, 500);
  assert.deepEqual(await minutes(minute, minute + 1), [[minute, 500]]);
  assert.deepEqual(await minutes(minute, minute + 9), [
    [minute, 500],
    [minute + 1, 600],
  ]);
  rig.host = rig.newHost();
  rig.clock.ms += 5_000;
  const [view, ...others] = await rig.host.lines();
  assert.deepEqual([view?.line.localUnit, others.length], [7, 0]);
  assert.equal(view?.age.check, rig.clock.ms - (minute + 2) * MINUTE_MS);
  assert.deepEqual(await minutes(minute, minute + 2), [
    [minute, 500],
    [minute + 1, 600],
  ]);
});

test('a minute that has not been yet is not kept, and a range of nothing or of years is refused', async () => {
  const { rig, minuteNow, check, minutes } = rigWithLine();
  await check(minuteNow() + 2, 500);
  await check(2 ** 32 - 1, 500);
  assert.equal(rig.host.counters().recordsNotUnderstood, 2);
  await check(minuteNow(), 500);
  assert.deepEqual(await minutes(minuteNow(), minuteNow() + 9), [[minuteNow(), 500]]);
  const at = milliseconds(rig.clock.ms);
  for (const [from, to] of [
    [at, at],
    [milliseconds(0), at],
  ] as const) {
    const answer = await rig.host.checkMinutes({ localUnit: 7, from, to });
    assert.equal('reason' in answer && answer.reason, 'range-wrong');
  }
});

test('suspicions stay when the local unit has forgotten them, with since when and how long not named', async () => {
  const { rig, report } = rigWithLine();
  const begun = rig.clock.ms;
  const doubled = { kind: 'doubled-id', address: 4, svpmsn: svpmsn(9), sinceMs: begun - 60_000 } as const;
  const silent = { kind: 'no-answer', address: 5, svpmsn: svpmsn(10), sinceMs: 0 } as const;
  await report([silent, doubled]);
  rig.clock.ms += 900_000;
  await report([silent]);
  // A report that waited on the way, and is older than what is known, takes nothing back.
  await report([doubled, silent], begun);
  rig.clock.ms += 1_000;
  rig.host = rig.newHost();
  const [view] = await rig.host.lines();
  assert.deepEqual([view?.line.health?.retries, view?.age.health, view?.age.check], [2, 1_000, undefined]);
  assert.deepEqual(
    view?.suspicions.map(({ suspicion, stands, age }) => [suspicion.kind, suspicion.svpmsn, stands, age]),
    [
      ['doubled-id', 9, false, { since: 961_000, named: 901_000 }],
      ['no-answer', 10, true, { since: undefined, named: 1_000 }],
    ],
  );
});

test('a line keeps so many suspicions and no more: those named the longest ago go first', async () => {
  const { rig, report } = rigWithLine();
  for (let round = 0; round < 4; round++) {
    const suspicions = Array.from({ length: 200 }, (_, i) => ({
      kind: 'doubled-address' as const,
      address: i,
      svpmsn: svpmsn(round * 200 + i),
      sinceMs: rig.clock.ms,
    }));
    await report(suspicions);
    rig.clock.ms += 900_000;
  }
  const [view] = await rig.host.lines();
  const ids = view?.suspicions.map(({ suspicion }) => suspicion.svpmsn).sort((a, b) => a - b) ?? [];
  assert.equal(ids.length, 512);
  assert.deepEqual(
    ids.slice(-400),
    Array.from({ length: 400 }, (_, i) => 400 + i),
  );
});

test('a modem that was given another address is entered, its local unit is sent the map, and an address has one meter', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  await rig.enrol(2);
  await rig.enrol(3, { localUnit: 2, modemAddress: 9 });
  const mapNow = () => rig.told.findLast(({ type }) => type === 'address-map') as AddressMap;
  const before = mapNow().version;
  made(await rig.host.readdress({ meter: 1, modemAddress: 9 }));
  const map = mapNow();
  assert.ok(map.version > before);
  assert.deepEqual(
    map.entries.map((entry) => [entry.svpmsn, entry.modemAddress]),
    [
      [1, 9],
      [2, 2],
    ],
  );
  made(await rig.host.readdress({ meter: 2, modemAddress: 1 }));
  made(await rig.host.readdress({ meter: 2, modemAddress: 1 }));
  for (const [meter, modemAddress, reason] of [
    [2, 9, 'address-taken'],
    [2, 256, 'meter-number-wrong'],
    [2, -1, 'meter-number-wrong'],
    [2, 1.5, 'meter-number-wrong'],
    [4, 5, 'meter-unknown'],
  ] as const) {
    const answer = await rig.host.readdress({ meter, modemAddress });
    assert.equal('reason' in answer && answer.reason, reason, `${meter} ${modemAddress}`);
  }
  assert.equal(made(await rig.host.meter(2)).meter.modemAddress, 1);
});
