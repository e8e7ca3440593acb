import { type Milliseconds, milliseconds } from '../units/index.ts';

type Run = () => void | Promise<void>;

/**
 * Time that passes only from event to event: in the order of their instants, and of their announcement where these
 * are equal, so that the same announcements give the same world. An event that returns a promise is waited for.
 */
export class VirtualTime {
  #now: Milliseconds;
  #count = 0;
  // A binary heap in three columns: millions of events pass through, and none of them is an object.
  readonly #at: number[] = [];
  readonly #order: number[] = [];
  readonly #run: Run[] = [];

  constructor(start: Milliseconds) {
    this.#now = start;
  }

  get now(): Milliseconds {
    return this.#now;
  }

  /** Instant of the next event; infinite when there is none. */
  get nextAt(): number {
    return this.#at[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Announces an event; one in the past happens now. */
  at(time: number, run: Run): void {
    let i = this.#at.length;
    this.#at.push(Math.max(time, this.#now));
    this.#order.push(this.#count++);
    this.#run.push(run);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  after(delayMs: number, run: Run): void {
    this.at(this.#now + delayMs, run);
  }

  /** Lives through all events up to and at an instant, and stands there. */
  async runUntil(time: number): Promise<void> {
    while (this.nextAt <= time) {
      this.#now = milliseconds(this.nextAt);
      const working = this.#pop()();
      if (working !== undefined) await working;
    }
    this.#now = milliseconds(time);
  }

  /** Nothing of what was announced happens any more. */
  forget(): void {
    this.#at.length = 0;
    this.#order.length = 0;
    this.#run.length = 0;
  }

  /** So long nothing happens, and all that was announced is put off by as much. */
  leap(ms: number): void {
    this.#now = milliseconds(this.#now + ms);
    for (let i = 0; i < this.#at.length; i++) this.#at[i] = (this.#at[i] as number) + ms;
  }

  #pop(): Run {
    const run = this.#run[0] as Run;
    const last = this.#at.length - 1;
    this.#swap(0, last);
    this.#at.pop();
    this.#order.pop();
    this.#run.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (let child = 2 * i + 1; child <= 2 * i + 2 && child < last; child++) {
        if (this.#before(child, least)) least = child;
      }
      if (least === i) return run;
      this.#swap(i, least);
      i = least;
    }
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#at[a] as number) - (this.#at[b] as number);
    return difference < 0 || (difference === 0 && (this.#order[a] as number) < (this.#order[b] as number));
  }

  #swap(a: number, b: number): void {
    swap(this.#at, a, b);
    swap(this.#order, a, b);
    swap(this.#run, a, b);
  }
}

function swap<T>(column: T[], a: number, b: number): void {
  const kept = column[a] as T;
  column[a] = column[b] as T;
  column[b] = kept;
}
