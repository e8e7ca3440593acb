interface Kept {
  readonly bytes: Uint8Array;
  /** Rises with every message that comes. */
  readonly order: number;
}

/**
 * Messages kept for somebody who is away: the newest of each name, in the order in which they came, within a bound.
 * What is bulk makes room first.
 */
export class Store {
  readonly #bytesMax: number;
  readonly #bulk = new Map<string, Kept>();
  readonly #others = new Map<string, Kept>();
  #bytes = 0;
  #count = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#bulk.size + this.#others.size;
  }

  get(name: string): Uint8Array | undefined {
    return (this.#others.get(name) ?? this.#bulk.get(name))?.bytes;
  }

  /** Keeps a copy; the oldest bulk makes room, and when there is none the oldest of the others. */
  put(name: string, message: Uint8Array, bulk = false): void {
    for (const messages of [this.#bulk, this.#others]) this.#drop(messages, name);
    this.#count += 1;
    this.#bytes += message.length;
    (bulk ? this.#bulk : this.#others).set(name, { bytes: message.slice(), order: this.#count });
    for (const messages of [this.#bulk, this.#others]) {
      for (const oldest of messages.keys()) {
        if (this.#bytes <= this.#bytesMax) return;
        this.#drop(messages, oldest);
      }
    }
  }

  /** Everything, the oldest first; the store is empty then. */
  takeAll(): Uint8Array[] {
    const all = [...this.#bulk.values(), ...this.#others.values()].sort((a, b) => a.order - b.order);
    this.#bulk.clear();
    this.#others.clear();
    this.#bytes = 0;
    return all.map(({ bytes }) => bytes);
  }

  #drop(messages: Map<string, Kept>, name: string): void {
    const kept = messages.get(name);
    if (kept === undefined) return;
    messages.delete(name);
    this.#bytes -= kept.bytes.length;
  }
}
