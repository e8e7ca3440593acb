import { Type } from 'typebox';
import { reachOf } from '../access.ts';
import { callerOn, onlySubscriber } from '../caller.ts';
import { LiveFeed, type LiveSettings } from '../live.ts';
import { Problem } from '../problem.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';

/** Live state as server-sent events. */
export function liveRoutes(app: Api, services: ApiServices, settings: LiveSettings | undefined): void {
  const { host, metrics } = services;
  const feed = new LiveFeed(host, metrics, settings);
  app.addHook('preClose', async () => feed.close());

  app.get(
    '/events',
    {
      config: { operation: 'streamEvents' },
      schema: {
        tags: ['live'],
        summary: 'Postings and meter events as they happen: server-sent events, with Last-Event-ID',
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 64 })) }),
        response: {
          200: {
            description: 'Events `posting`, `meter-event`, `reset`',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
        },
      } as never,
    },
    async (request, reply) => {
      const { by } = callerOn(request);
      if (!feed.hasRoom(by)) throw new Problem('busy', 'Too many listen already: close one, or come again later.');
      const lastId = request.headers['last-event-id'];
      const beginning = await feed.begin(typeof lastId === 'string' ? lastId : undefined);
      const meters = await metersOf(onlySubscriber(request));
      reply.hijack();
      const { raw: response } = reply;
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        connection: 'keep-alive',
        // Proxies that gather answers would keep events back.
        'x-accel-buffering': 'no',
      });
      const allowed = async () =>
        (await mayListen(request)) ? { meters: await metersOf(onlySubscriber(request)) } : undefined;
      feed.join({ by, response, meters, allowed }, beginning);
    },
  );

  /** Whoever was logged out meanwhile, or lost the key, hears no more. */
  async function mayListen(request: FastifyRequest): Promise<boolean> {
    const { session } = callerOn(request);
    const { authorization = '' } = request.headers;
    if (session === undefined)
      return (await services.people.apiKey(authorization.replace(/^Bearer /i, ''))) !== undefined;
    const found = await services.people.session(session.token);
    return found !== undefined && reachOf('streamEvents', found.person.role) === request.reach;
  }

  async function metersOf(subscriber: string | undefined): Promise<ReadonlySet<number> | undefined> {
    if (subscriber === undefined) return undefined;
    return new Set((await host.meters({ subscriber })).map(({ meter }) => meter.svpmsn));
  }
}
