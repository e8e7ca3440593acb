import type { StatementJson, UseBucketJson } from '../../../api/index.ts';
import { dateOf } from '../../civil.ts';

/** What moved the purse in some days: opening + topUps − spent = closing. */
export interface PurseSums {
  readonly opening: bigint;
  /** All that came in and went out, but for energy. */
  readonly topUps: bigint;
  /** For energy, out of the purse: what went on emergency credit was never in it. */
  readonly spent: bigint;
  readonly closing: bigint;
}

export function purseSums({ opening, entries, spent, onEmergencyCredit, closing }: StatementJson): PurseSums {
  return {
    opening: BigInt(opening.purse),
    topUps: entries.reduce((sum, { change }) => sum + BigInt(change.purse), 0n),
    spent: BigInt(spent) - BigInt(onEmergencyCredit),
    closing: BigInt(closing.purse),
  };
}

type Step = StatementJson['steps'][number];

/** What was used at one price, whatever the power was. */
export interface PricedUse {
  /** Thousandths of a minor unit a kilowatt-hour, with its surcharge; rounded down. */
  readonly price: bigint;
  /** Of the price without it, in percent: 100 where there is none. */
  readonly surchargePercent: number;
  readonly hasTariff: boolean;
  readonly energyWh: number;
  readonly used: bigint;
}

/** Steps at one price together, the cheapest first. */
export function pricedUse(steps: readonly Step[]): readonly PricedUse[] {
  const byPrice = new Map<string, PricedUse>();
  for (const { version, unitCharge, percent, surchargePercent, energyWh, used } of steps) {
    const price = (BigInt(unitCharge) * BigInt(percent) * BigInt(surchargePercent)) / 10_000n;
    const hasTariff = version !== 0;
    const key = `${hasTariff} ${price} ${surchargePercent}`;
    const before = byPrice.get(key);
    byPrice.set(key, {
      ...{ price, surchargePercent, hasTariff },
      energyWh: (before?.energyWh ?? 0) + Number(energyWh),
      used: (before?.used ?? 0n) + BigInt(used),
    });
  }
  return [...byPrice.values()].toSorted((a, b) => Number(a.price - b.price));
}

/** What came and went on a day of a statement. */
export const movementsOf = ({ entries, zone }: StatementJson, date: string): StatementJson['entries'] =>
  entries.filter(({ at }) => dateOf(at, zone) === date);

/** The hour of a bucket, `14`, of its name `2026-03-01 14`. */
export const hourOf = ({ name }: UseBucketJson): string => name.slice('2026-03-01 '.length);
