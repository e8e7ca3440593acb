import { balanceDay, type MeterDay } from '../../src/analysis/index.ts';
import { householdDay, seeded } from '../../src/analysis/line-year.testing.ts';
import { MINUTES_PER_DAY } from '../../src/records/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';

const METERS = 256;
const LEARNED_DAYS = 35;
const GOAL_MS = 5;
const DAY = 20_000;

/** A day of a full local unit held against its check meter. */
export async function energyBalance(): Promise<readonly Figure[]> {
  const random = seeded(1);
  const meters = Array.from({ length: METERS }, (_, i): MeterDay => {
    const energies = Uint16Array.from(householdDay(random), (watts) => Math.round((watts * 10) / 60));
    return { svpmsn: i + 1, supplies: [{ day: DAY, energies, others: [] }], clockOffsetMs: 500, changed: undefined };
  });
  const counted = meters.map(({ supplies }) => supplies[0]?.energies as Uint16Array);
  const gave = Uint32Array.from({ length: MINUTES_PER_DAY }, (_, minute) =>
    counted.reduce((sum, energies) => sum + 102 * (energies[minute] as number), 0),
  );
  const first = balanceDay({ day: DAY, gave, meters, learned: [] });
  const learned = Array.from({ length: LEARNED_DAYS }, () => first);
  const microseconds = interleave({
    balance: () => balanceDay({ day: DAY, gave, meters, learned }),
    sums: () => counted.map((energies) => energies.reduce((sum, energy) => sum + energy, 0)),
  });
  const value = microseconds.balance / 1000;
  return [
    lessIsBetter(
      {
        ...{ name: 'energy-balance', value, unit: 'ms', limit: microseconds.sums / 1000 },
        limitHow: `the ${METERS} profiles summed one by one`,
        goal: `at most ${GOAL_MS} ms`,
      },
      () => value <= GOAL_MS,
    ),
  ];
}
