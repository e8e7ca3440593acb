import { Type } from 'typebox';
import type { Api, ApiServices } from '../server.ts';

/** For whoever keeps the host running: outside of the versioned API. */
export function serviceRoutes(app: Api, { host, metrics, readiness }: ApiServices): void {
  const tags = ['service'];

  app.get(
    '/health',
    {
      config: { operation: 'health', requestsPerMinute: Number.POSITIVE_INFINITY },
      schema: { tags, summary: 'The process lives', response: { 200: Type.Object({ status: Type.Literal('alive') }) } },
    },
    async () => ({ status: 'alive' as const }),
  );

  const Ready = Type.Object({ ready: Type.Boolean(), parts: Type.Record(Type.String(), Type.String()) });
  app.get(
    '/ready',
    {
      config: { operation: 'readiness', requestsPerMinute: Number.POSITIVE_INFINITY },
      schema: { tags, summary: 'It can serve, and how what it needs is', response: { 200: Ready, 503: Ready } },
    },
    async (_, reply) => {
      const found = await readiness();
      reply.code(found.ready ? 200 : 503);
      return { ready: found.ready, parts: { ...found.parts } };
    },
  );

  app.get(
    '/metrics',
    {
      config: { operation: 'metrics' },
      schema: {
        tags,
        summary: 'Figures for Prometheus',
        response: { 200: { description: 'Text format', content: { 'text/plain': { schema: Type.String() } } } },
      } as never,
    },
    async (_, reply) => {
      reply.type(metrics.contentType);
      return (await metrics.text(host)) as never;
    },
  );
}
