import {
  type CalendarDay,
  CHARGE_UNITS_PER_TOKEN,
  localTime,
  type ModeTable,
  monthAt,
  type TariffDefinition,
  tariffCalendar,
} from '../tariff/index.ts';
import {
  type Milliseconds,
  milliseconds,
  type SupplyIndex,
  type Svpmsn,
  U32_MAX,
  unixSeconds,
} from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { parsePeriod, periodOf } from './settlement-minutes.ts';
import { chargeOf, type Price, type SupplyRecord, walkMinutes } from './statement-minutes.ts';
import { supplyRecords, tableOf } from './supply-records.ts';
import { calendarsOf } from './tariff-week.ts';
import type { HostFailure } from './types.ts';

export interface PreviewQuery {
  readonly meter: number;
  readonly definition: TariffDefinition;
  /** `2026-03`; the last one that is over where absent. */
  readonly month?: string | undefined;
}

/** What a household's month would have cost under another tariff, beside what it cost. Nothing of it is stored. */
export interface TariffPreview {
  readonly svpmsn: Svpmsn;
  readonly month: string;
  readonly from: Milliseconds;
  readonly to: Milliseconds;
  /** Those that are known, over all supplies: both sides are of them alone. */
  readonly minutes: number;
  readonly unknown: number;
  /** 0.1 Wh. */
  readonly energy: number;
  readonly asItWas: PreviewSide;
  readonly asItWouldBe: PreviewSide;
}

export interface PreviewSide {
  /** Whole tokens that are taken. */
  readonly tokens: bigint;
  /** Exact, in 10⁻¹¹ token. */
  readonly chargeUnits: bigint;
  /** By supply, percent and surcharge. */
  readonly steps: readonly PreviewStep[];
  /** By the names of the bands, those of no band last. */
  readonly bands: readonly PreviewBand[];
}

interface PreviewSum {
  readonly minutes: number;
  readonly energy: number;
  readonly chargeUnits: bigint;
}
export type PreviewStep = PreviewSum & Pick<Price, 'supply' | 'percent' | 'surcharge'>;
export type PreviewBand = PreviewSum & { readonly band: string | undefined };

const MS_PER_MINUTE = 60_000;

export async function previewTariff(
  tx: StoreReads,
  { meter: number, definition, month }: PreviewQuery,
  zone: string,
  now: Milliseconds,
): Promise<TariffPreview | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const period = month === undefined ? periodOf(monthAt(zone, now) - 1, zone) : parsePeriod(month, zone);
  if (isFailure(period)) return period;
  const { from, to } = period;
  if (from > now)
    return fail('range-wrong', `${period.month} has not begun: take a month of which something is known.`, {
      month: period.month,
    });
  const calendar = tariffCalendar(definition);
  if (typeof calendar !== 'function') return fail('tariff-wrong', calendar.sentence);
  const span = { from, end: to, zone };
  const was = await supplyRecords(tx, found.meter, span);
  if (isFailure(was)) return was;
  // Above every version that the books give: whatever was in force, this one would be.
  const issue = { name: '', version: U32_MAX, edition: 0, definition, validFrom: milliseconds(0) };
  const wouldBe: SupplyRecord[] = [];
  for (const [i, { profiles }] of was.entries()) {
    const table = tableOf(issue, { supply: (i + 1) as SupplyIndex, taken: 0, told: false }, span);
    if (isFailure(table)) return table;
    wouldBe.push({ profiles, tables: [table] });
  }
  const clock = (wouldBe[0] as SupplyRecord).tables[0]?.table as ModeTable;
  const calendars = new Map([
    ...(await calendarsOf(
      tx,
      was.flatMap(({ tables }) => tables),
    )),
    [U32_MAX, calendar] as const,
  ]);
  const range = { from: from / MS_PER_MINUTE, to: Math.min(to, now) / MS_PER_MINUTE };
  const [left, right] = [was, wouldBe].map((supplies) => charged(supplies, range, bandFinder(calendars, clock)));
  const { minutes, unknown, energy } = left as Charged;
  return {
    ...{ svpmsn: found.meter.svpmsn, month: period.month, from, to, minutes, unknown, energy },
    asItWas: (left as Charged).side,
    asItWouldBe: (right as Charged).side,
  };
}

interface Charged {
  readonly minutes: number;
  readonly unknown: number;
  readonly energy: number;
  readonly side: PreviewSide;
}

function charged(
  supplies: readonly SupplyRecord[],
  range: { readonly from: number; readonly to: number },
  bandOf: (minute: number, version: number) => string | undefined,
): Charged {
  const steps = new Map<string, Adding<PreviewStep>>();
  const bands = new Map<string | undefined, Adding<PreviewBand>>();
  let [minutes, unknown, energy, chargeUnits] = [0, 0, 0, 0n];
  walkMinutes(supplies, range, (use) => {
    if (use.energy === undefined) {
      unknown += 1;
      return;
    }
    const { supply, percent, surcharge, rate, version } = use.price;
    const units = chargeOf(rate, use.energy);
    minutes += 1;
    energy += use.energy;
    chargeUnits += units;
    const key = `${supply} ${percent} ${surcharge}`;
    const step = steps.get(key) ?? { supply, percent, surcharge, ...NOTHING };
    steps.set(key, step);
    const band = bandOf(use.minute, version);
    const ofBand = bands.get(band) ?? { band, ...NOTHING };
    bands.set(band, ofBand);
    for (const sum of [step, ofBand]) {
      sum.minutes += 1;
      sum.energy += use.energy;
      sum.chargeUnits += units;
    }
  });
  const ofPrice = (a: PreviewStep, b: PreviewStep) =>
    a.supply - b.supply || a.percent - b.percent || a.surcharge - b.surcharge;
  const ofName = ({ band: a }: PreviewBand, { band: b }: PreviewBand) =>
    a === undefined ? 1 : b === undefined || a < b ? -1 : 1;
  const side: PreviewSide = {
    // What is below a token stays in the meter: rounded down.
    tokens: chargeUnits / BigInt(CHARGE_UNITS_PER_TOKEN),
    chargeUnits,
    steps: [...steps.values()].sort(ofPrice),
    bands: [...bands.values()].sort(ofName),
  };
  return { minutes, unknown, energy, side };
}

type Adding<T> = { -readonly [P in keyof T]: T[P] };
const NOTHING = { minutes: 0, energy: 0, chargeUnits: 0n };

/** Which band of its definition a minute lies in. A band begins and ends on quarters of no clock: each minute is asked. */
function bandFinder(
  calendars: ReadonlyMap<number, (day: number) => CalendarDay>,
  clock: ModeTable,
): (minute: number, version: number) => string | undefined {
  const days = new Map<string, CalendarDay | undefined>();
  return (minute, version) => {
    const { civilDay, minuteOfDay } = localTime(clock, unixSeconds(minute * 60));
    const key = `${version} ${civilDay}`;
    if (!days.has(key)) days.set(key, calendars.get(version)?.(civilDay));
    return days.get(key)?.spans.find(({ to }) => minuteOfDay < to)?.band;
  };
}
