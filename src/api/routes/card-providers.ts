import { Type } from 'typebox';
import { providerIdOf } from '../../host/index.ts';
import { actOf } from '../acts.ts';
import { limitOf, pageOf, pastOf, placeOf } from '../paging.ts';
import { made } from '../problem.ts';
import {
  CardChargeSchema,
  CardProviderChange,
  CardProviderSchema,
  cardChargeJson,
  NewCardCharge,
  NewCardProvider,
  ProviderId,
  providerJson,
  regionOf,
} from '../schemas/cards.ts';
import { Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import type { Api, ApiServices } from '../server.ts';
import { instantOf } from './meters.ts';

const ProviderParams = Strict({ provider: ProviderId });

/** For whom cards carry value. */
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
      const subject = `provider ${providerIdOf(asked)}`;
      const office = host.by(actOf(services, request, { subject, detail: request.body }));
      const provider = made(await office.addCardProvider(asked));
      reply.code(201).header('location', `/api/v1/card-providers/${provider.id}`);
      return providerJson(provider);
    },
  );

  app.get(
    '/card-providers/:provider',
    {
      config: { operation: 'readCardProvider', thing: { type: 'cardProvider', param: 'provider' } },
      schema: {
        tags,
        summary: 'A provider of a region of cards',
        params: ProviderParams,
        response: { 200: Named(CardProviderSchema) },
      },
    },
    async ({ params }) => providerJson(made(await host.cardProvider(params.provider))),
  );

  app.patch(
    '/card-providers/:provider',
    {
      config: { operation: 'changeCardProvider', thing: { type: 'cardProvider', param: 'provider' } },
      schema: {
        tags,
        summary: 'Change the limit and the days of tickets that are issued from now on',
        params: ProviderParams,
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
    '/card-providers/:provider/charges',
    {
      config: { operation: 'listCardCharges', thing: { type: 'charge', param: 'provider' } },
      schema: {
        tags,
        summary: 'What a unit of what a provider gives cost, costs and will cost, the newest first',
        params: ProviderParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardChargeSchema)) },
      },
    },
    async ({ params, query }) => {
      const found = made(await host.cardCharges({ ...params, ...pastOf(query), limit: limitOf(query) }));
      return pageOf(found, query, cardChargeJson, ({ validFrom, id }) => placeOf(validFrom, id));
    },
  );

  app.put(
    '/card-providers/:provider/charge',
    {
      config: { operation: 'publishCardCharge', thing: { type: 'charge', param: 'provider' } },
      schema: {
        tags,
        summary: 'Say what a unit costs from now on, or from later; what was sold keeps its worth',
        params: ProviderParams,
        body: NewCardCharge,
        response: { 200: Named(CardChargeSchema) },
      },
    },
    async (request) => {
      const { provider } = request.params;
      const { unitCharge, validFrom } = request.body;
      const office = host.by(actOf(services, request, { subject: `provider ${provider}`, detail: request.body }));
      const from = validFrom === undefined ? {} : { validFrom: instantOf(validFrom) };
      return cardChargeJson(made(await office.publishCharge({ provider, unitCharge: Number(unitCharge), ...from })));
    },
  );
}
