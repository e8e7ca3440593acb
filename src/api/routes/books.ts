import { Type } from 'typebox';
import { svpmsnText } from '../../units/index.ts';
import { afterNumberOf, beforeOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Instant, LocalUnit, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import { CheckMinuteSchema, checkMinuteJson, LineSchema, lineJson } from '../schemas/lines.ts';
import { BooksSchema, MeterBooksSchema, PostingSchema, postingJson, totalsJson } from '../schemas/orders.ts';
import type { Api, ApiServices } from '../server.ts';
import { instantOf } from './meters.ts';

/** A day and an hour: 1,500 rows in one answer. */
const CHECK_SPAN_MS_MAX = 25 * 3_600_000;

/** The books, and what the lines carried. */
export function bookRoutes(app: Api, { host }: ApiServices): void {
  app.get(
    '/books',
    {
      config: { operation: 'readBooks' },
      schema: {
        tags: ['books'],
        summary: 'The books, and whether they balance',
        response: { 200: Named(BooksSchema) },
      },
    },
    async () => {
      const books = await host.books();
      return { ...totalsJson(books), balanced: books.balanced };
    },
  );

  app.get(
    '/books/meters',
    {
      config: { operation: 'listMeterBooks' },
      schema: {
        tags: ['books'],
        summary: 'The books meter by meter, by number',
        querystring: PageQuery,
        response: { 200: PageOf(Named(MeterBooksSchema)) },
      },
    },
    async ({ query }) => {
      const { after = -1 } = afterNumberOf(query);
      const { meters } = await host.books();
      const page = meters.filter(({ svpmsn }) => svpmsn > after).slice(0, limitOf(query));
      const json = (totals: (typeof page)[number]) => ({ meter: svpmsnText(totals.svpmsn), ...totalsJson(totals) });
      return pageOf(page, query, json, ({ svpmsn }) => svpmsn);
    },
  );

  app.get(
    '/postings',
    {
      config: { operation: 'listPostings' },
      schema: {
        tags: ['books'],
        summary: 'Postings of the ledger, the newest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(PostingSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.postings({ ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, postingJson, ({ sequence }) => sequence);
    },
  );

  app.get(
    '/lines',
    {
      config: { operation: 'listLines' },
      schema: {
        tags: ['lines'],
        summary: 'Local units and their lines',
        response: { 200: Type.Object({ items: Type.Array(Named(LineSchema)) }) },
      },
    },
    async () => ({ items: (await host.lines()).map(lineJson) }),
  );

  app.get(
    '/lines/:localUnit/check-minutes',
    {
      config: { operation: 'readCheckMinutes' },
      schema: {
        tags: ['lines'],
        summary: "Minutes of a transformer's own meter, by time; at most 25 hours at once",
        params: Strict({ localUnit: LocalUnit }),
        querystring: Strict({ from: Instant, to: Instant }),
        response: { 200: Type.Object({ items: Type.Array(Named(CheckMinuteSchema)) }) },
      },
    },
    async ({ params: { localUnit }, query }) => {
      const [from, to] = [instantOf(query.from), instantOf(query.to)];
      if (to - from > CHECK_SPAN_MS_MAX) {
        throw new Problem('range-wrong', 'A check meter is read over at most 25 hours at once: ask for less.');
      }
      return { items: made(await host.checkMinutes({ localUnit, from, to })).map(checkMinuteJson) };
    },
  );
}
