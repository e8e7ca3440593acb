import { chargeRate, type ModeTable, rateAt } from '../../tariff/index.ts';
import type { Percent, UnixSeconds } from '../../units/index.ts';
import { PRICE_UNITS_PER_TOKEN } from '../settlement.ts';

/** A month to come: its hours, and the mean power that is expected in each. */
export interface ExpectedMonth {
  readonly month: string;
  readonly hours: readonly { readonly start: UnixSeconds; readonly watts: number }[];
}

/** What to agree with the seller for one month. */
export interface MonthProposal {
  readonly month: string;
  /** Milliwatt-hours that are expected, and with the reserve. */
  readonly expected: bigint;
  readonly proposed: bigint;
  /** The highest hourly mean in watts, with the reserve. */
  readonly peakWatts: number;
  /** What the proposal costs by the bulk tariff. */
  readonly priceTokens: bigint;
  /** Of the proposal, in the order of the table: the cheapest first. */
  readonly steps: readonly { readonly percent: Percent; readonly energy: bigint; readonly priceTokens: bigint }[];
}

const BASIS_POINTS = 10_000;
const MILLIWATTS_PER_WATT = 1_000;

/**
 * Expected energy of each month with a reserve, by the steps of the bulk tariff: a basis for an agreement on the price of
 * power. Prices round up to a token: nobody plans with too little.
 * @param reserveBasisPoints hundredths of a percent by which more is agreed than is expected
 */
export function proposePurchase(
  table: ModeTable,
  months: readonly ExpectedMonth[],
  reserveBasisPoints: number,
): MonthProposal[] {
  const factor = 1 + reserveBasisPoints / BASIS_POINTS;
  return months.map(({ month, hours }) => {
    const energies = table.steps.map(() => 0);
    let [expected, peak] = [0, 0];
    for (const { start, watts } of hours) {
      // A step may change within the hour; it is counted where the hour begins.
      const { stepIndex } = rateAt(table, start);
      energies[stepIndex] = (energies[stepIndex] as number) + watts * MILLIWATTS_PER_WATT;
      expected += watts * MILLIWATTS_PER_WATT;
      peak = Math.max(peak, watts);
    }
    const steps = table.steps.map((percent, i) => {
      const energy = BigInt(Math.round((energies[i] as number) * factor));
      const units = energy * BigInt(chargeRate(table, percent as Percent, 0));
      return { percent: percent as Percent, energy, units };
    });
    const units = steps.reduce((sum, step) => sum + step.units, 0n);
    return {
      month,
      expected: BigInt(Math.round(expected)),
      proposed: steps.reduce((sum, { energy }) => sum + energy, 0n),
      peakWatts: Math.ceil(peak * factor),
      priceTokens: roundedUp(units),
      steps: steps.map(({ percent, energy, units: own }) => ({ percent, energy, priceTokens: roundedUp(own) })),
    };
  });
}

const roundedUp = (units: bigint): bigint => (units + PRICE_UNITS_PER_TOKEN - 1n) / PRICE_UNITS_PER_TOKEN;
