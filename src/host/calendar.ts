import type { Milliseconds } from '../units/index.ts';

/** The year, in UTC, in which an instant lies: offset tables are built from it on. */
export const yearOf = (at: Milliseconds): number => new Date(at).getUTCFullYear();
