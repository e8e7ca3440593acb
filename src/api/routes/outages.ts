import { made } from '../problem.ts';
import { Instant, Named, Strict } from '../schemas/common.ts';
import { OutagesSchema, outagesJson } from '../schemas/outages.ts';
import type { Api, ApiServices } from '../server.ts';
import { instantOf } from './meters.ts';

export function outageRoutes(app: Api, { host }: ApiServices): void {
  app.get(
    '/outages',
    {
      config: { operation: 'readOutages' },
      schema: {
        tags: ['lines'],
        summary: 'Who was without supply in at most 35 days, SAIDI and SAIFI of them, and who is without it now',
        querystring: Strict({ from: Instant, to: Instant }),
        response: { 200: Named(OutagesSchema) },
      },
    },
    async ({ query }) =>
      outagesJson(made(await host.outages({ from: instantOf(query.from), to: instantOf(query.to) }))),
  );
}
