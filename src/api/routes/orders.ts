import type { NumberedOrder } from '../../host/index.ts';
import { idempotentOrder, once, orderUrl } from '../acts.ts';
import { callerOn, onlySubscriber, ownMeter, soldBy } from '../caller.ts';
import { beforeOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import { NewOrder, OrderSchema, orderJson } from '../schemas/orders.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { MeterParams, meterNumber } from './meters.ts';

const AGENT_SOURCE = 'agent';

export function orderRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['orders'];

  app.post(
    '/orders',
    {
      config: { operation: 'sell' },
      schema: {
        tags,
        summary: 'Sell value to a meter; needs an Idempotency-Key',
        body: NewOrder,
        response: { 201: Named(OrderSchema) },
      },
    },
    async (request, reply) => {
      const { meter, amount, source = 'cash' } = request.body;
      const orderId = idempotentOrder(request);
      // Whatever an agent was paid with, the utility's money is with the agent.
      const from = callerOn(request).role === 'agent' ? AGENT_SOURCE : source;
      const done = { subject: `meter ${meter}`, detail: { amount, source: from, order: orderId } };
      const sale = { meter: meterNumber(meter), amount: Number(amount), orderId, source: from };
      const answer = await once(services, request, reply, done, orderJson, (act) => host.by(act).sell(sale));
      reply.code(201).header('location', orderUrl(orderId));
      return answer as never;
    },
  );

  app.get(
    '/orders',
    {
      config: { operation: 'listOrders' },
      schema: {
        tags,
        summary: 'Orders, the newest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(OrderSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.orders({ ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, orderJson, ({ sequence }) => sequence);
    },
  );

  app.get(
    '/meters/:meter/orders',
    {
      config: { operation: 'listMeterOrders' },
      schema: {
        tags,
        summary: 'Orders of a meter, the newest first',
        params: MeterParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(OrderSchema)) },
      },
    },
    async (request) => {
      const { query } = request;
      const { meter } = ownMeter(request, made(await host.meter(meterNumber(request.params.meter))));
      const found = await host.orders({ svpmsn: meter.svpmsn, ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, orderJson, ({ sequence }) => sequence);
    },
  );

  app.get(
    '/orders/:order',
    {
      config: { operation: 'readOrder' },
      schema: { tags, summary: 'An order', params: Strict({ order: Id }), response: { 200: Named(OrderSchema) } },
    },
    async (request) => orderJson(await ownOrder(request, made(await host.order(request.params.order)))),
  );

  async function ownOrder(request: FastifyRequest, order: NumberedOrder): Promise<NumberedOrder> {
    if (request.reach === 'all') return order;
    const caller = callerOn(request);
    if (caller.role === 'subscriber') {
      const { meter } = made(await host.meter(order.svpmsn));
      if (meter.subscriber === onlySubscriber(request)) return order;
    } else if (soldBy(caller, order)) return order;
    throw new Problem('order-unknown', 'There is no such order of yours: check the id.');
  }
}
