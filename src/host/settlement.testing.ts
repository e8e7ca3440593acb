import type { TariffDefinition } from '../tariff/index.ts';
import { milliwattHours } from '../units/index.ts';
import { MemoryStore, type SettlementTerms } from './index.ts';
import { made, Rig } from './rig.testing.ts';

/** 20 tokens a kWh; half of it until six, and half as much again on weekdays from nine to six. */
export const BULK: TariffDefinition = {
  unitCharge: 20_000,
  bands: [
    { name: 'night', from: '00:00', to: '06:00', percent: 50 },
    { name: 'work', days: ['weekdays'], from: '09:00', to: '18:00', percent: 150 },
  ],
  otherwise: 100,
};

export const TERMS: SettlementTerms = { tariff: 'bulk', technicalBasisPoints: 200, interestBasisPoints: 365 };

/** The first minute of February 2026 in Berlin, and how many that month has. */
export const FEBRUARY = { first: Date.UTC(2026, 0, 31, 23) / 60_000, minutes: 28 * 1440 };
export const MARCH = { first: FEBRUARY.first + FEBRUARY.minutes, minutes: 31 * 1440 - 60 };

/** A utility in Berlin that buys by the bulk tariff, in January 2026. */
export async function settledUtility(definition = BULK): Promise<Rig> {
  const rig = new Rig(new MemoryStore());
  made(await rig.host.publishTariff('bulk', definition));
  return rig;
}

/** Lets the check meter of a transformer tell a month of minutes; `undefined` leaves one out. */
export async function tellMinutes(
  { store }: Pick<Rig, 'store'>,
  localUnit: number,
  month: { readonly first: number; readonly minutes: number },
  energyOf: (minute: number) => number | undefined,
): Promise<void> {
  await store.transaction(async (tx) => {
    const known = { healthAt: undefined, health: undefined, mapRefusedAt: undefined, mapRefusal: undefined };
    await tx.putLine({ ...known, localUnit, checkedAt: 0 as never });
    for (let i = 0; i < month.minutes; i++) {
      const energy = energyOf(i);
      if (energy === undefined) continue;
      await tx.putCheckMinute({ localUnit, minute: month.first + i, energy: milliwattHours(energy) });
    }
  });
}

/** Some hours after a month is over. */
export function passMonth({ clock }: Pick<Rig, 'clock'>, month: { readonly first: number; readonly minutes: number }) {
  clock.ms = (month.first + month.minutes + 360) * 60_000;
}
