/** Rows under an id of their own, a text; `Found` are the properties by which rows are found as well. */
export interface ShelfReads<R, Found extends keyof R = never> {
  /** In the order asked for. */
  of(ids: readonly string[]): Promise<(R | undefined)[]>;
  /** All with that value, by id. */
  where(property: Found, value: R[Found] & (string | number)): Promise<R[]>;
  /** By id; those after one only, if it is named. */
  page(query: { readonly after?: string; readonly limit: number }): Promise<R[]>;
}

export interface Shelf<R, Found extends keyof R = never> extends ShelfReads<R, Found> {
  /** What has the id of a row takes its place. */
  put(rows: readonly R[]): Promise<void>;
  delete(ids: readonly string[]): Promise<void>;
}

/** Rows that are only ever added: nothing changes or deletes them. */
export interface JournalReads<R> {
  /** The newest first; only older ones than a number, if it is named. */
  page(query: JournalQuery): Promise<Numbered<R>[]>;
}

export interface Journal<R> extends JournalReads<R> {
  append(rows: readonly R[]): Promise<void>;
}

/** Its place, from 1 on. */
export type Numbered<R> = R & { readonly number: number };

export interface JournalQuery {
  readonly before?: number;
  readonly limit: number;
}
