import { inspectMinute, PROFILE_RING_DAYS } from '../../meter/index.ts';
import { MINUTES_PER_DAY, type Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import { registerOf } from '../second-meter.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

/** Lives are shorter than what a profile keeps, so that all of it can be added up. */
const RING_MINUTES = PROFILE_RING_DAYS * MINUTES_PER_DAY;

/** The load profile: no minute is missing through which the meter had power and a steady clock, and none is lost (I27). */
export class Profiles implements Checker {
  readonly watches = ['I27'] as const;
  readonly #findings: Findings;
  /** The running minute when the meter was looked at last, and its clock then; nothing while it was off. */
  readonly #last = new Map<Svpmsn, { readonly minute: number; readonly clockOffsetMs: number }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  started({ svpmsn }: House): void {
    this.#last.delete(svpmsn);
  }

  minute(house: House): void {
    const { svpmsn, meter } = house;
    const { minute, kept } = meter;
    const last = this.#last.get(svpmsn);
    this.#last.set(svpmsn, { minute, clockOffsetMs: kept.clockOffsetMs });
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

  async healed({ houses }: Utility): Promise<void> {
    for (const { svpmsn, meter } of houses) {
      const [supply] = meter.supplies;
      let sum = supply?.minuteEnergy ?? 0;
      // A clock that was put back has minutes before it that were lived already.
      const newest = Math.max(meter.minute, meter.highestMinute);
      for (let past = newest - RING_MINUTES + 1; past <= newest; past++) {
        if (past !== meter.minute) sum += inspectMinute(meter, past) ?? 0;
      }
      this.#findings.hold(
        'I27',
        svpmsn,
        sum === registerOf(meter),
        () => `the minutes of its profile come to ${sum}, and its register to ${registerOf(meter)}`,
      );
    }
  }
}
