import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Act, HostFailure } from '../host/index.ts';
import { callerOn, orderIdOf } from './caller.ts';
import { made, Problem, problemOf } from './problem.ts';
import type { ApiServices } from './server.ts';

export interface Done {
  /** `meter 0a1b2c` */
  readonly subject: string;
  /** The rest of what was asked, for a person; never a secret. */
  readonly detail?: object;
}

/** What somebody does, as the audit log will have it. */
export function actOf({ clock }: ApiServices, request: FastifyRequest, { subject, detail }: Done): Act {
  const { by, role } = callerOn(request);
  const { seen } = request;
  const action = request.routeOptions.config.operation as string;
  const told = detail === undefined ? '' : JSON.stringify(detail);
  return { at: clock.now(), by, role, action, subject, detail: told, request: request.id, ...(seen && { seen }) };
}

const KEY_FORM = /^[A-Za-z0-9._-]{8,64}$/;
export const KEY_RULE = 'An Idempotency-Key has 8 to 64 letters, digits, dots, hyphens and underscores.';

export function idempotencyKey({ headers }: FastifyRequest): string {
  const key = headers['idempotency-key'];
  if (typeof key === 'string' && KEY_FORM.test(key)) return key;
  throw new Problem(
    'idempotency-key-missing',
    `What moves value is asked for under a key of yours, so that it can be asked again and is done once. ${KEY_RULE}`,
  );
}

export const orderUrl = (id: string): string => `/api/v1/orders/${encodeURIComponent(id)}`;

/** The id of the order that a request gives: whatever becomes of its answer, the books know it by this. */
export const idempotentOrder = (request: FastifyRequest): string =>
  orderIdOf(callerOn(request).by, idempotencyKey(request));

/**
 * Does something once, however often it is asked for under its Idempotency-Key: the answer is kept in the transaction
 * of what was done, and given again. Returns it as JSON.
 */
export async function once<T extends object>(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
  done: Done,
  json: (made: T) => object,
  work: (act: Act) => Promise<T | HostFailure>,
): Promise<string> {
  const { by } = callerOn(request);
  const key = `${by} ${idempotencyKey(request)}`;
  const fingerprint = fingerprintOf(request);
  const answer = (made: object) => JSON.stringify(json(made as T));
  const act = { ...actOf(services, request, done), once: { key, fingerprint, answer } };
  const result = await work(act);
  reply.type('application/json; charset=utf-8');
  if (!('reason' in result) || result.reason !== 'asked-before') return answer(made(result));
  const kept = await services.people.keptAnswer(key);
  if (kept === undefined) throw problemOf(result as HostFailure);
  if (kept.fingerprint !== fingerprint) {
    throw new Problem(
      'idempotency-key-reused',
      'This Idempotency-Key was used for another request: take a new key for a new request.',
    );
  }
  reply.header('idempotency-replayed', 'true');
  return kept.body;
}

/**
 * Changes a thing that an answer shows as it is afterwards, also by what else happened to it: once under an
 * Idempotency-Key, where one is given.
 */
export async function changed(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
  done: Done,
  work: (act: Act) => Promise<object | HostFailure>,
): Promise<void> {
  if (request.headers['idempotency-key'] === undefined) made(await work(actOf(services, request, done)));
  else await once(services, request, reply, done, () => ({}), work);
}

/** Of what is asked, whatever the order and spacing in which the body gives it. */
function fingerprintOf({ method, params, body, routeOptions }: FastifyRequest): string {
  return hash('sha256', canonical([method, routeOptions.url, params, body ?? null]));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(',')}}`;
}
