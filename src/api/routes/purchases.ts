import { Type } from 'typebox';
import { type IssuedReceipt, type NumberedOrder, parseSignedReceipt } from '../../host/index.ts';
import { LANGUAGES, type Language } from '../../words/index.ts';
import { actOf, idempotentOrder, once } from '../acts.ts';
import { acceptedForm, onPaper } from '../forms.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, OneOf, Strict } from '../schemas/common.ts';
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
  ReceiptSchema,
  receiptJson,
  TermsSchema,
  termsJson,
  termsOf,
} from '../schemas/money.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { MeterParams, meterNumber, meterOfPath } from './meters.ts';
import { ownOrder } from './orders.ts';

const purchaseUrl = (order: string): string => `/api/v1/purchases/${encodeURIComponent(order)}`;

const RECEIPT_FORMS = { json: 'application/json', text: 'text/plain', pdf: 'application/pdf' } as const;
type ReceiptForm = keyof typeof RECEIPT_FORMS;

/** Sales for money: terms, quotes, purchases, what is owed, and receipts. */
export function purchaseRoutes(app: Api, services: ApiServices): void {
  const { host, receiptPaper } = services;
  const tags = ['purchases'];
  const orderParams = Strict({ order: Id });
  const readOwn = async (request: FastifyRequest, order: string): Promise<NumberedOrder> =>
    ownOrder(host, request, made(await host.order(order)));

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
      config: { operation: 'readPurchase' },
      schema: { tags, summary: 'A sale for money', params: orderParams, response: { 200: Named(PurchaseSchema) } },
    },
    async (request) => {
      const { id } = await readOwn(request, request.params.order);
      return purchaseJson(made(await host.trade(id)));
    },
  );

  app.post(
    '/purchases/:order/payout',
    {
      config: { operation: 'payOut' },
      schema: {
        tags,
        summary: 'Give back what was paid for an order that was refunded',
        params: orderParams,
        response: { 200: Named(PurchaseSchema) },
      },
    },
    async (request) => {
      const { order } = request.params;
      const office = host.by(actOf(services, request, { subject: `order ${order}` }));
      made(await office.payOut(order));
      return purchaseJson(made(await host.trade(order)));
    },
  );

  app.get(
    '/purchases/:order/receipts',
    {
      config: { operation: 'listReceipts' },
      schema: {
        tags,
        summary: 'The signed receipts of a sale; the last one stands',
        params: orderParams,
        response: { 200: Type.Object({ items: Type.Array(Named(ReceiptSchema)) }) },
      },
    },
    async (request) => {
      const { id } = await readOwn(request, request.params.order);
      return { items: made(await host.receipts(id)).map(receiptJson) };
    },
  );

  app.get(
    '/purchases/:order/receipts/:number',
    {
      config: { operation: 'readReceipt' },
      schema: {
        tags,
        summary: 'One receipt of a sale: as JSON, as its signed text, or on paper with a code that proves it',
        params: Strict({ order: Id, number: Id }),
        querystring: Strict({
          form: Type.Optional(OneOf(Object.keys(RECEIPT_FORMS) as ReceiptForm[], 'In the place of `Accept`.')),
          language: Type.Optional(OneOf(LANGUAGES, 'Of the paper; English where nothing is said.')),
        }),
        response: {
          200: {
            description: 'The receipt',
            content: {
              [RECEIPT_FORMS.json]: { schema: Named(ReceiptSchema) },
              [RECEIPT_FORMS.text]: { schema: Type.String({ description: 'A compact JWS and what it leads to.' }) },
              [RECEIPT_FORMS.pdf]: { schema: Type.String({ description: 'One page, the text attached to it.' }) },
            },
          } as never,
        },
      },
    },
    async (request, reply) => {
      const form = request.query.form ?? acceptedForm(request.headers.accept, RECEIPT_FORMS);
      if (form === undefined) {
        throw new Problem('not-acceptable', `A receipt is given as ${Object.values(RECEIPT_FORMS).join(', ')}.`);
      }
      const { id } = await readOwn(request, request.params.order);
      const { number } = request.params;
      const receipt = made(await host.receipts(id)).find((each) => each.id === number);
      if (receipt === undefined) {
        throw new Problem('receipt-unknown', `Purchase "${id}" has no receipt ${number}: the list of them has each.`);
      }
      reply.header('vary', 'accept');
      if (form === 'json') return receiptJson(receipt) as never;
      reply.header('content-disposition', `attachment; filename="receipt-${number}.${form === 'pdf' ? 'pdf' : 'txt'}"`);
      reply.type(form === 'pdf' ? RECEIPT_FORMS.pdf : `${RECEIPT_FORMS.text}; charset=utf-8`);
      return (form === 'text' ? receipt.text : await drawn(receipt, request.query.language ?? 'en')) as never;
    },
  );

  async function drawn({ id, text }: IssuedReceipt, language: Language): Promise<Buffer> {
    const signed = parseSignedReceipt(text);
    if ('reason' in signed) {
      throw new Problem('not-acceptable', `Receipt ${id} cannot be drawn: ${signed.sentence} Take another form.`);
    }
    return onPaper(receiptPaper, (draw) => draw(signed, language));
  }

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
      config: { operation: 'readDues' },
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
      config: { operation: 'bookDebt' },
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
      config: { operation: 'readTerms' },
      schema: { tags, summary: 'What becomes of a payment', response: { 200: Named(TermsSchema) } },
    },
    async () => termsJson(await host.terms()),
  );

  app.put(
    '/terms',
    {
      config: { operation: 'publishTerms' },
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
