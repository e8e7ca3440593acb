import type { NumberIn, OrderedQuery, Past, ShelfReads } from './shelf-port.ts';

/** Below 0 where the first comes first in a rising order. */
export const comparePlaces = (a: Past, b: Past): number =>
  a.number - b.number || (a.id < b.id ? -1 : Number(a.id > b.id));

/** A page, in the order of a number, of the rows that have one of some values: of each value no more than a page is read. */
export async function pageOfValues<R extends { readonly id: string }, Found extends keyof R>(
  shelf: ShelfReads<R, Found>,
  property: Found,
  values: readonly (R[Found] & (string | number))[],
  by: NumberIn<R>,
  page: OrderedQuery,
): Promise<R[]> {
  const rows: R[] = [];
  for (const value of values) rows.push(...(await shelf.inOrder(property, value, by, page)));
  const place = (row: R): Past => ({ number: Number(row[by]), id: row.id });
  rows.sort((a, b) => (page.falling ? -1 : 1) * comparePlaces(place(a), place(b)));
  return rows.slice(0, page.limit);
}
