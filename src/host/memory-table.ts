import type { Svpmsn } from '../units/index.ts';
import type { PageQuery } from './ports.ts';

/** Rows by key; every change leaves behind how to take it back. */
export class Table<K, R> {
  readonly rows = new Map<K, R>();
  readonly #undo: (() => void)[];
  /** Keeps an index beside the rows. */
  readonly #moved: ((before: R | undefined, after: R | undefined) => void) | undefined;

  constructor(undo: (() => void)[], moved?: (before: R | undefined, after: R | undefined) => void) {
    this.#undo = undo;
    this.#moved = moved;
  }

  get(key: K): R | undefined {
    return this.rows.get(key);
  }

  put(key: K, row: R): void {
    const before = this.rows.get(key);
    this.#set(key, row);
    this.#undo.push(() => this.#set(key, before));
  }

  delete(key: K): void {
    const before = this.rows.get(key);
    if (before === undefined) return;
    this.#set(key, undefined);
    this.#undo.push(() => this.#set(key, before));
  }

  #set(key: K, row: R | undefined): void {
    const before = this.rows.get(key);
    if (row === undefined) this.rows.delete(key);
    else this.rows.set(key, row);
    this.#moved?.(before, row);
  }
}

/** An index: the keys of rows by some value of theirs. */
export class Index<V, K> {
  readonly #keys = new Map<V, Set<K>>();

  move(key: K, from: V | undefined, to: V | undefined): void {
    if (from === to) return;
    if (from !== undefined) {
      const keys = this.#keys.get(from);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(from);
    }
    if (to === undefined) return;
    const keys = this.#keys.get(to);
    if (keys === undefined) this.#keys.set(to, new Set([key]));
    else keys.add(key);
  }

  keys(value: V): Iterable<K> {
    return this.#keys.get(value) ?? [];
  }

  count(value: V): number {
    return this.#keys.get(value)?.size ?? 0;
  }

  /** Of rows that have any value. */
  get size(): number {
    return this.#keys.values().reduce((sum, keys) => sum + keys.size, 0);
  }

  values(): V[] {
    return [...this.#keys.keys()];
  }
}

/** The newest first; a row's number is its place from 1. */
export function pageOf<R, V extends { readonly svpmsn: Svpmsn | undefined }>(
  list: readonly R[],
  { svpmsn, before, limit }: PageQuery,
  view: (row: R, number: number) => V,
): V[] {
  const found: V[] = [];
  for (let i = Math.min(list.length, (before ?? list.length + 1) - 1); i >= 1 && found.length < limit; i--) {
    const row = view(list[i - 1] as R, i);
    if (svpmsn === undefined || row.svpmsn === svpmsn) found.push(row);
  }
  return found;
}
