import type { Past } from '../host/index.ts';
import { Problem } from './problem.ts';

export interface Paged {
  readonly limit?: number;
  readonly cursor?: string;
}

const LIMIT_USUAL = 50;

export const limitOf = ({ limit }: Paged): number => limit ?? LIMIT_USUAL;

/** A cursor names the last row of a page. It is opaque: nobody but this file reads one. */
const cursorOf = (last: string | number): string => Buffer.from(String(last)).toString('base64url');

/** The page, and how to ask for the next one. A full page may be the last: the next is empty then. */
export function pageOf<R, J>(
  rows: readonly R[],
  query: Paged,
  json: (row: R) => J,
  last: (row: R) => string | number,
): { items: J[]; next?: string } {
  const items = rows.map(json);
  const end = rows.at(-1);
  return end === undefined || rows.length < limitOf(query) ? { items } : { items, next: cursorOf(last(end)) };
}

/** A page of which the list itself says from where the next one goes on. */
export const pageBefore = <J>(items: J[], before: number | undefined): { items: J[]; next?: string } =>
  before === undefined ? { items } : { items, next: cursorOf(before) };

/** For lists of which the newest comes first. */
export function beforeOf({ cursor }: Paged): { readonly before?: number } {
  if (cursor === undefined) return {};
  const before = Number(decoded(cursor));
  if (!Number.isSafeInteger(before) || before < 0) throw wrong();
  return { before };
}

/** For lists in the order of a number. */
export function afterNumberOf(query: Paged): { readonly after?: number } {
  const { before: after } = beforeOf(query);
  return after === undefined ? {} : { after };
}

/** For lists in the order of an id. */
export const afterOf = ({ cursor }: Paged): { readonly after?: string } =>
  cursor === undefined ? {} : { after: decoded(cursor) };

/** For lists in the order of a number and, where that is the same, of an id. */
export function pastOf({ cursor }: Paged): { readonly past?: Past } {
  if (cursor === undefined) return {};
  const [, number, id] = /^([0-9]{1,16}) (.+)$/.exec(decoded(cursor)) ?? [];
  if (id === undefined || !Number.isSafeInteger(Number(number))) throw wrong();
  return { past: { number: Number(number), id } };
}

/** Where a row of such a list stands. */
export const placeOf = (number: number, id: string): string => `${number} ${id}`;

function decoded(cursor: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) throw wrong();
  const last = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/\p{C}/u.test(last)) throw wrong();
  return last;
}

const wrong = () => new Problem('input-wrong', 'The cursor is none that this list gave: begin without one.');
