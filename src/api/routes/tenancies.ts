import { Type } from 'typebox';
import { actOf, once } from '../acts.ts';
import { onlySubscriber } from '../caller.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, OneOf, Strict } from '../schemas/common.ts';
import {
  DuesPaymentBody,
  MoveInBody,
  MoveOutBody,
  PersonDuesSchema,
  personDuesJson,
  TenancySchema,
  tenancyJson,
} from '../schemas/tenancies.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterNumber } from './meters.ts';

export function tenancyRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['tenancies'];

  app.get(
    '/meters/:meter/tenancies',
    {
      config: { operation: 'listTenancies' },
      schema: {
        tags,
        summary: 'Who lived at a meter, the newest first; nobody where nobody ever moved',
        params: MeterParams,
        response: { 200: Type.Object({ items: Type.Array(Named(TenancySchema)) }) },
      },
    },
    async (request) => {
      const found = made(await host.tenancies(meterNumber(request.params.meter)));
      return { items: found.map(tenancyJson) };
    },
  );

  app.get(
    '/subscribers/:subscriber/tenancies',
    {
      config: { operation: 'listSubscriberTenancies' },
      schema: {
        tags,
        summary: 'Where a subscriber lived, the newest first; nowhere where they never moved',
        params: Strict({ subscriber: Id }),
        response: { 200: Type.Object({ items: Type.Array(Named(TenancySchema)) }) },
      },
    },
    async (request) => {
      const found = made(await host.tenanciesOfPerson(request.params.subscriber));
      return { items: found.map(tenancyJson) };
    },
  );

  app.post(
    '/meters/:meter/move-out',
    {
      config: { operation: 'moveOut', thing: { type: 'meter', param: 'meter' } },
      schema: {
        tags,
        summary: 'A household leaves a meter: a last reading, and what was left is theirs; needs an Idempotency-Key',
        params: MeterParams,
        body: MoveOutBody,
        response: { 202: Named(TenancySchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { next, dead = false } = request.body;
      const done = { subject: `meter ${meter}`, detail: { ...(next !== undefined && { next }), dead } };
      const moving = {
        ...{ meter: meterNumber(meter), isDead: dead },
        ...(next !== undefined && { next: meterNumber(next) }),
      };
      reply.code(202);
      return (await once(services, request, reply, done, tenancyJson, (act) => host.by(act).moveOut(moving))) as never;
    },
  );

  app.post(
    '/meters/:meter/move-in',
    {
      config: { operation: 'moveIn', thing: { type: 'meter', param: 'meter' } },
      schema: {
        tags,
        summary: 'A household comes to a meter where nobody lives',
        params: MeterParams,
        body: MoveInBody,
        response: { 201: Named(TenancySchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { subscriber } = request.body;
      const office = host.by(actOf(services, request, { subject: `meter ${meter}`, detail: { subscriber } }));
      const came = made(await office.moveIn({ meter: meterNumber(meter), subscriber }));
      reply.code(201);
      return tenancyJson(came);
    },
  );

  app.post(
    '/tenancies/:tenancy/payout',
    {
      config: { operation: 'payOutRest' },
      schema: {
        tags,
        summary: 'Give a household that moved out what was left, once; needs an Idempotency-Key',
        params: Strict({ tenancy: Id }),
        body: Strict({ method: OneOf(['cash', 'bank-transfer']) }),
        response: { 200: Named(TenancySchema) },
      },
    },
    async (request, reply) => {
      const { tenancy: id } = request.params;
      const { method } = request.body;
      const done = { subject: `tenancy ${id}`, detail: { method } };
      return (await once(services, request, reply, done, tenancyJson, (act) =>
        host.by(act).payOutRest({ id, method }),
      )) as never;
    },
  );

  app.get(
    '/subscribers/:subscriber/dues',
    {
      config: { operation: 'readSubscriberDues' },
      schema: {
        tags,
        summary: 'What a household owes that left its meter, until it has another',
        params: Strict({ subscriber: Id }),
        response: { 200: Named(PersonDuesSchema) },
      },
    },
    async (request) => {
      const { subscriber } = request.params;
      const only = onlySubscriber(request);
      if (only !== undefined && only !== subscriber) {
        throw new Problem('subscriber-unknown', 'That is not you: a subscriber sees nobody else.');
      }
      return personDuesJson(subscriber, made(await host.duesOfPerson(subscriber)));
    },
  );

  app.post(
    '/subscribers/:subscriber/dues/payments',
    {
      config: { operation: 'payDues' },
      schema: {
        tags,
        summary:
          'Take money for what a household owes that has no meter, as much as is due at most; needs an Idempotency-Key',
        params: Strict({ subscriber: Id }),
        body: DuesPaymentBody,
        response: { 201: Named(PersonDuesSchema) },
      },
    },
    async (request, reply) => {
      const { subscriber } = request.params;
      const { paid, method, reference } = request.body;
      const done = { subject: `subscriber ${subscriber}`, detail: { paid, method, reference } };
      const payment = { subscriber, paid: Number(paid), method, reference };
      const json = (dues: Parameters<typeof personDuesJson>[1]) => personDuesJson(subscriber, dues);
      const answer = await once(services, request, reply, done, json, (act) => host.by(act).payDues(payment));
      reply.code(201);
      return answer as never;
    },
  );
}
