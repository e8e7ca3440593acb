import { type Milliseconds, UNIX_MS_MAX } from '../units/index.ts';
import { fail } from './failures.ts';
import type { HostFailure } from './types.ts';

/** The year, in UTC, in which an instant lies: offset tables are built from it on. */
export const yearOf = (at: Milliseconds): number => new Date(at).getUTCFullYear();

/**
 * The version of a table, a policy or a map that is issued now: the second of its issue, or one more than the last.
 * It is above whatever a database that was restored has forgotten, and above what a meter brought from its workshop.
 */
export const versionAfter = (last: number, now: Milliseconds): number => Math.max(last + 1, Math.floor(now / 1000));

/** What takes effect by its date, or has a version that is one, cannot be told to a meter after the last second of a u32. */
export const calendarOver = (now: Milliseconds): HostFailure | undefined =>
  now <= UNIX_MS_MAX
    ? undefined
    : fail(
        'calendar-over',
        'The clocks of meters ended on 2106-02-07: value still arrives, and nothing else can be changed.',
      );
