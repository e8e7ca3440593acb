import { type Approval, type VoucherServices, voucherCsv } from '../../host/index.ts';
import { actOf, once } from '../acts.ts';
import { callerOn } from '../caller.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import { PaymentSchema, paymentJson } from '../schemas/money.ts';
import { ApprovalSchema, approvalJson } from '../schemas/orders.ts';
import {
  BatchId,
  NewVoucherBatch,
  NewVoucherSale,
  Serial,
  VoucherBatchSchema,
  VoucherBlock,
  VoucherNumber,
  VoucherSchema,
  VouchersChangedSchema,
  VoucherVoid,
  voucherBatchJson,
  voucherJson,
  voucherSaleOf,
  vouchersChangedJson,
} from '../schemas/vouchers.ts';
import type { Api, ApiServices, FastifyReply, FastifyRequest } from '../server.ts';
import { MeterParams, meterOfPath } from './meters.ts';

/** Vouchers: made by two people, printed once, sold, and paid with. */
export function voucherRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['vouchers'];
  const vouchers = (): VoucherServices => {
    if (services.vouchers === undefined) throw new Problem('not-found', 'This host knows no vouchers.');
    return services.vouchers;
  };

  async function propose(request: FastifyRequest, reply: FastifyReply, asked: Pick<Approval, 'proposal' | 'why'>) {
    vouchers();
    const { proposal } = asked;
    const done = { subject: `vouchers ${'batch' in proposal ? proposal.batch : ''}`, detail: asked };
    const answer = await once(services, request, reply, done, approvalJson, (act) => host.by(act).propose(asked));
    reply.code(202);
    return answer as never;
  }

  app.get(
    '/voucher-batches',
    {
      config: { operation: 'listVoucherBatches' },
      schema: {
        tags,
        summary: 'Batches of vouchers, by id',
        querystring: PageQuery,
        response: { 200: PageOf(Named(VoucherBatchSchema)) },
      },
    },
    async ({ query }) => {
      const found = await vouchers().batches({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, voucherBatchJson, ({ id }) => id);
    },
  );

  app.post(
    '/voucher-batches',
    {
      config: { operation: 'proposeVoucherBatch' },
      schema: {
        tags,
        summary: 'Ask for a batch of vouchers; needs an Idempotency-Key',
        body: NewVoucherBatch,
        response: { 202: Named(ApprovalSchema) },
      },
    },
    async (request, reply) => {
      const { batch, count, value, expiresAt, why } = request.body;
      const proposal = { batch, count, value: Number(value), expiresAt: Date.parse(expiresAt) };
      return propose(request, reply, { proposal: { type: 'voucher-batch', ...proposal } as never, why });
    },
  );

  app.get(
    '/voucher-batches/:batch',
    {
      config: { operation: 'readVoucherBatch' },
      schema: {
        tags,
        summary: 'A batch of vouchers',
        params: Strict({ batch: BatchId }),
        response: { 200: Named(VoucherBatchSchema) },
      },
    },
    async ({ params }) => voucherBatchJson(made(await vouchers().batch(params.batch))),
  );

  app.post(
    '/voucher-batches/:batch/numbers',
    {
      config: { operation: 'printVouchers' },
      schema: {
        tags,
        summary: 'Draw the numbers of a batch, as CSV for whoever prints them: they are told this once',
        params: Strict({ batch: BatchId }),
      },
    },
    async (request, reply) => {
      const { batch: id } = request.params;
      const act = actOf(services, request, { subject: `vouchers ${id}` });
      const printed = made(await vouchers().printBatch(act, id));
      reply.type('text/csv; charset=utf-8').header('cache-control', 'no-store');
      return voucherCsv(printed, voucherBatchJson(printed.batch).expiresAt) as never;
    },
  );

  app.get(
    '/voucher-batches/:batch/vouchers',
    {
      config: { operation: 'listVouchers' },
      schema: {
        tags,
        summary: 'The vouchers of a batch, by serial number; their own numbers are not told',
        params: Strict({ batch: BatchId }),
        querystring: PageQuery,
        response: { 200: PageOf(Named(VoucherSchema)) },
      },
    },
    async ({ params: { batch }, query }) => {
      const found = made(await vouchers().vouchers({ batch, ...afterOf(query), limit: limitOf(query) }));
      return pageOf(found, query, voucherJson, ({ id }) => id);
    },
  );

  app.get(
    '/vouchers/:serial',
    {
      config: { operation: 'readVoucher' },
      schema: {
        tags,
        summary: 'A voucher by its serial number',
        params: Strict({ serial: Serial }),
        response: { 200: Named(VoucherSchema) },
      },
    },
    async ({ params }) => voucherJson(made(await vouchers().voucher(params.serial))),
  );

  app.post(
    '/vouchers/sales',
    {
      config: { operation: 'sellVouchers' },
      schema: {
        tags,
        summary:
          'Sell vouchers that follow each other: to an agent out of its float, or for money; needs an Idempotency-Key',
        body: NewVoucherSale,
        response: { 201: Named(VouchersChangedSchema) },
      },
    },
    async (request, reply) => {
      const sale = voucherSaleOf(await ownSale(request));
      const { batch, first, last } = sale;
      const done = { subject: `vouchers ${batch}`, detail: { first, last, agent: sale.agent, method: sale.method } };
      const answer = await once(services, request, reply, done, vouchersChangedJson, (act) =>
        vouchers().sellVouchers(act, sale),
      );
      reply.code(201);
      return answer as never;
    },
  );

  app.post(
    '/vouchers/block',
    {
      config: { operation: 'blockVouchers' },
      schema: {
        tags,
        summary: 'Vouchers that were lost or stolen pay with nothing; or they do again',
        body: VoucherBlock,
        response: { 200: Named(VouchersChangedSchema) },
      },
    },
    async (request) => {
      const { batch, first, last, blocked } = request.body;
      const act = actOf(services, request, { subject: `vouchers ${batch}`, detail: { first, last, blocked } });
      return vouchersChangedJson(made(await vouchers().blockVouchers(act, request.body)));
    },
  );

  app.post(
    '/vouchers/void',
    {
      config: { operation: 'proposeVoucherVoid' },
      schema: {
        tags,
        summary: 'Ask that vouchers are made void, and what was paid for them goes back; needs an Idempotency-Key',
        body: VoucherVoid,
        response: { 202: Named(ApprovalSchema) },
      },
    },
    async (request, reply) => {
      const { why, ...range } = request.body;
      return propose(request, reply, { proposal: { type: 'voucher-void', ...range }, why });
    },
  );

  app.post(
    '/meters/:meter/vouchers',
    {
      config: { operation: 'redeemVoucher' },
      schema: {
        tags,
        summary: 'Pay with a voucher for a meter; the same number again is answered as it stands',
        params: MeterParams,
        body: VoucherNumber,
        response: { 201: Named(PaymentSchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const view = await meterOfPath(host, request);
      // The number is in no log: whoever reads it there could pay with it.
      const act = actOf(services, request, { subject: `meter ${meter}` });
      const said = { meter: view.meter.svpmsn, number: request.body.number, caller: callerOn(request).by };
      const payment = made(await vouchers().redeem(said, act));
      reply.code(201).header('location', `/api/v1/payments/${encodeURIComponent(payment.id)}`);
      return paymentJson(payment);
    },
  );

  /** Whoever sells for an agent sells out of its float. */
  async function ownSale(request: FastifyRequest<{ Body: Parameters<typeof voucherSaleOf>[0] }>) {
    if (request.reach !== 'own') return request.body;
    const { id } = made(await host.agentOfMember(callerOn(request).by));
    const { agent, method, ...range } = request.body;
    if (method !== undefined || (agent !== undefined && agent !== id)) {
      throw new Problem('not-allowed', 'You sell vouchers out of the float of your own agent alone.');
    }
    return { ...range, agent: id };
  }
}
