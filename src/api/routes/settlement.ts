import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { made } from '../problem.ts';
import { Named, Strict } from '../schemas/common.ts';
import {
  ClosedPeriodSchema,
  closedPeriodJson,
  Month,
  NewClosing,
  PeriodSchema,
  periodJson,
} from '../schemas/settlement.ts';
import type { Api, ApiServices } from '../server.ts';

/** Months between seller and re-seller. */
export function settlementRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['settlement'];

  app.get(
    '/periods',
    {
      config: { operation: 'listPeriods' },
      schema: {
        tags,
        summary: 'Months that were closed, the newest first',
        response: { 200: Type.Object({ items: Type.Array(Named(PeriodSchema)) }) },
      },
    },
    async () => ({ items: (await host.periods()).map(periodJson) }),
  );

  app.get(
    '/periods/:month',
    {
      config: { operation: 'readPeriod' },
      schema: {
        tags,
        summary: 'A month that was closed, computed anew',
        params: Strict({ month: Month }),
        response: { 200: Named(ClosedPeriodSchema) },
      },
    },
    async ({ params }) => closedPeriodJson(made(await host.period(params.month))),
  );

  app.post(
    '/periods',
    {
      config: { operation: 'closePeriod' },
      schema: {
        tags,
        summary: 'Close a month that is over: once, in order, and never again',
        body: NewClosing,
        response: { 201: Named(PeriodSchema) },
      },
    },
    async (request, reply) => {
      const { month } = request.body;
      const office = host.by(actOf(services, request, { subject: `period ${month}`, detail: request.body.terms }));
      const closing = made(await office.closePeriod(request.body));
      reply.code(201).header('location', `/api/v1/periods/${month}`);
      return periodJson(closing);
    },
  );
}
