/** A timer takes no longer wait than this. */
const WAIT_MS_MAX = 2 ** 31 - 1;

/**
 * Rings once, and never before its time on a clock, though a timer may be early.
 * @returns puts it off for good
 */
export function ringAt(now: () => number, at: number, ring: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(
      () => (now() >= at ? ring() : wait()),
      Math.min(Math.max(0, Math.ceil(at - now())), WAIT_MS_MAX),
    );
  };
  wait();
  return () => clearTimeout(timer);
}

/** One alarm, which is set anew as often as somebody likes; the last setting counts. */
export class Alarm {
  readonly #now: () => number;
  readonly #ring: () => void;
  #putOff: () => void = () => undefined;

  constructor(now: () => number, ring: () => void) {
    this.#now = now;
    this.#ring = ring;
  }

  /** @param at on the clock that it was given */
  set(at: number): void {
    this.stop();
    this.#putOff = ringAt(this.#now, at, this.#ring);
  }

  stop(): void {
    this.#putOff();
  }
}
