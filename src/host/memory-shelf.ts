import { Index, Table } from './memory-table.ts';
import type { Journal, JournalQuery, Numbered, Shelf } from './shelf-port.ts';

/** A shelf in memory. */
export class MemoryShelf<R extends { readonly id: string }, Found extends keyof R = never> implements Shelf<R, Found> {
  readonly #indexes: ReadonlyMap<Found, Index<R[Found], string>>;
  readonly #table: Table<string, R>;

  constructor(undo: (() => void)[], found: readonly Found[] = []) {
    this.#indexes = new Map(found.map((property) => [property, new Index()]));
    this.#table = new Table(undo, (before, after) => {
      const { id } = (after ?? before) as R;
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
    const ids = [...this.#table.rows.keys()].filter((id) => after === undefined || id > after).sort();
    return ids.slice(0, limit).map((id) => this.#table.get(id) as R);
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
