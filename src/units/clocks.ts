import type { Milliseconds } from './quantities.ts';

/**
 * Time of the business: ledger, dispatch, meters. It may run 60 times fast in the demo;
 * it is persisted and never goes backwards, not even over a restart.
 */
export interface BusinessClock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): Milliseconds;
}

/** The clock on the wall: how long somebody may stay logged in, and how often somebody may ask. It may be set. */
export interface WallClock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): Milliseconds;
}

/** An input of a machine, to which whoever steps it adds the time. */
export type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never;
