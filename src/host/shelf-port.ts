/** Rows under an id of their own, a text; `Found` are the properties by which rows are found as well. */
export interface ShelfReads<R, Found extends keyof R = never> {
  /** In the order asked for. */
  of(ids: readonly string[]): Promise<(R | undefined)[]>;
  /** With that value, by id: all, or a page of them. */
  where(property: Found, value: R[Found] & (string | number), page?: ShelfQuery): Promise<R[]>;
  page(query: ShelfQuery): Promise<R[]>;
  /** How many have any value there. */
  count(property: Found): Promise<number>;
  /** With that value, a page in the order of a number of theirs, of equal ones in that of their ids. */
  inOrder(property: Found, value: R[Found] & (string | number), by: NumberIn<R>, page: OrderedQuery): Promise<R[]>;
}

/** By id; those after one only, if it is named. */
export interface ShelfQuery {
  readonly after?: string;
  readonly limit: number;
}

/** The properties of a row that are always numbers. */
export type NumberIn<R> = { [K in keyof R]: R[K] extends number ? K : never }[keyof R] & string;

/** What follows a row only, if it is named. */
export interface OrderedQuery {
  readonly falling: boolean;
  readonly past?: Past;
  readonly limit: number;
}

/** Where a row stands in such an order. */
export interface Past {
  readonly number: number;
  readonly id: string;
}

export interface Shelf<R, Found extends keyof R = never> extends ShelfReads<R, Found> {
  /** New ones: nothing has the id of any, and what has one is an error. */
  add(rows: readonly R[]): Promise<void>;
  /** What has the id of a row gives it its place. */
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
