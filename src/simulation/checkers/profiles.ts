import { clockMs, inspectMinute, type Meter, PROFILE_RING_DAYS } from '../../meter/index.ts';
import { MINUTES_PER_DAY, type Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Happening } from '../options.ts';
import { registerOf } from '../second-meter.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

/** Most lives are shorter than what a profile keeps, so that all of it can be added up. */
const RING_MINUTES = PROFILE_RING_DAYS * MINUTES_PER_DAY;
const MINUTE_MS = 60_000;

/** A meter when it was looked at last: the running minute, and its clock. */
interface Seen {
  readonly minute: number;
  readonly clockOffsetMs: number;
}

/**
 * The load profile (I27): no minute is missing through which the meter had power and a steady clock, and none is lost;
 * a minute that no clock of the meter ever ran through, because it was dark or the clock was set past it, is marked.
 */
export class Profiles implements Checker {
  readonly watches = ['I27'] as const;
  readonly #findings: Findings;
  /** The minute with which every meter's life begins. */
  readonly #first: number;
  readonly #houses = new Map<Svpmsn, House>();
  /** Nothing while it is off. */
  readonly #seen = new Map<Svpmsn, Seen>();
  /** The running minute when the power went. */
  readonly #darkSince = new Map<Svpmsn, number>();
  /** The minutes that each meter's clock has ever run through. */
  readonly #lived = new Map<Svpmsn, Set<number>>();

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#first = Math.floor(findings.now / MINUTE_MS);
  }

  heard(house: House): void {
    this.#look(house);
  }

  minute(house: House): void {
    const { svpmsn, meter } = house;
    const { minute, kept } = meter;
    const last = this.#seen.get(svpmsn);
    this.#look(house);
    if (last === undefined || last.clockOffsetMs !== kept.clockOffsetMs) return;
    for (let past = last.minute; past < minute; past++) {
      this.#findings.hold(
        'I27',
        svpmsn,
        inspectMinute(meter, past) !== undefined,
        () => `minute ${past} is missing in its profile, and it had power`,
      );
    }
  }

  happened(happening: Happening): void {
    if (happening.what !== 'power-failed' || !('svpmsn' in happening)) return;
    const house = this.#houses.get(happening.svpmsn);
    if (house === undefined) {
      this.#livedUnseen(happening.svpmsn);
      return;
    }
    this.#look(house);
    this.#darkSince.set(house.svpmsn, house.meter.minute);
    this.#seen.delete(house.svpmsn);
  }

  started(house: House): void {
    const { svpmsn, meter } = house;
    const since = this.#darkSince.get(svpmsn);
    this.#darkSince.delete(svpmsn);
    this.#seen.delete(svpmsn);
    if (since !== undefined) this.#marked(house, since + 1, meter.minute);
    this.#look(house);
  }

  async healed({ houses }: Utility): Promise<void> {
    for (const house of houses) {
      const { svpmsn, meter } = house;
      const lived = this.#livedBy(svpmsn);
      let sum = meter.supplies[0]?.minuteEnergy ?? 0;
      // A clock that was put back has minutes before it that were lived already.
      const newest = Math.max(meter.minute, meter.highestMinute);
      for (let past = newest - RING_MINUTES + 1; past <= newest; past++) {
        if (past !== meter.minute && lived.has(past)) sum += inspectMinute(meter, past) ?? 0;
      }
      this.#findings.hold(
        'I27',
        svpmsn,
        sum === registerOf(meter) || (this.#first <= newest - RING_MINUTES && sum <= registerOf(meter)),
        () => `the minutes of its profile come to ${sum}, and its register to ${registerOf(meter)}`,
      );
      this.#marked(house, Math.max(this.#first, newest - RING_MINUTES + 1), newest);
    }
  }

  /** Power failed before anybody had looked at the meter: nobody has set its clock, which ran since it was made. */
  #livedUnseen(svpmsn: Svpmsn): void {
    const lived = this.#livedBy(svpmsn);
    for (let minute = this.#first; minute <= Math.floor(this.#findings.now / MINUTE_MS); minute++) lived.add(minute);
  }

  #look(house: House): void {
    const { svpmsn, meter } = house;
    const { minute, kept } = meter;
    this.#houses.set(svpmsn, house);
    const seen = this.#seen.get(svpmsn);
    const lived = this.#livedBy(svpmsn);
    this.#seen.set(svpmsn, { minute, clockOffsetMs: kept.clockOffsetMs });
    lived.add(minute);
    if (seen === undefined) return;
    const last = ranUpTo(meter, seen);
    for (let past = seen.minute; past <= last; past++) lived.add(past).delete(past - RING_MINUTES);
    if (minute > last + 1 && !house.dark) this.#marked(house, last + 1, minute);
  }

  /** Of minutes from the one up to before the other, those that were never lived are marked as missing. */
  #marked({ svpmsn, meter }: House, from: number, to: number): void {
    const lived = this.#livedBy(svpmsn);
    const left: number[] = [];
    for (let minute = Math.max(from, to - RING_MINUTES + 1); minute < to; minute++) {
      if (!lived.has(minute) && inspectMinute(meter, minute) !== undefined) left.push(minute);
    }
    const sentence = () =>
      `minute ${left[0]} is not marked in its profile, and it was dark, or its clock was set past it`;
    this.#findings.hold('I27', svpmsn, left.length === 0, sentence);
  }

  #livedBy(svpmsn: Svpmsn): Set<number> {
    const lived = this.#lived.get(svpmsn) ?? new Set([this.#first]);
    this.#lived.set(svpmsn, lived);
    return lived;
  }
}

/** Before its clock was set, where it was. */
function ranUpTo(meter: Meter, { minute, clockOffsetMs }: Seen): number {
  if (meter.kept.clockOffsetMs === clockOffsetMs) return meter.minute;
  return Math.max(minute, Math.floor((clockMs(meter) - meter.kept.clockOffsetMs + clockOffsetMs) / MINUTE_MS));
}
