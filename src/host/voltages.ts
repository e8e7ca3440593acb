import { type VoltageFinding, validateVoltages } from '../analysis/index.ts';
import {
  encodeUseRequest,
  MILLIVOLTS_PER_STEP,
  PROFILE_DAYS_KEPT,
  type ProfileSelector,
  Result,
  VOLTAGE_INTERVALS,
  VOLTAGE_MINUTES,
  VOLTAGE_MISSING,
  type VoltageDay,
} from '../records/index.ts';
import { civilDayAt, dateText } from '../tariff/index.ts';
import { MINUTES_PER_DAY, type Milliseconds, type SupplyIndex, type Svpmsn } from '../units/index.ts';
import { findMeter, isFailure } from './failures.ts';
import { networkOf } from './line-networks.ts';
import { checksOf, daysOf, MINUTES_DAYS_MAX, type MinutesQuery, supplyOf } from './load.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { isWithin } from './stay.ts';
import type { HostFailure, Knowledge, Meter, VoltageReading } from './types.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = MINUTES_PER_DAY * MS_PER_MINUTE;
/** What was asked for and did not come is asked for again. */
const AGAIN_MS = 3_600_000;
/** A meter that knows none is asked again, as one that has become another, before a day that it then held is gone. */
const PAUSE_MS = (PROFILE_DAYS_KEPT - 1) * MS_PER_DAY;

/** What one answer of a meter said of its voltages. */
interface VoltagesTold {
  readonly result: Result;
  readonly days: readonly VoltageDay[];
  /** Whether it brought anything else: then it was no answer to a request for voltages alone. */
  readonly besideOthers: boolean;
}

/**
 * Keeps what an answer brought of voltages, each day validated. Voltages are asked for by themselves, because a meter
 * from before there were any understands nothing of such a request, and a local unit may not pass it on: such a meter
 * is left alone for some days, in which it loses none, and one that holds none until it has lived another day.
 * @returns days that cannot be: not lived yet, or of a supply that the meter lacks
 */
export async function takeVoltages(
  tx: StoreTransaction,
  { svpmsn, supplies }: Meter,
  { result, days, besideOthers }: VoltagesTold,
  now: Milliseconds,
): Promise<number> {
  const today = Math.floor(now / MS_PER_DAY);
  const lived = days.filter(({ day, supply }) => day <= today && supply <= supplies);
  for (const day of lived) await keepDay(tx, svpmsn, day, now);
  const [known] = await tx.knowledgeOf([svpmsn]);
  if (known === undefined) return days.length - lived.length;
  if (lived.length > 0) {
    const voltageDay = Math.max(known.voltageDay ?? 0, ...lived.map(({ day }) => day));
    await tx.putKnowledge({ ...known, voltageDay, voltageAskAt: undefined });
  } else if (known.voltageAskAt !== undefined && !besideOthers) {
    if (result === Result.bodyNotUnderstood) {
      await tx.putKnowledge({ ...known, voltageAskAt: (now + PAUSE_MS) as Milliseconds });
    } else if (result === Result.notHeld) {
      // A day that is complete and not held never will be.
      await tx.putKnowledge({ ...known, voltageDay: known.lastDay, voltageAskAt: undefined });
    }
  }
  return days.length - lived.length;
}

/**
 * The request for the voltages that a meter has and these books lack, where it is time to ask. Only on a line whose network
 * is described does voltage tell who takes what, and there it is worth two seconds of the line for each meter and day.
 */
export async function voltagesMissing(
  tx: StoreTransaction,
  known: Knowledge,
  { supplies, localUnit }: Meter,
  now: Milliseconds,
): Promise<Uint8Array | undefined> {
  const { lastDay = 0, voltageDay = 0, voltageAskAt = 0 } = known;
  if (voltageAskAt > now || lastDay > Math.floor(now / MS_PER_DAY)) return undefined;
  const voltages: ProfileSelector[] = [];
  for (let day = Math.max(1, voltageDay + 1, lastDay - PROFILE_DAYS_KEPT + 1); day <= lastDay; day++) {
    for (let supply = 1; supply <= supplies; supply++) voltages.push({ day, supply: supply as SupplyIndex });
  }
  if (voltages.length === 0 || (await networkOf(tx, localUnit)) === undefined) return undefined;
  await tx.putKnowledge({ ...known, voltageAskAt: (now + AGAIN_MS) as Milliseconds });
  return encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles: [], voltages });
}

/** What was told before is kept where the newer reading has a gap. */
async function keepDay(tx: StoreTransaction, svpmsn: Svpmsn, told: VoltageDay, now: Milliseconds): Promise<void> {
  const { day, supply } = told;
  const id = idOf({ svpmsn, supply, day });
  const [before] = await tx.voltages.of([id]);
  const volts = told.volts.map((each, i) => (each === VOLTAGE_MISSING ? (before?.volts[i] ?? each) : each));
  const found = validateVoltages(volts, before?.volts);
  // That a value was another one stays true, whatever comes again.
  const stays = (before?.findings ?? []).filter(
    ({ reason, from }) => reason === 'differs' && !found.some((each) => each.reason === reason && each.from === from),
  );
  const findings = [...found, ...stays].sort((a, b) => a.from - b.from);
  await tx.voltages.put([{ id, svpmsn, supply, day, heardAt: now, volts, findings }]);
}

/** The voltages of these days, by day; of a day that is not known there is none. */
export async function voltageReadings(
  tx: StoreReads,
  { svpmsn, supply }: { readonly svpmsn: Svpmsn; readonly supply: SupplyIndex },
  { fromDay, toDay }: { readonly fromDay: number; readonly toDay: number },
): Promise<VoltageReading[]> {
  const ids = Array.from({ length: Math.max(0, toDay - fromDay + 1) }, (_, i) =>
    idOf({ svpmsn, supply, day: fromDay + i }),
  );
  return (await tx.voltages.of(ids)).filter((reading) => reading !== undefined);
}

const idOf = ({ svpmsn, supply, day }: Pick<VoltageReading, 'svpmsn' | 'supply' | 'day'>): string =>
  `${svpmsn.toString(16).padStart(6, '0')}-${supply}-${String(day).padStart(5, '0')}`;

/** The voltage of one supply by quarter of an hour, in days of local time. */
export interface Voltages {
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  readonly zone: string;
  readonly asOf: Milliseconds;
  readonly days: readonly VoltagesOfDay[];
}

export interface VoltagesOfDay {
  readonly date: string;
  readonly start: Milliseconds;
  /** Millivolts of each quarter from `start` on, as many as have been; -1 where none is known. */
  readonly millivolts: readonly number[];
  /** What validation found; `from` counts minutes from `start`. */
  readonly checks: readonly VoltageFinding[];
}

const NOT_KNOWN = -1;

export async function readVoltages(
  tx: StoreReads,
  query: MinutesQuery,
  zone: string,
  now: Milliseconds,
): Promise<Voltages | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const { svpmsn } = found.meter;
  const supply = supplyOf(found.meter, query.supply);
  if (typeof supply === 'object') return supply;
  const starts = daysOf(query, { zone, daysMax: MINUTES_DAYS_MAX });
  if (isFailure(starts)) return starts;
  const span = {
    fromDay: Math.floor((starts[0] as number) / MS_PER_DAY),
    toDay: Math.floor(((starts.at(-1) as number) - 1) / MS_PER_DAY),
  };
  const readings = await voltageReadings(tx, { svpmsn, supply }, span);
  const volts = new Map(readings.map((reading) => [reading.day, reading.volts]));
  const days = starts.slice(0, -1).map((start, i): VoltagesOfDay => {
    const end = Math.min(starts[i + 1] as number, now);
    const quarters = Math.max(0, Math.floor((end - start) / (VOLTAGE_MINUTES * MS_PER_MINUTE)));
    const first = start / (VOLTAGE_MINUTES * MS_PER_MINUTE);
    const millivolts = Array.from({ length: quarters }, (_, quarter) => {
      const at = Math.floor(first) + quarter;
      // One that is another's in part is none of theirs.
      const [begin, last] = [at * VOLTAGE_MINUTES, (at + 1) * VOLTAGE_MINUTES - 1];
      if (![begin, last].every((minute) => isWithin(minute * MS_PER_MINUTE, query.within))) return NOT_KNOWN;
      const value = volts.get(Math.floor(at / VOLTAGE_INTERVALS))?.[at % VOLTAGE_INTERVALS] ?? VOLTAGE_MISSING;
      return value === VOLTAGE_MISSING ? NOT_KNOWN : value * MILLIVOLTS_PER_STEP;
    });
    const checks = checksOf(readings, { start, end, within: query.within });
    return { date: dateText(civilDayAt(zone, start)), start, millivolts, checks };
  });
  return { svpmsn, supply, zone, asOf: now, days };
}
