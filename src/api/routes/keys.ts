import { Type } from 'typebox';
import { Named } from '../schemas/common.ts';
import { KeyRotationSchema, KeyUseSchema, keyRotationJson, keyUseJson } from '../schemas/keys.ts';
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
  app.get(
    '/keys/rotations',
    {
      config: { operation: 'listKeyRotations' },
      schema: {
        tags: ['keys'],
        summary: 'Keys that the host rotates by itself, and how that stands',
        response: { 200: Type.Object({ items: Type.Array(Named(KeyRotationSchema)) }) },
      },
    },
    async () => {
      const { now } = host.here();
      return { items: (await host.keyRotations()).map((row) => keyRotationJson(row, now)) };
    },
  );
}
