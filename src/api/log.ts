import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * A request as one line of JSON. Of what came and went only what is listed here: no address as it was written, no
 * header, no body, because any of them may hold a secret.
 */
export function logLine(request: FastifyRequest, reply: FastifyReply): string {
  const { method, routeOptions, caller, id, ip } = request;
  return line({
    level: reply.statusCode >= 500 ? 'error' : 'info',
    request: id,
    method,
    route: routeOptions.url,
    operation: routeOptions.config.operation,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    by: caller?.by,
    from: ip,
  });
}

/** An error that nobody is told of but whoever keeps the host. */
export function logError({ name, message, stack }: Error, request: string): string {
  return line({ level: 'error', request, error: name, message, stack });
}

const line = (fields: object): string => `${JSON.stringify({ time: new Date().toISOString(), ...fields })}\n`;
