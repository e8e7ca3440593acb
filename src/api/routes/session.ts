import { Type } from 'typebox';
import { callerOn, clearSessionCookie, keptCookie, keptOf, noKeptCookie, setSessionCookie } from '../caller.ts';
import { PAGE_URL } from '../documentation.ts';
import { made, Problem } from '../problem.ts';
import { Named } from '../schemas/common.ts';
import { Credentials, LogInSchema, PasswordChange, SessionSchema, sessionJson } from '../schemas/people.ts';
import { UtilitySchema, utilityJson } from '../schemas/utility.ts';
import type { Api, ApiServices, ApiSettings } from '../server.ts';

/** Of one address, by password or without. */
export const LOG_INS_PER_MINUTE = 10;

export function sessionRoutes(
  app: Api,
  { host, people, identity }: ApiServices,
  { logInsPerMinute = LOG_INS_PER_MINUTE }: ApiSettings,
): void {
  const tags = ['session'];
  const limited = { requestsPerMinute: logInsPerMinute };

  const providerOf = () => {
    if (identity !== undefined) return identity;
    throw new Problem('not-found', 'This host knows no identity provider: log in with a password.');
  };

  app.post(
    '/session',
    {
      config: { operation: 'logIn', ...limited },
      schema: { tags, summary: 'Log in', body: Credentials, response: { 200: Named(SessionSchema) } },
    },
    async (request, reply) => {
      const { person, token } = made(await people.logIn(request.body, { request: request.id }));
      setSessionCookie(request, reply, token);
      return sessionJson(person, token);
    },
  );

  app.get(
    '/log-in',
    {
      config: { operation: 'readLogIn' },
      schema: { tags, summary: 'How one may log in', response: { 200: Named(LogInSchema) } },
    },
    async () => ({ provider: identity !== undefined }),
  );

  app.get(
    '/session/provider',
    {
      config: { operation: 'beginLogIn', ...limited },
      schema: {
        tags,
        summary: 'Log in with an identity provider: a browser is sent there',
        response: { 302: Type.Null() },
      },
    },
    async (_, reply) => {
      const begun = await providerOf().begin();
      if (begun === undefined) throw new Problem('busy', 'The identity provider does not answer: try again later.');
      return reply.header('set-cookie', keptCookie(begun.kept)).redirect(begun.url, FOUND);
    },
  );

  app.get(
    '/session/provider/callback',
    {
      config: { operation: 'finishLogIn', ...limited },
      schema: {
        tags,
        summary: 'Where the identity provider sends a browser back to',
        // What providers add is theirs; what must be there is looked at with the rest.
        querystring: Type.Object({}, { additionalProperties: true }),
        response: { 302: Type.Null() },
      },
    },
    async (request, reply) => {
      const query = request.url.slice(request.url.indexOf('?'));
      const proved = await providerOf().finish(request.url.includes('?') ? query : '?', keptOf(request) ?? '');
      if ('sentence' in proved) throw new Problem('log-in-refused', proved.sentence);
      const { token } = made(await people.logInProved(proved.login, { request: request.id }));
      setSessionCookie(request, reply, token);
      return reply.header('set-cookie', noKeptCookie).redirect(PAGE_URL, FOUND);
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
      return sessionJson(person, token);
    },
  );

  app.get(
    '/utility',
    {
      config: { operation: 'readUtility' },
      schema: { tags, summary: 'Where and when the utility is', response: { 200: Named(UtilitySchema) } },
    },
    async () => utilityJson(host.here(), await host.terms()),
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

const FOUND = 302;

function sessionOf(request: Parameters<typeof callerOn>[0]) {
  const { session } = callerOn(request);
  if (session === undefined) throw new Error('an API key came to a route for those who are logged in');
  return session;
}
