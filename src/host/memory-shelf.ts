import { Index, Table } from './memory-table.ts';
import type { Journal, JournalQuery, Numbered, Shelf } from './shelf-port.ts';

/** A shelf in memory. */
export class MemoryShelf<R extends { readonly id: string }, Found extends keyof R = never> implements Shelf<R, Found> {
  readonly #indexes: ReadonlyMap<Found, Index<R[Found], string>>;
  readonly #table: Table<string, R>;
  /** Of a shelf that is read by pages, from the first one on. */
  #ids: SortedIds | undefined;

  constructor(undo: (() => void)[], found: readonly Found[] = []) {
    this.#indexes = new Map(found.map((property) => [property, new Index()]));
    this.#table = new Table(undo, (before, after) => {
      const { id } = (after ?? before) as R;
      if (before === undefined) this.#ids?.add(id);
      if (after === undefined) this.#ids?.delete(id);
      for (const [property, index] of this.#indexes) index.move(id, before?.[property], after?.[property]);
    });
  }

  async of(ids: readonly string[]) {
    return ids.map((id) => this.#table.get(id));
  }
  async where(property: Found, value: R[Found] & (string | number)) {
    const ids = [...(this.#indexes.get(property)?.keys(value) ?? [])].sort();
    return ids.map((id) => this.#table.get(id) as R);
  }
  async page({ after, limit }: { readonly after?: string; readonly limit: number }) {
    this.#ids ??= new SortedIds(this.#table.rows.keys());
    return this.#ids.after(after, limit).map((id) => this.#table.get(id) as R);
  }
  async put(rows: readonly R[]) {
    for (const row of rows) this.#table.put(row.id, row);
  }
  async delete(ids: readonly string[]) {
    for (const id of ids) this.#table.delete(id);
  }

  fill(other: MemoryShelf<R, Found>): void {
    for (const row of other.#table.rows.values()) this.#table.put(row.id, row);
  }
}

/** Ids in their order: a shelf is asked for its next page again and again, and must not sort all of it each time. */
class SortedIds {
  readonly #ids: string[];

  constructor(ids: Iterable<string>) {
    this.#ids = [...ids].sort();
  }

  add(id: string): void {
    this.#ids.splice(this.#placeOf(id), 0, id);
  }
  delete(id: string): void {
    this.#ids.splice(this.#placeOf(id), 1);
  }
  after(id: string | undefined, limit: number): string[] {
    const place = id === undefined ? 0 : this.#placeOf(id);
    const from = this.#ids[place] === id ? place + 1 : place;
    return this.#ids.slice(from, from + limit);
  }

  /** How many ids stand before this one. */
  #placeOf(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as string) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A journal in memory. */
export class MemoryJournal<R> implements Journal<R> {
  readonly #rows: Numbered<R>[] = [];
  readonly #undo: (() => void)[];

  constructor(undo: (() => void)[]) {
    this.#undo = undo;
  }

  async append(rows: readonly R[]) {
    for (const row of rows) {
      this.#rows.push({ ...row, number: this.#rows.length + 1 });
      this.#undo.push(() => this.#rows.pop());
    }
  }
  async page({ before, limit }: JournalQuery) {
    const end = Math.min(this.#rows.length, (before ?? Number.POSITIVE_INFINITY) - 1);
    return this.#rows.slice(Math.max(0, end - limit), end).reverse();
  }

  fill(other: MemoryJournal<R>): void {
    for (const row of other.#rows) this.#rows.push(row);
  }
}
