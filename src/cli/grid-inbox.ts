import { setImmediate } from 'node:timers/promises';
import { type HostServices, type Said, StoreError } from '../host/index.ts';
import { say } from './say.ts';

/** What goes to the host in one step: the day of a whole local unit, where the machine keeps it in no time. */
const GROUP_MAX = 256;
const GROUP_MIN = 16;
/** Whoever pays waits for one step at most. A group that takes longer is halved, and doubled where it is far below. */
const STEP_MS = 50;
/** So much may wait, at most; and below so little more is taken again. */
const WAITING_MAX = 2_048;
const WAITING_LOW = 512;

/** Told when what it was told of is durable, or that it is not. */
export type Heard = (kept: boolean) => void;

/**
 * What local units said and the host has not heard yet: bounded, in groups, whichever way it came. Whoever brings it is
 * told to wait while there is much, so that it stays where it came from and not in this process.
 */
export class GridInbox {
  readonly #hear: HostServices['handle'];
  readonly #hold: (held: boolean) => void;
  #waiting: { readonly said: Said; readonly heard: Heard | undefined }[] = [];
  #work: Promise<void> | undefined;
  #held = false;
  #groupMax = GROUP_MAX;
  readonly #now: () => number;

  /**
   * @param hold is told when nothing more is wanted for now, and when it is again
   * @param now milliseconds by a clock that never goes back
   */
  constructor(hear: HostServices['handle'], hold: (held: boolean) => void, now = () => performance.now()) {
    this.#hear = hear;
    this.#hold = hold;
    this.#now = now;
  }

  put(said: Said, heard?: Heard): void {
    this.#waiting.push({ said, heard });
    if (!this.#held && this.#waiting.length >= WAITING_MAX) this.#setHeld(true);
    this.#work ??= this.#serve();
  }

  /** All that was put is heard. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  #setHeld(held: boolean): void {
    this.#held = held;
    this.#hold(held);
  }

  async #serve(): Promise<void> {
    // What comes in the same turn goes with it.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, this.#groupMax);
      this.#waiting = this.#waiting.slice(this.#groupMax);
      if (this.#held && this.#waiting.length <= WAITING_LOW) this.#setHeld(false);
      const begun = this.#now();
      const kept = await this.#hearAll(group.map(({ said }) => said));
      this.#measure(group.length, this.#now() - begun);
      for (const { heard } of group) heard?.(kept);
      // Between two groups whatever else came has its turn.
      await setImmediate();
    }
    this.#work = undefined;
  }

  #measure(size: number, tookMs: number): void {
    if (tookMs > STEP_MS && size > GROUP_MIN) this.#groupMax = Math.max(GROUP_MIN, size >> 1);
    else if (tookMs < STEP_MS / 4 && size === this.#groupMax) this.#groupMax = Math.min(GROUP_MAX, 2 * size);
  }

  /** A store that is away keeps nothing: it is said, or asked for, again. */
  async #hearAll(said: readonly Said[]): Promise<boolean> {
    try {
      await this.#hear({ type: 'grid-all', said });
      return true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      say('error', error.message);
      return false;
    }
  }
}
