/** Messages kept for somebody who is away: the newest of each name, in the order in which they came, within a bound. */
export class Store {
  readonly #bytesMax: number;
  readonly #messages = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** Keeps a copy; the oldest messages make room. */
  put(name: string, message: Uint8Array): void {
    this.#drop(name);
    this.#messages.set(name, message.slice());
    this.#bytes += message.length;
    for (const oldest of this.#messages.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#drop(oldest);
    }
  }

  /** Everything, the oldest first; the store is empty then. */
  takeAll(): Uint8Array[] {
    const all = [...this.#messages.values()];
    this.#messages.clear();
    this.#bytes = 0;
    return all;
  }

  #drop(name: string): void {
    const message = this.#messages.get(name);
    if (message === undefined) return;
    this.#messages.delete(name);
    this.#bytes -= message.length;
  }
}
