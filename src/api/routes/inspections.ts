import { milliseconds } from '../../units/index.ts';
import { once } from '../acts.ts';
import { limitOf, pageOf, pastOf, placeOf } from '../paging.ts';
import { made } from '../problem.ts';
import { maybe, Named, PageOf, PageQuery } from '../schemas/common.ts';
import { InspectionBody, InspectionSchema, inspectionJson } from '../schemas/inspections.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterNumber } from './meters.ts';

export function inspectionRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['meters'];

  app.get(
    '/meters/:meter/inspections',
    {
      config: { operation: 'listInspections' },
      schema: {
        tags,
        summary: 'What was found by those who looked at a meter, the latest first',
        params: MeterParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(InspectionSchema)) },
      },
    },
    async ({ params, query }) => {
      const page = { ...pastOf(query), limit: limitOf(query) };
      const found = made(await host.inspections({ meter: meterNumber(params.meter), ...page }));
      return pageOf(found, query, inspectionJson, ({ id, inspectedAt }) => placeOf(inspectedAt, id));
    },
  );

  app.post(
    '/meters/:meter/inspections',
    {
      config: { operation: 'inspectMeter' },
      schema: {
        tags,
        summary: 'Write down what was found at a meter, and when; needs an Idempotency-Key',
        params: MeterParams,
        body: InspectionBody,
        response: { 201: Named(InspectionSchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { findings, note = '', inspectedAt } = request.body;
      const inspecting = {
        ...{ meter: meterNumber(meter), findings, note },
        ...maybe('inspectedAt', inspectedAt, (text) => milliseconds(Date.parse(text))),
      };
      const done = { subject: `meter ${meter}`, detail: request.body };
      const answer = await once(services, request, reply, done, inspectionJson, (act) =>
        host.by(act).inspect(inspecting),
      );
      reply.code(201);
      return answer as never;
    },
  );
}
