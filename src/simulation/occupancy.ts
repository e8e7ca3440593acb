import type { SeededRandom } from './random.ts';

/** When the people of a house are up and at home, on one kind of day. Times are minutes of the day; sleep may pass 1,440. */
export interface Rhythm {
  readonly wake: number;
  readonly sleep: number;
  /** Chance that everybody goes out, from `leave` to `return`. */
  readonly outChance: number;
  readonly leave: number;
  readonly return: number;
  /** Standard deviation of each of these times from day to day. */
  readonly spreadMinutes: number;
}

/** One day as it went: awake from `wake` to `sleep`, and nobody at home from `leave` to `return` (equal: nobody went out). */
export interface Presence {
  readonly wake: number;
  readonly leave: number;
  readonly return: number;
  readonly sleep: number;
}

export function drawPresence(rhythm: Rhythm, random: SeededRandom): Presence {
  const around = (minute: number) => Math.round(minute + rhythm.spreadMinutes * random.normal());
  const wake = Math.max(0, around(rhythm.wake));
  const sleep = Math.max(wake, around(rhythm.sleep));
  const leave = Math.min(sleep, Math.max(wake, around(rhythm.leave)));
  const home = Math.min(sleep, Math.max(leave, around(rhythm.return)));
  return { wake, leave, return: random.chance(rhythm.outChance) ? home : leave, sleep };
}

/** Somebody is up and at home at this minute. */
export const somebodyUp = (presence: Presence, minute: number): boolean =>
  minute >= presence.wake && minute < presence.sleep && !(minute >= presence.leave && minute < presence.return);

/** Until when whoever is up at `minute` stays: the next departure, or bedtime. */
export const staysUntil = (presence: Presence, minute: number): number =>
  minute < presence.leave && presence.leave < presence.return ? presence.leave : presence.sleep;
