import { hash } from 'node:crypto';
import { Type } from 'typebox';
import { type Payment, placeOfPurse, type SaleTarget } from '../../host/index.ts';
import { actOf, idempotencyKey } from '../acts.ts';
import { callerOn, onlySubscriber, ownMeter } from '../caller.ts';
import { afterOf, limitOf, pageOf, pastOf, placeOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import {
  agreementOf,
  ChipSaid,
  ContractSchema,
  contractJson,
  instrumentOf,
  NewContract,
  NewPayment,
  PaymentPortSchema,
  PaymentSchema,
  paymentJson,
} from '../schemas/money.ts';
import { type SaleTargetJson, saleTargetOf } from '../schemas/sale-target.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { ownCard } from './cards.ts';
import { MeterParams, meterNumber, wasTheirs } from './meters.ts';

/** Money from outside, and automatic transfer. */
export function paymentRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['payments'];

  app.get(
    '/payment-ports',
    {
      config: { operation: 'listPaymentPorts' },
      schema: {
        tags,
        summary: 'Those who take money for this utility',
        response: { 200: Type.Object({ items: Type.Array(Named(PaymentPortSchema)) }) },
      },
    },
    async () => ({ items: [...host.paymentPorts()] }),
  );

  app.post(
    '/payments',
    {
      config: { operation: 'pay' },
      schema: {
        tags,
        summary: 'Ask a payment port for money, and sell when it is there; needs an Idempotency-Key',
        body: NewPayment,
        response: { 201: Named(PaymentSchema) },
      },
    },
    async (request, reply) => {
      const { paid, port, instrument, ...named } = request.body;
      const to = await ownTarget(request, named);
      const id = paymentIdOf(callerOn(request).by, idempotencyKey(request));
      // What pays is in no log: a card's number least of all.
      const { meter, card, region } = named;
      const subject = meter === undefined ? `card ${card}` : `meter ${meter}`;
      const detail = { ...(region !== undefined && { region }), paid, port, payment: id };
      const act = actOf(services, request, { subject, detail });
      const asked = { id, ...to, paid: Number(paid), port, instrument: instrumentOf(instrument) };
      const payment = made(await host.by(act).pay(asked));
      reply.code(201).header('location', paymentUrl(id));
      return paymentJson(payment);
    },
  );

  app.get(
    '/payments',
    {
      config: { operation: 'listPayments' },
      schema: {
        tags,
        summary: 'Payments, by id',
        querystring: PageQuery,
        response: { 200: PageOf(Named(PaymentSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.payments({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, paymentJson, ({ id }) => id);
    },
  );

  app.get(
    '/payments/unsettled',
    {
      config: { operation: 'listUnsettledPayments' },
      schema: {
        tags,
        summary: 'Payments that have not come to their end, the oldest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(PaymentSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.unsettledPayments({ ...pastOf(query), limit: limitOf(query) });
      return pageOf(found, query, paymentJson, ({ at, id }) => placeOf(at, id));
    },
  );

  const paymentParams = Strict({ payment: Id });
  app.get(
    '/payments/:payment',
    {
      config: { operation: 'readPayment', thing: { type: 'payment', param: 'payment' } },
      schema: { tags, summary: 'A payment', params: paymentParams, response: { 200: Named(PaymentSchema) } },
    },
    async (request) => paymentJson(await ownPayment(request, request.params.payment)),
  );

  app.post(
    '/payments/:payment/chip',
    {
      config: { operation: 'answerByChip' },
      schema: {
        tags,
        summary: 'What the chip of the card says to the approval of its bank: it is sold for, or goes back',
        params: paymentParams,
        body: ChipSaid,
        response: { 200: Named(PaymentSchema) },
      },
    },
    async (request) => {
      const { id } = await ownPayment(request, request.params.payment);
      const { outcome } = request.body;
      const office = host.by(actOf(services, request, { subject: `payment ${id}`, detail: { outcome } }));
      return paymentJson(made(await office.chipSaid({ id, outcome })));
    },
  );

  app.post(
    '/payments/:payment/cancellation',
    {
      config: { operation: 'cancelPayment', thing: { type: 'payment', param: 'payment' } },
      schema: {
        tags,
        summary: 'Nobody waits for it any more: it is reversed, whatever is answered later',
        params: paymentParams,
        response: { 200: Named(PaymentSchema) },
      },
    },
    async (request) => {
      const { id } = await ownPayment(request, request.params.payment);
      const office = host.by(actOf(services, request, { subject: `payment ${id}` }));
      return paymentJson(made(await office.cancelPayment(id)));
    },
  );

  app.get(
    '/meters/:meter/contract',
    {
      config: { operation: 'readContract', thing: { type: 'contract', param: 'meter' } },
      schema: {
        tags,
        summary: 'The contract for automatic transfer',
        params: MeterParams,
        response: { 200: Named(ContractSchema) },
      },
    },
    async (request) => contractJson(made(await host.contract(await ownNumber(request, request.params.meter)))),
  );

  app.put(
    '/meters/:meter/contract',
    {
      config: { operation: 'agreeContract', thing: { type: 'contract', param: 'meter' } },
      schema: {
        tags,
        summary: 'Agree on automatic transfer: when the balance falls to the threshold, so much is paid',
        params: MeterParams,
        body: NewContract,
        response: { 200: Named(ContractSchema) },
      },
    },
    async (request) => {
      const { meter } = request.params;
      const { account: _, ...detail } = request.body;
      const agreement = agreementOf(await ownNumber(request, meter), request.body);
      const office = host.by(actOf(services, request, { subject: `meter ${meter}`, detail }));
      return contractJson(made(await office.agreeContract(agreement)));
    },
  );

  app.delete(
    '/meters/:meter/contract',
    {
      config: { operation: 'endContract', thing: { type: 'contract', param: 'meter' } },
      schema: {
        tags,
        summary: 'End automatic transfer; what was begun goes on',
        params: MeterParams,
        response: { 200: Named(ContractSchema) },
      },
    },
    async (request) => {
      const { meter } = request.params;
      const number = await ownNumber(request, meter);
      const office = host.by(actOf(services, request, { subject: `meter ${meter}` }));
      return contractJson(made(await office.endContract(number)));
    },
  );

  /** What is paid for is a meter or a card of theirs. */
  async function ownTarget(request: FastifyRequest, named: SaleTargetJson): Promise<SaleTarget> {
    const to = saleTargetOf(named);
    if (to.card === undefined) ownMeter(request, made(await host.meter(to.meter)));
    else await ownCard(host, request, to.card.csn);
    return to;
  }

  async function ownNumber(request: FastifyRequest, meter: string): Promise<number> {
    return ownMeter(request, made(await host.meter(meterNumber(meter)))).meter.svpmsn;
  }

  /** What is another's is not there. */
  async function ownPayment(request: FastifyRequest, id: string): Promise<Payment> {
    const payment = made(await host.payment(id));
    if (request.reach === 'all') return payment;
    if (await isTheirs(request, payment)) return payment;
    throw new Problem('payment-unknown', 'There is no such payment of yours: check the id.');
  }

  async function isTheirs(request: FastifyRequest, { svpmsn, purse, at }: Payment): Promise<boolean> {
    if (svpmsn !== undefined) return wasTheirs(host, request, { svpmsn, at });
    if (purse === undefined) return false;
    const { card } = made(await host.card(placeOfPurse(purse).card));
    return card.subscriber === onlySubscriber(request);
  }
}

const paymentUrl = (id: string): string => `/api/v1/payments/${encodeURIComponent(id)}`;

/**
 * Whatever becomes of its answer, the same request under the same key is the same payment. It is a digest, because
 * the id travels through the messages of others, which have little room.
 */
export const paymentIdOf = (by: string, key: string): string => hash('sha256', `payment ${by} ${key}`).slice(0, 32);
