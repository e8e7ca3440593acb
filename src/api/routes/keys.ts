import { Type } from 'typebox';
import { Named } from '../schemas/common.ts';
import { KeyUseSchema, keyUseJson } from '../schemas/keys.ts';
import type { Api, ApiServices } from '../server.ts';

/** Which keys meters use: their generations, and never a key. */
export function keyRoutes(app: Api, { host }: ApiServices): void {
  app.get(
    '/keys',
    {
      config: { operation: 'readKeyUse' },
      schema: {
        tags: ['keys'],
        summary: 'Generations of keys in use, by purpose and suite, and which meters are behind',
        response: { 200: Type.Object({ items: Type.Array(Named(KeyUseSchema)) }) },
      },
    },
    async () => ({ items: (await host.keyUse()).map(keyUseJson) }),
  );
}
