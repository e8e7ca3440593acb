import { exchangeView } from '../../host/index.ts';
import { beforeOf, limitOf, pageOf } from '../paging.ts';
import { Problem } from '../problem.ts';
import { Named, PageOf, PageQuery } from '../schemas/common.ts';
import { ExchangeSchema, exchangeJson } from '../schemas/exchanges.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterOfPath, sinceTheyCame } from './meters.ts';

/** What passed between the host and a meter, frame by frame. */
export function exchangeRoutes(app: Api, { host, exchanges }: ApiServices): void {
  app.get(
    '/meters/:meter/exchanges',
    {
      config: { operation: 'listExchanges' },
      schema: {
        tags: ['meters'],
        summary: 'The last exchanges of this host process with a meter, the newest first',
        params: MeterParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(ExchangeSchema)) },
      },
    },
    async (request) => {
      const { query } = request;
      const view = await meterOfPath(host, request);
      if (exchanges === undefined) throw new Problem('not-found', 'This host does not look at its exchanges.');
      const rows = exchanges.of({ svpmsn: view.meter.svpmsn, ...beforeOf(query), limit: limitOf(query) });
      const found = await sinceTheyCame(host, request, view, { rows, at: ({ exchange }) => exchange.startedAt });
      return pageOf(found.map(exchangeView), query, exchangeJson, ({ number }) => number);
    },
  );
}
