import { Type } from 'typebox';
import { mayUse } from '../caller.ts';
import { LocalUnit, Named, Strict } from '../schemas/common.ts';
import { GridSchema, gridJson, OverviewSchema, overviewJson } from '../schemas/overview.ts';
import type { Api, ApiServices } from '../server.ts';

/** The utility at one glance: what a control room looks at. */
export function overviewRoutes(app: Api, { host }: ApiServices): void {
  const tags = ['overview'];

  app.get(
    '/overview',
    {
      config: { operation: 'readOverview' },
      schema: { tags, summary: 'The whole utility at one glance', response: { 200: Named(OverviewSchema) } },
    },
    async (request) =>
      overviewJson(await host.overview(), {
        books: mayUse(request, 'readBooks'),
        alarms: mayUse(request, 'listAllEvents'),
        lines: mayUse(request, 'listLines'),
      }),
  );

  app.get(
    '/grid',
    {
      config: { operation: 'readGrid' },
      schema: {
        tags,
        summary: 'How all meters stand, in columns; of one local unit, if named, with more of each',
        querystring: Strict({ localUnit: Type.Optional(LocalUnit) }),
        response: { 200: Named(GridSchema) },
      },
    },
    async ({ query }) => gridJson(await host.grid(query)),
  );
}
