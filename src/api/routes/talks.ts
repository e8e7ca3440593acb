import { Type } from 'typebox';
import { reachOf } from '../access.ts';
import { actOf } from '../acts.ts';
import { callerOn } from '../caller.ts';
import { made, Problem } from '../problem.ts';
import { CallSchema, callJson } from '../schemas/calls.ts';
import { Named } from '../schemas/common.ts';
import type { Api, ApiServices, ApiSettings, FastifyRequest } from '../server.ts';
import { serveTaker } from '../taker-socket.ts';
import { refuseForeignOrigins, type Upgrades } from '../upgrades.ts';

/** People who take calls, and speak with those who call. */
export function talkRoutes(app: Api, services: ApiServices, settings: ApiSettings, upgrades: Upgrades): void {
  app.get(
    '/calls/desk',
    {
      config: { operation: 'takeCalls' },
      schema: {
        tags: ['calls'],
        summary: 'Who waits to speak with a person, and how many take calls here; as a WebSocket it takes them',
        response: {
          200: Type.Object({
            takers: Type.Integer({ description: 'Of this host process.' }),
            waiting: Type.Array(Named(CallSchema), { description: 'Whoever waits longest first.' }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { talks, callers } = services;
      if (talks === undefined || callers === undefined) {
        throw new Problem('not-found', 'This host has no telephone by which people can speak with each other.');
      }
      if (!upgrades.wants(request)) return { takers: talks.takers, waiting: talks.waiting.map(callJson) };
      refuseForeignOrigins(request);
      made(await callers.beginTaking(actOf(services, request, { subject: 'calls' })));
      const { by } = callerOn(request);
      const heartbeatMs = settings.live?.heartbeatMs;
      const allowed = () => mayTake(request);
      upgrades.take(request, reply, (socket) => serveTaker(socket, talks, { by, allowed, heartbeatMs }));
      return reply;
    },
  );

  /** Whoever was logged out meanwhile, or has another role, takes no more. */
  async function mayTake(request: FastifyRequest): Promise<boolean> {
    const { session } = callerOn(request);
    const found = session && (await services.people.session(session.token));
    return found !== undefined && reachOf('takeCalls', found.person.role) !== undefined;
  }
}
