import { bandAt, type DayProfile, ENERGY_MAX, ENERGY_MISSING } from '../records/index.ts';
import { type ChargeRate, chargeRate, type ModeTable, type PhaseBand, rateAt } from '../tariff/index.ts';
import { type DeciWattHours, MINUTES_PER_DAY, type UnixSeconds } from '../units/index.ts';

/** A mode table as one supply of a meter held it. */
export interface HeldTable {
  readonly tariff: string;
  /** Which of its tariff's versions it is, from 1. */
  readonly edition: number;
  /** Whether the meter itself told that it took it; what it never told is assumed. */
  readonly told: boolean;
  readonly table: ModeTable;
  /** Unix seconds from which it can have been in force: the meter had it, and its own instant was there. */
  readonly from: number;
}

/** What is known of one supply, minute by minute. */
export interface SupplyRecord {
  /** By rising version. */
  readonly tables: readonly HeldTable[];
  /** By UTC day. */
  readonly profiles: ReadonlyMap<number, DayProfile>;
}

/** Minutes of one supply that cost the same for each kilowatt-hour, and why. */
export interface Price {
  readonly supply: number;
  readonly tariff: string;
  readonly version: number;
  readonly edition: number;
  readonly unitCharge: number;
  readonly percent: number;
  readonly surcharge: number;
  readonly rate: ChargeRate;
}

/** A minute of one supply that a profile tells. */
export interface UsedMinute {
  /** Unix minute. */
  readonly minute: number;
  readonly energy: DeciWattHours;
  readonly price: Price;
}

export interface ToldMinute {
  readonly energy: DeciWattHours;
  /** Of its phase angle. */
  readonly band: PhaseBand;
}

/** A minute that none tells; `measured` where its energy is in others, as when a clock was changed. */
export interface UnknownMinute {
  readonly energy: undefined;
  readonly measured: boolean;
}

/**
 * Goes through minutes in their order, those of several supplies beside each other, and says what each used at which
 * price: by the table that a meter has in force, which is the newest of those whose instant has come.
 * @param from unix minutes; `to` is not included
 * @param supplies by their index, the first being supply 1
 */
export function walkMinutes(
  supplies: readonly SupplyRecord[],
  { from, to }: { readonly from: number; readonly to: number },
  tell: (use: UsedMinute | UnknownMinute) => void,
): void {
  const prices = supplies.map((record, i) => pricer(record, i + 1));
  for (let minute = from; minute < to; ) {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    const profiles = supplies.map((record) => record.profiles.get(day));
    for (const end = Math.min(to, (day + 1) * MINUTES_PER_DAY); minute < end; minute++) {
      for (let i = 0; i < supplies.length; i++) {
        const told = minuteIn(profiles[i], minute - day * MINUTES_PER_DAY);
        if (told.energy === undefined) tell(told);
        else tell({ minute, energy: told.energy, price: prices[i]?.(minute, told.band) as Price });
      }
    }
  }
}

/** What the profiles of a supply tell of a Unix minute. */
export function minuteOf({ profiles }: SupplyRecord, minute: number): ToldMinute | UnknownMinute {
  const day = Math.floor(minute / MINUTES_PER_DAY);
  return minuteIn(profiles.get(day), minute - day * MINUTES_PER_DAY);
}

function minuteIn(profile: DayProfile | undefined, place: number): ToldMinute | UnknownMinute {
  const energy = profile?.energies[place] ?? ENERGY_MISSING;
  if (profile === undefined || energy > ENERGY_MAX) return { energy: undefined, measured: energy !== ENERGY_MISSING };
  return { energy: energy as DeciWattHours, band: bandAt(profile.bands, place) as PhaseBand };
}

/** What energy costs, exact, in 10⁻¹¹ token. */
export const chargeOf = (rate: ChargeRate, energy: number): bigint => BigInt(rate) * BigInt(energy);

/** Looks a price up when it may have changed, and no more often. */
export function pricer({ tables }: SupplyRecord, supply: number): (minute: number, band: PhaseBand) => Price {
  let until = -1;
  let ofBands: readonly Price[] = [];
  return (minute, band) => {
    const at = minute * 60;
    if (at >= until) {
      const held = tables.findLast(({ from }) => from <= at);
      const next = Math.min(...tables.map(({ from }) => (from > at ? from : Number.POSITIVE_INFINITY)));
      const rate = held === undefined ? undefined : rateAt(held.table, at as UnixSeconds);
      until = Math.min(next, rate?.until ?? next);
      ofBands = ([0, 1, 2, 3] as const).map((each) => {
        if (held === undefined || rate === undefined) return { ...UNPRICED, supply };
        const { version, unitCharge, surcharges } = held.table;
        const { percent } = rate;
        return {
          ...{ supply, tariff: held.tariff, version, edition: held.edition, unitCharge, percent },
          surcharge: surcharges[each],
          rate: chargeRate(held.table, percent, each),
        };
      });
    }
    return ofBands[band] as Price;
  };
}

/** Before the first table a meter charges nothing. */
const UNPRICED: Omit<Price, 'supply'> = {
  ...{ tariff: '', version: 0, edition: 0, unitCharge: 0, percent: 0, surcharge: 0 },
  rate: 0 as ChargeRate,
};
