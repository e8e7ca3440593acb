import { type NumberedOrder, vendIdOf } from '../../host/index.ts';
import { type Caller, callerOn, soldBy } from '../caller.ts';
import { beforeOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import { OrderSchema, orderJson } from '../schemas/orders.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { MeterParams, meterOfPath, sinceTheyCame, wasTheirs } from './meters.ts';

export function orderRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['orders'];

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
      const view = await meterOfPath(host, request);
      const rows = await host.orders({ svpmsn: view.meter.svpmsn, ...beforeOf(query), limit: limitOf(query) });
      const found = await sinceTheyCame(host, request, view, { rows, at: ({ orderedAt }) => orderedAt });
      return pageOf(found, query, orderJson, ({ sequence }) => sequence);
    },
  );

  app.get(
    '/orders/:order',
    {
      config: { operation: 'readOrder', thing: { type: 'order', param: 'order' } },
      schema: { tags, summary: 'An order', params: Strict({ order: Id }), response: { 200: Named(OrderSchema) } },
    },
    async (request) => orderJson(await ownOrder(host, request, made(await host.order(request.params.order)))),
  );
}

/** What is another's is not there. */
export async function ownOrder(
  host: ApiServices['host'],
  request: FastifyRequest,
  order: NumberedOrder,
): Promise<NumberedOrder> {
  if (request.reach === 'all') return order;
  const caller = callerOn(request);
  if (caller.role === 'subscriber') {
    if (await wasTheirs(host, request, { svpmsn: order.svpmsn, at: order.orderedAt })) return order;
  } else if (await soldByCaller(host, caller, order)) return order;
  throw new Problem('order-unknown', 'There is no such order of yours: check the id.');
}

/** Whether somebody sold it, or the agent for whom they sell, through whomever. */
export async function soldByCaller(
  host: ApiServices['host'],
  caller: Caller,
  { id }: { readonly id: string },
): Promise<boolean> {
  if (soldBy(caller, id)) return true;
  const agent = await host.agentOfMember(caller.by);
  return !('reason' in agent) && id.startsWith(vendIdOf({ agent: agent.id, reference: '' }));
}
