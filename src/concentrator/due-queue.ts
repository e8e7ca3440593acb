/** Something that is due at a time; the queue writes `dueIndex` and nobody else. */
export interface Due {
  dueAt: number;
  /** Place in the queue, -1 outside. */
  dueIndex: number;
}

/** A binary heap by `dueAt`: the next meter to poll without looking at all of them. */
export class DueQueue<T extends Due> {
  readonly #heap: T[] = [];

  /** The earliest, or `undefined`. */
  first(): T | undefined {
    return this.#heap[0];
  }

  /** Puts it in, or to its new place. */
  schedule(item: T, dueAt: number): void {
    item.dueAt = dueAt;
    if (item.dueIndex < 0) {
      item.dueIndex = this.#heap.length;
      this.#heap.push(item);
    }
    this.#up(item.dueIndex);
    this.#down(item.dueIndex);
  }

  remove(item: T): void {
    const index = item.dueIndex;
    if (index < 0) return;
    const last = this.#heap.pop() as T;
    item.dueIndex = -1;
    if (last === item) return;
    this.#put(last, index);
    this.#up(index);
    this.#down(last.dueIndex);
  }

  #put(item: T, index: number): void {
    this.#heap[index] = item;
    item.dueIndex = index;
  }

  #up(from: number): void {
    const item = this.#heap[from] as T;
    let index = from;
    while (index > 0) {
      const parent = this.#heap[(index - 1) >> 1] as T;
      if (parent.dueAt <= item.dueAt) break;
      this.#put(parent, index);
      index = (index - 1) >> 1;
    }
    this.#put(item, index);
  }

  #down(from: number): void {
    const item = this.#heap[from] as T;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#heap.length) break;
      const right = this.#heap[child + 1];
      if (right !== undefined && right.dueAt < (this.#heap[child] as T).dueAt) child++;
      const below = this.#heap[child] as T;
      if (below.dueAt >= item.dueAt) break;
      this.#put(below, index);
      index = child;
    }
    this.#put(item, index);
  }
}
