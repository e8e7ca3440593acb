import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Suspicion } from '../backhaul/index.ts';
import { AttentionReason } from '../records/index.ts';
import { milliseconds, milliwattHours, svpmsn, tokens } from '../units/index.ts';
import { MemoryStore } from './index.ts';
import { believeBalance } from './monitoring.ts';
import { EnergySums } from './overview.ts';
import { Rig } from './rig.testing.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of polls, where nothing else is set. */
const ROUND = HOUR;

/** A line that says of itself what its local unit found since the last report. */
function reporting() {
  const rig = new Rig(new MemoryStore());
  const report = (suspicions: readonly Suspicion[] = []) =>
    rig.host.handle({
      ...{ type: 'grid', localUnit: 1 },
      message: {
        ...{ type: 'line-health', fromMs: rig.clock.ms - ROUND, toMs: rig.clock.ms },
        ...{ frames: 10, bytes: 200, airtimeMs: 3_000, retries: 2, garbled: 1, suspicions },
      },
    });
  return { rig, report };
}

test('alarms come the most urgent first, each with since when it stands, and a suspicion that is over is none', async () => {
  const { rig, report } = reporting();
  for (const id of [1, 2, 3, 4]) await rig.enrol(id);
  const begun = rig.clock.now();
  const over = { kind: 'doubled-id', address: 4, svpmsn: svpmsn(9), sinceMs: begun - MINUTE } as const;
  const standing = { kind: 'doubled-address', address: 5, svpmsn: svpmsn(8), sinceMs: begun - 2 * MINUTE } as const;
  await report([over, standing]);
  const heard = (id: number) =>
    rig.store.transaction((tx) => believeBalance(tx, svpmsn(id), tokens(50), rig.clock.now()));
  await heard(1);
  rig.clock.ms += 9 * ROUND;
  const now = rig.clock.now();
  await report([standing]);
  for (const id of [2, 3, 4]) await heard(id);
  const frozenAt = milliseconds(now - 3 * MINUTE);
  await rig.store.transaction(async (tx) => {
    const [purse] = await tx.pursesOf([svpmsn(3)]);
    assert.ok(purse !== undefined);
    await tx.putPurse({ ...purse, freeze: 'txid-twice', frozenAt });
  });
  const attention = { type: 'attention', svpmsn: svpmsn(2), counter: 1, atMs: now } as const;
  const message = { ...attention, reasons: AttentionReason.bypass };
  await rig.host.handle({ type: 'grid', localUnit: 1, message });
  rig.clock.ms += MINUTE;
  const { alarms, lines } = await rig.host.overview();
  assert.deepEqual(alarms.count, { frozen: 1, tampered: 1, dark: 1, suspicion: 1 });
  assert.deepEqual(
    alarms.items.map(({ kind, svpmsn: meter, since }) => [kind, meter, since]),
    [
      ['frozen', 3, frozenAt],
      ['tampered', 2, now],
      ['dark', 1, begun],
      ['suspicion', 8, begun - 2 * MINUTE],
    ],
  );
  assert.equal(lines.suspicions, 1);
});

test('a line is silent after two rounds without a report, and its figures are those of the last one', async () => {
  const { rig, report } = reporting();
  await report();
  rig.clock.ms += 2 * ROUND;
  const { lines } = await rig.host.overview();
  const figures = { mapRefused: 0, suspicions: 0, frames: 10, retries: 2, garbled: 1 };
  assert.deepEqual(lines, { count: 1, silent: 0, ...figures });
  rig.clock.ms += 1;
  assert.deepEqual((await rig.host.overview()).lines, { count: 1, silent: 1, ...figures });
});

/** Check minutes of 1 mWh each in a day before and of 2 mWh in the one that began then. */
async function checked(begin: number, beforeMinutes: number) {
  const store = new MemoryStore();
  const before = begin - beforeMinutes * MINUTE;
  await store.transaction(async (tx) => {
    await tx.putLine({ ...NO_LINE, localUnit: 1 });
    for (let at = before; at < begin + 25 * HOUR; at += MINUTE) {
      const energy = milliwattHours(at < begin ? 1 : 2);
      await tx.putCheckMinute({ localUnit: 1, minute: at / MINUTE, energy });
    }
  });
  const days = { before: milliseconds(before), begin: milliseconds(begin) };
  return (sums: EnergySums, lived: number) =>
    store.read((tx) => sums.read(tx, { ...days, now: milliseconds(begin + lived) }));
}
const NO_LINE = {
  ...{ healthAt: undefined, health: undefined, checkedAt: undefined, mapRefusedAt: undefined, mapRefusal: undefined },
};

test('hour after hour the energy of the day is what a first look at it would find', async () => {
  const read = await checked(Date.UTC(2026, 0, 4, 23), 1440);
  const sums = new EnergySums();
  for (const lived of [10 * HOUR, 10 * HOUR + 30 * MINUTE, 11 * HOUR + 5 * MINUTE, 15 * HOUR]) {
    const found = await read(sums, lived);
    assert.deepEqual(found, await read(new EnergySums(), lived));
    assert.equal(found?.today.beforeMinutes, lived / MINUTE);
  }
});

test('a day that clocks made longer is never beside minutes of its own', async () => {
  const read = await checked(Date.UTC(2026, 9, 24, 22), 1440);
  const found = await read(new EnergySums(), 24 * HOUR + 30 * MINUTE);
  assert.deepEqual([found?.today.before, found?.today.beforeMinutes], [1440n, 1440]);
  assert.deepEqual([found?.hour.before, found?.hour.minutes], [0n, 31]);
});
