import { milliseconds, type WallClock } from '../units/index.ts';

/** Of this machine: for sessions and limits of rate. */
export const wallClock: WallClock = { now: () => milliseconds(Date.now()) };
