import { assert } from '../units/index.ts';
import { Index, Table } from './memory-table.ts';
import { comparePlaces } from './shelf-pages.ts';
import type { Journal, JournalQuery, Numbered, NumberIn, OrderedQuery, Shelf, ShelfQuery } from './shelf-port.ts';

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
  async where(
    property: Found,
    value: R[Found] & (string | number),
    { after = '', limit = Infinity }: Partial<ShelfQuery> = {},
  ) {
    const ids = [...(this.#indexes.get(property)?.keys(value) ?? [])].filter((id) => id > after).sort();
    return ids.slice(0, limit).map((id) => this.#table.get(id) as R);
  }
  async page({ after, limit }: ShelfQuery) {
    this.#ids ??= new SortedIds(this.#table.rows.keys());
    return this.#ids.after(after, limit).map((id) => this.#table.get(id) as R);
  }
  async count(property: Found) {
    return this.#indexes.get(property)?.size ?? 0;
  }
  async inOrder(
    property: Found,
    value: R[Found] & (string | number),
    by: NumberIn<R>,
    { falling, past, limit }: OrderedQuery,
  ) {
    const sign = falling ? -1 : 1;
    const placed = (await this.where(property, value)).map((row) => ({ row, number: Number(row[by]), id: row.id }));
    const rest = past === undefined ? placed : placed.filter((each) => sign * comparePlaces(each, past) > 0);
    rest.sort((a, b) => sign * comparePlaces(a, b));
    return rest.slice(0, limit).map(({ row }) => row);
  }
  async add(rows: readonly R[]) {
    for (const row of rows) {
      assert(this.#table.get(row.id) === undefined, 'what is new is not there yet');
      this.#table.put(row.id, row);
    }
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

/**
 * Ids in their order, in blocks, so that one more moves few others: a shelf is asked for its next page again and again,
 * and must not sort all of it each time.
 */
class SortedIds {
  readonly #blocks: string[][];

  constructor(ids: Iterable<string>) {
    const sorted = [...ids].sort();
    this.#blocks = [];
    for (let at = 0; at < sorted.length; at += BLOCK_IDS / 2) this.#blocks.push(sorted.slice(at, at + BLOCK_IDS / 2));
  }

  add(id: string): void {
    const at = Math.min(this.#blockOf(id), this.#blocks.length - 1);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([id]);
      return;
    }
    block.splice(placeIn(block, id), 0, id);
    if (block.length > BLOCK_IDS) this.#blocks.splice(at + 1, 0, block.splice(BLOCK_IDS / 2));
  }

  delete(id: string): void {
    const at = this.#blockOf(id);
    const block = this.#blocks[at] as string[];
    block.splice(placeIn(block, id), 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  after(id: string | undefined, limit: number): string[] {
    const found: string[] = [];
    for (let at = id === undefined ? 0 : this.#blockOf(id); at < this.#blocks.length && found.length < limit; at++) {
      const block = this.#blocks[at] as string[];
      const from = id === undefined ? 0 : placeIn(block, id);
      for (const each of block.slice(block[from] === id ? from + 1 : from)) if (found.length < limit) found.push(each);
    }
    return found;
  }

  /** The first block that ends with this id or a later one. */
  #blockOf(id: string): number {
    return lowest(this.#blocks.length, (at) => (this.#blocks[at]?.at(-1) as string) >= id);
  }
}

const BLOCK_IDS = 512;

/** How many ids of a block stand before this one. */
const placeIn = (block: readonly string[], id: string): number =>
  lowest(block.length, (at) => (block[at] as string) >= id);

/** The lowest place at which something holds that holds from there on; `length` where it holds nowhere. */
function lowest(length: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
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
