import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { made } from '../problem.ts';
import { Named, Strict } from '../schemas/common.ts';
import { RestorationSchema, restorationJson } from '../schemas/restoration.ts';
import type { Api, ApiServices } from '../server.ts';

/** What became of books that were put back from a copy (X9). */
export function restorationRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['payments'];

  app.get(
    '/restoration',
    {
      config: { operation: 'readRestoration' },
      schema: {
        tags,
        summary: 'What was learned since the books were put back from a copy; 404 where they never were',
        response: { 200: Named(RestorationSchema) },
      },
    },
    async () => restorationJson(made(await host.restoration())),
  );

  app.post(
    '/restoration/ports/:port/reconciliation',
    {
      config: { operation: 'reconcilePort' },
      schema: {
        tags,
        summary: 'Say that the payments of a port were compared with the books; when all were, value leaves again',
        params: Strict({ port: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: { 200: Named(RestorationSchema) },
      },
    },
    async (request) => {
      const { port } = request.params;
      return restorationJson(
        made(await host.by(actOf(services, request, { subject: `port ${port}` })).reconciled(port)),
      );
    },
  );
}
