import { ENERGY_MAX, MINUTES_PER_DAY } from '../records/index.ts';
import { CHECK_MINUTE_MISSING } from './check-minutes.ts';
import { type EstimatedMinutes, estimateMinutes } from './estimated-minutes.ts';
import { type HourSums, hourProducts, learnHeat } from './learned-heat.ts';
import { type BalanceErrors, expectLoss, type LearnedDay } from './technical-loss.ts';

/** A UTC day of one transformer: all that its balance follows from. */
export interface TransformerDay {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  /** Milliwatt-hours through its check meter in each of 1,440 minutes, or `CHECK_MINUTE_MISSING`. */
  readonly gave: Uint32Array;
  /** All that stand on its line. */
  readonly meters: readonly MeterDay[];
  /** Earlier days from which its technical loss is learned. */
  readonly learned: readonly LearnedDay[];
  /** Milliwatt-hours that its lines lose in each minute by their network, see `lineHeat`. */
  readonly lines?: Float64Array | undefined;
}

export interface MeterDay {
  readonly svpmsn: number;
  /** What it counted through each of its supplies; nothing where no profile came. */
  readonly supplies: readonly (CountedDay | undefined)[];
  /** Its clock minus that of its local unit; nothing where it never told. */
  readonly clockOffsetMs: number | undefined;
  /** Within the day or since, so that its profile does not speak for all of it; a frozen one has a damaged memory. */
  readonly changed: 'new' | 'replaced' | 'moved' | 'frozen' | undefined;
}

export interface CountedDay {
  readonly day: number;
  /** 1,440 values of 0.1 Wh, with the marks of a profile. */
  readonly energies: Uint16Array;
  /** The same supply on other days, from which minutes that are not known are estimated. */
  readonly others: readonly Uint16Array[];
}

/**
 * `loss`: more than the technical loss and its band is missing; `gain`: meters counted more than can be; `balanced`:
 * neither; `not-known`: the data do not say, and nothing is raised.
 */
export type BalanceVerdict = 'balanced' | 'loss' | 'gain' | 'not-known';

/** Why a day does not say anything. */
export const NOT_KNOWN_REASONS = [
  /** No meter stands on the line. */
  'no-meters',
  /** The check meter did not tell enough of the day: it was not heard, or the transformer itself was out. */
  'transformer',
  'meter-new',
  'meter-replaced',
  'meter-moved',
  'meter-frozen',
  /** Of a meter no profile came, or one of another day, or one that is too short or too long. */
  'profile',
  /** Two meters counted the very same minutes: one of them tells the other's. */
  'profile-twice',
  /** A meter does not know enough of its minutes. */
  'minutes',
  /** A meter's clock is so far off that its day is another. */
  'clock',
  /** In some hour meters counted more than the transformer gave: what they told does not belong together. */
  'hours',
] as const;
export type NotKnownReason = (typeof NOT_KNOWN_REASONS)[number];

/** Energies in milliwatt-hours, of the minutes that were compared. */
export interface HourBalance {
  readonly gave: number;
  readonly counted: number;
  /** Held for minutes that meters do not know. */
  readonly estimated: number;
  /** How many of its minutes were compared. */
  readonly minutes: number;
}

/** What a day came to. All energies in milliwatt-hours, of the minutes that were compared. */
export interface DayBalance extends LearnedDay {
  readonly day: number;
  readonly verdict: BalanceVerdict;
  readonly reason: NotKnownReason | undefined;
  readonly counted: number;
  readonly estimated: number;
  /** How many minutes of the day were compared. */
  readonly minutes: number;
  /** Minutes that meters do not know, of each supply: they were left out, or estimated. */
  readonly unknownMinutes: number;
  /** What lines were expected to lose; where that cannot be told apart from `apparent` yet, with it. */
  readonly technical: number;
  /** What else was expected to be missing, below zero too much: above all what meters are wrong by. */
  readonly apparent?: number | undefined;
  /** Between these the loss of an honest day lies: above is `loss`, below is `gain`. */
  readonly band: { readonly low: number; readonly high: number };
  /** `loss` without what was expected. */
  readonly unexplained: number;
  /** Percent: at least so surely the day is what the verdict says, whatever errors are distributed like. */
  readonly confidence: number;
  /** Days from which the technical loss was learned. */
  readonly learnedDays: number;
  readonly hours: readonly HourBalance[];
}

/** A class 1 meter may be wrong by so much; where in between is not known. */
const METER_CLASS = 0.01;
/** Deviations between the technical loss and the ends of its band. */
const BAND_DEVIATIONS = 4;
/** A day of which the check meter told less says nothing. */
const TOLD_MIN = 1_200;
/** Where all meters know so many minutes, the others are left out; where fewer, they are estimated. */
const COMPLETE_MIN = 720;
/** One meter may not know more of its minutes, of all its supplies. */
const METER_UNKNOWN_MAX = 360;
/** What is estimated at most may be no more of what the transformer gave. */
const ESTIMATED_SHARE_MAX = 0.05;
/** A meter of which no clock was told has one that its local unit would have had set. */
const CLOCK_UNTOLD_MS = 60_000;
const CLOCK_OFF_MAX_MS = 15 * 60_000;
/** The check meter's energy belongs to the minute in which it was read: ten seconds of it may be of the one before. */
const READ_LATE_MINUTES = 1 / 6;
/** In one hour so much more may be counted than given, of errors of class and of minutes at its ends. */
const HOUR_GAIN_MAX = 0.05;
/** Of a profile that is told twice: fewer different values than this may be chance, as in a house with one lamp. */
const VALUES_MIN = 8;
const MINUTES_PER_HOUR = 60;
const HOURS = 24;
const MS_PER_MINUTE = 60_000;
const MWH_PER_DECI_WATT_HOUR = 100;
/** Variance of what is anywhere between two ends, with their half distance 1. */
const UNIFORM = 1 / 3;

/**
 * Holds what a transformer gave in one UTC day against what its meters counted. Minutes that its check meter did not
 * tell, and those beside them, are left out on both sides. So are those that some meter does not know, as long as half
 * of the day is left; where less would be, they are estimated from the meter's own other ones, with bounds that widen
 * the band. What is missing beyond the technical loss and its band is a loss.
 */
export function balanceDay({ day, gave, meters, learned, lines }: TransformerDay): DayBalance {
  const faults = faultOf(day, gave, meters);
  const told = toldMinutes(gave);
  const whole = sumMeters(day, meters, told.uses);
  const complete = whole.unknown === 0 ? told : completeMinutes(day, meters, told.uses);
  const compared = complete.count < COMPLETE_MIN ? told : complete;
  const sums = compared === told ? whole : sumMeters(day, meters, compared.uses);
  const given = sumGiven(gave, compared);
  const estimated = sums.estimated.energy;
  const loss = given.energy - sums.counted - estimated;
  const errors: BalanceErrors = {
    meters: METER_CLASS * Math.sqrt(UNIFORM * sums.class2),
    minutes: Math.sqrt(sums.clock2 + given.late2 + sums.estimated.variance),
  };
  const meterSquares = sums.hourSquares.reduce((sum, each) => sum + each, 0);
  const heat = lines && sumLines(lines, compared.uses);
  const hourly = hourProducts(knownHours(given.hours, sums));
  const expected = expectLoss({ gave: given.energy, squares: given.squares, lines: heat, errors }, learned);
  const width = BAND_DEVIATIONS * expected.deviation;
  // A minute without supply is marked as one that was not recorded: what is estimated may not have been used at all.
  const band = {
    low: Math.round(expected.energy - width - estimated),
    high: Math.round(expected.energy + width + sums.estimated.most - estimated),
  };
  const hours = given.hours.map((hour, i) => ({
    ...{ gave: hour.gave, minutes: hour.minutes },
    counted: sums.hours[i] as number,
    estimated: Math.round(sums.estimated.hours[i] as number),
  }));
  const { unknown, unknownMost } = whole;
  const reason = faults ?? doubtOf({ given, sums, hours, told: told.count, unknownMost });
  const verdict =
    reason !== undefined ? 'not-known' : loss > band.high ? 'loss' : loss < band.low ? 'gain' : 'balanced';
  return {
    ...{ day, verdict, reason, loss: Math.round(loss), squares: given.squares, band, hours },
    ...{ gave: given.energy, counted: sums.counted, estimated: Math.round(estimated) },
    ...{ minutes: compared.count, unknownMinutes: unknown, errors, learnedDays: learned.length },
    ...(heat !== undefined && { lines: heat }),
    ...(hourly.hours > 0 && { hourly }),
    ...expectedParts(expected.energy, technicalOf({ squares: given.squares, meterSquares, heat, learned })),
    unexplained: Math.round(loss - expected.energy),
    confidence: confidenceOf(verdict, Math.abs(loss - expected.energy) / expected.deviation),
  };
}

/** Hours of which nothing is estimated, with what was lost in them. */
function knownHours(hours: Given['hours'], { hours: counted, hourSquares, estimated }: Sums): HourSums[] {
  return hours.flatMap(({ gave, squares, minutes }, i) => {
    if (minutes === 0 || estimated.hours[i] !== 0) return [];
    return { gave, squares, meterSquares: hourSquares[i] as number, loss: gave - (counted[i] as number) };
  });
}

interface Heated {
  readonly squares: number;
  readonly meterSquares: number;
  /** By the network. */
  readonly heat: number | undefined;
  readonly learned: readonly LearnedDay[];
}

/** What lines lose in such minutes: by their network, or as the hours of earlier days tell it. */
const technicalOf = ({ squares, meterSquares, heat, learned }: Heated): number | undefined =>
  heat ?? learnHeat(learned)?.(squares, meterSquares);

function expectedParts(expected: number, technical = expected): Pick<DayBalance, 'technical' | 'apparent'> {
  const whole = Math.round(technical);
  return technical === expected ? { technical: whole } : { technical: whole, apparent: Math.round(expected) - whole };
}

/** What the network says of the minutes that are compared; nothing where one of them is not known. */
function sumLines(lines: Float64Array, uses: Uint8Array): number | undefined {
  const sum = lines.reduce((all, energy, minute) => (uses[minute] === 1 ? all + energy : all), 0);
  return Number.isNaN(sum) ? undefined : Math.round(sum);
}

/** The constant load, in watts, that would be raised on such a day. */
export function raisedFrom(day: Pick<DayBalance, 'band' | 'technical' | 'apparent' | 'minutes'>): number {
  const { band, technical, apparent = 0, minutes } = day;
  const beyond = band.high - technical - apparent;
  return minutes === 0 ? Number.POSITIVE_INFINITY : (beyond * MINUTES_PER_HOUR) / minutes / 1000;
}

/** Whatever errors are distributed like, with one summit: Vysochanskij and Petunin, 4 / 9z². */
function confidenceOf(verdict: BalanceVerdict, deviations: number): number {
  if (verdict === 'not-known') return 0;
  const z = verdict === 'balanced' ? BAND_DEVIATIONS : deviations;
  return Math.floor(100 * (1 - 4 / (9 * z ** 2)));
}

interface ChosenMinutes {
  /** 1 for each minute that is compared. */
  readonly uses: Uint8Array;
  readonly count: number;
}

/** Minutes told by the check meter, as their neighbours are, for one beside a gap may be told in part. */
function toldMinutes(gave: Uint32Array): ChosenMinutes {
  const uses = new Uint8Array(MINUTES_PER_DAY);
  if (gave.length !== MINUTES_PER_DAY) return { uses, count: 0 };
  let count = 0;
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
    const isTold = gave[minute] !== CHECK_MINUTE_MISSING;
    const isBeside = gave[minute - 1] === CHECK_MINUTE_MISSING || gave[minute + 1] === CHECK_MINUTE_MISSING;
    if (!isTold || isBeside) continue;
    uses[minute] = 1;
    count += 1;
  }
  return { uses, count };
}

/** Of these minutes those that every meter knows. */
function completeMinutes(day: number, meters: readonly MeterDay[], told: Uint8Array): ChosenMinutes {
  const uses = told.slice();
  for (const { supplies } of meters) {
    for (const supply of supplies) {
      if (!isWhole(supply, day)) continue;
      for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
        if ((supply.energies[minute] as number) > ENERGY_MAX) uses[minute] = 0;
      }
    }
  }
  return { uses, count: uses.reduce((sum, use) => sum + use, 0) };
}

interface Given {
  readonly energy: number;
  readonly squares: number;
  /** Variance of what may belong to the minute before or after a stretch that was compared. */
  readonly late2: number;
  readonly hours: readonly (Pick<HourBalance, 'gave' | 'minutes'> & { readonly squares: number })[];
}

function sumGiven(gave: Uint32Array, { uses }: ChosenMinutes): Given {
  let [energy, squares, late2, first] = [0, 0, 0, -1];
  const hours: { gave: number; squares: number; minutes: number }[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    const sum = { gave: 0, squares: 0, minutes: 0 };
    for (let minute = hour * MINUTES_PER_HOUR; minute < (hour + 1) * MINUTES_PER_HOUR; minute++) {
      if (uses[minute] === 0) continue;
      const value = gave[minute] as number;
      sum.gave += value;
      sum.minutes += 1;
      sum.squares += value ** 2;
      if (first < 0) first = minute;
      if (uses[minute + 1] === 1) continue;
      late2 += UNIFORM * (READ_LATE_MINUTES * ((gave[first] as number) - value)) ** 2;
      first = -1;
    }
    energy += sum.gave;
    squares += sum.squares;
    hours.push(sum);
  }
  return { energy, squares, late2, hours };
}

interface Sums {
  readonly counted: number;
  readonly hours: readonly number[];
  /** In each hour, of what each supply counted in a minute. */
  readonly hourSquares: readonly number[];
  readonly unknown: number;
  /** The most minutes that one meter does not know. */
  readonly unknownMost: number;
  readonly estimated: EstimatedMinutes;
  /** Sum of the squares of what each meter counted. */
  readonly class2: number;
  /** Variance of what clocks that are off put into the day before or after. */
  readonly clock2: number;
  /** What they can put from one hour into another at most, all of them one way. */
  readonly clockMost: number;
}

const noHours = (): number[] => new Array<number>(HOURS).fill(0);

/** A profile that is of another day, too short or too long says nothing of this one. */
const isWhole = (supply: CountedDay | undefined, day: number): supply is CountedDay =>
  supply !== undefined && supply.day === day && supply.energies.length === MINUTES_PER_DAY;

function sumMeters(day: number, meters: readonly MeterDay[], uses: Uint8Array): Sums {
  const [hours, hourSquares] = [noHours(), noHours()];
  const sums = { counted: 0, unknown: 0, unknownMost: 0, class2: 0, clock2: 0, clockMost: 0 };
  const estimated = { energy: 0, most: 0, variance: 0, hours: noHours() };
  for (const { supplies, clockOffsetMs = CLOCK_UNTOLD_MS } of meters) {
    let [own, unknown, peak] = [0, 0, 0];
    for (const supply of supplies) {
      if (!isWhole(supply, day)) continue;
      const { energies } = supply;
      let unknownHere = 0;
      for (let hour = 0; hour < HOURS; hour++) {
        let [sum, squares] = [0, 0];
        const end = (hour + 1) * MINUTES_PER_HOUR;
        for (let minute = hour * MINUTES_PER_HOUR; minute < end; minute++) {
          if (uses[minute] === 0) continue;
          const energy = energies[minute] as number;
          if (energy > ENERGY_MAX) unknownHere += 1;
          else {
            sum += energy;
            squares += energy * energy;
            if (energy > peak) peak = energy;
          }
        }
        own += sum;
        hours[hour] = (hours[hour] as number) + sum * MWH_PER_DECI_WATT_HOUR;
        hourSquares[hour] = (hourSquares[hour] as number) + squares * MWH_PER_DECI_WATT_HOUR ** 2;
      }
      unknown += unknownHere;
      if (unknownHere > 0) addEstimate(estimated, estimateMinutes(supply, uses));
    }
    const energy = own * MWH_PER_DECI_WATT_HOUR;
    const shifted = (Math.abs(clockOffsetMs) / MS_PER_MINUTE) * peak * MWH_PER_DECI_WATT_HOUR;
    sums.counted += energy;
    sums.unknown += unknown;
    sums.unknownMost = Math.max(sums.unknownMost, unknown);
    sums.class2 += energy ** 2;
    // At both ends of the day, and the last step of the counter.
    sums.clock2 += 2 * UNIFORM * shifted ** 2 + supplies.length * MWH_PER_DECI_WATT_HOUR ** 2;
    sums.clockMost += 2 * shifted;
  }
  return { ...sums, hours, hourSquares, estimated };
}

function addEstimate(
  sum: { energy: number; most: number; variance: number; hours: number[] },
  each: EstimatedMinutes,
): void {
  sum.energy += each.energy;
  sum.most += each.most;
  sum.variance += each.variance;
  each.hours.forEach((energy, hour) => {
    sum.hours[hour] = (sum.hours[hour] as number) + energy;
  });
}

/** What is wrong with the data themselves. */
function faultOf(day: number, gave: Uint32Array, meters: readonly MeterDay[]): NotKnownReason | undefined {
  if (gave.length !== MINUTES_PER_DAY) return 'transformer';
  if (meters.length === 0) return 'no-meters';
  const changed = meters.find((meter) => meter.changed !== undefined)?.changed;
  if (changed !== undefined) return `meter-${changed}`;
  const isTold = ({ supplies }: MeterDay) => supplies.length > 0 && supplies.every((supply) => isWhole(supply, day));
  if (!meters.every(isTold)) return 'profile';
  if (meters.some(({ clockOffsetMs = 0 }) => Math.abs(clockOffsetMs) > CLOCK_OFF_MAX_MS)) return 'clock';
  return doubledSupplies(meters).length > 0 ? 'profile-twice' : undefined;
}

/** The supplies that counted the very same in every minute as another, where it is not chance. */
export function doubledSupplies(meters: readonly Pick<MeterDay, 'svpmsn' | 'supplies'>[]): DoubledSupply[] {
  const seen = new Map<number, (DoubledSupply & { readonly energies: Uint16Array })[]>();
  const doubled = new Set<DoubledSupply>();
  for (const { svpmsn, supplies } of meters) {
    for (const [i, counted] of supplies.entries()) {
      if (counted === undefined) continue;
      const own = { svpmsn, supply: i + 1, energies: counted.energies };
      const mark = markOf(own.energies);
      const alike = seen.get(mark) ?? [];
      seen.set(mark, [...alike, own]);
      // Days of which nothing is known are alike in thousands: none is compared with the others.
      if (alike.length === 0 || new Set(own.energies).size < VALUES_MIN) continue;
      const same = alike.filter((other) => isSame(other.energies, own.energies));
      if (same.length === 0) continue;
      for (const each of [...same, own]) doubled.add(each);
    }
  }
  return [...doubled].map(({ svpmsn, supply }) => ({ svpmsn, supply }));
}

export interface DoubledSupply {
  readonly svpmsn: number;
  readonly supply: number;
}

/** Of one minute of each hour, so that few profiles are compared whole. */
function markOf(energies: Uint16Array): number {
  let mark = 0;
  for (let minute = 7; minute < MINUTES_PER_DAY; minute += MINUTES_PER_HOUR) {
    mark = (Math.imul(mark, 31) + (energies[minute] as number)) | 0;
  }
  return mark;
}

const isSame = (a: Uint16Array, b: Uint16Array): boolean => a.every((energy, minute) => energy === b[minute]);

interface Compared {
  readonly given: Given;
  readonly sums: Sums;
  readonly hours: readonly HourBalance[];
  readonly told: number;
  /** The most minutes that one meter does not know. */
  readonly unknownMost: number;
}

/** What is too little, or does not belong together. */
function doubtOf({ given, sums, hours, told, unknownMost }: Compared): NotKnownReason | undefined {
  if (told < TOLD_MIN) return 'transformer';
  if (unknownMost > METER_UNKNOWN_MAX) return 'minutes';
  if (sums.estimated.most > ESTIMATED_SHARE_MAX * given.energy) return 'minutes';
  const isContradicted = ({ gave, counted }: HourBalance) => counted > (1 + HOUR_GAIN_MAX) * gave + sums.clockMost;
  return hours.some(isContradicted) ? 'hours' : undefined;
}
