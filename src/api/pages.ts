import { existsSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import { Type } from 'typebox';
import { PAGE_HEADERS, pagePolicy } from './documentation.ts';
import { Problem } from './problem.ts';
import type { Api, FastifyReply, FastifyRequest } from './server.ts';

const YEAR_SECONDS = 31_536_000;
const NOT_BUILT = 'The pages are not built: run "npm run console" where the program is. The API answers all the same.';

/** With whom somebody speaks who takes calls, hears them by the microphone; what else a browser has is for nobody. */
const PERMISSIONS = PAGE_HEADERS['permissions-policy'].replace('microphone=()', 'microphone=(self)');

/**
 * The web pages under `/`, from the folder that their build wrote. An address that is no file is one of the pages':
 * the program in the browser knows it, so that a link into it can be kept and sent.
 */
export function pageRoutes(app: Api, folder: string): void {
  app.register(files, { root: folder, serve: false, preCompressed: true, cacheControl: false });
  const config = { operation: 'readPages', requestsPerMinute: Number.POSITIVE_INFINITY } as const;
  // A link into the pages may have a query of theirs.
  const schema = { hide: true, querystring: Type.Object({}, { additionalProperties: true }) } as never;

  app.get('/', { config, schema }, (_, reply) => sendPage(reply, folder));
  // Read anew each time, so that a new build is learned of; it asks this host for the files that it keeps.
  app.get('/field-worker.js', { config, schema }, (_, reply) => sendFile(reply, folder, 'field-worker.js'));
  app.get('/assets/:file', { config, schema }, (request, reply) => {
    const { file } = request.params as { readonly file: string };
    // The build names a file by its content: under one name there is never anything else.
    reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
    return reply.sendFile(`assets/${file}`);
  });
}

/** Whether a request that no route takes is for a page: somebody's browser, and not a program that reads data. */
export const isForPage = ({ method, url, headers }: FastifyRequest): boolean =>
  method === 'GET' && !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html');

export const sendPage = (reply: FastifyReply, folder: string): FastifyReply => sendFile(reply, folder, 'index.html');

function sendFile(reply: FastifyReply, folder: string, file: string): FastifyReply {
  if (!existsSync(join(folder, file))) throw new Problem('not-found', NOT_BUILT);
  reply.headers({
    ...PAGE_HEADERS,
    'permissions-policy': PERMISSIONS,
    'content-security-policy': pagePolicy(''),
    'cache-control': 'no-cache',
  });
  return reply.sendFile(file);
}
