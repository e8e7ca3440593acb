import { Type } from 'typebox';
import type { Act } from '../../host/index.ts';
import { actOf, once } from '../acts.ts';
import { beforeOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import { Name, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import {
  CommandSchema,
  commandJson,
  controlRequest,
  MeterPolicySchema,
  meterPolicyJson,
  NewCommand,
  NewTariff,
  TariffSchema,
  tariffDefinition,
  tariffJson,
} from '../schemas/control.ts';
import type { Api, ApiServices } from '../server.ts';
import { instantOf, MeterParams, meterNumber, meterOfPath } from './meters.ts';

/** Commands to meters, and tariffs. */
export function controlRoutes(app: Api, services: ApiServices): void {
  const { host } = services;

  app.get(
    '/meters/:meter/commands',
    {
      config: { operation: 'listCommands', thing: { type: 'commands', param: 'meter' } },
      schema: {
        tags: ['commands'],
        summary: 'The latest command of each slot of a meter',
        params: MeterParams,
        response: { 200: Type.Object({ items: Type.Array(Named(CommandSchema)) }) },
      },
    },
    async (request) => {
      const { meter } = made(await host.meter(meterNumber(request.params.meter)));
      return { items: (await host.commands(meter.svpmsn)).map(commandJson) };
    },
  );

  app.post(
    '/meters/:meter/commands',
    {
      config: { operation: 'orderCommand', thing: { type: 'commands', param: 'meter' } },
      schema: {
        tags: ['commands'],
        summary: 'Order a command: clock, relay, supply policy; once under an Idempotency-Key, if one is given',
        params: MeterParams,
        body: NewCommand,
        response: { 202: Named(CommandSchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const done = { subject: `meter ${meter}`, detail: request.body };
      const order = (act: Act) => host.by(act).command(meterNumber(meter), controlRequest(request.body));
      reply.code(202);
      if (request.headers['idempotency-key'] === undefined) {
        return commandJson(made(await order(actOf(services, request, done))));
      }
      return (await once(services, request, reply, done, commandJson, order)) as never;
    },
  );

  app.get(
    '/meters/:meter/policy',
    {
      config: { operation: 'readPolicy', thing: { type: 'commands', param: 'meter' } },
      schema: {
        tags: ['commands'],
        summary: 'The supply rules of a meter: what is in force, and what is ordered',
        params: MeterParams,
        response: { 200: Named(MeterPolicySchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      return meterPolicyJson(made(await host.policy(meter.svpmsn)));
    },
  );

  app.get(
    '/tariffs',
    {
      config: { operation: 'listTariffs' },
      schema: {
        tags: ['tariffs'],
        summary: 'The latest version of each tariff',
        response: { 200: Type.Object({ items: Type.Array(Named(TariffSchema)) }) },
      },
    },
    async () => ({ items: (await host.tariffs()).map(tariffJson) }),
  );

  app.get(
    '/tariffs/:tariff/versions',
    {
      config: { operation: 'listTariffVersions', thing: { type: 'tariff', param: 'tariff' } },
      schema: {
        tags: ['tariffs'],
        summary: 'Versions of a tariff, the newest first; a meter that is moved to it gets one of its own',
        params: Strict({ tariff: Name }),
        querystring: PageQuery,
        response: { 200: PageOf(Named(TariffSchema)) },
      },
    },
    async ({ params, query }) => {
      const found = await host.tariffVersions({ name: params.tariff, ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, tariffJson, ({ version }) => version);
    },
  );

  app.put(
    '/tariffs/:tariff',
    {
      config: { operation: 'publishTariff', thing: { type: 'tariff', param: 'tariff' } },
      schema: {
        tags: ['tariffs'],
        summary: 'Publish a version of a tariff, and send it to all its meters',
        params: Strict({ tariff: Name }),
        body: NewTariff,
        response: { 200: Named(TariffSchema) },
      },
    },
    async (request) => {
      const { tariff } = request.params;
      const { definition, validFrom } = request.body;
      const office = host.by(actOf(services, request, { subject: `tariff ${tariff}`, detail: request.body }));
      const from = validFrom === undefined ? undefined : instantOf(validFrom);
      return tariffJson(made(await office.publishTariff(tariff, tariffDefinition(definition), from)));
    },
  );

  app.put(
    '/meters/:meter/tariff',
    {
      config: { operation: 'assignTariff', thing: { type: 'meter', param: 'meter' } },
      schema: {
        tags: ['tariffs'],
        summary: 'Move a meter to a tariff',
        params: MeterParams,
        body: Strict({ tariff: Name }),
        response: { 200: Named(TariffSchema) },
      },
    },
    async (request) => {
      const { meter } = request.params;
      const { tariff } = request.body;
      const office = host.by(actOf(services, request, { subject: `meter ${meter}`, detail: { tariff } }));
      return tariffJson(made(await office.assignTariff(meterNumber(meter), tariff)));
    },
  );
}
