import { MINUTES_PER_DAY, VOLTAGE_INTERVALS, VOLTAGE_MINUTES } from '../records/index.ts';
import { measuredHouseholds } from './feeder.testing.ts';
import { seeded } from './line-year.testing.ts';
import type { SeenVoltages, VoltagesOfLoads } from './load-place.ts';
import type { Feeder, LoadPhases } from './network.ts';
import { PowerFlow } from './power-flow.ts';
import { normal } from './stolen-day.testing.ts';

/** A load that no meter sees: beside which of the feeder's loads, by its place in their order, and on which phase. */
export interface TappedLoad {
  readonly beside: number;
  readonly phase: Exclude<LoadPhases, 'ABC'>;
  readonly watts: number;
}

const DAYS_BEFORE = 7;
const POWER_FACTOR_SPREAD = 0.7;
const OHMS_OFF = 0.05;
const GAIN = 0.005;
const METER_NOISE = 0.02;
const GRID_VOLTS = 0.4;

/** A day as it was: what each household used in each quarter, and each minute's flow, of which the meters have means. */
interface TrueDay {
  readonly used: readonly Float64Array[];
  readonly feeder: Feeder;
}

/**
 * Eight days on which each place of a feeder lives a measured day of one of 100 households, with a power factor of its
 * own each day. Lines are up to 5 % other than the network says, the grid's voltage wanders, meters of voltage are off by
 * 0.5 % and tell 10 mV.
 */
export class VoltageDays {
  readonly #feeder: Feeder;
  readonly #days: readonly TrueDay[];
  readonly #calm: readonly Float64Array[][];

  constructor(feeder: Feeder, seed: number) {
    const random = seeded(seed);
    const households = measuredHouseholds();
    const lines = feeder.ohms.map((each, i) => each * off(i));
    function off(at: number): number {
      return 1 + OHMS_OFF * Math.sin(seed + 7 * Math.floor(at / 4));
    }
    this.#feeder = feeder;
    this.#days = Array.from({ length: DAYS_BEFORE + 1 }, () => ({
      used: feeder.loads.map(() => households[Math.floor(households.length * random())] as Float64Array),
      feeder: {
        ...feeder,
        ohms: lines,
        loads: feeder.loads.map((load) => ({
          ...load,
          tangent: load.tangent * (1 + POWER_FACTOR_SPREAD * (2 * random() - 1)),
        })),
      },
    }));
    this.#calm = this.#days.map((day) => voltsOf(day, undefined));
  }

  /** As a host has it, one day after seven honest ones. */
  seen(seed: number, tapped: TappedLoad | undefined): SeenVoltages {
    const random = seeded(seed);
    const gains = this.#feeder.loads.map(() => 1 + GAIN * normal(random));
    let grid = 0;
    const days = this.#days.map((day, at): VoltagesOfLoads => {
      const isLast = at === DAYS_BEFORE;
      const exact = isLast && tapped !== undefined ? voltsOf(day, tapped) : (this.#calm[at] as Float64Array[]);
      const wander = Float64Array.from({ length: VOLTAGE_INTERVALS }, () => {
        grid = 0.95 * grid + GRID_VOLTS * normal(random);
        return grid;
      });
      return {
        volts: exact.map((volts, load) =>
          volts.map((each, i) => {
            const told = (gains[load] as number) * (each + (wander[i] as number)) + METER_NOISE * normal(random);
            return Math.round(100 * told) / 100;
          }),
        ),
        watts: day.used.map((watts) => quarters(watts)),
      };
    });
    const watts = tapped === undefined ? 100 : tapped.watts * (1 + 0.1 * normal(random));
    return { feeder: this.#feeder, before: days.slice(0, -1), after: days.slice(-1), watts };
  }
}

function voltsOf({ used, feeder }: TrueDay, tapped: TappedLoad | undefined): Float64Array[] {
  const extra =
    tapped === undefined
      ? []
      : [{ meter: -1, section: feeder.loads[tapped.beside]?.section as number, phases: tapped.phase, tangent: 0.2 }];
  const flow = new PowerFlow({ ...feeder, loads: [...feeder.loads, ...extra] });
  const volts = used.map(() => new Float64Array(VOLTAGE_INTERVALS));
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
    const watts = used.map((each) => each[minute] as number);
    const found = flow.solve(tapped === undefined ? watts : [...watts, tapped.watts]);
    const quarter = Math.floor(minute / VOLTAGE_MINUTES);
    for (const [at, mean] of volts.entries()) {
      mean[quarter] = (mean[quarter] as number) + (found?.volts[at] ?? Number.NaN) / VOLTAGE_MINUTES;
    }
  }
  return volts;
}

const quarters = (watts: Float64Array): Float64Array =>
  Float64Array.from({ length: VOLTAGE_INTERVALS }, (_, quarter) => {
    const part = watts.subarray(quarter * VOLTAGE_MINUTES, (quarter + 1) * VOLTAGE_MINUTES);
    return part.reduce((sum, each) => sum + each, 0) / VOLTAGE_MINUTES;
  });
