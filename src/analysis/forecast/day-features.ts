import { type CivilDay, civilDate, civilDayOf, dayOfWeek } from '../../tariff/index.ts';

/** All that a day's features are made of; of the day itself only its temperatures and its date. */
export interface FeatureDays {
  readonly firstDay: CivilDay;
  readonly stepsPerDay: number;
  readonly holidays: ReadonlySet<CivilDay>;
  /** Scaled, without gaps: those before the day. */
  readonly demand: readonly Float64Array[];
  /** °C without gaps: of the same days and of the day itself. */
  readonly temperatures: readonly Float64Array[] | undefined;
  /** °C between which the lines of temperature bend, ascending. */
  readonly knots: readonly number[];
  /** Whether a whole year is known, so that its course can be learned. */
  readonly hasYear: boolean;
}

/** Days before the first that has features: it looks a week back. */
export const FEATURE_DAYS_BACK = 8;
const HARMONICS = 3;
const SHARES = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95, 0.99];

/** Places between which temperatures of a history lie in parts of stated size. */
export function temperatureKnots(temperatures: readonly Float64Array[]): number[] {
  const sorted = Float64Array.from(temperatures.flatMap((day) => [...day])).sort();
  return SHARES.map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
}

/** The features of each step of a day that is looked at from the midnight before it. */
export function dayFeatures(of: FeatureDays, day: number): Float64Array[] {
  const { stepsPerDay, temperatures } = of;
  const shared = [...calendarFeatures(of, day), ...recentDays(of, day)];
  const heat = temperatures && new HeatFeatures(temperatures, of, day);
  return Array.from({ length: stepsPerDay }, (_, step) =>
    Float64Array.from([
      ...shared,
      ...[demandAt(of, day - 1, step), demandAt(of, day - 7, step)],
      ...(heat?.ofStep(step) ?? []),
    ]),
  );
}

const DAYS_PER_YEAR = 365.25;

function calendarFeatures({ firstDay, holidays, hasYear }: FeatureDays, place: number): number[] {
  const day = firstDay + place;
  const weekday = dayOfWeek(day);
  const isHoliday = holidays.has(day);
  const flags = [
    ...[1, 2, 3, 4, 5, 6].map((other) => weekday === other),
    isHoliday && weekday < 5,
    isHoliday && weekday >= 5,
    holidays.has(day - 1) && !isHoliday,
    holidays.has(day + 1) && !isHoliday,
    holidays.has(day - 1),
    holidays.has(day - 7),
  ].map(Number);
  if (!hasYear) return flags;
  const angle = yearAngle(day);
  const waves = Array.from({ length: HARMONICS }, (_, i) => [Math.sin((i + 1) * angle), Math.cos((i + 1) * angle)]);
  const rest = Number(weekday >= 5 || isHoliday);
  return [...flags, ...waves.flat(), rest * Math.sin(angle), rest * Math.cos(angle), place / DAYS_PER_YEAR];
}

/** Where in the year a day lies, from 0 to 2 π. */
export const yearAngle = (day: CivilDay): number =>
  (2 * Math.PI * (day - civilDayOf(civilDate(day).year, 1, 1) + 1)) / DAYS_PER_YEAR;

/** How yesterday ended, what it was as a whole, and what the same day of last week was. */
function recentDays(of: FeatureDays, day: number): number[] {
  const yesterday = dayAt(of.demand, day - 1);
  const hours = of.stepsPerDay / 24;
  const end = yesterday.length - Math.ceil(hours / 2);
  return [
    meanOf(yesterday.subarray(end)),
    meanOf(yesterday.subarray(Math.round(end - 1.5 * hours), end)),
    meanOf(yesterday),
    meanOf(dayAt(of.demand, day - 7)),
  ];
}

/** Temperature as the step, the hours and the days before it had it, and as demand of the days before had it. */
class HeatFeatures {
  readonly #knots: readonly number[];
  readonly #fewer: readonly number[];
  readonly #steps: number;
  readonly #today: Float64Array;
  readonly #yesterday: Float64Array;
  readonly #lastWeek: Float64Array;
  /** Sums of the temperatures of the four days before up to each step of the day. */
  readonly #sums: Float64Array;
  readonly #before: readonly number[];

  constructor(temperatures: readonly Float64Array[], { knots, stepsPerDay }: FeatureDays, day: number) {
    this.#knots = knots;
    this.#fewer = knots.filter((_, i) => i % 2 === 1);
    this.#steps = stepsPerDay;
    this.#today = dayAt(temperatures, day);
    this.#yesterday = dayAt(temperatures, day - 1);
    this.#lastWeek = dayAt(temperatures, day - 7);
    const near = [4, 3, 2, 1, 0].flatMap((back) => [...dayAt(temperatures, day - back)]);
    this.#sums = new Float64Array(near.length + 1);
    near.forEach((value, i) => {
      this.#sums[i + 1] = (this.#sums[i] as number) + value;
    });
    const evening = this.#yesterday.subarray(-Math.ceil(stepsPerDay / 12));
    this.#before = [
      ...bent(meanOf(evening), this.#fewer),
      ...bent(meanOf(this.#yesterday), this.#fewer),
      ...bent(meanOf(this.#lastWeek), this.#fewer),
    ];
  }

  ofStep(step: number): number[] {
    const hours = (count: number) => Math.round((count * this.#steps) / 24);
    return [
      ...bent(this.#today[step] as number, this.#knots),
      ...bent(this.#mean(step, hours(3), 0), this.#knots),
      ...bent(this.#mean(step, hours(6), 0), this.#knots),
      ...bent(this.#mean(step, hours(24), 0), this.#knots),
      ...bent(this.#mean(step, hours(72), hours(24)), this.#fewer),
      ...bent(this.#yesterday[step] as number, this.#knots),
      ...bent(this.#lastWeek[step] as number, this.#fewer),
      ...this.#before,
    ];
  }

  /** Over the steps from so many to so many before a step of the day, which is one of them where `until` is 0. */
  #mean(step: number, from: number, until: number): number {
    const end = 4 * this.#steps + step + 1 - until;
    const begin = Math.max(0, end - (from - until) - Number(until === 0));
    return ((this.#sums[end] as number) - (this.#sums[begin] as number)) / (end - begin);
  }
}

/** A line that may bend at each knot. */
const bent = (value: number, knots: readonly number[]): number[] => [
  value,
  ...knots.map((knot) => Math.max(0, value - knot)),
];

const demandAt = ({ demand }: FeatureDays, day: number, step: number): number => dayAt(demand, day)[step] as number;

/** Before the first day all days are like it. */
const dayAt = (days: readonly Float64Array[], day: number): Float64Array => days[Math.max(0, day)] as Float64Array;

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
