import { idempotencyKey, once } from '../acts.ts';
import { callerOn } from '../caller.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import { ShiftSchema, shiftJson } from '../schemas/agents.ts';
import { Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import { Money } from '../schemas/money.ts';
import type { Api, ApiServices } from '../server.ts';

/** Tills: opened, counted and closed, each by whoever is at it. */
export function shiftRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['shifts'];

  app.post(
    '/shifts',
    {
      config: { operation: 'openShift' },
      schema: {
        tags,
        summary: 'Open a shift with the cash that is in the till; needs an Idempotency-Key',
        body: Strict({ opening: Money }),
        response: { 201: Named(ShiftSchema) },
      },
    },
    async (request, reply) => {
      const { opening } = request.body;
      const id = `${callerOn(request).by}:${idempotencyKey(request)}`;
      const done = { subject: `shift ${id}`, detail: { opening } };
      const answer = await once(services, request, reply, done, shiftJson, (act) =>
        host.by(act).openShift({ id, opening: Number(opening) }),
      );
      reply.code(201);
      return answer as never;
    },
  );

  app.get(
    '/shifts',
    {
      config: { operation: 'listShifts' },
      schema: { tags, summary: 'Shifts, by id', querystring: PageQuery, response: { 200: PageOf(Named(ShiftSchema)) } },
    },
    async ({ query }) => {
      const found = await host.shifts({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, shiftJson, ({ id }) => id);
    },
  );

  app.get(
    '/shifts/current',
    {
      config: { operation: 'readShift', thing: { type: 'shift' } },
      schema: { tags, summary: 'The shift that you have open', response: { 200: Named(ShiftSchema) } },
    },
    async (request) => shiftJson(made(await host.openShiftOf(callerOn(request).by))),
  );

  app.post(
    '/shifts/current/closing',
    {
      config: { operation: 'closeShift', thing: { type: 'shift' } },
      schema: {
        tags,
        summary: 'Close your shift with the cash that was counted; needs an Idempotency-Key',
        body: Strict({ counted: Money }),
        response: { 200: Named(ShiftSchema) },
      },
    },
    async (request, reply) => {
      const { counted } = request.body;
      const done = { subject: `shift of ${callerOn(request).by}`, detail: { counted } };
      const answer = await once(services, request, reply, done, shiftJson, (act) =>
        host.by(act).closeShift(Number(counted)),
      );
      return answer as never;
    },
  );
}
