import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * A request as one line of JSON. Of what came and went only what is listed here: no address as it was written, no
 * header, no body, because any of them may hold a secret. Put together by hand, because it is written for each request.
 */
export function logLine(request: FastifyRequest, reply: FastifyReply): string {
  const { method, routeOptions, caller, id } = request;
  const { url, config } = routeOptions;
  const level = reply.statusCode >= 500 ? 'error' : 'info';
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  const route = url === undefined ? '' : `"route":${JSON.stringify(url)},"operation":"${config.operation ?? 'page'}",`;
  const by = caller === undefined ? '' : `"by":${JSON.stringify(caller.by)},`;
  return `{"time":"${now()}","level":"${level}","request":"${id}","method":"${method}",${route}"status":${reply.statusCode},"ms":${ms},${by}"from":${JSON.stringify(request.ip)}}\n`;
}

/** An error that nobody is told of but whoever keeps the host. */
export const logError = ({ name, message, stack }: Error, request: string): string =>
  `${JSON.stringify({ time: now(), level: 'error', request, error: name, message, stack })}\n`;

const now = (): string => new Date().toISOString();
