/**
 * A tariff as a person writes it, in plain JSON. A minute of the year belongs to at most one band; what belongs to none
 * costs `otherwise`. `compileTariff` makes a mode table of it, or says in a sentence what is wrong.
 */
export interface TariffDefinition {
  /** Milli-tokens per kWh at 100 %, up to u32. */
  readonly unitCharge: number;
  /** Date ranges by name, first and last day included; one may run over the end of the year. */
  readonly seasons?: { readonly [name: string]: { readonly from: string; readonly to: string } };
  /** `2025-12-24`; such a day is a holiday and neither a weekday nor part of the weekend. */
  readonly holidays?: readonly string[];
  /** By phase angle; without it there is none. */
  readonly surcharge?: TariffSurcharge;
  readonly bands: readonly TariffBand[];
  /** Percent wherever no band holds. Without it, the bands have to cover every minute of the year. */
  readonly otherwise?: number;
}

export interface TariffBand {
  /** Unique; it is how a person is told which band is meant. */
  readonly name: string;
  /** One of `seasons`; without it, the whole year. */
  readonly season?: string;
  /** 1 to 12; without it, all. With a season too, the days that lie in both. */
  readonly months?: readonly number[];
  /** Without it, all, holidays included. */
  readonly days?: readonly TariffDay[];
  /** `HH:MM`, local time. */
  readonly from: string;
  /** The first minute after the band, up to `24:00`; later than `from`. */
  readonly to: string;
  /** 0 to 1000. */
  readonly percent: number;
}

/** Weekdays, the weekend and each named day are without holidays. */
export type TariffDay =
  | 'weekdays'
  | 'weekend'
  | 'holidays'
  | 'monday'
  | 'tuesday'
  | 'wednesday'
  | 'thursday'
  | 'friday'
  | 'saturday'
  | 'sunday';

export interface TariffSurcharge {
  /** What multiplies the price in phase band 0, 1, 2, 3; 100 is none. */
  readonly percents: readonly [number, number, number, number];
  /** Whole degrees of lag, 1 to 90, at which bands 1, 2 and 3 begin, ascending. */
  readonly limits: readonly [number, number, number];
}

export interface TariffFailure {
  readonly reason:
    | 'shape-wrong'
    | 'unit-charge-wrong'
    | 'percent-wrong'
    | 'surcharge-wrong'
    | 'time-wrong'
    | 'date-wrong'
    | 'season-unknown'
    | 'name-twice'
    | 'overlap'
    | 'gap'
    | 'too-large'
    | 'zone-wrong';
  /** What is wrong, where, and what to do. */
  readonly sentence: string;
}

/** A power factor of about 0.95, 0.90 and 0.80. */
export const DEFAULT_SURCHARGE: TariffSurcharge = { percents: [100, 100, 100, 100], limits: [18, 26, 37] };

/** The seed's own example ("4) Differential application of power consumption rate"), without its overlaps. */
export const DEFAULT_TARIFF: TariffDefinition = {
  unitCharge: 25_000,
  seasons: {
    summer: { from: '06-01', to: '08-31' },
    'rest of the year': { from: '09-01', to: '05-31' },
  },
  bands: [
    { name: 'midnight', from: '00:00', to: '06:00', percent: 50 },
    { name: 'before work', days: ['weekdays'], from: '06:00', to: '09:00', percent: 75 },
    { name: 'work, morning', days: ['weekdays'], from: '09:00', to: '14:00', percent: 200 },
    { name: 'work, 2 to 4', season: 'rest of the year', days: ['weekdays'], from: '14:00', to: '16:00', percent: 200 },
    { name: 'cooling', season: 'summer', days: ['weekdays'], from: '14:00', to: '16:00', percent: 300 },
    { name: 'work, late', days: ['weekdays'], from: '16:00', to: '18:00', percent: 200 },
    { name: 'after work', days: ['weekdays'], from: '18:00', to: '22:00', percent: 75 },
  ],
  otherwise: 100,
};
