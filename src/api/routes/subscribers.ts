import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { onlySubscriber } from '../caller.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, PageOf, PageQuery, Search, Strict } from '../schemas/common.ts';
import { NewSubscriber, SubscriberChangeBody, SubscriberSchema, subscriberJson } from '../schemas/meters.ts';
import type { Api, ApiServices } from '../server.ts';

export function subscriberRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['subscribers'];

  app.get(
    '/subscribers',
    {
      config: { operation: 'listSubscribers' },
      schema: {
        tags,
        summary: 'Subscribers, by id; only those with a text in id, name or contact, if one is named',
        querystring: Strict({ ...PageQuery.properties, search: Type.Optional(Search) }),
        response: { 200: PageOf(Named(SubscriberSchema)) },
      },
    },
    async ({ query }) => {
      const search = query.search === undefined ? {} : { search: query.search };
      const found = await host.subscribers({ ...search, ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, subscriberJson, ({ id }) => id);
    },
  );

  app.get(
    '/subscribers/:subscriber',
    {
      config: { operation: 'readSubscriber', thing: { type: 'subscriber', param: 'subscriber' } },
      schema: {
        tags,
        summary: 'A subscriber',
        params: Strict({ subscriber: Id }),
        response: { 200: Named(SubscriberSchema) },
      },
    },
    async (request) => {
      const { subscriber } = request.params;
      const only = onlySubscriber(request);
      if (only !== undefined && only !== subscriber) {
        throw new Problem('subscriber-unknown', 'That is not you: a subscriber sees nobody else.');
      }
      return subscriberJson(made(await host.subscriber(subscriber)));
    },
  );

  app.post(
    '/subscribers',
    {
      config: { operation: 'addSubscriber' },
      schema: { tags, summary: 'Add a subscriber', body: NewSubscriber, response: { 201: Named(SubscriberSchema) } },
    },
    async (request, reply) => {
      const { id, name, contact = '' } = request.body;
      const office = host.by(actOf(services, request, { subject: `subscriber ${id}`, detail: { name } }));
      const added = made(await office.addSubscriber({ id, name, contact }));
      reply.code(201).header('location', `/api/v1/subscribers/${encodeURIComponent(id)}`);
      return subscriberJson(added);
    },
  );

  app.patch(
    '/subscribers/:subscriber',
    {
      config: { operation: 'changeSubscriber', thing: { type: 'subscriber', param: 'subscriber' } },
      schema: {
        tags,
        summary: 'Change name or contact of a subscriber',
        params: Strict({ subscriber: Id }),
        body: SubscriberChangeBody,
        response: { 200: Named(SubscriberSchema) },
      },
    },
    async (request) => {
      const { subscriber: id } = request.params;
      const { name, contact } = request.body;
      // Where somebody is reached is in the books, and not in the log of who did what.
      const detail = { name, contactChanged: contact !== undefined };
      const office = host.by(actOf(services, request, { subject: `subscriber ${id}`, detail }));
      const change = { id, ...(name !== undefined && { name }), ...(contact !== undefined && { contact }) };
      return subscriberJson(made(await office.changeSubscriber(change)));
    },
  );
}
