import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Feeder, feederOf, type NetworkFile, PowerFlow } from '../analysis/index.ts';
import { seeded } from '../analysis/line-year.testing.ts';
import { emptyDayProfile, VOLTAGE_INTERVALS } from '../records/index.ts';
import { type Milliseconds, svpmsn } from '../units/index.ts';
import { MemoryStore } from './index.ts';
import { areVoltagesTold, placeOf } from './load-places.ts';
import { lineDayId } from './loss-alarms.ts';
import { Rig } from './rig.testing.ts';
import type { LineBalance } from './types.ts';

const METERS = Array.from({ length: 12 }, (_, i) => i + 1);
const DAY = 20_600;
const TAPPED = 9;
const TAPPED_WATTS = 600;

const ohms = { r1: 0.4, x1: 0.07, r0: 1.5, x0: 0.08 };
/** A line along which a meter stands each 60 m, on one phase after the other. */
const NETWORK: NetworkFile = {
  source: { node: 'n0', volts: 235, ohms: { r1: 0.005, x1: 0.01, r0: 0.005, x0: 0.01 } },
  cables: { wire: ohms },
  lines: METERS.map((meter) => ({ from: `n${meter - 1}`, to: `n${meter}`, cable: 'wire', metres: 60 })),
  loads: METERS.map((meter) => ({ meter, node: `n${meter}`, phases: (['A', 'B', 'C'] as const)[meter % 3] ?? 'A' })),
};
const FEEDER = feederOf(NETWORK) as Feeder;

/** Eight days in the books, seven of them balanced; on the last one somebody taps the line beside meter 9. */
async function line(of: { readonly voltages?: boolean; readonly verdict?: LineBalance['verdict'] } = {}) {
  const { voltages = true, verdict = 'balanced' } = of;
  const rig = new Rig(new MemoryStore());
  for (const id of METERS) await rig.enrol(id);
  const random = seeded(5);
  const load = FEEDER.loads[TAPPED - 1];
  assert.ok(load !== undefined);
  const flow = new PowerFlow({ ...FEEDER, loads: [...FEEDER.loads, { ...load, meter: -1, tangent: 0 }] });
  await rig.store.transaction(async (tx) => {
    for (let day = DAY - 7; day <= DAY; day++) {
      const profiles = METERS.map(() => emptyDayProfile(day, 1));
      const volts = METERS.map(() => new Uint16Array(VOLTAGE_INTERVALS));
      for (let quarter = 0; quarter < VOLTAGE_INTERVALS; quarter++) {
        const watts = METERS.map(() => 6 * Math.floor(100 * random()));
        for (const [i, { energies }] of profiles.entries()) {
          energies.fill((watts[i] as number) / 6, 15 * quarter, 15 * (quarter + 1));
        }
        const found = flow.solve([...watts, day === DAY ? TAPPED_WATTS : 0]);
        for (const [i, each] of volts.entries()) each[quarter] = Math.round(100 * (found?.volts[i] ?? 0));
      }
      for (const [i, meter] of METERS.entries()) {
        const id = svpmsn(meter);
        await tx.putProfile(id, profiles[i] as (typeof profiles)[number]);
        const key = { svpmsn: id, supply: 1, day, heardAt: 0 as Milliseconds } as const;
        const row = { id: `00000${meter.toString(16)}-1-${day}`, ...key, volts: volts[i] as Uint16Array, findings: [] };
        if (voltages) await tx.voltages.put([row]);
      }
      const id = lineDayId(1, day);
      const judged = { id, localUnit: 1, day, judgedAt: 0 as Milliseconds, why: undefined, figures: {} as never };
      if (day < DAY) await tx.lineBalances.put([{ ...judged, verdict }]);
    }
  });
  const place = (feeder: Feeder | undefined = FEEDER) =>
    rig.store.read((tx) => placeOf(tx, { localUnit: 1, day: DAY, watts: TAPPED_WATTS }, feeder));
  return { rig, place };
}

test('a load that no meter sees is placed by what the books have of voltage and use', async () => {
  const { place } = await line();
  const found = await place();
  assert.ok(found.isPlaced, JSON.stringify(found));
  assert.deepEqual([found.places[0]?.meter, found.places[0]?.phase], [TAPPED, 'A']);
});

test('why it has no place is said: no network, no balanced days, no voltages', async () => {
  const { place, rig } = await line();
  const without = await rig.store.read((tx) => placeOf(tx, { localUnit: 1, day: DAY, watts: 600 }, undefined));
  assert.deepEqual(without, { isPlaced: false, reason: 'no-network' });
  assert.ok((await place()).isPlaced);
  for (const lacks of [{ verdict: 'loss' }, { voltages: false }] as const) {
    assert.deepEqual(await (await line(lacks)).place(), { isPlaced: false, reason: 'no-history' });
  }
});

test('a day is waited for where a meter told its voltage lately, and not where it tells none', async () => {
  const { rig } = await line();
  const told = (voltageDay: number | undefined) =>
    rig.store.transaction(async (tx) => {
      const [known] = await tx.knowledgeOf([svpmsn(1)]);
      assert.ok(known !== undefined);
      await tx.putKnowledge({ ...known, voltageDay });
      return areVoltagesTold(tx, 1, DAY);
    });
  await rig.poll(svpmsn(1), {});
  assert.equal(await told(undefined), true);
  assert.equal(await told(DAY - 1), false);
  assert.equal(await told(DAY), true);
  assert.equal(await told(DAY - 9), true);
});
