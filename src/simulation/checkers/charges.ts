import { inspectMinute, type Meter, PROFILE_RING_DAYS } from '../../meter/index.ts';
import type { ModeTable } from '../../tariff/index.ts';
import { MINUTES_PER_DAY, type Svpmsn, U32_MAX } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/** Charge is counted in 10⁻¹¹ token, in which the cost of 0.1 Wh is whole. */
const UNITS_PER_TOKEN = 100_000_000_000n;
const RING_MINUTES = PROFILE_RING_DAYS * MINUTES_PER_DAY;
const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
const DAY_MS = 86_400_000;
const HOLIDAY = 7;

/** One meter, as it was when it was looked at last. */
interface Charged {
  /** All that it ever spent, with what it carries below a token. */
  readonly units: bigint;
  /** The running minute, and what 0.1 Wh costs in it from its beginning to its end. */
  readonly minute: number;
  readonly rate: bigint | undefined;
  /** The last minute that it ever began. */
  readonly highest: number;
  readonly tables: readonly ModeTable[];
  /** The table in force. */
  readonly version: number;
}

/**
 * What a meter spends, minute by minute, computed again from its profile and its mode table (I20): the rules of
 * docs/protocol.md a second time, with nothing of the code that meters and statements charge by. Use and profile are
 * one commit, so that this holds over every power cut, to the 10⁻¹¹ token.
 */
export class Charges implements Checker {
  readonly watches = ['I20'] as const;
  readonly #findings: Findings;
  readonly #charged = new Map<Svpmsn, Charged>();
  /** By meter, what the profile has for each minute, 0.1 Wh. */
  readonly #energies = new Map<Svpmsn, Map<number, number>>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  heard(house: House): void {
    this.#look(house, 'running');
  }

  minute(house: House): void {
    this.#look(house, 'running');
  }

  /** What the cut left of the minutes before it is known now; the running one began anew, with the tables of now. */
  started(house: House): void {
    this.#look(house, 'started');
  }

  #look({ svpmsn, meter, frozen }: House, how: 'running' | 'started'): void {
    if (frozen || this.#findings.flagged.has(svpmsn)) return;
    const before = this.#charged.get(svpmsn);
    const now = chargedNow(meter, before, how);
    this.#charged.set(svpmsn, now);
    const energies = this.#energies.get(svpmsn) ?? new Map<number, number>();
    this.#energies.set(svpmsn, energies);
    if (before === undefined || how === 'started') {
      const newest = Math.max(meter.minute, meter.highestMinute);
      const due = costOf(meter, { from: newest - RING_MINUTES + 1, to: newest }, energies, before);
      if (before !== undefined) this.#hold(svpmsn, before, now, due);
      return;
    }
    const [from, to] = [Math.min(before.minute, now.minute), Math.max(before.minute, now.minute)];
    this.#hold(svpmsn, before, now, costOf(meter, { from, to }, energies, before));
  }

  #hold(svpmsn: Svpmsn, before: Charged, now: Charged, due: bigint): void {
    const spent = now.units - before.units;
    if (spent === 0n && due === 0n) return;
    const sentence = () =>
      `up to minute ${now.minute} it spent ${inTokens(spent)} tokens, and by profile and table ${inTokens(due)} were due`;
    this.#findings.hold('I20', svpmsn, spent === due, sentence);
  }
}

function chargedNow(meter: Meter, before: Charged | undefined, how: 'running' | 'started'): Charged {
  const { minute, highestMinute: highest, supplies, svm, spent, accrual } = meter;
  const tables = (supplies[0]?.tables ?? []).filter((table) => table !== undefined);
  const units = BigInt(svm.purse.used + spent) * UNITS_PER_TOKEN + BigInt(accrual.remainder);
  // A clock that was moved back over the edge of a minute begins the one before anew.
  const isBack = before !== undefined && highest > Math.max(minute, before.highest);
  if (how === 'running' && before?.minute === minute && !isBack) return { ...before, units, tables };
  // A table that came with the last frame holds from the next minute on; this one began before.
  const table = tableInForce(
    how === 'running' ? (before?.tables ?? tables) : tables,
    minute,
    lastVersion(before, highest),
  );
  return { units, minute, highest, tables, rate: table && rateOf(table, minute), version: table?.version ?? 0 };
}

/** The table that was in force last: a minute may have begun with another one after the last look, before the power failed. */
function lastVersion(before: Charged | undefined, highest: number): number | undefined {
  if (before === undefined || highest <= before.minute) return before?.version;
  return tableInForce(before.tables, highest, before.version)?.version;
}

/** What the minutes of a span have that they had not before, each at its own price. */
function costOf(
  meter: Meter,
  { from, to }: { readonly from: number; readonly to: number },
  energies: Map<number, number>,
  before: Charged | undefined,
): bigint {
  let cost = 0n;
  for (let minute = from; minute <= to; minute++) {
    const had = energies.get(minute) ?? 0;
    const has = (minute === meter.minute ? meter.supplies[0]?.minuteEnergy : inspectMinute(meter, minute)) ?? 0;
    if (has === had) continue;
    energies.set(minute, has);
    energies.delete(minute - RING_MINUTES);
    if (before === undefined) continue;
    const table = tableInForce(before.tables, minute, before.version);
    const rate = minute === before.minute ? before.rate : table && rateOf(table, minute);
    cost += BigInt(has - had) * (rate ?? 0n);
  }
  return cost;
}

const secondOf = (minute: number): number => Math.min(minute * MINUTE_SECONDS, U32_MAX);

/** The highest version that is valid; where a clock was put back before all of them, the one that was in force. */
function tableInForce(tables: readonly ModeTable[], minute: number, last: number | undefined): ModeTable | undefined {
  const valid = tables.filter(({ validFrom }) => validFrom <= secondOf(minute));
  const [newest] = valid.toSorted((a, b) => b.version - a.version);
  return newest ?? tables.find(({ version }) => version === last);
}

/**
 * Of 0.1 Wh, in 10⁻¹¹ token: unit charge × percent × surcharge. No load of a life lags so far that the first band of
 * phase angle begins.
 */
function rateOf(table: ModeTable, minute: number): bigint {
  const second = secondOf(minute);
  const offset = table.offsets.findLast(({ from }) => from <= second)?.minutes ?? 0;
  const local = second + offset * MINUTE_SECONDS;
  const day = Math.floor(local / DAY_SECONDS);
  const date = new Date(day * DAY_MS);
  const monthDay = [date.getUTCMonth() + 1, date.getUTCDate()] as const;
  const season = table.seasons.findLast(
    (begins) => begins.month < monthDay[0] || (begins.month === monthDay[0] && begins.day <= monthDay[1]),
  );
  const week = table.weeks[(season ?? table.seasons.at(-1))?.week ?? 0] ?? [];
  const type = table.holidays.includes(day) ? HOLIDAY : (date.getUTCDay() + 6) % 7;
  const minuteOfDay = Math.floor((local - day * DAY_SECONDS) / MINUTE_SECONDS);
  const step = table.days[week[type] ?? 0]?.findLast((from) => from.minute <= minuteOfDay)?.step ?? 0;
  return BigInt(table.unitCharge) * BigInt(table.steps[step] ?? 0) * BigInt(table.surcharges[0]);
}

const inTokens = (units: bigint): string => (Number(units) / 1e11).toFixed(11);
