import { ENERGY_MISSING, MINUTES_PER_DAY } from '../records/index.ts';
import { balanceDay, type DayBalance, type MeterDay } from './energy-balance.ts';

/** A small generator that repeats itself by its seed (mulberry32); 0 ≤ value < 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Watts of a household in each minute of a day: what always runs, and appliances that come and go. */
export function householdDay(random: () => number): Float64Array {
  const watts = new Float64Array(MINUTES_PER_DAY).fill(60 + 140 * random());
  for (let run = 0; run < 22; run++) {
    const evening = random() < 0.5;
    const from = Math.floor(evening ? 1_020 + 300 * random() : MINUTES_PER_DAY * random());
    const [power, minutes] = [80 + 2_200 * random() ** 3, 3 + 90 * random() ** 2];
    for (let minute = from; minute < Math.min(MINUTES_PER_DAY, from + minutes); minute++) {
      watts[minute] = (watts[minute] as number) + power;
    }
  }
  return watts;
}

export interface LineOptions {
  readonly households: number;
  readonly seed: number;
  /** The largest error of a meter, spread evenly; class 1 is 0.01. */
  readonly meterError: number;
  /** Seconds that clocks are off at most. */
  readonly skewSeconds: number;
  /** Share of minutes that meters do not know, in stretches of an hour. */
  readonly gaps: number;
  /** Days that a household may live; made up where absent. */
  readonly days?: readonly Float64Array[];
}

/** Who steals, from a day on. */
export interface Thief {
  readonly from: number;
  /** Watts that nobody's meter sees, of each minute. */
  readonly unmetered?: number;
  /** So much of what household 0 uses goes past its meter, in watts on average. */
  readonly diverted?: number;
}

const MONTH = 30;
const SHAPES = 8;

/** A transformer whose households live on, day after day, with meters that are wrong as meters are. */
export class Line {
  readonly #options: LineOptions;
  readonly #random: () => number;
  readonly #gains: number[];
  readonly #skews: number[];
  readonly #checkGain: number;
  readonly #balances: DayBalance[] = [];
  /** Of each household: days that it may live, true (mWh a minute) and as its meter tells them this month. */
  #true: Float64Array[][] = [];
  #told: Uint16Array[][] = [];
  #day = 20_000;
  #lived = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
    const around = (most: number) => Array.from({ length: options.households }, () => most * (2 * this.#random() - 1));
    this.#gains = around(options.meterError);
    this.#skews = around(options.skewSeconds);
    this.#checkGain = 0.005 * (2 * this.#random() - 1);
  }

  get balances(): readonly DayBalance[] {
    return this.#balances;
  }

  live(thief?: Thief): DayBalance {
    if (this.#lived % MONTH === 0) this.#turnMonth();
    const random = this.#random;
    const real = new Float64Array(MINUTES_PER_DAY);
    const isStealing = thief !== undefined && this.#lived >= thief.from;
    const meters = this.#told.map((told, house): MeterDay => {
      const shape = Math.floor(SHAPES * random());
      const lived = (this.#true[house] as Float64Array[])[shape] as Float64Array;
      for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
        real[minute] = (real[minute] as number) + (lived[minute] as number);
      }
      const whole = told[shape] as Uint16Array;
      const past = isStealing && house === 0 ? (thief.diverted ?? 0) : 0;
      const energies = this.#withGaps(past === 0 ? whole : pastMeter(whole, past));
      const others = energies === whole ? [] : told.slice(0, 3);
      const clockOffsetMs = 1000 * (this.#skews[house] as number);
      return { svpmsn: house + 1, supplies: [{ day: this.#day, energies, others }], clockOffsetMs, changed: undefined };
    });
    const tapped = isStealing ? ((thief.unmetered ?? 0) * 1000) / 60 : 0;
    const gave = Uint32Array.from(real, (energy) => {
      const flows = energy + tapped;
      // 0.6 %, and what goes with the square: 1 % at 20 kW.
      return Math.round((1 + this.#checkGain) * flows * (1.006 + (0.01 * flows) / 333_333));
    });
    const learned = this.#balances.slice(-35).filter(({ verdict }) => verdict === 'balanced');
    const balance = balanceDay({ day: this.#day, gave, meters, learned });
    this.#balances.push(balance);
    this.#day += 1;
    this.#lived += 1;
    return balance;
  }

  /** Seasons change what is used, and meters drift. */
  #turnMonth(): void {
    const random = this.#random;
    const season = 1 + 0.3 * Math.cos((2 * Math.PI * this.#lived) / 365);
    const { households, days } = this.#options;
    this.#true = Array.from({ length: households }, () =>
      Array.from({ length: SHAPES }, () => {
        const watts = days === undefined ? householdDay(random) : days[Math.floor(days.length * random())];
        return (watts as Float64Array).map((each) => (season * each * 1000) / 60);
      }),
    );
    this.#gains.forEach((gain, house) => {
      this.#gains[house] = gain + 0.0005 * (2 * random() - 1);
    });
    this.#told = this.#true.map((shapes, house) =>
      shapes.map((energies) => told(energies, this.#gains[house] as number, this.#skews[house] as number)),
    );
  }

  #withGaps(energies: Uint16Array): Uint16Array {
    const hours = Array.from({ length: 24 }, (_, hour) => hour).filter(() => this.#random() < this.#options.gaps);
    if (hours.length === 0) return energies;
    const cut = energies.slice();
    for (const hour of hours) cut.fill(ENERGY_MISSING, 60 * hour, 60 * hour + 60);
    return cut;
  }
}

/** What a meter counts in 0.1 Wh: wrong by its gain, shifted by its clock, with its remainder carried. */
function told(energies: Float64Array, gain: number, skewSeconds: number): Uint16Array {
  const shift = Math.abs(skewSeconds) / 60;
  const step = skewSeconds < 0 ? -1 : 1;
  let carried = 0;
  return Uint16Array.from(energies, (energy, minute) => {
    const beside = energies[minute - step] ?? energy;
    const exact = ((1 + gain) * ((1 - shift) * energy + shift * beside)) / 100 + carried;
    carried = exact - Math.floor(exact);
    return Math.floor(exact);
  });
}

/** The same share of every minute goes past the meter. */
function pastMeter(energies: Uint16Array, watts: number): Uint16Array {
  const sum = energies.reduce((all, energy) => all + energy, 0);
  const share = Math.min(0.95, (watts * 24 * 10) / Math.max(1, sum));
  return energies.map((energy) => Math.round((1 - share) * energy));
}
