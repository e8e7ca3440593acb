import { Type } from 'typebox';
import { svpmsnText } from '../../units/index.ts';
import { mayUse } from '../caller.ts';
import { afterNumberOf, afterOf, beforeOf, limitOf, pageBefore, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { HeadSchema, headJson, TrialBalanceSchema, trialBalanceJson } from '../schemas/accounts.ts';
import { CardBooksSchema, CardMonthSchema, cardBooksJson, cardMonthJson } from '../schemas/cards.ts';
import { Id, Instant, LocalUnit, MeterNumber, Name, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import {
  CheckMinuteSchema,
  checkMinuteJson,
  LineDaySchema,
  LineSchema,
  lineDayJson,
  lineJson,
} from '../schemas/lines.ts';
import { BooksSchema, MeterBooksSchema, PostingSchema, postingJson, totalsJson } from '../schemas/orders.ts';
import { Month } from '../schemas/settlement.ts';
import type { Api, ApiServices } from '../server.ts';
import { instantOf, meterNumber } from './meters.ts';

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
    '/books/cards',
    {
      config: { operation: 'readCardBooks' },
      schema: {
        tags: ['books'],
        summary: 'The value of each provider, by its id: sold, on cards, in meters, spent, and what tickets expose',
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardBooksSchema)) },
      },
    },
    async ({ query }) => {
      const books = await host.cardBooks({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(books, query, cardBooksJson, ({ provider }) => provider);
    },
  );

  app.get(
    '/books/cards/:month',
    {
      config: { operation: 'readCardMonth' },
      schema: {
        tags: ['books'],
        summary:
          'A month that is over, of each provider by its id: what is due to it, and what its value did meanwhile',
        params: Strict({ month: Month }),
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardMonthSchema)) },
      },
    },
    async ({ params, query }) => {
      const months = made(await host.cardMonths({ ...params, ...afterOf(query), limit: limitOf(query) }));
      return pageOf(months, query, cardMonthJson, ({ provider }) => provider.id);
    },
  );

  app.get(
    '/books/accounts',
    {
      config: { operation: 'readAccounts' },
      schema: {
        tags: ['books'],
        summary: 'The trial balance: each account of the ledger, by name',
        response: { 200: Named(TrialBalanceSchema) },
      },
    },
    async () => trialBalanceJson(await host.trialBalance()),
  );

  app.get(
    '/books/heads',
    {
      config: { operation: 'listHeads' },
      schema: {
        tags: ['books'],
        summary: 'What was signed of the books, the newest first; none where they are not sealed',
        querystring: PageQuery,
        response: { 200: PageOf(Named(HeadSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.heads({ ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, headJson, ({ number }) => number);
    },
  );

  app.get(
    '/postings',
    {
      config: { operation: 'listPostings' },
      schema: {
        tags: ['books'],
        summary: 'Postings of the ledger, the newest first; of one meter, account or order only, if named',
        description:
          '`order` is what a posting names: of a meter without a line, its number. Of an account or an order a page may be short or empty, and have a `next`: older ones were not looked at yet.',
        querystring: Strict({
          ...PageQuery.properties,
          meter: Type.Optional(MeterNumber),
          account: Type.Optional(Name),
          order: Type.Optional(Id),
        }),
        response: { 200: PageOf(Named(PostingSchema)) },
      },
    },
    async ({ query }) => {
      const { meter, account, order } = query;
      const { postings, before } = await host.postingPage({
        ...(meter !== undefined && { svpmsn: made(await host.meter(meterNumber(meter))).meter.svpmsn }),
        ...(account !== undefined && { account }),
        ...(order !== undefined && { order }),
        ...beforeOf(query),
        limit: limitOf(query),
      });
      return pageBefore(postings.map(postingJson), before);
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
    '/lines/:localUnit/days/:date',
    {
      config: { operation: 'readLineDay' },
      schema: {
        tags: ['lines'],
        summary: 'What a transformer gave in a day, by hour, and what its meters counted',
        params: Strict({ localUnit: LocalUnit, date: Type.String({ format: 'date' }) }),
        response: { 200: Named(LineDaySchema) },
      },
    },
    async (request) => lineDayJson(made(await host.lineDay(request.params)), mayUse(request, 'readUse')),
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
