import { type DoubledSupply, ENERGY_POSSIBLE_MAX, type ReadingFinding, validateDay } from '../analysis/index.ts';
import { type DayProfile, MINUTES_PER_DAY } from '../records/index.ts';
import type { Milliseconds, SupplyIndex, Svpmsn } from '../units/index.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { ReadingCheck } from './types.ts';

/** Days of a supply from which minutes that it does not know are estimated. */
const OTHER_DAYS = 3;

/** Validates a day as it is kept; `before` is what was kept of it until now. */
export async function checkReading(
  tx: StoreTransaction,
  svpmsn: Svpmsn,
  { kept, before }: { readonly kept: DayProfile; readonly before: DayProfile | undefined },
  now: Milliseconds,
): Promise<void> {
  const { day, supply, energies } = kept;
  const key = { svpmsn, supply, day };
  // Days without a mark are nearly all, and need no other day to be held against.
  const isPlain = before === undefined && energies.every((energy) => energy <= ENERGY_POSSIBLE_MAX);
  if (isPlain) return;
  const days = { fromDay: Math.max(0, day - OTHER_DAYS), toDay: day - 1 };
  const others = day === 0 ? [] : await tx.profiles({ svpmsn, supply, ...days });
  const found = validateDay({ energies, others: others.map((other) => other.energies), before: before?.energies });
  const [known] = await tx.readingChecks.of([idOf(key)]);
  // That a value was another one stays true, whatever comes again.
  const stays = (known?.findings ?? []).filter(({ reason }) => reason === 'differs' || reason === 'doubled');
  await keep(tx, key, [...found, ...stays.filter((each) => !found.some((other) => isSame(each, other)))], now);
}

/** Two supplies of a line told the very same day: of one of them it is not true, and nobody knows of which. */
export async function markDoubled(
  tx: StoreTransaction,
  { day, doubled }: { readonly day: number; readonly doubled: readonly DoubledSupply[] },
  now: Milliseconds,
): Promise<void> {
  for (const each of doubled) {
    const key = { svpmsn: each.svpmsn as Svpmsn, supply: each.supply as SupplyIndex, day };
    const [known] = await tx.readingChecks.of([idOf(key)]);
    const others = (known?.findings ?? []).filter(({ reason }) => reason !== 'doubled');
    await keep(tx, key, [...others, { reason: 'doubled', from: 0, minutes: MINUTES_PER_DAY }], now);
  }
}

/** By their day, of those that have any findings. */
export async function readingChecks(
  tx: StoreReads,
  { svpmsn, supply }: { readonly svpmsn: Svpmsn; readonly supply: SupplyIndex },
  { fromDay, toDay }: { readonly fromDay: number; readonly toDay: number },
): Promise<ReadingCheck[]> {
  const ids = Array.from({ length: toDay - fromDay + 1 }, (_, i) => idOf({ svpmsn, supply, day: fromDay + i }));
  return (await tx.readingChecks.of(ids)).filter((check) => check !== undefined);
}

type Key = Pick<ReadingCheck, 'svpmsn' | 'supply' | 'day'>;

async function keep(
  tx: StoreTransaction,
  key: Key,
  found: readonly ReadingFinding[],
  checkedAt: Milliseconds,
): Promise<void> {
  const id = idOf(key);
  const findings = [...found].sort(
    (a, b) => Number(a.reason === 'doubled') - Number(b.reason === 'doubled') || a.from - b.from,
  );
  if (findings.length === 0) await tx.readingChecks.delete([id]);
  else await tx.readingChecks.put([{ id, ...key, checkedAt, findings }]);
}

const isSame = (one: ReadingFinding, other: ReadingFinding): boolean =>
  one.reason === other.reason && one.from === other.from && one.minutes === other.minutes;

const idOf = ({ svpmsn, supply, day }: Key): string =>
  `${svpmsn.toString(16).padStart(6, '0')}-${supply}-${String(day).padStart(5, '0')}`;
