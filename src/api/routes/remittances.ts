import type { Approval, Remitting } from '../../host/index.ts';
import { once } from '../acts.ts';
import { limitOf, pageOf, pastOf, placeOf } from '../paging.ts';
import { made } from '../problem.ts';
import { Id, Name, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import { ApprovalSchema, approvalJson } from '../schemas/orders.ts';
import {
  NewRemittance,
  Payee,
  PayeeAccountSchema,
  payeeAccountJson,
  RemittanceSchema,
  remittanceJson,
  TakenRemittance,
} from '../schemas/remittances.ts';
import type { Api, ApiServices, FastifyReply, FastifyRequest } from '../server.ts';

const RemittanceParams = Strict({ remittance: Id });

/** What is paid to the seller and to providers of cards of what is due to them. */
export function remittanceRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['settlement'];

  async function propose(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<Approval, 'proposal' | 'why'>,
    subject: string,
  ) {
    const done = { subject, detail: asked };
    const answer = await once(services, request, reply, done, approvalJson, (act) => host.by(act).propose(asked));
    reply.code(202);
    return answer as never;
  }

  app.get(
    '/payees/:payee',
    {
      config: { operation: 'readPayee' },
      schema: {
        tags,
        summary: 'What was ever owed to the seller or a provider of cards, what was paid of it, and what is due',
        params: Strict({ payee: Payee }),
        response: { 200: Named(PayeeAccountSchema) },
      },
    },
    async ({ params }) => payeeAccountJson(made(await host.payeeAccount(params.payee))),
  );

  app.get(
    '/payees/:payee/remittances',
    {
      config: { operation: 'listRemittances' },
      schema: {
        tags,
        summary: 'What was paid to the seller or a provider of cards, and came from them, the newest first',
        params: Strict({ payee: Payee }),
        querystring: PageQuery,
        response: { 200: PageOf(Named(RemittanceSchema)) },
      },
    },
    async ({ params: { payee }, query }) => {
      made(await host.payeeAccount(payee));
      const found = await host.remittances({ payee, ...pastOf(query), limit: limitOf(query) });
      return pageOf(found, query, remittanceJson, ({ at, id }) => placeOf(at, id));
    },
  );

  app.get(
    '/remittances/:remittance',
    {
      config: { operation: 'readRemittance', thing: { type: 'remittance', param: 'remittance' } },
      schema: {
        tags,
        summary: 'A payment to the seller or a provider of cards, or from them',
        params: RemittanceParams,
        response: { 200: Named(RemittanceSchema) },
      },
    },
    async ({ params }) => remittanceJson(made(await host.remittance(params.remittance))),
  );

  app.post(
    '/remittances',
    {
      config: { operation: 'proposeRemittance' },
      schema: {
        tags,
        summary:
          'Ask to book that money goes to the seller or a provider of cards, of what is due to it; needs an Idempotency-Key',
        body: NewRemittance,
        response: { 202: Named(ApprovalSchema) },
      },
    },
    async (request, reply) => {
      const { why, ...asked } = request.body;
      const proposal = { type: 'remittance', ...remitting(asked) } as const;
      return propose(request, reply, { proposal, why }, `payee ${asked.payee}`);
    },
  );

  app.post(
    '/remittances/received',
    {
      config: { operation: 'takeRemittance' },
      schema: {
        tags,
        summary: 'Book that money came from the seller or a provider of cards that owes it; needs an Idempotency-Key',
        body: TakenRemittance,
        response: { 201: Named(RemittanceSchema) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const done = { subject: `payee ${body.payee}`, detail: body };
      const answer = await once(services, request, reply, done, remittanceJson, (act) =>
        host.by(act).takeRemittance(remitting(body)),
      );
      reply.code(201);
      return answer as never;
    },
  );

  app.post(
    '/remittances/:remittance/reversal',
    {
      config: { operation: 'proposeRemittanceReversal', thing: { type: 'remittance', param: 'remittance' } },
      schema: {
        tags,
        summary:
          'Ask for the counter-entry of what was booked and never happened, or came back; needs an Idempotency-Key',
        params: RemittanceParams,
        body: Strict({ why: Name }),
        response: { 202: Named(ApprovalSchema) },
      },
    },
    async (request, reply) => {
      const { remittance } = request.params;
      const proposal = { type: 'remittance-reversal', remittance } as const;
      return propose(request, reply, { proposal, why: request.body.why }, `payment ${remittance}`);
    },
  );
}

const remitting = ({
  payee,
  amount,
  method = 'bank-transfer',
  paidOn,
  reference,
}: {
  readonly payee: string;
  readonly amount: string;
  readonly method?: Remitting['method'];
  readonly paidOn: string;
  readonly reference: string;
}): Remitting => ({ payee, amount: Number(amount), method, paidOn, reference });
