import { Type } from 'typebox';
import { settlementCsv, settlementSheet } from '../../host/index.ts';
import { actOf } from '../acts.ts';
import { acceptedForm, onPaper } from '../forms.ts';
import { made, Problem } from '../problem.ts';
import { Named, OneOf, Strict } from '../schemas/common.ts';
import {
  ClosedPeriodSchema,
  closedPeriodJson,
  Month,
  NewClosing,
  PeriodSchema,
  periodJson,
} from '../schemas/settlement.ts';
import type { Api, ApiServices } from '../server.ts';

const FORMS = { json: 'application/json', csv: 'text/csv', pdf: 'application/pdf' } as const;
type Form = keyof typeof FORMS;

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
        querystring: Strict({
          form: Type.Optional(OneOf(Object.keys(FORMS) as Form[], 'In the place of `Accept`.')),
        }),
        response: {
          200: {
            description: 'The month',
            content: {
              [FORMS.json]: { schema: Named(ClosedPeriodSchema) },
              [FORMS.csv]: { schema: Type.String({ description: 'RFC 4180; month, part, item, unit, value.' }) },
              [FORMS.pdf]: { schema: Type.String({ description: 'A4.' }) },
            },
          } as never,
        },
      },
    },
    async (request, reply) => {
      const { month } = request.params;
      const form = request.query.form ?? acceptedForm(request.headers.accept, FORMS);
      if (form === undefined) {
        throw new Problem('not-acceptable', `A month is given as ${Object.values(FORMS).join(', ')}.`);
      }
      const closed = made(await host.period(month));
      const claims = await host.claims(month);
      reply.header('vary', 'accept');
      if (form === 'json') return closedPeriodJson(closed, claims) as never;
      reply.header('content-disposition', `attachment; filename="settlement-${month}.${form}"`);
      reply.type(form === 'pdf' ? FORMS.pdf : `${FORMS.csv}; charset=utf-8`);
      if (form === 'csv') return settlementCsv(closed) as never;
      const sheet = settlementSheet(closed, claims);
      return (await onPaper(services.paper, (draw) => draw(sheet, 'The closing', closed.closing.closedAt))) as never;
    },
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
