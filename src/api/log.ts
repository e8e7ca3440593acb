import type { FastifyRequest } from 'fastify';
import { instantText } from './schemas/common.ts';

/**
 * A request as one line of JSON. Of what came and went only what is listed here: no address as it was written, no
 * header, no body, because any of them may hold a secret. Put together by hand, because it is written for each request.
 */
export function logLine(
  { method, caller, id, ip }: FastifyRequest,
  route: FastifyRequest['routeOptions'],
  { status, ms: elapsedMs }: { readonly status: number; readonly ms: number },
): string {
  const level = status >= 500 ? 'error' : 'info';
  const ms = Math.round(elapsedMs * 10) / 10;
  const by = caller === undefined ? '' : `"by":${JSON.stringify(caller.by)},`;
  return `{"time":"${now()}","level":"${level}","request":"${id}","method":"${method}",${routeText(route)}"status":${status},"ms":${ms},${by}"from":${JSON.stringify(ip)}}\n`;
}

/** An error that nobody is told of but whoever keeps the host. */
export const logError = ({ name, message, stack }: Error, request: string): string =>
  `${JSON.stringify({ time: now(), level: 'error', request, error: name, message, stack })}\n`;

/** What is told of a route is the same in each line, and is put together once. */
const routeTexts = new WeakMap<object, string>();

function routeText({ url, config }: FastifyRequest['routeOptions']): string {
  const known = routeTexts.get(config);
  if (known !== undefined) return known;
  if (url === undefined) return '';
  const text = `"route":${JSON.stringify(url)},"operation":"${config.operation ?? 'page'}",`;
  routeTexts.set(config, text);
  return text;
}

const now = () => instantText(Date.now());
