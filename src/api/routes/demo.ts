import { Type } from 'typebox';
import { callerOn, setSessionCookie } from '../caller.ts';
import type { DemoPort } from '../demo-port.ts';
import { PanelFeed } from '../panel-feed.ts';
import { made, Problem } from '../problem.ts';
import { CardNumber, Named, Strict } from '../schemas/common.ts';
import {
  DemoLine,
  DemoLineParams,
  DemoSchema,
  DemoSpeed,
  DemoTimeSchema,
  demoJson,
  NewDemoSession,
  NewPanelAction,
  PanelSchema,
  panelAction,
  panelJson,
  timeJson,
} from '../schemas/demo.ts';
import { Money } from '../schemas/money.ts';
import { SessionSchema, sessionJson } from '../schemas/people.ts';
import type { Api, ApiServices, ApiSettings, FastifyRequest } from '../server.ts';
import { MeterParams, meterNumber } from './meters.ts';
import { LOG_INS_PER_MINUTE } from './session.ts';

/** Hands on a demo: its people, its time, its lines, and its meters as things. */
export function demoRoutes(
  app: Api,
  services: ApiServices,
  { logInsPerMinute: requestsPerMinute = LOG_INS_PER_MINUTE, live }: ApiSettings,
): void {
  const tags = ['demo'];
  const feed = new PanelFeed(services.metrics, live);
  app.addHook('preClose', async () => feed.close());

  const demoOf = (): DemoPort => {
    if (services.demo !== undefined) return services.demo;
    throw new Problem('not-found', 'This host is no demo: its meters hang in real houses.');
  };
  const panelOf = (demo: DemoPort, meter: string) => {
    const panel = demo.panel(meterNumber(meter));
    if (panel !== undefined) return panelJson(panel, demo.time());
    throw new Problem('meter-unknown', 'There is no such meter in this demo: check the number.');
  };

  app.get(
    '/demo',
    {
      config: { operation: 'readDemo' },
      schema: { tags, summary: 'What a demo is, and whom one can be in it', response: { 200: Named(DemoSchema) } },
    },
    async (request) => {
      const demo = demoOf();
      return demoJson(demo, mayEnter(demo, request));
    },
  );

  app.post(
    '/demo/session',
    {
      config: { operation: 'enterDemo', requestsPerMinute },
      schema: {
        tags,
        summary: 'Be the person of a role, without a password',
        body: NewDemoSession,
        response: { 200: Named(SessionSchema) },
      },
    },
    async (request, reply) => {
      const demo = demoOf();
      if (!mayEnter(demo, request)) {
        throw new Problem(
          'not-allowed',
          'Only a browser on the machine of the demo comes in without a password: open it as http://127.0.0.1, or log in.',
        );
      }
      const login = demo.people.get(request.body.role) ?? '';
      const { person, token } = made(await services.people.logInProved(login, { request: request.id }));
      setSessionCookie(request, reply, token);
      return sessionJson(person, token);
    },
  );

  app.put(
    '/demo/speed',
    {
      config: { operation: 'setDemoSpeed' },
      schema: { tags, summary: 'How fast time goes', body: DemoSpeed, response: { 200: Named(DemoTimeSchema) } },
    },
    async (request) => {
      const demo = demoOf();
      demo.setSpeed(request.body.speed);
      return timeJson(demo.time());
    },
  );

  app.post(
    '/demo/lines/:localUnit',
    {
      config: { operation: 'cutDemoLine' },
      schema: {
        tags,
        summary: 'Cut the wire behind a local unit, or mend it',
        params: DemoLineParams,
        body: DemoLine,
        response: { 200: DemoLine },
      },
    },
    async (request) => {
      const { cut } = request.body;
      if (demoOf().cutLine(request.params.localUnit, cut)) return { cut };
      throw new Problem('not-found', 'There is no such local unit in this demo: check the number.');
    },
  );

  app.post(
    '/demo/cards/:card/errands',
    {
      config: { operation: 'sendDemoCard' },
      schema: {
        tags,
        summary: 'Have whoever has a card take it to be loaded, and to its meters without a line',
        params: Strict({ card: CardNumber }),
        response: { 202: Type.Null() },
      },
    },
    async (request, reply) => {
      if (!demoOf().sendCard(request.params.card)) {
        throw new Problem(
          'card-unknown',
          'Nobody in this demo has that card: GET /demo names those that somebody has.',
        );
      }
      return reply.code(202).send(null);
    },
  );

  app.post(
    '/demo/cards/:card/reading',
    {
      config: { operation: 'readDemoCard' },
      schema: {
        tags,
        summary: 'Hold a card to the reader of a counter or kiosk, until all that waits for it is on it',
        params: Strict({ card: CardNumber }),
        response: {
          200: Type.Object({ loaded: Type.Boolean({ description: 'False while its owner is out with it.' }) }),
        },
      },
    },
    async (request) => ({ loaded: await demoOf().readCard(request.params.card) }),
  );

  app.post(
    '/demo/bank-card/payments',
    {
      config: { operation: 'payByDemoCard' },
      schema: {
        tags,
        summary:
          'Put the bank card of the demo into the reader of a kiosk; its chip and its bank answer, and no money moves',
        body: Strict({ paid: Money }),
        response: {
          200: Type.Object({
            approved: Type.Boolean(),
            shown: Type.String({ description: 'The card as people see it.' }),
          }),
        },
      },
    },
    async (request) => demoOf().payByCard(Number(request.body.paid)),
  );

  app.get(
    '/demo/meters/:meter/panel',
    {
      config: { operation: 'readPanel' },
      schema: {
        tags,
        summary: 'A meter as the thing that hangs in the house',
        params: MeterParams,
        response: { 200: Named(PanelSchema) },
      },
    },
    async (request) => panelOf(demoOf(), request.params.meter),
  );

  app.post(
    '/demo/meters/:meter/panel/actions',
    {
      config: { operation: 'actOnPanel' },
      schema: {
        tags,
        summary: 'Do something at the meter or in its house, and see what it shows then',
        params: MeterParams,
        body: NewPanelAction,
        response: { 200: Named(PanelSchema) },
      },
    },
    async (request) => {
      const demo = demoOf();
      const { meter } = request.params;
      panelOf(demo, meter);
      if (!demo.act(meterNumber(meter), panelAction(request.body))) {
        throw request.body.card === undefined
          ? new Problem('not-found', 'There is no such appliance in this house: the panel names those that are.')
          : new Problem('not-found', 'No card is at hand in this house now: the panel says where it is.');
      }
      return panelOf(demo, meter);
    },
  );

  app.get(
    '/demo/meters/:meter/panel/events',
    {
      config: { operation: 'streamPanel' },
      schema: {
        tags,
        summary: 'The panel at once, and whenever it changes: server-sent events',
        params: MeterParams,
        response: {
          200: { description: 'Events `panel`', content: { 'text/event-stream': { schema: Type.String() } } },
        },
      } as never,
    },
    async (request, reply) => {
      const demo = demoOf();
      const { meter } = request.params as { readonly meter: string };
      panelOf(demo, meter);
      const { by, session } = callerOn(request);
      if (!feed.hasRoom(by)) throw new Problem('busy', 'Too many listen already: close one, or come again later.');
      feed.join(reply, {
        by,
        panel: () => panelOf(demo, meter),
        allowed: async () => session !== undefined && (await services.people.session(session.token)) !== undefined,
      });
    },
  );
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** A name of another machine that was made to lead here (DNS rebinding) is none of this one. */
const mayEnter = (demo: DemoPort, { headers: { host = '' } }: FastifyRequest): boolean =>
  demo.people.size > 0 && LOOPBACK.test(host);
