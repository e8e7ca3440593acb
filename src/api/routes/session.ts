import { Type } from 'typebox';
import { callerOn, clearSessionCookie, csrfToken, setSessionCookie } from '../caller.ts';
import { made } from '../problem.ts';
import { Named } from '../schemas/common.ts';
import { Credentials, PasswordChange, personJson, SessionSchema } from '../schemas/people.ts';
import type { Api, ApiServices, ApiSettings } from '../server.ts';

const LOG_INS_PER_MINUTE = 10;

export function sessionRoutes(
  app: Api,
  { people }: ApiServices,
  { logInsPerMinute = LOG_INS_PER_MINUTE }: ApiSettings,
): void {
  const tags = ['session'];
  const limited = { rateLimit: { max: logInsPerMinute, timeWindow: 60_000 } };

  app.post(
    '/session',
    {
      config: { operation: 'logIn', ...limited },
      schema: { tags, summary: 'Log in', body: Credentials, response: { 200: Named(SessionSchema) } },
    },
    async (request, reply) => {
      const { person, token } = made(await people.logIn(request.body, { request: request.id }));
      setSessionCookie(request, reply, token);
      return { person: personJson(person), csrfToken: csrfToken(token) };
    },
  );

  app.get(
    '/session',
    {
      config: { operation: 'readSession' },
      schema: { tags, summary: 'Who is logged in', response: { 200: Named(SessionSchema) } },
    },
    async (request) => {
      const { person, token } = sessionOf(request);
      return { person: personJson(person), csrfToken: csrfToken(token) };
    },
  );

  app.delete(
    '/session',
    { config: { operation: 'logOut' }, schema: { tags, summary: 'Log out', response: { 204: Type.Null() } } },
    async (request, reply) => {
      await people.logOut(sessionOf(request).token, { request: request.id });
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/session/password',
    {
      config: { operation: 'changePassword', ...limited },
      schema: {
        tags,
        summary: 'Choose another password, which ends all your sessions',
        body: PasswordChange,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = sessionOf(request).person;
      made(await people.changePassword(id, request.body, { request: request.id }));
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  );
}

function sessionOf(request: Parameters<typeof callerOn>[0]) {
  const { session } = callerOn(request);
  if (session === undefined) throw new Error('an API key came to a route for those who are logged in');
  return session;
}
