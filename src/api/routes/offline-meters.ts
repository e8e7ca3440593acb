import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import {
  CardTicketSchema,
  NewOfflineMeter,
  OfflineMeterChange,
  OfflineMeterSchema,
  offlineMeterJson,
  ticketJson,
} from '../schemas/cards.ts';
import { Id, MeterNumber, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import type { Api, ApiServices } from '../server.ts';
import { meterNumber } from './meters.ts';

/** Meters to which value comes by cards alone. */
export function offlineMeterRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['cards'];

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
      config: { operation: 'readOfflineMeter', thing: { type: 'offlineMeter', param: 'meter' } },
      schema: {
        tags,
        summary: 'A meter without a line, and what it told last',
        params: Strict({ meter: MeterNumber }),
        response: { 200: Named(OfflineMeterSchema) },
      },
    },
    async ({ params }) => offlineMeterJson(made(await host.offlineMeter(params.meter))),
  );

  app.patch(
    '/offline-meters/:meter',
    {
      config: { operation: 'giveOfflineMeter', thing: { type: 'offlineMeter', param: 'meter' } },
      schema: {
        tags,
        summary: 'Give a meter without a line to another household, or to nobody where none lives',
        params: Strict({ meter: MeterNumber }),
        body: OfflineMeterChange,
        response: { 200: Named(OfflineMeterSchema) },
      },
    },
    async (request) => {
      const { meter } = request.params;
      const office = host.by(actOf(services, request, { subject: `meter ${meter}`, detail: request.body }));
      return offlineMeterJson(made(await office.giveOffline({ meter, ...request.body })));
    },
  );

  app.get(
    '/offline-meters/:meter/tickets',
    {
      config: { operation: 'listOfflineMeterTickets' },
      schema: {
        tags,
        summary: 'Tickets that were issued for a meter that takes value from cards, by card and version',
        params: Strict({ meter: MeterNumber }),
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardTicketSchema)) },
      },
    },
    async ({ params, query }) => {
      const page = { ...afterOf(query), limit: limitOf(query) };
      const found = made(await host.offlineMeterTickets({ meter: params.meter, ...page }));
      return pageOf(found, query, ticketJson, ({ id }) => id);
    },
  );
}
