import { Type } from 'typebox';
import { type CardOrder, placeOfPurse } from '../../host/index.ts';
import { once } from '../acts.ts';
import { callerOn, onlySubscriber } from '../caller.ts';
import { made, Problem } from '../problem.ts';
import { CardOrderSchema, cardOrderJson } from '../schemas/cards.ts';
import { Id, Named, Strict } from '../schemas/common.ts';
import { TakenMethod } from '../schemas/money.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { soldByCaller } from './orders.ts';

const OrderParams = Strict({ order: Id });

/** What became of orders for cards, and giving their money back. */
export function cardOrderRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['cards'];

  app.get(
    '/card-orders/:order',
    {
      config: { operation: 'readCardOrder', thing: { type: 'cardOrder', param: 'order' } },
      schema: { tags, summary: 'An order for a card', params: OrderParams, response: { 200: Named(CardOrderSchema) } },
    },
    async (request) =>
      cardOrderJson(await ownCardOrder(host, request, made(await host.cardOrder(request.params.order)))),
  );

  app.post(
    '/card-orders/:order/payout',
    {
      config: { operation: 'payOutCard', thing: { type: 'cardOrder', param: 'order' } },
      schema: {
        tags,
        summary: 'Give back what was refunded, or was taken off a card, once; needs an Idempotency-Key',
        params: OrderParams,
        body: Strict({ method: Type.Optional(TakenMethod) }),
        response: { 200: Named(CardOrderSchema) },
      },
    },
    async (request, reply) => {
      const { order: orderId } = request.params;
      const done = { subject: `order ${orderId}`, detail: request.body };
      const pay = { orderId, ...request.body };
      return (await once(services, request, reply, done, cardOrderJson, (act) =>
        host.by(act).payOutCard(pay),
      )) as never;
    },
  );
}

/** What is another's is not there. */
export async function ownCardOrder(
  host: ApiServices['host'],
  request: FastifyRequest,
  order: CardOrder,
): Promise<CardOrder> {
  if (request.reach === 'all') return order;
  const caller = callerOn(request);
  if (caller.role === 'subscriber') {
    const { card } = made(await host.card(placeOfPurse(order.purse).card));
    if (card.subscriber === onlySubscriber(request)) return order;
  } else if (await soldByCaller(host, caller, order)) return order;
  throw new Problem('order-unknown', 'There is no such order of yours: check the id.');
}
