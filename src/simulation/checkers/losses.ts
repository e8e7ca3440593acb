import type { CheckMinute, DayProfile, LineBalance, LineSuspicion, LossAlarm, Meter } from '../../host/index.ts';
import { clockMs } from '../../meter/index.ts';
import { ENERGY_MAX } from '../../records/index.ts';
import { MINUTES_PER_DAY, type Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Written } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;
/**
 * A day is a whole one where so many of its minutes are known to the check meter, none beside a gap counted, so few of
 * these are not known to each meter, and so many are known to all.
 */
const CHECKED_MIN = 1_205;
const UNCOUNTED_MAX = 300;
const KNOWN_MIN = 800;
/** Beyond any band: more than a third of what the transformer gave. */
const LOST_SHARE = 0.35;
/** Hosts wait half a day for what is late, and look each half hour; what came by then counts. */
const WAITED_MS = 11 * 60 * MINUTE_MS;
const CLOCK_OFF_MAX_MS = 60_000;

/** What the books were told of one day of one line; nothing else is believed. */
interface Told {
  readonly gave: Map<number, number>;
  readonly counted: Map<Svpmsn, Uint16Array>;
  /** Something that no sum shows speaks against it: a clock, a suspicion, a copy of the database. */
  doubtful: boolean;
  /** When the last of it came. */
  toldAt: number;
  judged: boolean;
}

/**
 * Theft on a transformer (I21). A day of which all is known and more is missing than any band explains is judged a loss
 * before the next day is over, and an alarm stands for it from the same moment. Where nobody steals none is raised,
 * whatever else befalls meters, lines and hosts; and of one line one alarm is open at a time.
 */
export class Losses implements Checker {
  readonly watches = ['I21'] as const;
  readonly #findings: Findings;
  /** The first minute of a line's life in which somebody stole. */
  readonly #stolenSince = new Map<number, number>();
  readonly #unitOf = new Map<Svpmsn, number>();
  readonly #told = new Map<string, Told>();
  readonly #alarms = new Map<string, LossAlarm>();
  /** Days before this one began are not whole: life began in it, or the database forgot some of it. */
  #wholeFrom: number;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#wholeFrom = Math.ceil(findings.now / DAY_MS);
  }

  stolen(localUnit: number): void {
    if (!this.#stolenSince.has(localUnit)) this.#stolenSince.set(localUnit, this.#findings.now);
  }

  storeRestored(): void {
    this.#told.clear();
    this.#alarms.clear();
    this.#wholeFrom = Math.floor(this.#findings.now / DAY_MS) + 1;
  }

  committed(rows: readonly Written[]): void {
    for (const { method, values } of rows) {
      if (method === 'putMeter') this.#placed(values[0] as Meter);
      else if (method === 'putCheckMinute') this.#gave(values[0] as CheckMinute);
      else if (method === 'putProfile') this.#counted(values[0] as Svpmsn, values[1] as DayProfile);
      else if (method === 'putSuspicions') this.#suspected(values[0] as readonly LineSuspicion[]);
      else if (method === 'lossAlarms.put') for (const alarm of values[0] as readonly LossAlarm[]) this.#raised(alarm);
    }
    for (const { method, values } of rows) {
      if (method === 'lineBalances.put') for (const row of values[0] as readonly LineBalance[]) this.#judged(row);
    }
  }

  minute({ svpmsn, meter }: House): void {
    const { now } = this.#findings;
    const unit = this.#unitOf.get(svpmsn);
    if (unit === undefined || Math.abs(clockMs(meter) - now) <= CLOCK_OFF_MAX_MS) return;
    const day = Math.floor(now / DAY_MS);
    // What it counts now may stand in the day before or after.
    for (const each of [day - 1, day, day + 1]) this.#dayOf(unit, each).doubtful = true;
  }

  async healed({ transformers }: Utility): Promise<void> {
    const { now } = this.#findings;
    for (const { id } of transformers) {
      for (let day = this.#wholeFrom; (day + 2) * DAY_MS <= now; day++) {
        const told = this.#dayOf(id, day);
        const isDue = this.#lostShare(id, told) !== undefined && told.toldAt <= (day + 1) * DAY_MS + WAITED_MS;
        const sentence = () => `all of day ${day} is known of line ${id}, and nobody judged it within two days`;
        this.#findings.hold('I21', undefined, !isDue || told.judged, sentence);
      }
    }
  }

  #placed({ svpmsn, localUnit }: Meter): void {
    this.#unitOf.set(svpmsn, localUnit);
  }

  #gave({ localUnit, minute, energy }: CheckMinute): void {
    const told = this.#dayOf(localUnit, Math.floor(minute / MINUTES_PER_DAY));
    const place = minute % MINUTES_PER_DAY;
    told.gave.set(place, Math.max(energy, told.gave.get(place) ?? 0));
    told.toldAt = this.#findings.now;
  }

  #counted(svpmsn: Svpmsn, { day, energies }: DayProfile): void {
    const unit = this.#unitOf.get(svpmsn);
    if (unit === undefined) return;
    const told = this.#dayOf(unit, day);
    told.counted.set(svpmsn, energies.slice());
    told.toldAt = this.#findings.now;
  }

  #suspected(rows: readonly LineSuspicion[]): void {
    for (const { kind, localUnit, namedAt } of rows) {
      if (kind === 'no-answer') continue;
      const last = Math.floor(namedAt / DAY_MS);
      for (let day = Math.min(last, this.#wholeFrom); day <= last; day++) this.#dayOf(localUnit, day).doubtful = true;
    }
  }

  #raised(alarm: LossAlarm): void {
    const { id, localUnit, lastDay } = alarm;
    this.#alarms.set(id, alarm);
    const open = [...this.#alarms.values()].filter((each) => each.localUnit === localUnit && each.state !== 'closed');
    this.#findings.hold('I21', undefined, open.length <= 1, () => `line ${localUnit} has ${open.length} open alarms`);
    this.#honest(localUnit, lastDay);
  }

  /** A loss needs somebody who stole before the day was over. */
  #honest(localUnit: number, day: number): void {
    const since = this.#stolenSince.get(localUnit) ?? Number.POSITIVE_INFINITY;
    const sentence = () => `a loss was raised on line ${localUnit} for day ${day}, and nobody stole there`;
    this.#findings.hold('I21', undefined, since < (day + 1) * DAY_MS, sentence);
  }

  #judged({ localUnit, day, verdict }: LineBalance): void {
    const told = this.#dayOf(localUnit, day);
    told.judged = true;
    if (verdict === 'loss') this.#honest(localUnit, day);
    const share = day < this.#wholeFrom ? undefined : this.#lostShare(localUnit, told);
    if (share === undefined) return;
    const percent = Math.round(100 * share);
    const isLoss = share > LOST_SHARE;
    const sentence = () =>
      `${percent} % of day ${day} is missing on line ${localUnit}, and it was held to be ${verdict}`;
    this.#findings.hold('I21', undefined, !isLoss || verdict === 'loss', sentence);
    const stands = [...this.#alarms.values()].some(
      (alarm) => alarm.localUnit === localUnit && alarm.firstDay <= day && day <= alarm.lastDay,
    );
    const unraised = () => `a loss of ${percent} % on line ${localUnit} raised no alarm for day ${day}`;
    this.#findings.hold('I21', undefined, !isLoss || stands, unraised);
  }

  /** Nothing where not enough is known. */
  #lostShare(localUnit: number, { gave, counted, doubtful }: Told): number | undefined {
    const own = [...this.#unitOf].filter(([, unit]) => unit === localUnit).map(([svpmsn]) => svpmsn);
    const profiles = own.map((svpmsn) => counted.get(svpmsn));
    if (doubtful || own.some((svpmsn) => this.#findings.flagged.has(svpmsn))) return undefined;
    const checked = [...gave].filter(([minute]) => !isBesideGap(gave, minute));
    const isKnown = (energies: Uint16Array | undefined) =>
      energies !== undefined && checked.filter(([minute]) => !counts(energies, minute)).length <= UNCOUNTED_MAX;
    if (checked.length < CHECKED_MIN || !profiles.every(isKnown)) return undefined;
    let [minutes, given, used] = [0, 0, 0];
    for (const [minute, energy] of checked) {
      if (!profiles.every((energies) => counts(energies, minute))) continue;
      minutes += 1;
      given += energy;
      used += 100 * profiles.reduce((sum, energies) => sum + (energies?.[minute] ?? 0), 0);
    }
    return minutes < KNOWN_MIN || given === 0 ? undefined : (given - used) / given;
  }

  #dayOf(localUnit: number, day: number): Told {
    const key = `${localUnit} ${day}`;
    const known = this.#told.get(key);
    if (known !== undefined) return known;
    const told = { gave: new Map(), counted: new Map(), doubtful: false, toldAt: 0, judged: false };
    this.#told.set(key, told);
    return told;
  }
}

const counts = (energies: Uint16Array | undefined, minute: number): boolean =>
  (energies?.[minute] ?? Number.POSITIVE_INFINITY) <= ENERGY_MAX;

/** Part of it may have been told with the gap. */
const isBesideGap = (gave: ReadonlyMap<number, number>, minute: number): boolean =>
  (minute > 0 && !gave.has(minute - 1)) || (minute < MINUTES_PER_DAY - 1 && !gave.has(minute + 1));
