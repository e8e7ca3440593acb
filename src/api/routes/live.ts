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
          calls: Type.Optional(
            Type.Boolean({ description: 'With calls by telephone, for those who are logged in and see them.' }),
          ),
        }),
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 64 })) }),
        response: {
          200: {
            description:
              'Events `posting`, `meter-event`, `reset`; of a demo `now`; where asked for `traffic` and `call`',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
        },
      } as never,
    },
    async (request, reply) => {
      const { by, role, session } = callerOn(request);
      const { traffic = false, calls = false } = request.query as {
        readonly traffic?: boolean;
        readonly calls?: boolean;
      };
      if (traffic && onlySubscriber(request) !== undefined) {
        throw new Problem('not-allowed', 'What passes on all lines is for those who see all meters: ask without it.');
      }
      if (calls && (session === undefined || reachOf('listCalls', role) !== 'all')) {
        throw new Problem('not-allowed', 'Calls by telephone are for operators and auditors: ask without them.');
      }
      if (!feed.hasRoom(by)) throw new Problem('busy', 'Too many listen already: close one, or come again later.');
      const lastId = request.headers['last-event-id'];
      const beginning = await feed.begin(typeof lastId === 'string' ? lastId : undefined, calls);
      const only = onlySubscriber(request);
      const allowed = () => mayListen(request, calls);
      feed.join({ by, response: openStream(reply), only, traffic, calls, allowed }, beginning);
    },
  );

  /** Whoever was logged out meanwhile, or lost the key, hears no more. */
  async function mayListen(request: FastifyRequest, calls: boolean): Promise<boolean> {
    const { session } = callerOn(request);
    const { authorization = '' } = request.headers;
    if (session === undefined)
      return (await services.people.apiKey(authorization.replace(/^Bearer /i, ''))) !== undefined;
    const found = await services.people.session(session.token);
    if (found === undefined || (calls && reachOf('listCalls', found.person.role) !== 'all')) return false;
    return reachOf('streamEvents', found.person.role) === request.reach;
  }
}
