import type { BusinessClock, Milliseconds } from '../units/index.ts';
import { milliseconds } from '../units/index.ts';
import { CannotGoOn } from './failure.ts';

/** A host reserves a minute before it lives it; more is a clock that was wrong, then or now. */
const AHEAD_MS_MAX = 86_400_000;

/** What tells the time: the clock on the wall, which may be set, and one that only ever runs on. */
export interface Clocks {
  readonly wallMs: () => number;
  readonly runMs: () => number;
}
const MACHINE: Clocks = { wallMs: Date.now, runMs: () => performance.now() };

/**
 * The clock of the business on a machine of its own: as the wall's, but never backwards, and not before an instant
 * that was used. While it is ahead it goes at half speed, so that the two meet again and nothing waits for ever.
 * @throws CannotGoOn when the wall's clock is so far behind that one of the two is wrong
 */
export function businessClock(reserved: number, { wallMs, runMs }: Clocks = MACHINE): BusinessClock {
  const wall = wallMs();
  if (reserved - wall > AHEAD_MS_MAX) {
    const day = (at: number) => new Date(at).toISOString().slice(0, 16);
    throw new CannotGoOn(
      `The books have lived until ${day(reserved)} UTC, and the clock of this machine says ${day(wall)}: set it right.`,
    );
  }
  let last = Math.max(reserved, wall);
  let run = runMs();
  return {
    now(): Milliseconds {
      const ran = runMs();
      last = Math.max(last + (ran - run) / 2, wallMs());
      run = ran;
      return milliseconds(Math.floor(last));
    },
  };
}
