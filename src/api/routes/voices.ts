import { Type } from 'typebox';
import { callerOn } from '../caller.ts';
import { Problem } from '../problem.ts';
import type { Api, ApiServices, ApiSettings, FastifyRequest } from '../server.ts';
import { SoundSocket } from '../sound-socket.ts';
import { readTakerMessage } from '../taker-messages.ts';
import { refuseForeignOrigins, type Upgrades } from '../upgrades.ts';
import { MeterParams, meterNumber } from './meters.ts';

/** In a demo somebody speaks at the panel of a meter, as at an interphone on a fast carrier. */
export function voiceRoutes(app: Api, services: ApiServices, settings: ApiSettings, upgrades: Upgrades): void {
  app.get(
    '/demo/meters/:meter/voice',
    {
      config: { operation: 'speakAtPanel' },
      schema: {
        tags: ['demo'],
        summary: 'Whether somebody can speak at the panel of a meter; as a WebSocket it carries what they say and hear',
        params: MeterParams,
        response: { 200: Type.Object({ hasVoice: Type.Boolean() }) },
      },
    },
    async (request, reply) => {
      const { demo, voices } = services;
      if (demo === undefined || voices === undefined) {
        throw new Problem(
          'not-found',
          'Nobody can speak at the meters of this host: they have keys and prompts alone.',
        );
      }
      const meter = demo.panel(meterNumber(request.params.meter))?.svpmsn;
      if (meter === undefined) {
        throw new Problem('meter-unknown', 'There is no such meter in this demo: check the number.');
      }
      if (!upgrades.wants(request)) return { hasVoice: voices.has(meter) };
      refuseForeignOrigins(request);
      upgrades.take(request, reply, (socket) => {
        const side: SoundSocket = new SoundSocket(socket, {
          allowed: () => isStillThere(request),
          heartbeatMs: settings.live?.heartbeatMs,
          take: (data, isBinary) => {
            const message = isBinary ? readTakerMessage(data, true) : undefined;
            if (message?.type !== 'sound') return 'Only sound is said here, in packets of 20 ms.';
            seat.say(message.sound);
            return undefined;
          },
          left: () => seat.leave(),
        });
        const seat = voices.join(meter, {
          hear: (sound) => side.hear(sound),
          replaced: () =>
            side.refuse('taken-elsewhere', 'Somebody speaks at this meter in another window from now on.'),
        });
      });
      return reply;
    },
  );

  async function isStillThere(request: FastifyRequest): Promise<boolean> {
    const { session } = callerOn(request);
    return session !== undefined && (await services.people.session(session.token)) !== undefined;
  }
}
