import type { DeciWattHours, Percent, Tokens, UnixSeconds } from '../units/index.ts';
import { type Accrual, type ChargeRate, charge, chargeRate } from './charge.ts';
import { type Rate, rateAt } from './rate.ts';
import type { ModeTable, PhaseBand } from './table.ts';

/** A minute of the load profile: what was used in the 60 seconds from `at` on. */
export interface ProfileMinute {
  readonly at: UnixSeconds;
  readonly energy: DeciWattHours;
  readonly band: PhaseBand;
}

/** Why a minute cost what it cost. */
export interface ChargedMinute extends ProfileMinute {
  readonly percent: Percent;
  readonly surcharge: Percent;
  readonly rate: ChargeRate;
  /** Taken from the purse for this minute; what is left below a token is in the remainder. */
  readonly tokens: Tokens;
  /** Charge units carried into the next minute. */
  readonly remainder: number;
}

export interface StepTotal {
  readonly percent: Percent;
  readonly energy: DeciWattHours;
  /** Exact; the totals of all steps are the tokens due × 10¹¹, plus the remainder after, minus the one before. */
  readonly chargeUnits: bigint;
}

export interface ProfileCharge {
  readonly tokens: Tokens;
  readonly energy: DeciWattHours;
  readonly remainder: number;
  /** One entry for each step of the table, in its order. */
  readonly steps: readonly StepTotal[];
}

/**
 * Charges a load profile under one table as the meter does, minute by minute and with the same functions.
 * Where a new table came into force, the profile is charged in two parts, and the remainder carried from one to the
 * other. Minutes may be left out; each is charged by its own time.
 * @param explain is told every minute with what it cost
 */
export function chargeProfile(
  table: ModeTable,
  minutes: Iterable<ProfileMinute>,
  remainder: number,
  explain?: (minute: ChargedMinute) => void,
): ProfileCharge {
  const accrual: Accrual = { remainder };
  const energies = table.steps.map(() => 0);
  const units = table.steps.map(() => 0n);
  let tokens = 0;
  let rate: Rate | undefined;
  let since = 0;
  for (const { at, energy, band } of minutes) {
    if (rate === undefined || at >= rate.until || at < since) {
      rate = rateAt(table, at);
      since = at;
    }
    const { percent, stepIndex } = rate;
    const perEnergy = chargeRate(table, percent, band);
    const due = charge(perEnergy, energy, accrual);
    tokens += due;
    energies[stepIndex] = (energies[stepIndex] as number) + energy;
    units[stepIndex] = (units[stepIndex] as bigint) + BigInt(perEnergy) * BigInt(energy);
    explain?.({
      at,
      energy,
      band,
      percent,
      surcharge: table.surcharges[band],
      rate: perEnergy,
      tokens: due,
      remainder: accrual.remainder,
    });
  }
  const steps = table.steps.map((percent, i) => ({
    percent,
    energy: energies[i] as DeciWattHours,
    chargeUnits: units[i] as bigint,
  }));
  const energy = energies.reduce((sum, step) => sum + step, 0) as DeciWattHours;
  return { tokens: tokens as Tokens, energy, remainder: accrual.remainder, steps };
}
