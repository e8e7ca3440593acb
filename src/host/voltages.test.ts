import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkFile } from '../analysis/index.ts';
import { Suite } from '../crypto/index.ts';
import {
  decodeUseRequest,
  emptyDayProfile,
  encodeUseAnswer,
  Result,
  type UseAnswer,
  VOLTAGE_INTERVALS,
  VOLTAGE_MISSING,
  type VoltageDay,
} from '../records/index.ts';
import { type SupplyIndex, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { MemoryStore, type Meter } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const DAY_MS = 86_400_000;
/** That there is one is enough. */
const NETWORK: NetworkFile = {
  source: { node: 'transformer', volts: 230, ohms: { r1: 0.01, x1: 0.01, r0: 0.01, x0: 0.01 } },
  ...{ cables: {}, lines: [], loads: [] },
};
const HOUR_MS = 3_600_000;

/** A meter whose last days are in the books, but for their voltages, on a line whose network is described. */
async function told(suite: Suite = Suite.aes128, { isDescribed = true } = {}) {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1, { suite });
  const { localUnit } = (await rig.store.read((tx) => tx.metersOf([meter.id])))[0] as Meter;
  if (isDescribed) {
    await rig.store.transaction((tx) => tx.lineNetworks.put([{ id: String(localUnit), localUnit, file: NETWORK }]));
  }
  rig.clock.ms += 9 * DAY_MS;
  const today = () => Math.floor(rig.clock.ms / DAY_MS);
  const use = (more: Partial<UseAnswer> & { readonly result?: Result } = {}) =>
    encodeUseAnswer({
      head: {
        ...{ result: more.result ?? Result.done, balance: tokens(0) },
        clock: unixSeconds(Math.floor(rig.clock.ms / 1000)),
      },
      info: {
        ...{ owed: tokens(0), flags: 0, tableVersion: 4, nextTableVersion: 0, policyVersion: 1 },
        ...{ lastDay: today() - 1, daysHeld: 7, nextEvent: 1 },
      },
      ...{ totals: [], modeTable: null, policy: null, profiles: [] },
      ...more,
    });
  /** What the local unit is sent to fetch. */
  const asked = () => {
    const found = rig.told.filter((message) => message.type === 'collect');
    rig.told.length = 0;
    return found.map(({ use: request }) => decodeUseRequest(request));
  };
  const poll = (more: Parameters<typeof use>[0]) => rig.poll(meter.id, { use: use(more) });
  const kept = (day: number, supply: SupplyIndex = 1) =>
    rig.store.read(async (tx) => (await tx.voltages.of([`000001-${supply}-${day}`]))[0]);
  const profiles = Array.from({ length: 7 }, (_, i) => emptyDayProfile(today() - 7 + i, 1));
  await poll({ profiles });
  return { rig, meter, today, asked, poll, kept };
}

const dayOf = (day: number, value = 23_000, supply: SupplyIndex = 1): VoltageDay => ({
  ...{ day, supply },
  volts: new Uint16Array(VOLTAGE_INTERVALS).fill(value),
});

test('voltages of a line whose network is not described stay in its meters: they would take time of the line, and place nothing', async () => {
  assert.deepEqual((await told(Suite.aes128, { isDescribed: false })).asked(), []);
});

test('voltages are asked for by themselves when all else is there, kept, and the next day asked for on the next day', async () => {
  const { rig, today, asked, poll, kept } = await told();
  const yesterday = today() - 1;
  const days = Array.from({ length: 7 }, (_, i) => ({ day: yesterday - 6 + i, supply: 1 as const }));
  const nothingElse = { totals: false, modeTable: false, policy: false, profiles: [] };
  assert.deepEqual(asked(), [{ ...nothingElse, voltages: days }]);
  await poll({ voltages: days.map(({ day }) => dayOf(day)) });
  assert.deepEqual((await kept(yesterday))?.volts, dayOf(0).volts);
  assert.deepEqual((await kept(yesterday))?.findings, []);
  assert.deepEqual(asked(), []);
  rig.clock.ms += DAY_MS;
  await poll({ profiles: [emptyDayProfile(yesterday + 1, 1)] });
  assert.deepEqual(asked(), [{ ...nothingElse, voltages: [{ day: yesterday + 1, supply: 1 }] }]);
});

test('an answer that was lost is asked for again after an hour, and not before', async () => {
  const { rig, asked, poll } = await told();
  assert.equal(asked().length, 1);
  await poll({});
  rig.clock.ms += HOUR_MS - 60_000;
  await poll({});
  assert.equal(asked().length, 0);
  rig.clock.ms += 60_000;
  await poll({});
  assert.equal(asked().length, 1);
});

test('a meter that knows no voltages is left alone for six days and then asked for all that it holds', async () => {
  const { rig, today, asked, poll } = await told();
  asked();
  await poll({ result: Result.bodyNotUnderstood });
  for (let day = 1; day < 6; day++) {
    rig.clock.ms += DAY_MS;
    await poll({ profiles: [emptyDayProfile(today() - 1, 1)] });
    assert.deepEqual(asked(), [], `day ${day}`);
  }
  rig.clock.ms += DAY_MS;
  await poll({ profiles: [emptyDayProfile(today() - 1, 1)] });
  const [request] = asked();
  assert.ok(request !== undefined && !('reason' in request));
  assert.equal(request.voltages?.length, 7);
});

test('a meter that holds none of what was asked for, as a new one, is asked for its next day alone', async () => {
  const { rig, today, asked, poll } = await told();
  asked();
  await poll({ result: Result.notHeld });
  rig.clock.ms += 2 * HOUR_MS;
  await poll({});
  assert.deepEqual(asked(), []);
  rig.clock.ms += DAY_MS;
  await poll({ profiles: [emptyDayProfile(today() - 1, 1)] });
  const [request] = asked();
  assert.ok(request !== undefined && !('reason' in request));
  assert.deepEqual(request.voltages, [{ day: today() - 1, supply: 1 }]);
});

test('an answer that lacks a profile does not pass for a meter without voltages', async () => {
  const { rig, today, asked, poll } = await told();
  asked();
  await poll({ result: Result.notHeld, profiles: [emptyDayProfile(today() - 1, 1)] });
  rig.clock.ms += HOUR_MS;
  await poll({});
  assert.equal(asked().length, 1);
});

test('a meter of the laboratory suite is not asked', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1, { suite: Suite.tripleDes });
  rig.told.length = 0;
  await rig.poll(meter.id, {});
  assert.deepEqual(rig.told, []);
});

test('days not lived yet, of a supply that is not there, from another line or of no meter are not kept', async () => {
  const { rig, today, meter, poll, kept } = await told();
  await poll({ voltages: [dayOf(today() - 1), dayOf(today() - 1, 23_000, 2), dayOf(today() + 1)] });
  assert.equal(rig.host.counters().recordsNotUnderstood, 2);
  assert.notEqual(await kept(today() - 1), undefined);
  assert.equal(await kept(today() - 1, 2), undefined);
  assert.equal(await kept(today() + 1), undefined);
  // All ones where a section should be, and sections whose days go back.
  const bytes = encodeUseAnswer({
    head: { result: 0, balance: tokens(0), clock: unixSeconds(1) },
    info: { owed: tokens(0), flags: 0, tableVersion: 4, nextTableVersion: 0, policyVersion: 1, ...LAST },
    ...{ totals: [], modeTable: null, policy: null, profiles: [], voltages: [dayOf(9), dayOf(8)] },
  });
  for (const use of [bytes, bytes.fill(0xff, 34), bytes.subarray(0, 60)]) await rig.poll(meter.id, { use });
  assert.equal(rig.host.counters().recordsNotUnderstood, 5);
  assert.equal(await kept(9), undefined);
  const message = { type: 'poll-result', svpmsn: meter.id, atMs: rig.clock.ms, clockOffsetMs: 0 } as const;
  const foreign = { ...message, use: encodeUseAnswer({ ...ANSWER, voltages: [dayOf(5)] }) };
  await rig.host.handle({ type: 'grid', localUnit: 9, message: foreign });
  await rig.host.handle({ type: 'grid', localUnit: 1, message: { ...foreign, svpmsn: svpmsn(77) } });
  assert.equal(await kept(5), undefined);
});

const LAST = { lastDay: 0, daysHeld: 0, nextEvent: 1 };
const ANSWER: UseAnswer = {
  head: { result: 0, balance: tokens(0), clock: unixSeconds(1) },
  info: { owed: tokens(0), flags: 0, tableVersion: 4, nextTableVersion: 0, policyVersion: 1, ...LAST },
  ...{ totals: [], modeTable: null, policy: null, profiles: [] },
};

test('a gap keeps what was known, another value is marked, and so is one that cannot be', async () => {
  const { rig, today, poll, kept } = await told();
  const day = today() - 1;
  await poll({ voltages: [dayOf(day)] });
  const again = dayOf(day);
  again.volts.fill(VOLTAGE_MISSING, 0, 4).fill(23_100, 4, 6).fill(100, 6, 8);
  await poll({ voltages: [again] });
  const reading = await kept(day);
  assert.deepEqual([...(reading?.volts ?? [])].slice(0, 9), [
    ...new Array(4).fill(23_000),
    23_100,
    23_100,
    100,
    100,
    23_000,
  ]);
  const findings = [
    { reason: 'differs', from: 60, minutes: 30 },
    { reason: 'impossible', from: 90, minutes: 30 },
  ];
  assert.deepEqual(reading?.findings, findings);
  await poll({ voltages: [again] });
  assert.deepEqual((await kept(day))?.findings, findings);
  const read = made(await rig.host.voltages({ meter: 1, supply: 1, ...datesOf(day) }));
  // The utility is an hour before UTC.
  assert.deepEqual(read.days[0]?.millivolts.slice(2, 11), [
    -1,
    -1,
    ...new Array(4).fill(230_000),
    ...[231_000, 231_000, 1_000],
  ]);
  assert.deepEqual(
    read.days[0]?.checks,
    findings.map((each) => ({ ...each, from: each.from + 60 })),
  );
  const before = made(await rig.host.voltages({ meter: 1, supply: 1, ...datesOf(day - 3) }));
  assert.deepEqual(new Set(before.days[0]?.millivolts), new Set([-1]));
  assert.ok('reason' in (await rig.host.voltages({ meter: 1, supply: 2, ...datesOf(day) })));
});

function datesOf(day: number): { readonly from: string; readonly to: string } {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return { from: date, to: date };
}
