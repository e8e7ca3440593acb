import { type DayUse, minutesEnough, type OwnPattern, ownBand, ownPattern } from '../analysis/index.ts';
import { CHARGE_UNITS_PER_TOKEN, civilDayAt, dateText, dayOfWeek, startsOfDays } from '../tariff/index.ts';
import { MINUTES_PER_DAY, type Milliseconds, type Svpmsn, type Tokens } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { chargeOf, type SupplyRecord, walkMinutes } from './statement-minutes.ts';
import { hadSince } from './stay.ts';
import { supplyRecords } from './supply-records.ts';
import type { HostFailure } from './types.ts';

/** How long a balance is enough, by what the days of the week were. */
export interface Outlook {
  readonly svpmsn: Svpmsn;
  readonly asOf: Milliseconds;
  /** Local dates that it is computed from, the oldest first. */
  readonly dates: readonly string[];
  /** Of a day of 1,440 minutes; nothing where too little is known. */
  readonly use:
    | {
        /** 0.1 Wh, rounded down. */
        readonly energyPerDay: number;
        /** Hundredths of a token, rounded up: who is told how much a day costs is not told too little. */
        readonly centitokensPerDay: bigint;
      }
    | undefined;
  readonly balance: { readonly tokens: Tokens; readonly at: Milliseconds } | undefined;
  /** From when the balance was told; nothing where nothing is used, or where it is enough for ten years. */
  readonly lasts: Lasts | undefined;
}

export interface Lasts {
  readonly minutes: number;
  readonly until: Milliseconds;
  /** Whether each weekday counts as itself; else all days are like the mean of the last. */
  readonly byWeekday: boolean;
  /** Between these it ends in 8 of 10 cases, as the last weeks went; nothing where they are too few to say. */
  readonly band: { readonly early: Milliseconds; readonly late: Milliseconds } | undefined;
}

const DAYS = 7;
const DAYS_MIN = 2;
const DAYS_BACK = 35;
/** A day counts when 23 of its 24 hours are known: a power cut does not hide it. */
const [KNOWN_OF, KNOWN_IN] = [23, 24];
const LASTS_MINUTES_MAX = BigInt(10 * 366 * MINUTES_PER_DAY);
const MS_PER_MINUTE = 60_000;

export async function readOutlook(
  tx: StoreReads,
  number: number,
  zone: string,
  now: Milliseconds,
): Promise<Outlook | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { svpmsn } = found.meter;
  const today = civilDayAt(zone, now);
  const starts = startsOfDays(zone, dateText(today - DAYS_BACK), dateText(today - 1));
  if (starts === undefined) return fail('range-wrong', 'The calendar of meters does not go back so far.');
  const [from, end] = [starts[0], starts.at(-1)] as [Milliseconds, Milliseconds];
  const supplies = await supplyRecords(tx, found.meter, { from, end, zone });
  if (isFailure(supplies)) return supplies;
  const since = await hadSince(tx, found.meter);
  const dates: string[] = [];
  const sum = { energy: 0n, units: 0n, minutes: 0n };
  const days: DayUse[] = [];
  const perDay = BigInt(MINUTES_PER_DAY * supplies.length);
  for (let i = starts.length - 2; i >= 0; i--) {
    // A day in which the meter came, or its household, is none of that household.
    if ((starts[i] as number) < since) break;
    const day = usedOn(supplies, starts[i] as number, starts[i + 1] as number);
    if (day.minutes * KNOWN_IN < (day.minutes + day.unknown) * KNOWN_OF) continue;
    const weekday = dayOfWeek(today - (starts.length - 1) + i);
    days.unshift({ weekday, units: ceil(day.units * perDay, BigInt(day.minutes)) });
    if (dates.length === DAYS) continue;
    dates.unshift(dateText(today - (starts.length - 1) + i));
    sum.energy += BigInt(day.energy);
    sum.units += day.units;
    sum.minutes += BigInt(day.minutes);
  }
  const [known] = await tx.knowledgeOf([svpmsn]);
  const { balance: tokens, balanceAt: at } = known ?? {};
  const balance = tokens === undefined || at === undefined ? undefined : { tokens, at };
  const enough = dates.length >= DAYS_MIN;
  const pattern = ownPattern(days);
  return {
    ...{ svpmsn, asOf: now, dates, balance },
    use: enough
      ? {
          energyPerDay: Number((sum.energy * perDay) / sum.minutes),
          centitokensPerDay: ceil(sum.units * perDay * 100n, sum.minutes * UNITS_PER_TOKEN),
        }
      : undefined,
    lasts: pattern && balance && lasting(balance, { pattern, days, zone }),
  };
}

/** Rounded down to whole minutes: nobody is promised a minute too many. */
function lasting(
  { tokens, at }: NonNullable<Outlook['balance']>,
  { pattern, days, zone }: { readonly pattern: OwnPattern; readonly days: readonly DayUse[]; readonly zone: string },
): Lasts | undefined {
  const day = civilDayAt(zone, at);
  const midnight = startsOfDays(zone, dateText(day), dateText(day))?.[1];
  if (midnight === undefined) return undefined;
  const first = { weekday: dayOfWeek(day), minutesLeft: Math.floor((midnight - at) / MS_PER_MINUTE) };
  const units = BigInt(tokens) * UNITS_PER_TOKEN;
  const minutesOf = (share: number) => minutesEnough(BigInt(Math.floor(Number(units) / share)), pattern, first);
  const minutes = minutesEnough(units, pattern, first);
  if (minutes === undefined || minutes > LASTS_MINUTES_MAX) return undefined;
  const until = (after: bigint) => (at + Number(after) * MS_PER_MINUTE) as Milliseconds;
  const shares = ownBand(days, Number(minutes) / MINUTES_PER_DAY);
  const [early, late] = [shares?.high, shares?.low].map((share) => share && minutesOf(share));
  const band = early && late && late <= LASTS_MINUTES_MAX ? { early: until(early), late: until(late) } : undefined;
  return { minutes: Number(minutes), until: until(minutes), byWeekday: pattern.byWeekday, band };
}

function usedOn(supplies: readonly SupplyRecord[], start: number, end: number) {
  const day = { minutes: 0, unknown: 0, energy: 0, units: 0n };
  walkMinutes(supplies, { from: start / MS_PER_MINUTE, to: end / MS_PER_MINUTE }, (use) => {
    if (use.energy === undefined) {
      day.unknown += 1;
      return;
    }
    day.minutes += 1;
    day.energy += use.energy;
    day.units += chargeOf(use.price.rate, use.energy);
  });
  return day;
}

const ceil = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;
const UNITS_PER_TOKEN = BigInt(CHARGE_UNITS_PER_TOKEN);
