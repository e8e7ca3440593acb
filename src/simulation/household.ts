import { assert, MINUTES_PER_DAY } from '../units/index.ts';
import {
  type Appliance,
  COMMON_APPLIANCES,
  type CyclingAppliance,
  type Range,
  type UsedAppliance,
} from './appliances.ts';
import type { LoadSource } from './loads.ts';
import { drawPresence, type Presence, type Rhythm, somebodyUp, staysUntil } from './occupancy.ts';
import type { SeededRandom } from './random.ts';
import { type Climate, heatingDemand, isDark, isWeekend, monthOf, TEMPERATE_CLIMATE } from './season.ts';

/** What a household is: everything that a simulation may choose about it. */
export interface HouseholdParameters {
  /** Multiplies the uses a day of everything that is switched on and off; `fitToMean` finds it. */
  readonly use: number;
  /** Multiplies the power of everything that is never switched off: standby and compressors. */
  readonly alwaysOn: number;
  /** Power that flows day and night: routers, clocks, chargers, sets on standby. */
  readonly standbyWatts: number;
  /** Half the width of the fluctuation from minute to minute; small changes are far more frequent than large ones. */
  readonly fluctuationWatts: number;
  /**
   * How much households differ, 0 to 1. At 1 each has an appliance or has it not, makers' tolerances on its
   * ratings and a use of its own (standard deviation 25 %); at 0 each is the average of all: it has everything
   * and uses it as often as households do in the mean, those without it counted.
   */
  readonly variety: number;
  readonly weekday: Rhythm;
  readonly weekend: Rhythm;
  readonly climate: Climate;
  /** Strength of the season, 0 (none) to 1: then no lamp is lit by day, and heating follows the degree days. */
  readonly season: { readonly lighting: number; readonly heating: number };
  readonly appliances: readonly Appliance[];
}

/** A gas-heated family home in a temperate country, about 370 W in the mean. */
export const FAMILY_HOME: HouseholdParameters = {
  use: 1,
  alwaysOn: 1,
  standbyWatts: 105,
  fluctuationWatts: 4,
  variety: 1,
  weekday: { wake: 390, sleep: 1410, outChance: 0.4, leave: 520, return: 990, spreadMinutes: 40 },
  weekend: { wake: 440, sleep: 1430, outChance: 0.35, leave: 660, return: 930, spreadMinutes: 55 },
  climate: TEMPERATE_CLIMATE,
  season: { lighting: 0.8, heating: 1 },
  appliances: COMMON_APPLIANCES,
};

/**
 * A household, decided by its parameters and where its randomness comes from (not by how much of it was drawn).
 * Any day can be asked for in any order and is always the same. Nothing is kept from day to day, not even what
 * the household owns, so that 65,536 of them fit into one process: it is drawn again in a hundredth of the time
 * that the day takes.
 */
export function createHousehold(parameters: HouseholdParameters, random: SeededRandom): LoadSource {
  return { fillDay: (day, out) => fillDay(drawHome(parameters, random), day, out) };
}

interface Home {
  readonly parameters: HouseholdParameters;
  readonly use: number;
  /** Of each appliance, against what the catalogue says: its power, and how many of it there are. */
  readonly ratings: readonly number[];
  readonly owned: readonly number[];
  /** Where the chance of each day comes from. */
  readonly days: SeededRandom;
}

function drawHome(parameters: HouseholdParameters, random: SeededRandom): Home {
  const { variety } = parameters;
  const traits = random.fork('traits');
  const use = parameters.use * Math.max(0.3, 1 + variety * USE_DEVIATION * traits.normal());
  const ratings: number[] = [];
  const owned: number[] = [];
  for (const { ownership } of parameters.appliances) {
    ratings.push(1 + variety * RATING_TOLERANCE * (2 * traits.uniform() - 1));
    owned.push((1 - variety) * ownership + (traits.chance(ownership) ? variety : 0));
  }
  return { parameters, use, ratings, owned, days: random.fork('days') };
}

const USE_DEVIATION = 0.25;
const RATING_TOLERANCE = 0.1;
const SECONDS_PER_DAY = 86_400;
const WATT_SECONDS_PER_MILLIWATT_HOUR = 3.6;
const HALF_RANGE = 2 ** 31;
/** How often somebody who is not at home is asked for another time before the use is left out. */
const START_TRIES = 4;

function fillDay(home: Home, day: number, out: Uint32Array): void {
  const { parameters } = home;
  assert(out.length >= MINUTES_PER_DAY, 'a day has 1,440 minutes');
  out.fill(0, 0, MINUTES_PER_DAY);
  // Until the end of the day the buffer holds watt-seconds a minute. What began yesterday may run on after midnight.
  addUses(home, day - 1, -SECONDS_PER_DAY, out);
  addUses(home, day, 0, out);
  const random = home.days.fork(`always on ${day}`);
  for (let index = 0; index < parameters.appliances.length; index += 1) {
    const appliance = parameters.appliances[index] as Appliance;
    const rating = parameters.alwaysOn * (home.owned[index] as number) * (home.ratings[index] as number);
    if (appliance.kind === 'cycling') addCompressor(appliance, rating, random, out);
  }
  const standby = 60 * parameters.standbyWatts * parameters.alwaysOn;
  const fluctuation = 60 * parameters.fluctuationWatts;
  for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
    const x = (random.u32() - HALF_RANGE) / HALF_RANGE;
    // The cube keeps most minutes near their level, as the power of real electronics does.
    const wattSeconds = (out[minute] as number) + standby + x * x * x * fluctuation;
    out[minute] = wattSeconds > 0 ? wattSeconds / WATT_SECONDS_PER_MILLIWATT_HOUR + 0.5 : 0;
  }
}

/** Everything that begins on `day`; second 0 of the day falls on second `shift` of the buffer. */
function addUses(home: Home, day: number, shift: number, out: Uint32Array): void {
  const { parameters, ratings, owned } = home;
  const random = home.days.fork(day);
  const month = monthOf(day);
  const presence = drawPresence(isWeekend(day) ? parameters.weekend : parameters.weekday, random);
  const heating = Math.max(0, 1 + parameters.season.heating * (heatingDemand(parameters.climate, month) - 1));
  // Some days are busy, some are not.
  const busy = home.use * (0.5 + random.uniform());
  for (let index = 0; index < parameters.appliances.length; index += 1) {
    const appliance = parameters.appliances[index] as Appliance;
    if (appliance.kind !== 'used') continue;
    const rating = ratings[index] as number;
    const mean =
      (owned[index] as number) * appliance.usesPerDay * busy * (appliance.season === 'heating' ? heating : 1);
    const uses = Math.floor(mean + random.uniform());
    for (let use = 0; use < uses; use += 1) {
      const minute = drawStart(appliance, presence, random);
      if (minute === undefined) continue;
      const inDaylight = appliance.season === 'lighting' && !isDark(parameters.climate, month, minute);
      if (inDaylight && random.chance(parameters.season.lighting)) continue;
      const until = appliance.company === 'accompanied' ? 60 * staysUntil(presence, minute) : Number.POSITIVE_INFINITY;
      addCycle(appliance, rating, 60 * minute + random.below(60), until, shift, random, out);
    }
  }
}

/** The minute at which a use begins, or undefined when nobody was there to begin it. */
function drawStart(appliance: UsedAppliance, presence: Presence, random: SeededRandom): number | undefined {
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    let minute = 60 * drawHour(appliance.hours, random) + random.below(60);
    if (appliance.company === 'unattended') return minute;
    // The small hours belong to the evening before.
    if (minute < presence.wake) minute += MINUTES_PER_DAY;
    if (somebodyUp(presence, minute)) return minute;
  }
  return undefined;
}

function drawHour(hours: readonly number[], random: SeededRandom): number {
  let total = 0;
  for (let hour = 0; hour < 24; hour += 1) total += hours[hour] as number;
  let left = random.uniform() * total;
  for (let hour = 0; hour < 23; hour += 1) {
    left -= hours[hour] as number;
    if (left < 0) return hour;
  }
  return 23;
}

function addCycle(
  appliance: UsedAppliance,
  rating: number,
  start: number,
  until: number,
  shift: number,
  random: SeededRandom,
  out: Uint32Array,
): void {
  let at = start;
  for (const phase of appliance.phases) {
    const watts = Math.round(rating * draw(phase.watts, random));
    const end = Math.min(until, at + Math.round(60 * draw(phase.minutes, random)));
    while (at < end) {
      const on = phase.thermostat ? Math.min(end, at + atLeastOne(draw(phase.thermostat.onSeconds, random))) : end;
      addPower(watts, at + shift, on + shift, out);
      at = phase.thermostat ? on + Math.round(draw(phase.thermostat.offSeconds, random)) : on;
    }
    at = end;
  }
}

/** A compressor begins each day somewhere in its cycle; the cycle cut at midnight is one odd one among fifty. */
function addCompressor(appliance: CyclingAppliance, rating: number, random: SeededRandom, out: Uint32Array): void {
  const watts = Math.round(rating * appliance.watts);
  let at = -random.below(60 * Math.round(appliance.onMinutes[1] + appliance.offMinutes[1]));
  while (at < SECONDS_PER_DAY) {
    const off = at + atLeastOne(60 * draw(appliance.onMinutes, random));
    addPower(watts, at, off, out);
    at = off + Math.round(60 * draw(appliance.offMinutes, random));
  }
}

/** Whole seconds; a cycle of none would never end. */
const atLeastOne = (seconds: number): number => Math.max(1, Math.round(seconds));

const draw = ([from, to]: Range, random: SeededRandom): number => from + (to - from) * random.uniform();

/** Adds a power over seconds [from, to) of the day, as watt-seconds in each minute. */
function addPower(watts: number, from: number, to: number, out: Uint32Array): void {
  let at = Math.max(from, 0);
  const end = Math.min(to, SECONDS_PER_DAY);
  let minute = Math.floor(at / 60);
  while (at < end) {
    const edge = 60 * (minute + 1);
    const upTo = Math.min(edge, end);
    (out[minute] as number) += watts * (upTo - at);
    at = upTo;
    minute += 1;
  }
}
