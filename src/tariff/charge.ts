import { type DeciWattHours, type Percent, type Quantity, type Tokens, U32_MAX } from '../units/index.ts';
import type { ModeTable, PhaseBand } from './table.ts';

/**
 * Cost is counted in units of 10⁻¹¹ token, in which it is always whole:
 * 0.1 Wh is 10⁻⁴ kWh, a milli-token 10⁻³ token, and each of the two percents 10⁻².
 */
export const CHARGE_UNITS_PER_TOKEN = 1e11;

/** Charge units per 0.1 Wh: unit charge × percent × surcharge, at most u32 × 1000 × 1000, which is below 2⁵³. */
export type ChargeRate = Quantity<'10^-11 token per 0.1 Wh'>;

/** What was used and is not yet a whole token: from 0 to below `CHARGE_UNITS_PER_TOKEN`. Changed in place. */
export interface Accrual {
  remainder: number;
}

/** What `energyUntil` answers where no energy, or none that a meter will ever see, is enough. */
export const ENERGY_WITHOUT_END = Number.MAX_SAFE_INTEGER as DeciWattHours;

/** What 0.1 Wh costs at this percentage in this band of phase angle, in 10⁻¹¹ token. */
export function chargeRate(table: ModeTable, percent: Percent, band: PhaseBand): ChargeRate {
  return (table.unitCharge * percent * table.surcharges[band]) as ChargeRate;
}

/**
 * Adds the cost of some energy to what is accrued; takes out the whole tokens that are due and returns them.
 * Exact for every rate and every energy up to u32 (429 MWh) at a time, so the error never reaches one token, and
 * in how many portions the same energy is charged makes no difference. Allocates nothing below 2⁵³ charge units.
 * @throws RangeError when the energy is above u32
 */
export function charge(rate: ChargeRate, energy: DeciWattHours, accrual: Accrual): Tokens {
  // The double nearest to an exact sum of 2⁵³ or more is at least 2⁵³: below it, nothing was rounded.
  const units = rate * energy + accrual.remainder;
  if (units < CHARGE_UNITS_PER_TOKEN) {
    accrual.remainder = units;
    return 0 as Tokens;
  }
  if (units < TWO_TO_53) {
    // The quotient of two whole numbers below 2⁵³ never rounds up to a whole number that it does not reach.
    const due = Math.floor(units / CHARGE_UNITS_PER_TOKEN);
    accrual.remainder = units - due * CHARGE_UNITS_PER_TOKEN;
    return due as Tokens;
  }
  return chargeLarge(rate, energy, accrual);
}

function chargeLarge(rate: ChargeRate, energy: DeciWattHours, accrual: Accrual): Tokens {
  if (energy > U32_MAX) throw new RangeError(`energy to be charged at once must fit into 32 bits, not ${energy}`);
  const units = BigInt(rate) * BigInt(energy) + BigInt(accrual.remainder);
  accrual.remainder = Number(units % UNITS_PER_TOKEN);
  return Number(units / UNITS_PER_TOKEN) as Tokens;
}

/**
 * The least energy after which `available` tokens are due, with `remainder` already accrued; 0 when none is asked for,
 * `ENERGY_WITHOUT_END` when the rate is 0 or the energy would be beyond it.
 */
export function energyUntil(rate: ChargeRate, remainder: number, available: Tokens): DeciWattHours {
  if (available === 0) return 0 as DeciWattHours;
  if (rate === 0) return ENERGY_WITHOUT_END;
  const units = available * CHARGE_UNITS_PER_TOKEN - remainder;
  if (available < TOKENS_BELOW_TWO_TO_53) {
    const whole = Math.floor(units / rate);
    // rounds up: one step short of the token, the token is not due
    return (whole * rate < units ? whole + 1 : whole) as DeciWattHours;
  }
  const exact = BigInt(available) * UNITS_PER_TOKEN - BigInt(remainder);
  const energy = (exact + BigInt(rate) - 1n) / BigInt(rate);
  return energy > BigInt(ENERGY_WITHOUT_END) ? ENERGY_WITHOUT_END : (Number(energy) as DeciWattHours);
}

const TWO_TO_53 = 2 ** 53;
const UNITS_PER_TOKEN = 100_000_000_000n;
const TOKENS_BELOW_TWO_TO_53 = Math.floor(TWO_TO_53 / CHARGE_UNITS_PER_TOKEN);
