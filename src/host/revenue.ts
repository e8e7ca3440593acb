import { PROFILE_DAYS_KEPT } from '../records/index.ts';
import { CHARGE_UNITS_PER_TOKEN } from '../tariff/index.ts';
import { allocate, MINUTES_PER_DAY, type Milliseconds } from '../units/index.ts';
import { isFailure } from './failures.ts';
import { dividing } from './ledger.ts';
import type { StoreTransaction } from './ports.ts';
import { chargeOf, type Price, walkMinutes } from './statement-minutes.ts';
import { supplyRecords } from './supply-records.ts';
import type { Meter, Purse, StepUnits, UsedDay } from './types.ts';

/** Tokens by the percentage of the tariff step. */
export type Divided = ReadonlyMap<number, bigint>;

/**
 * What a meter spent, by tariff step. That it was spent is what the purse itself says, to the token; at which step is
 * what its load profile says, priced as the meter does it. So the steps share whole tokens of what the profiles price,
 * by largest remainder, and never more than was spent; the rest was spent in minutes that no profile told yet.
 */
export function divide({ spent, usedUnits }: Pick<Purse, 'spent' | 'usedUnits'>): Divided {
  const steps = Object.entries(usedUnits).map(([step, units]) => ({ step: Number(step), units: BigInt(units) }));
  const units = steps.map((each) => each.units);
  const priced = units.reduce((sum, each) => sum + each, 0n) / BigInt(CHARGE_UNITS_PER_TOKEN);
  const told = priced < spent ? priced : spent;
  if (told <= 0n) return NOTHING;
  return new Map(allocate(told, units).map((tokens, i) => [steps[i]?.step as number, tokens]));
}

const NOTHING: Divided = new Map();

/**
 * Counts UTC days of which profiles came, or for which the meter told late which table it had, and moves what it
 * spent to the steps. A day that was counted before is counted anew.
 */
export async function divideDays(
  tx: StoreTransaction,
  meter: Meter,
  { days, zone }: { readonly days: readonly number[]; readonly zone: string },
  now: Milliseconds,
): Promise<void> {
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const span = { from: (first * MS_PER_DAY) as Milliseconds, end: ((last + 1) * MS_PER_DAY) as Milliseconds, zone };
  const records = await supplyRecords(tx, meter, span);
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  // A tariff that cannot be compiled prices nothing: what it was spent at stays open.
  if (isFailure(records) || purse === undefined) return;
  const told = days.filter((day) => records.some(({ profiles }) => profiles.has(day)));
  const ids = told.map((day) => `${meter.svpmsn} ${day}`);
  const before = await tx.usedDays.of(ids);
  const counted = told.map((day, i): UsedDay => {
    // A price holds for hours: its minutes are added up before they are charged.
    const energies = new Map<Price, number>();
    walkMinutes(records, { from: day * MINUTES_PER_DAY, to: (day + 1) * MINUTES_PER_DAY }, (use) => {
      if (use.energy !== undefined) energies.set(use.price, (energies.get(use.price) ?? 0) + use.energy);
    });
    const units = new Map<number, bigint>();
    for (const [{ percent, rate }, energy] of energies) {
      units.set(percent, (units.get(percent) ?? 0n) + chargeOf(rate, energy));
    }
    return { id: ids[i] as string, units: unitsText(units) };
  });
  await tx.usedDays.put(counted);
  const sums = new Map<number, bigint>();
  addTo(sums, purse.usedUnits, 1n);
  for (const day of before) addTo(sums, day?.units ?? {}, -1n);
  for (const day of counted) addTo(sums, day.units, 1n);
  const after = { ...purse, usedUnits: unitsText(sums) };
  await tx.putPurse(after);
  await tx.post(dividing({ before: divide(purse), after: divide(after) }, { at: now, svpmsn: meter.svpmsn }));
}

/**
 * Days to be counted anew because the meter told of a table late: from the day on which it took it, as far back as a
 * meter keeps its profiles.
 */
export function daysSince(taken: Milliseconds, now: Milliseconds): number[] {
  const today = Math.floor(now / MS_PER_DAY);
  const first = Math.max(Math.floor(taken / MS_PER_DAY), today - PROFILE_DAYS_KEPT);
  return Array.from({ length: Math.max(0, today - first) }, (_, i) => first + i);
}

function addTo(sums: Map<number, bigint>, units: StepUnits, sign: 1n | -1n): void {
  for (const [step, text] of Object.entries(units)) {
    sums.set(Number(step), (sums.get(Number(step)) ?? 0n) + sign * BigInt(text));
  }
}

/**
 * By rising step; what is nothing is not written. It is read back from JSON, where a store would: an object that is given
 * numbers as its keys one by one has room for all numbers below them, 2.6 kB of a meter.
 */
function unitsText(units: ReadonlyMap<number, bigint>): StepUnits {
  const texts = [...units]
    .filter(([, each]) => each !== 0n)
    .sort(([a], [b]) => a - b)
    .map(([step, each]) => [String(step), String(each)]);
  return JSON.parse(JSON.stringify(Object.fromEntries(texts)));
}

const MS_PER_DAY = MINUTES_PER_DAY * 60_000;
