import type { Milliseconds } from '../units/index.ts';

/** The year, in UTC, in which an instant lies: offset tables are built from it on. */
export const yearOf = (at: Milliseconds): number => new Date(at).getUTCFullYear();

/**
 * The version of a table, a policy or a map that is issued now: the second of its issue, or one more than the last.
 * It is above whatever a database that was restored has forgotten, and above what a meter brought from its workshop.
 */
export const versionAfter = (last: number, now: Milliseconds): number => Math.max(last + 1, Math.floor(now / 1000));
