/** Lets so many do something at once. Whoever comes after them waits, and goes in the order in which they came. */
export class Turns {
  readonly #atOnce: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether whoever comes now has to wait. */
  get taken(): boolean {
    return this.#running >= this.#atOnce;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    // Whoever ends hands its place over.
    if (this.taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
