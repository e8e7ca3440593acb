import { Type } from 'typebox';
import { reachOf } from '../access.ts';
import { callerOn, onlySubscriber } from '../caller.ts';
import { openStream } from '../event-streams.ts';
import { LiveFeed, type LiveSettings } from '../live.ts';
import { Problem } from '../problem.ts';
import { Strict } from '../schemas/common.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';

/** Live state as server-sent events. */
export function liveRoutes(app: Api, services: ApiServices, settings: LiveSettings | undefined): void {
  const { host } = services;
  const feed = new LiveFeed(services, settings);
  app.addHook('preClose', async () => feed.close());

  app.get(
    '/events',
    {
      config: { operation: 'streamEvents' },
      schema: {
        tags: ['live'],
        summary: 'Postings and meter events as they happen: server-sent events, with Last-Event-ID',
        querystring: Strict({
          traffic: Type.Optional(
            Type.Boolean({ description: 'With what passes between host and meters, for those who see all of them.' }),
          ),
        }),
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 64 })) }),
        response: {
          200: {
            description: 'Events `posting`, `meter-event`, `reset`; of a demo `now`; where asked for `traffic`',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
        },
      } as never,
    },
    async (request, reply) => {
      const { by } = callerOn(request);
      const traffic = (request.query as { readonly traffic?: boolean }).traffic === true;
      if (traffic && onlySubscriber(request) !== undefined) {
        throw new Problem('not-allowed', 'What passes on all lines is for those who see all meters: ask without it.');
      }
      if (!feed.hasRoom(by)) throw new Problem('busy', 'Too many listen already: close one, or come again later.');
      const lastId = request.headers['last-event-id'];
      const beginning = await feed.begin(typeof lastId === 'string' ? lastId : undefined);
      const meters = await metersOf(onlySubscriber(request));
      const allowed = async () =>
        (await mayListen(request)) ? { meters: await metersOf(onlySubscriber(request)) } : undefined;
      feed.join({ by, response: openStream(reply), meters, traffic, allowed }, beginning);
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
