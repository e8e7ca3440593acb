import {
  type Feeder,
  isPossibleVoltage,
  type PlacedLoad,
  placeLoad,
  possibleEnergies,
  type VoltagesOfLoads,
} from '../analysis/index.ts';
import {
  ENERGY_MAX,
  MILLIVOLTS_PER_STEP,
  MINUTES_PER_DAY,
  VOLTAGE_INTERVALS,
  VOLTAGE_MINUTES,
} from '../records/index.ts';
import type { SupplyIndex, Svpmsn } from '../units/index.ts';
import { lineDayId } from './loss-alarms.ts';
import type { StoreReads } from './ports.ts';
import type { Meter } from './types.ts';
import { voltageReadings } from './voltages.ts';

/** Days of before that are looked at, and how far back they may lie. */
const BEFORE_DAYS = 7;
const LOOKED_BACK_DAYS = 21;
const WATTS_PER_UNIT = 6;
const VOLTS_PER_STEP = MILLIVOLTS_PER_STEP / 1000;
/** What was told until then of a day before yesterday a meter is expected to tell of the day after, too. */
const LATELY_DAYS = 2;

/** Where on a line a load is that no meter sees, by the voltage of its meters against the last balanced days. */
export async function placeOf(
  tx: StoreReads,
  { localUnit, day, watts }: { readonly localUnit: number; readonly day: number; readonly watts: number },
  feeder: Feeder | undefined,
): Promise<PlacedLoad> {
  if (feeder === undefined) return { isPlaced: false, reason: 'no-network' };
  const back = Array.from({ length: Math.min(day, LOOKED_BACK_DAYS) }, (_, i) => day - 1 - i);
  const judged = await tx.lineBalances.of(back.map((each) => lineDayId(localUnit, each)));
  const balanced = back.filter((_, i) => judged[i]?.verdict === 'balanced').slice(0, BEFORE_DAYS);
  const meters = new Map((await tx.meters({ localUnit })).map((meter) => [Number(meter.svpmsn), meter]));
  const before: VoltagesOfLoads[] = [];
  for (const each of balanced) before.push(await dayOf(tx, { feeder, meters, day: each }));
  return placeLoad({ feeder, before, after: [await dayOf(tx, { feeder, meters, day })], watts });
}

/** Whether each meter that told voltages lately has told those of this day. */
export async function areVoltagesTold(tx: StoreReads, localUnit: number, day: number): Promise<boolean> {
  const known = await tx.knowledgeOf((await tx.meters({ localUnit })).map(({ svpmsn }) => svpmsn));
  return known.every((each) => {
    const { voltageDay = 0 } = each ?? {};
    return voltageDay >= day || voltageDay < day - LATELY_DAYS;
  });
}

interface LoadsDay {
  readonly feeder: Feeder;
  readonly meters: ReadonlyMap<number, Meter>;
  readonly day: number;
}

async function dayOf(tx: StoreReads, { feeder, meters, day }: LoadsDay): Promise<VoltagesOfLoads> {
  const volts: Float64Array[] = [];
  const watts: Float64Array[] = [];
  for (const { meter, phases } of feeder.loads) {
    const own = meters.get(meter);
    watts.push(own === undefined ? new Float64Array(VOLTAGE_INTERVALS) : await wattsOf(tx, own, day));
    // Of several phases a meter tells the highest, and nobody knows which; of several supplies neither.
    const isOne = own !== undefined && own.supplies === 1 && phases !== 'ABC';
    volts.push(isOne ? await voltsOf(tx, own.svpmsn, day) : unknown());
  }
  return { volts, watts };
}

const unknown = (): Float64Array => new Float64Array(VOLTAGE_INTERVALS).fill(Number.NaN);

async function voltsOf(tx: StoreReads, svpmsn: Svpmsn, day: number): Promise<Float64Array> {
  const [reading] = await voltageReadings(tx, { svpmsn, supply: 1 }, { fromDay: day, toDay: day });
  if (reading === undefined) return unknown();
  return Float64Array.from(reading.volts, (each) => (isPossibleVoltage(each) ? each * VOLTS_PER_STEP : Number.NaN));
}

/** The mean of each quarter, of all supplies; not a number where a minute is not known. */
async function wattsOf(tx: StoreReads, { svpmsn, supplies }: Meter, day: number): Promise<Float64Array> {
  const watts = new Float64Array(VOLTAGE_INTERVALS);
  for (let supply = 1; supply <= supplies; supply++) {
    const [profile] = await tx.profiles({ svpmsn, supply: supply as SupplyIndex, fromDay: day, toDay: day });
    if (profile === undefined) return unknown();
    const energies = possibleEnergies(profile.energies);
    for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
      const energy = energies[minute] as number;
      const at = Math.floor(minute / VOLTAGE_MINUTES);
      const mean = energy > ENERGY_MAX ? Number.NaN : (energy * WATTS_PER_UNIT) / VOLTAGE_MINUTES;
      watts[at] = (watts[at] as number) + mean;
    }
  }
  return watts;
}
