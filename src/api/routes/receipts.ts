import { Type } from 'typebox';
import { type IssuedReceipt, parseSignedReceipt } from '../../host/index.ts';
import { LANGUAGES, type Language } from '../../words/index.ts';
import { acceptedForm, onPaper } from '../forms.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, OneOf, Strict } from '../schemas/common.ts';
import { ReceiptSchema, receiptJson } from '../schemas/money.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { ownCardOrder } from './card-orders.ts';
import { ownOrder } from './orders.ts';

const RECEIPT_FORMS = { json: 'application/json', text: 'text/plain', pdf: 'application/pdf' } as const;
type ReceiptForm = keyof typeof RECEIPT_FORMS;

/** Signed receipts of sales for money, whether their value goes to a meter or to a card. */
export function receiptRoutes(app: Api, services: ApiServices): void {
  const { host, receiptPaper } = services;
  const tags = ['purchases'];
  const ownSale = async (request: FastifyRequest, order: string) =>
    ownOrder(host, request, made(await host.order(order)));
  const ownCardSale = async (request: FastifyRequest, order: string) =>
    ownCardOrder(host, request, made(await host.cardOrder(order)));

  for (const [path, list, one, own] of [
    ['/purchases/:order/receipts', 'listReceipts', 'readReceipt', ownSale],
    ['/card-orders/:order/receipts', 'listCardReceipts', 'readCardReceipt', ownCardSale],
  ] as const) {
    app.get(
      path,
      {
        config: { operation: list },
        schema: {
          tags,
          summary: 'The signed receipts of a sale; the last one stands',
          params: Strict({ order: Id }),
          response: { 200: Type.Object({ items: Type.Array(Named(ReceiptSchema)) }) },
        },
      },
      async (request) => {
        const { id } = await own(request, request.params.order);
        return { items: made(await host.receipts(id)).map(receiptJson) };
      },
    );

    app.get(
      `${path}/:number`,
      {
        config: { operation: one },
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
        const { order, number } = request.params;
        const { id } = await own(request, order);
        const receipt = made(await host.receipts(id)).find((each) => each.id === number);
        if (receipt === undefined) {
          throw new Problem('receipt-unknown', `Purchase "${id}" has no receipt ${number}: the list of them has each.`);
        }
        reply.header('vary', 'accept');
        if (form === 'json') return receiptJson(receipt) as never;
        const extension = form === 'pdf' ? 'pdf' : 'txt';
        reply.header('content-disposition', `attachment; filename="receipt-${number}.${extension}"`);
        reply.type(form === 'pdf' ? RECEIPT_FORMS.pdf : `${RECEIPT_FORMS.text}; charset=utf-8`);
        return (form === 'text' ? receipt.text : await drawn(receipt, request.query.language ?? 'en')) as never;
      },
    );
  }

  async function drawn({ id, text }: IssuedReceipt, language: Language): Promise<Buffer> {
    const signed = parseSignedReceipt(text);
    if ('reason' in signed) {
      throw new Problem('not-acceptable', `Receipt ${id} cannot be drawn: ${signed.sentence} Take another form.`);
    }
    return onPaper(receiptPaper, (draw) => draw(signed, language));
  }
}
