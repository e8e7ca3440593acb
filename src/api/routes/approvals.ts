import { Type } from 'typebox';
import type { Approval, Decided } from '../../host/index.ts';
import { actOf, once } from '../acts.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import { regionOf } from '../schemas/cards.ts';
import {
  Amount,
  CardNumber,
  Id,
  Name,
  Named,
  OneOf,
  PageOf,
  PageQuery,
  RegionName,
  Strict,
} from '../schemas/common.ts';
import { ApprovalSchema, approvalJson, RevivalSchema, revivalJson } from '../schemas/orders.ts';
import type { Api, ApiServices, FastifyReply, FastifyRequest } from '../server.ts';
import { MeterParams, meterNumber } from './meters.ts';

const RegionParams = Strict({ card: CardNumber, region: RegionName });

/** What needs two people: one asks here, another decides. */
export function approvalRoutes(app: Api, services: ApiServices): void {
  const { host, people } = services;
  const tags = ['approvals'];
  const response = { 202: Named(ApprovalSchema) };
  const why = Name;

  async function propose(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<Approval, 'proposal' | 'why'>,
    subject: string,
  ) {
    const office = host.by(actOf(services, request, { subject, detail: asked }));
    const approval = made(await office.propose(asked));
    reply.code(202).header('location', `/api/v1/approvals/${approval.id}`);
    return approvalJson(approval);
  }

  app.post(
    '/orders/:order/void',
    {
      config: { operation: 'proposeVoid', thing: { type: 'order', param: 'order' } },
      schema: {
        tags,
        summary: 'Ask to take a sale back',
        params: Strict({ order: Id }),
        body: Strict({ why }),
        response,
      },
    },
    async (request, reply) => {
      const { order } = request.params;
      return propose(request, reply, { proposal: { type: 'void', order }, why: request.body.why }, `order ${order}`);
    },
  );

  app.post(
    '/meters/:meter/credits',
    {
      config: { operation: 'proposeCredit' },
      schema: {
        tags,
        summary: 'Ask to give a meter value that nobody paid for',
        params: MeterParams,
        body: Strict({ amount: Amount, why }),
        response,
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { amount, why } = request.body;
      const proposal = { type: 'manual-credit', meter: meterNumber(meter), amount: Number(amount) } as const;
      return propose(request, reply, { proposal, why }, `meter ${meter}`);
    },
  );

  app.post(
    '/meters/:meter/key-changes',
    {
      config: { operation: 'proposeKeyChange' },
      schema: {
        tags,
        summary: 'Ask to give a meter its next key of value or control',
        params: MeterParams,
        body: Strict({ purpose: OneOf(['value', 'control']), why }),
        response,
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { purpose, why } = request.body;
      const proposal = { type: 'key-change', meter: meterNumber(meter), purpose } as const;
      return propose(request, reply, { proposal, why }, `meter ${meter}`);
    },
  );

  app.get(
    '/meters/:meter/revivals',
    {
      config: { operation: 'readRevival' },
      schema: {
        tags,
        summary: 'How far the revival of a meter is whose case was opened',
        params: MeterParams,
        response: { 200: Named(RevivalSchema) },
      },
    },
    async (request) => revivalJson(made(await host.revival(meterNumber(request.params.meter)))),
  );

  app.post(
    '/meters/:meter/revivals',
    {
      config: { operation: 'proposeRevival' },
      schema: {
        tags,
        summary: 'Ask to revive a meter whose case was opened; needs an Idempotency-Key',
        params: MeterParams,
        body: Strict({ why }),
        response,
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const asked = { proposal: { type: 'revival', meter: meterNumber(meter) }, why: request.body.why } as const;
      const done = { subject: `meter ${meter}`, detail: asked };
      const answer = await once(services, request, reply, done, approvalJson, (act) => host.by(act).propose(asked));
      reply.code(202);
      return answer as never;
    },
  );

  app.post(
    '/cards/:card/regions/:region/credits',
    {
      config: { operation: 'proposeCardCredit' },
      schema: {
        tags,
        summary: 'Ask to give a region of a card value that nobody paid for',
        params: RegionParams,
        body: Strict({ amount: Amount, why }),
        response,
      },
    },
    async (request, reply) => {
      const { card, region } = request.params;
      const { amount, why } = request.body;
      const proposal = { type: 'card-credit', card, region: regionOf(region), amount: Number(amount) } as const;
      return propose(request, reply, { proposal, why }, `card ${card}`);
    },
  );

  app.post(
    '/card-orders/:order/void',
    {
      config: { operation: 'proposeCardVoid', thing: { type: 'cardOrder', param: 'order' } },
      schema: {
        tags,
        summary: 'Ask to take a sale to a card back; on its way, the card decides',
        params: Strict({ order: Id }),
        body: Strict({ why }),
        response,
      },
    },
    async (request, reply) => {
      const { order } = request.params;
      const proposal = { type: 'card-void', order } as const;
      return propose(request, reply, { proposal, why: request.body.why }, `order ${order}`);
    },
  );

  for (const [path, operation, type, summary] of [
    ['closing', 'proposeCardClosing', 'card-closing', 'Ask to take all that is left in a region off its card'],
    ['release', 'proposeCardRelease', 'card-release', 'Ask to end what a card handed over and no meter acknowledged'],
  ] as const) {
    app.post(
      `/cards/:card/regions/:region/${path}`,
      {
        config: { operation },
        schema: { tags, summary, params: RegionParams, body: Strict({ why }), response },
      },
      async (request, reply) => {
        const { card, region } = request.params;
        const proposal = { type, card, region: regionOf(region) } as const;
        return propose(request, reply, { proposal, why: request.body.why }, `card ${card}`);
      },
    );
  }

  app.post(
    '/cards/:card/recovery',
    {
      config: { operation: 'proposeCardRecovery' },
      schema: {
        tags,
        summary: 'Ask to give what can be given of the value of a card that ended to the one in its place, as orders',
        params: Strict({ card: CardNumber }),
        body: Strict({ why }),
        response,
      },
    },
    async (request, reply) => {
      const { card } = request.params;
      const proposal = { type: 'card-recovery', card } as const;
      return propose(request, reply, { proposal, why: request.body.why }, `card ${card}`);
    },
  );

  app.get(
    '/approvals',
    {
      config: { operation: 'listApprovals' },
      schema: {
        tags,
        summary: 'What was asked for, the oldest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(ApprovalSchema)) },
      },
    },
    async ({ query }) => {
      const found = await people.approvals({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, approvalJson, ({ id }) => id);
    },
  );

  app.get(
    '/approvals/waiting',
    {
      config: { operation: 'listWaitingApprovals' },
      schema: {
        tags,
        summary: 'What waits for somebody to decide, the oldest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(ApprovalSchema)) },
      },
    },
    async ({ query }) => {
      const found = await people.waitingApprovals({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, approvalJson, ({ id }) => id);
    },
  );

  app.get(
    '/approvals/:approval',
    {
      config: { operation: 'readApproval', thing: { type: 'approval', param: 'approval' } },
      schema: {
        tags,
        summary: 'What was asked for, and what became of it',
        params: Strict({ approval: Id }),
        response: { 200: Named(ApprovalSchema) },
      },
    },
    async (request) => approvalJson(made(await people.approval(request.params.approval))),
  );

  app.post(
    '/approvals/:approval/decision',
    {
      config: { operation: 'decideApproval', thing: { type: 'approval', param: 'approval' } },
      schema: {
        tags,
        summary:
          'Approve what somebody else asked for, or refuse it, and say why to the audit log; needs an Idempotency-Key',
        params: Strict({ approval: Id }),
        body: Strict({ verdict: OneOf(['approve', 'refuse']), why: Type.Optional(why) }),
        response: { 200: Named(ApprovalSchema) },
      },
    },
    async (request, reply) => {
      const { approval } = request.params;
      const { verdict } = request.body;
      const done = { subject: `approval ${approval}`, detail: request.body };
      return once(
        services,
        request,
        reply,
        done,
        (decided: Decided) => approvalJson(decided.approval),
        (act) => host.by(act).decide({ approval, verdict }),
      ) as never;
    },
  );
}
