import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey, MeterView, PeopleServices, PersonView, Role } from '../host/index.ts';
import { accessOf, type Operation, reachOf } from './access.ts';
import { Problem } from './problem.ts';

/** Somebody who is known. */
export interface Caller {
  /** As the audit log names them: a login, or `key:` and the id of an API key. */
  readonly by: string;
  readonly role: Role;
  /** Of somebody who is logged in. */
  readonly session?: { readonly token: string; readonly person: PersonView };
  /** Of an API key. */
  readonly scopes?: readonly string[];
}

const TOKEN = /^[0-9a-f]{64}$/;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The prefix binds it to this host and to TLS; a browser takes such a cookie over TLS alone. */
const cookieName = ({ protocol }: FastifyRequest): string =>
  protocol === 'https' ? '__Host-wattpurse' : COOKIE_WITHOUT_TLS;
export const COOKIE_WITHOUT_TLS = 'wattpurse';

const COOKIE = 'Path=/; HttpOnly; Secure; SameSite=Strict';

export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, token: string): void =>
  void reply.header('set-cookie', `${cookieName(request)}=${token}; ${COOKIE}`);
/** What a browser keeps while it is at the identity provider, from where it comes as from another site. */
const KEPT_COOKIE = 'wattpurse-log-in';
const KEPT = 'Path=/api/v1/session/provider; HttpOnly; Secure; SameSite=Lax';
const KEPT_SECONDS = 600;
export const keptCookie = (kept: string): string => `${KEPT_COOKIE}=${kept}; Max-Age=${KEPT_SECONDS}; ${KEPT}`;
export const noKeptCookie = `${KEPT_COOKIE}=; Max-Age=0; ${KEPT}`;
export const keptOf = ({ headers }: FastifyRequest): string | undefined => cookieOf(headers.cookie, KEPT_COOKIE);

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply): void =>
  void reply.header('set-cookie', `${cookieName(request)}=; Max-Age=0; ${COOKIE}`);

/** The token that a cookie of ours holds, and nothing for whatever else came. RFC 6265 §5.4 */
function sessionToken(request: FastifyRequest): string | undefined {
  const token = cookieOf(request.headers.cookie, cookieName(request));
  return token !== undefined && TOKEN.test(token) ? token : undefined;
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = header?.split(';') ?? [];
  const found = pairs.map((pair) => pair.trim()).find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** Follows from the session's token, so that whoever cannot read that cannot make it. */
export const csrfToken = (sessionToken: string): string => hash('sha256', `csrf ${sessionToken}`);

/**
 * Who asks, and whether they may: what the table does not grant is refused.
 * @throws Problem
 */
export async function authorize(request: FastifyRequest, operation: Operation, people: PeopleServices): Promise<void> {
  const access = accessOf(operation);
  refuseForeignSites(request);
  if (access === 'public') return;
  const { authorization } = request.headers;
  const caller =
    authorization === undefined
      ? await callerOfSession(request, people)
      : callerOfKey(await people.apiKey(BEARER.exec(authorization)?.[1] ?? ''));
  if (caller === undefined) {
    throw new Problem('log-in-needed', 'Nobody is logged in, or no longer: log in, or give a valid API key.');
  }
  request.caller = caller;
  if (access === 'logged-in') {
    if (caller.session === undefined) throw notAllowed();
    return;
  }
  if (caller.session?.person.oneTimeUntil !== undefined) {
    throw new Problem('password-one-time', 'This password was made for you: choose one of your own first.');
  }
  const reach = reachOf(operation, caller.role);
  if (reach === undefined) throw notAllowed();
  if (caller.scopes !== undefined && (access.scope === undefined || !caller.scopes.includes(access.scope))) {
    throw notAllowed();
  }
  request.reach = reach;
}

/** Whether whoever asks may use another operation too, on all there is: an answer leaves out what they may not read. */
export function mayUse(request: FastifyRequest, operation: Operation): boolean {
  const { role, scopes } = callerOn(request);
  const access = accessOf(operation);
  if (typeof access !== 'object' || reachOf(operation, role) !== 'all') return false;
  return scopes === undefined || (access.scope !== undefined && scopes.includes(access.scope));
}

const notAllowed = () => new Problem('not-allowed', 'Your role, or your API key, does not allow this.');

const BEARER = /^Bearer (\S+)$/i;

const callerOfKey = (found: ApiKey | undefined): Caller | undefined =>
  found && { by: `key:${found.id}`, role: found.role, scopes: found.scopes };

async function callerOfSession(request: FastifyRequest, people: PeopleServices): Promise<Caller | undefined> {
  const token = sessionToken(request);
  if (token === undefined) return undefined;
  const found = await people.session(token);
  if (found === undefined) return undefined;
  if (!SAFE_METHODS.has(request.method)) checkCsrf(request, token);
  const { person } = found;
  return { by: person.id, role: person.role, session: { token, person } };
}

function checkCsrf({ headers }: FastifyRequest, token: string): void {
  const given = headers['x-csrf-token'];
  const wanted = Buffer.from(csrfToken(token));
  const bytes = Buffer.from(typeof given === 'string' ? given : '');
  if (bytes.length === wanted.length && timingSafeEqual(bytes, wanted)) return;
  throw new Problem(
    'csrf-wrong',
    'The header x-csrf-token is missing or not that of your session: send what log-in gave.',
  );
}

/** A browser says where a request comes from: nothing is changed at the wish of another site, logging in included. */
function refuseForeignSites({ method, headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none' || SAFE_METHODS.has(method)) return;
  throw new Problem('csrf-wrong', 'This request comes from another site: open the page of this host itself.');
}

export function callerOn({ caller }: FastifyRequest): Caller {
  if (caller === undefined) throw new Error('a route that is public asked who calls');
  return caller;
}

/** The subscriber whose things alone somebody sees, or `undefined` for whoever sees all. */
export function onlySubscriber(request: FastifyRequest): string | undefined {
  return request.reach === 'own' ? (callerOn(request).session?.person.subscriber ?? '') : undefined;
}

export const NOT_YOURS = 'There is no such meter of yours: check the number.';

/** What is another's is not there. */
export function ownMeter(request: FastifyRequest, view: MeterView): MeterView {
  const only = onlySubscriber(request);
  if (only === undefined || view.meter.subscriber === only) return view;
  throw new Problem('meter-unknown', NOT_YOURS);
}

/** Orders that came through the API say in their id who gave them. */
export const orderIdOf = (by: string, key: string): string => `api:${by}:${key}`;

export function soldBy({ by }: Caller, id: string): boolean {
  return id.startsWith(orderIdOf(by, ''));
}
