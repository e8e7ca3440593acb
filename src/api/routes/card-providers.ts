import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import {
  CardBooksSchema,
  CardProviderChange,
  CardProviderSchema,
  cardBooksJson,
  NewCardProvider,
  NewOfflineMeter,
  OfflineMeterSchema,
  offlineMeterJson,
  ProviderId,
  providerJson,
  regionOf,
} from '../schemas/cards.ts';
import { Id, MeterNumber, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import type { Api, ApiServices } from '../server.ts';
import { meterNumber } from './meters.ts';

/** For whom cards carry value, the meters that they carry it to, and where it is. */
export function cardProviderRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['cards'];

  app.get(
    '/card-providers',
    {
      config: { operation: 'listCardProviders' },
      schema: {
        tags,
        summary: 'For whom cards carry value, and on what terms it may be spent where nobody can ask',
        response: { 200: Type.Object({ items: Type.Array(Named(CardProviderSchema)) }) },
      },
    },
    async () => ({ items: (await host.cardProviders()).map(providerJson) }),
  );

  app.post(
    '/card-providers',
    {
      config: { operation: 'addCardProvider' },
      schema: {
        tags,
        summary: 'Add a provider of a region of cards',
        body: NewCardProvider,
        response: { 201: Named(CardProviderSchema) },
      },
    },
    async (request, reply) => {
      const { region, ticketLimit, ...more } = request.body;
      const asked = { ...more, region: regionOf(region), ticketLimit: Number(ticketLimit) };
      const subject = `provider ${asked.utility}-${asked.region}`;
      const office = host.by(actOf(services, request, { subject, detail: request.body }));
      const provider = made(await office.addCardProvider(asked));
      reply.code(201);
      return providerJson(provider);
    },
  );

  app.patch(
    '/card-providers/:provider',
    {
      config: { operation: 'changeCardProvider' },
      schema: {
        tags,
        summary: 'Change the limit and the days of tickets that are issued from now on',
        params: Strict({ provider: ProviderId }),
        body: CardProviderChange,
        response: { 200: Named(CardProviderSchema) },
      },
    },
    async (request) => {
      const { provider: id } = request.params;
      const { ticketLimit, ...more } = request.body;
      const office = host.by(actOf(services, request, { subject: `provider ${id}`, detail: request.body }));
      const change = { id, ...more, ...(ticketLimit !== undefined && { ticketLimit: Number(ticketLimit) }) };
      return providerJson(made(await office.changeCardProvider(change)));
    },
  );

  app.get(
    '/offline-meters',
    {
      config: { operation: 'listOfflineMeters' },
      schema: {
        tags,
        summary: 'Meters without a line, by number; of one subscriber only, if named',
        querystring: Strict({ ...PageQuery.properties, subscriber: Type.Optional(Id) }),
        response: { 200: PageOf(Named(OfflineMeterSchema)) },
      },
    },
    async ({ query }) => {
      const { subscriber } = query;
      const found = await host.offlineMeters({
        ...(subscriber !== undefined && { subscriber }),
        ...afterOf(query),
        limit: limitOf(query),
      });
      return pageOf(found, query, offlineMeterJson, ({ id }) => id);
    },
  );

  app.post(
    '/offline-meters',
    {
      config: { operation: 'enrolOfflineMeter' },
      schema: {
        tags,
        summary: 'Enrol a meter to which value comes by cards alone',
        body: NewOfflineMeter,
        response: { 201: Named(OfflineMeterSchema) },
      },
    },
    async (request, reply) => {
      const { number, ...more } = request.body;
      const office = host.by(actOf(services, request, { subject: `meter ${number}`, detail: more }));
      const meter = made(await office.enrolOffline({ ...more, svpmsn: meterNumber(number) }));
      reply.code(201).header('location', `/api/v1/offline-meters/${number}`);
      return offlineMeterJson(meter);
    },
  );

  app.get(
    '/offline-meters/:meter',
    {
      config: { operation: 'readOfflineMeter' },
      schema: {
        tags,
        summary: 'A meter without a line, and what it told last',
        params: Strict({ meter: MeterNumber }),
        response: { 200: Named(OfflineMeterSchema) },
      },
    },
    async ({ params }) => offlineMeterJson(made(await host.offlineMeter(params.meter))),
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
}
