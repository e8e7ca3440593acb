import {
  CHECK_MINUTE_MISSING,
  type Feeder,
  type LostIntervals,
  minutesTogether,
  PowerFlow,
  possibleEnergies,
  rankSuspects,
  type SuspectEvent,
  type SuspectMeter,
  type SuspectVisit,
  type TransformerDay,
} from '../analysis/index.ts';
import { ENERGY_MAX, EventKind, MINUTES_PER_DAY } from '../records/index.ts';
import { hourAt } from '../tariff/index.ts';
import type { Milliseconds, SupplyIndex, Svpmsn } from '../units/index.ts';
import { lineFeeder } from './line-networks.ts';
import { placeOf } from './load-places.ts';
import type { StoreReads } from './ports.ts';
import { areEventsDoubted } from './standing.ts';
import type { LossAlarm, LossSuspects, Meter } from './types.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = MINUTES_PER_DAY * MS_PER_MINUTE;
const MINUTES_PER_HOUR = 60;
const HOURS = 24;
const MWH_PER_DECI_WATT_HOUR = 100;
const MWH_PER_WATT_HOUR = 1000;
/** A day of which fewer intervals are known by all tells no place. */
const KNOWN_MIN_SHARE = 0.5;
const USUAL_DAYS = 7;
/** A seal that was broken so many days before may be why. */
const EVENT_DAYS = 30;
const EVENTS_READ = 100;
const RANKED_KEPT = 8;
/** From here on a constant load is looked for by voltage. */
const CONSTANT_PERCENT = 50;

const EVENTS: ReadonlyMap<EventKind, SuspectEvent> = new Map([
  [EventKind.voltageWhileOpenBegun, 'output-voltage'],
  [EventKind.bypassBegun, 'bypass'],
  [EventKind.coverOpened, 'cover'],
  [EventKind.magneticFieldBegun, 'magnet'],
  [EventKind.reverseEnergyBegun, 'reverse'],
  [EventKind.recordDiffers, 'record'],
]);

/** Where the energy of a day on which some was lost may be lost; nothing where too little of the day is known. */
export async function suspectsOf(
  tx: StoreReads,
  { localUnit, day }: { readonly localUnit: number; readonly day: TransformerDay },
  zone: string,
): Promise<LossSuspects | undefined> {
  const minutes = minutesTogether(day.meters.length);
  const known = knownIntervals(day, minutes);
  if (known.length < (KNOWN_MIN_SHARE * MINUTES_PER_DAY) / minutes) return undefined;
  const together = (energyOf: (minute: number) => number) =>
    Float64Array.from(known, (at) => sumOf(at, minutes, energyOf));
  const hourNames = Uint8Array.from({ length: HOURS }, (_, hour) =>
    hourAt(zone, (day.day * MS_PER_DAY + hour * MINUTES_PER_HOUR * MS_PER_MINUTE) as Milliseconds),
  );
  const hourOf = (at: number) => Math.floor((at * minutes) / MINUTES_PER_HOUR);
  const alarms = await tx.lossAlarms.where('localUnit', localUnit);
  const enrolled = new Map((await tx.meters({ localUnit })).map((meter) => [Number(meter.svpmsn), meter]));
  const meters: SuspectMeter[] = [];
  for (const { svpmsn, supplies } of day.meters) {
    const meter = enrolled.get(svpmsn);
    if (meter === undefined) return undefined;
    const counted = together((minute) =>
      supplies.reduce((sum, supply) => sum + (supply?.energies[minute] as number) * MWH_PER_DECI_WATT_HOUR, 0),
    );
    const hours = await usualHours(tx, meter, day.day);
    const usual = hours && Float64Array.from(known, (at) => minutes * (hours[hourOf(at)] as number));
    const events = await eventsOf(tx, meter.svpmsn, day.day);
    const visits = visitsOf(alarms, meter.svpmsn);
    meters.push({ meter: svpmsn, counted, ...(usual !== undefined && { usual }), events, visits });
  }
  const lost: LostIntervals = {
    ...{ minutes, meters, gave: together((minute) => day.gave[minute] as number) },
    hours: Uint8Array.from(known, (at) => hourNames[hourOf(at)] as number),
    ...(known.length * minutes === MINUTES_PER_DAY && { dayLength: known.length }),
  };
  const feeder = await lineFeeder(
    tx,
    localUnit,
    meters.map(({ meter }) => meter),
  );
  const lines = feeder && linesOf(feeder, lost);
  const { ranked, constant, isPlaced } = rankSuspects({ ...lost, ...(lines !== undefined && { lines }) });
  const kept = ranked.slice(0, RANKED_KEPT).map(({ meter, likelihood, evidence }) => ({ meter, likelihood, evidence }));
  const found = { day: day.day, constant, isPlaced, ranked: kept };
  if (constant.likelihood < CONSTANT_PERCENT) return found;
  return { ...found, place: await placeOf(tx, { localUnit, day: day.day, watts: constant.watts }, feeder) };
}

/** What the lines lose in each interval where each meter uses what it counts; nothing where they could not carry it. */
function linesOf(feeder: Feeder, { minutes, meters, gave }: LostIntervals): Float64Array | undefined {
  const flow = new PowerFlow(feeder);
  const counted = new Map(meters.map((each) => [each.meter, each.counted]));
  const milliwattHoursPerWatt = (MWH_PER_WATT_HOUR * minutes) / MINUTES_PER_HOUR;
  const lines = new Float64Array(gave.length);
  for (let at = 0; at < lines.length; at++) {
    const found = flow.solve(feeder.loads.map(({ meter }) => (counted.get(meter)?.[at] ?? 0) / milliwattHoursPerWatt));
    if (found === undefined) return undefined;
    lines[at] = found.loss * milliwattHoursPerWatt;
  }
  return lines;
}

/** Intervals of which the check meter and all meters know each minute. */
function knownIntervals({ gave, meters }: TransformerDay, minutes: number): number[] {
  const isKnown = (minute: number) =>
    gave[minute] !== CHECK_MINUTE_MISSING &&
    meters.every(({ supplies }) =>
      supplies.every((supply) => (supply?.energies[minute] ?? ENERGY_MAX + 1) <= ENERGY_MAX),
    );
  return Array.from({ length: MINUTES_PER_DAY / minutes }, (_, at) => at).filter((at) =>
    Array.from({ length: minutes }, (_, i) => at * minutes + i).every(isKnown),
  );
}

function sumOf(at: number, minutes: number, energyOf: (minute: number) => number): number {
  let sum = 0;
  for (let minute = at * minutes; minute < (at + 1) * minutes; minute++) sum += energyOf(minute);
  return sum;
}

/** Milliwatt-hours a minute that a meter counted in each hour of the UTC day in the week before; all hours, or nothing. */
async function usualHours(tx: StoreReads, { svpmsn, supplies }: Meter, day: number): Promise<number[] | undefined> {
  const hours = new Array<number>(HOURS).fill(0);
  for (let supply = 1; supply <= supplies; supply++) {
    const [fromDay, toDay] = [Math.max(0, day - USUAL_DAYS), day - 1];
    const days = await tx.profiles({ svpmsn, supply: supply as SupplyIndex, fromDay, toDay });
    for (let hour = 0; hour < HOURS; hour++) {
      const known = days.flatMap(({ energies }) =>
        [...possibleEnergies(energies).subarray(hour * MINUTES_PER_HOUR, (hour + 1) * MINUTES_PER_HOUR)].filter(
          (each) => each <= ENERGY_MAX,
        ),
      );
      if (known.length === 0) return undefined;
      const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
      hours[hour] = (hours[hour] as number) + mean * MWH_PER_DECI_WATT_HOUR;
    }
  }
  return hours;
}

async function eventsOf(tx: StoreReads, svpmsn: Svpmsn, day: number): Promise<SuspectEvent[]> {
  const since = (day - EVENT_DAYS) * MS_PER_DAY;
  const recent = (await tx.events({ svpmsn, limit: EVENTS_READ })).filter(({ heardAt }) => heardAt >= since);
  const found = recent.map(({ kind }) => EVENTS.get(kind)).filter((event) => event !== undefined);
  const [known] = await tx.knowledgeOf([svpmsn]);
  if (known !== undefined && areEventsDoubted(known)) found.push('log');
  return [...new Set(found)];
}

/** What closings found at a meter, the latest last. A fault that was mended says nothing of who steals. */
function visitsOf(alarms: readonly LossAlarm[], svpmsn: Svpmsn): SuspectVisit[] {
  return alarms
    .flatMap(({ steps }) => steps)
    .filter(({ meter }) => meter === svpmsn)
    .sort((a, b) => a.at - b.at)
    .flatMap(({ finding }) => (finding === 'theft' || finding === 'nothing' ? [finding] : []));
}
