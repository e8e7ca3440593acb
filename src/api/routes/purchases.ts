import { Type } from 'typebox';
import { actOf, idempotentOrder, once } from '../acts.ts';
import { made } from '../problem.ts';
import { Id, Named, Strict } from '../schemas/common.ts';
import {
  DuesSchema,
  duesJson,
  Method,
  Money,
  NewPurchase,
  NewTerms,
  PurchaseSchema,
  purchaseJson,
  QuoteSchema,
  quoteJson,
  TermsSchema,
  termsJson,
  termsOf,
} from '../schemas/money.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterNumber, meterOfPath } from './meters.ts';
import { ownOrder } from './orders.ts';

const purchaseUrl = (order: string): string => `/api/v1/purchases/${encodeURIComponent(order)}`;

/** Sales for money: terms, quotes, purchases, and what is owed. */
export function purchaseRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['purchases'];
  const orderParams = Strict({ order: Id });

  app.post(
    '/purchases',
    {
      config: { operation: 'buy' },
      schema: {
        tags,
        summary: 'Sell energy for money that was paid; needs an Idempotency-Key',
        body: NewPurchase,
        response: { 201: Named(PurchaseSchema) },
      },
    },
    async (request, reply) => {
      const { meter, paid, method = 'cash' } = request.body;
      const orderId = idempotentOrder(request);
      const done = { subject: `meter ${meter}`, detail: { paid, method, order: orderId } };
      const purchase = { meter: meterNumber(meter), paid: Number(paid), method, orderId };
      const answer = await once(services, request, reply, done, purchaseJson, (act) => host.by(act).purchase(purchase));
      reply.code(201).header('location', purchaseUrl(orderId));
      return answer as never;
    },
  );

  app.get(
    '/purchases/:order',
    {
      config: { operation: 'readPurchase', thing: { type: 'order', param: 'order' } },
      schema: { tags, summary: 'A sale for money', params: orderParams, response: { 200: Named(PurchaseSchema) } },
    },
    async (request) => {
      const { id } = await ownOrder(host, request, made(await host.order(request.params.order)));
      return purchaseJson(made(await host.trade(id)));
    },
  );

  app.post(
    '/purchases/:order/payout',
    {
      config: { operation: 'payOut', thing: { type: 'order', param: 'order' } },
      schema: {
        tags,
        summary: 'Give back what was paid for an order that was refunded, once; needs an Idempotency-Key',
        params: orderParams,
        response: { 200: Named(PurchaseSchema) },
      },
    },
    async (request, reply) => {
      const { order } = request.params;
      const done = { subject: `order ${order}` };
      return (await once(services, request, reply, done, purchaseJson, (act) => host.by(act).payOut(order))) as never;
    },
  );

  app.get(
    '/meters/:meter/quote',
    {
      config: { operation: 'quote' },
      schema: {
        tags,
        summary: 'What a payment would be made of now; nothing is sold',
        params: MeterParams,
        querystring: Strict({ paid: Money, method: Type.Optional(Method) }),
        response: { 200: Named(QuoteSchema) },
      },
    },
    async (request) => {
      const { paid, method = 'cash' } = request.query;
      const { meter } = await meterOfPath(host, request);
      return quoteJson(made(await host.quote({ meter: meter.svpmsn, paid: Number(paid), method })));
    },
  );

  app.get(
    '/meters/:meter/dues',
    {
      config: { operation: 'readDues', thing: { type: 'dues', param: 'meter' } },
      schema: {
        tags,
        summary: 'What a meter owes beside its energy',
        params: MeterParams,
        response: { 200: Named(DuesSchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      return duesJson(request.params.meter, made(await host.dues(meter.svpmsn)));
    },
  );

  app.post(
    '/meters/:meter/debts',
    {
      config: { operation: 'bookDebt', thing: { type: 'dues', param: 'meter' } },
      schema: {
        tags,
        summary: 'Book what is owed from before; needs an Idempotency-Key',
        params: MeterParams,
        body: Strict({ amount: Money, reference: Id }),
        response: { 201: Named(DuesSchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { amount, reference } = request.body;
      const done = { subject: `meter ${meter}`, detail: { amount, reference } };
      const debt = { meter: meterNumber(meter), amount: Number(amount), reference };
      const json = (dues: Parameters<typeof duesJson>[1]) => duesJson(meter, dues);
      const answer = await once(services, request, reply, done, json, (act) => host.by(act).bookDebt(debt));
      reply.code(201);
      return answer as never;
    },
  );

  app.get(
    '/terms',
    {
      config: { operation: 'readTerms', thing: { type: 'terms' } },
      schema: { tags, summary: 'What becomes of a payment', response: { 200: Named(TermsSchema) } },
    },
    async () => termsJson(await host.terms()),
  );

  app.put(
    '/terms',
    {
      config: { operation: 'publishTerms', thing: { type: 'terms' } },
      schema: {
        tags,
        summary: 'Publish terms: they hold for what is paid from now on',
        body: NewTerms,
        response: { 200: Named(TermsSchema) },
      },
    },
    async (request) => {
      const office = host.by(actOf(services, request, { subject: 'terms', detail: request.body }));
      return termsJson(made(await office.publishTerms(termsOf(request.body as never))).terms);
    },
  );
}
