/** From, to: drawn evenly between them at each use. */
export type Range = readonly [from: number, to: number];

/** One part of a cycle: a power held for some minutes, or switched by a thermostat within them. */
export interface Phase {
  readonly watts: Range;
  readonly minutes: Range;
  /** Seconds on and seconds off in turn, for as long as the phase lasts. */
  readonly thermostat?: { readonly onSeconds: Range; readonly offSeconds: Range };
}

/** Something that somebody switches on, and that then runs through its phases. */
export interface UsedAppliance {
  readonly kind: 'used';
  readonly name: string;
  /** Share of households that have one, 0 to 1. */
  readonly ownership: number;
  /** Mean uses a day in a household that has one, before the household's own `use`. */
  readonly usesPerDay: number;
  /** Shape of the day: 24 weights, one an hour from midnight, of when a use begins. */
  readonly hours: readonly number[];
  /**
   * `attended`: begins only when somebody is up and at home (kettle) · `accompanied`: also ends when they
   * leave or sleep (lamp, television) · `unattended`: runs by itself or by a timer (washing machine, pump).
   */
  readonly company: 'attended' | 'accompanied' | 'unattended';
  /** `lighting`: hardly used in daylight · `heating`: used more in the cold. */
  readonly season?: 'lighting' | 'heating';
  /** In order; together at most a day. */
  readonly phases: readonly Phase[];
}

/** Something that a thermostat switches day and night: a compressor. */
export interface CyclingAppliance {
  readonly kind: 'cycling';
  readonly name: string;
  readonly ownership: number;
  readonly watts: number;
  readonly onMinutes: Range;
  readonly offMinutes: Range;
}

export type Appliance = UsedAppliance | CyclingAppliance;

// Weights by hour, from midnight.
const HOURS = {
  drinks: [1, 0, 0, 0, 1, 4, 10, 13, 13, 8, 8, 8, 7, 6, 6, 6, 7, 7, 7, 9, 7, 6, 5, 4],
  meals: [0, 0, 0, 0, 0, 1, 6, 10, 8, 4, 2, 5, 8, 6, 3, 4, 11, 16, 22, 33, 10, 5, 3, 1],
  bathroom: [0, 0, 0, 0, 1, 5, 17, 22, 19, 9, 4, 2, 1, 1, 1, 2, 3, 4, 6, 9, 9, 9, 8, 5],
  laundry: [1, 0, 0, 0, 1, 3, 8, 12, 11, 10, 9, 9, 8, 7, 6, 7, 9, 9, 9, 10, 5, 4, 3, 2],
  washingUp: [3, 1, 1, 0, 0, 1, 3, 8, 9, 7, 4, 3, 3, 5, 4, 3, 5, 7, 12, 20, 13, 11, 9, 6],
  evening: [3, 1, 0, 0, 0, 1, 4, 6, 5, 4, 4, 4, 4, 4, 4, 6, 9, 11, 17, 24, 11, 10, 10, 6],
  lamps: [2, 1, 0, 0, 1, 5, 14, 16, 9, 3, 2, 2, 2, 2, 3, 5, 9, 12, 16, 20, 14, 14, 14, 9],
  heating: [0, 0, 0, 0, 1, 5, 14, 14, 9, 4, 3, 2, 2, 2, 2, 4, 9, 12, 12, 12, 9, 8, 4, 1],
} as const;

/**
 * What is found in a home in a temperate country that is heated by gas and cooks with electricity. Powers are
 * those of common rating plates; hours and uses a day were set so that one catalogue resembles three measured
 * homes when nothing but the mean is fitted (fit.test.ts).
 */
export const COMMON_APPLIANCES: readonly Appliance[] = [
  { kind: 'cycling', name: 'fridge', ownership: 1, watts: 85, onMinutes: [10, 20], offMinutes: [18, 34] },
  { kind: 'cycling', name: 'freezer', ownership: 0.9, watts: 75, onMinutes: [12, 24], offMinutes: [22, 38] },
  used('kettle', 1, 4.8, 'drinks', 'attended', [{ watts: [2700, 2900], minutes: [1.5, 4] }]),
  used('microwave', 1, 2.5, 'meals', 'attended', [{ watts: [1150, 1300], minutes: [1.5, 6] }]),
  used('hob', 0.9, 1, 'meals', 'attended', [
    { watts: [1600, 2000], minutes: [4, 8] },
    { watts: [1600, 2000], minutes: [8, 20], thermostat: { onSeconds: [10, 40], offSeconds: [20, 60] } },
  ]),
  used('oven', 0.9, 0.45, 'meals', 'attended', [
    { watts: [2300, 2600], minutes: [7, 12] },
    { watts: [2300, 2600], minutes: [15, 40], thermostat: { onSeconds: [40, 90], offSeconds: [80, 180] } },
  ]),
  used('washing machine', 0.95, 0.6, 'laundry', 'unattended', [
    { watts: [30, 80], minutes: [3, 6] },
    { watts: [2050, 2250], minutes: [7, 15] },
    { watts: [100, 200], minutes: [25, 50] },
    { watts: [350, 550], minutes: [5, 10] },
  ]),
  used('dishwasher', 0.7, 0.8, 'washingUp', 'unattended', [
    { watts: [60, 100], minutes: [6, 12] },
    { watts: [2050, 2250], minutes: [10, 18] },
    { watts: [60, 100], minutes: [15, 30] },
    { watts: [2050, 2250], minutes: [8, 14] },
    { watts: [10, 30], minutes: [10, 20] },
  ]),
  used('tumble dryer', 0.4, 0.4, 'laundry', 'unattended', [
    { watts: [2200, 2500], minutes: [20, 40] },
    { watts: [2200, 2500], minutes: [10, 25], thermostat: { onSeconds: [60, 150], offSeconds: [60, 150] } },
    { watts: [150, 250], minutes: [5, 10] },
  ]),
  used('electric shower', 0.5, 0.9, 'bathroom', 'attended', [{ watts: [8300, 9300], minutes: [4, 9] }]),
  used('vacuum cleaner or iron', 1, 0.4, 'laundry', 'attended', [{ watts: [700, 1500], minutes: [8, 25] }]),
  used('television', 1, 3, 'evening', 'accompanied', [{ watts: [70, 150], minutes: [40, 180] }]),
  used('computer or console', 1, 3.5, 'evening', 'accompanied', [{ watts: [50, 140], minutes: [30, 180] }]),
  used('lamps', 1, 18, 'lamps', 'accompanied', [{ watts: [10, 70], minutes: [15, 150] }], 'lighting'),
  used('electric heater', 0.25, 1, 'heating', 'accompanied', [{ watts: [1000, 1400], minutes: [20, 80] }], 'heating'),
  used('heating pump', 1, 8, 'heating', 'unattended', [{ watts: [60, 90], minutes: [15, 40] }], 'heating'),
];

function used(
  name: string,
  ownership: number,
  usesPerDay: number,
  hours: keyof typeof HOURS,
  company: UsedAppliance['company'],
  phases: readonly Phase[],
  season?: UsedAppliance['season'],
): UsedAppliance {
  const appliance = { kind: 'used', name, ownership, usesPerDay, hours: HOURS[hours], company, phases } as const;
  return season === undefined ? appliance : { ...appliance, season };
}
