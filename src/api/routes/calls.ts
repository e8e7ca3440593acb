import { Type } from 'typebox';
import type { CallerServices } from '../../host/index.ts';
import { actOf } from '../acts.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import {
  CallSchema,
  callJson,
  PhoneAccessBody,
  PhoneAccessSchema,
  phoneAccessJson,
  wantedAccess,
} from '../schemas/calls.ts';
import { Id, Named, OneOf, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterOfPath } from './meters.ts';

/** Who may act for a household by telephone, and the calls that came. */
export function callRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['calls'];
  const callers = (): CallerServices => {
    if (services.callers === undefined) throw new Problem('not-found', 'This host has no telephone.');
    return services.callers;
  };

  app.get(
    '/meters/:meter/phone-access',
    {
      config: { operation: 'readPhoneAccess' },
      schema: {
        tags,
        summary: 'What a household may do by telephone',
        params: MeterParams,
        response: { 200: Named(PhoneAccessSchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      return phoneAccessJson(made(await callers().phoneAccess(meter.svpmsn)));
    },
  );

  app.put(
    '/meters/:meter/phone-access',
    {
      config: { operation: 'allowCaller' },
      schema: {
        tags,
        summary:
          'Let a household act by telephone; what it had is replaced, and what is kept to pay with and the PIN where they are given',
        params: MeterParams,
        body: PhoneAccessBody,
        response: { 200: Named(PhoneAccessSchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      const { pin, means, ...told } = request.body;
      const detail = {
        ...{ ...told, newPin: typeof pin === 'string', noPin: pin === null },
        ...(means && { means: means.map(({ port }) => port) }),
      };
      const act = actOf(services, request, { subject: `meter ${request.params.meter}`, detail });
      return phoneAccessJson(made(await callers().allowCaller(act, wantedAccess(meter.svpmsn, request.body))));
    },
  );

  app.delete(
    '/meters/:meter/phone-access',
    {
      config: { operation: 'forbidCaller' },
      schema: { tags, summary: 'No more by telephone', params: MeterParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { meter } = await meterOfPath(host, request);
      const act = actOf(services, request, { subject: `meter ${request.params.meter}` });
      made(await callers().forbidCaller(act, meter.svpmsn));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/calls',
    {
      config: { operation: 'listCalls' },
      schema: {
        tags,
        summary: 'Calls with their steps, the newest first; those in one state only, if it is named',
        querystring: Strict({
          ...PageQuery.properties,
          state: Type.Optional(OneOf(['live', 'ended', 'wants-person'])),
        }),
        response: { 200: PageOf(Named(CallSchema)) },
      },
    },
    async ({ query }) => {
      const { state } = query;
      const found = await callers().calls({ ...afterOf(query), limit: limitOf(query), ...(state && { state }) });
      return pageOf(found, query, callJson, ({ id }) => id);
    },
  );

  app.get(
    '/calls/:call',
    {
      config: { operation: 'readCall' },
      schema: {
        tags,
        summary: 'One call with its steps',
        params: Strict({ call: Id }),
        response: { 200: Named(CallSchema) },
      },
    },
    async ({ params }) => callJson(made(await callers().call(params.call))),
  );

  app.post(
    '/calls/:call/called-back',
    {
      config: { operation: 'settleCall' },
      schema: {
        tags,
        summary: 'Somebody has called back whoever wanted a person',
        params: Strict({ call: Id }),
        response: { 200: Named(CallSchema) },
      },
    },
    async (request) => {
      const { call } = request.params;
      return callJson(made(await callers().settleCall(actOf(services, request, { subject: `call ${call}` }), call)));
    },
  );
}
