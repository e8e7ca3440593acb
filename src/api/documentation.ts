import { hash } from 'node:crypto';
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import { Type } from 'typebox';
import about from '../../package.json' with { type: 'json' };
import { accessOf, type Operation } from './access.ts';
import { COOKIE_WITHOUT_TLS } from './caller.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { Strict } from './schemas/common.ts';
import type { Api } from './server.ts';

export const DOCUMENT_URL = '/api/v1/openapi.json';
export const PAGE_URL = '/api/reference';

const DESCRIPTION = `Whoever calls is logged in (\`POST /api/v1/session\`, then the cookie, and \`x-csrf-token\` with all but GET) or
gives an API key (\`Authorization: Bearer …\`). Refusals are problem+json with a stable \`code\`. What moves value wants an
\`Idempotency-Key\`. Lists come in pages: give \`next\` as \`cursor\`. Amounts are decimal strings, in tokens.`;

const refusal = {
  description: 'Refused: `code` says why, and `detail` what to do.',
  content: { [PROBLEM_TYPE]: { schema: { $ref: 'Problem#' } } },
};

const changed = { ...refusal, description: 'Somebody has changed it since: `changed-meanwhile`. Look again.' };
const IF_MATCH = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'The ETag with which it was given: what somebody else has changed since is refused.' }),
  ),
});

/** The schemas of the routes are the document; who may use them comes from the table. */
export function document(app: Api): void {
  app.addHook('onRoute', (route) => {
    const { operation, thing } = route.config ?? {};
    if (operation === undefined) return;
    const schema = (route.schema ?? {}) as Record<string, unknown>;
    const isChange = thing !== undefined && route.method !== 'GET';
    const response = {
      ...(schema.response as object | undefined),
      ...(isChange && { 412: changed }),
      default: refusal,
    };
    // A route that asks for nothing in its query takes nothing there: a name that was misspelt is told.
    const querystring = schema.querystring ?? Strict({});
    const guarded = guards(operation, route.method);
    route.schema = {
      ...schema,
      querystring,
      operationId: operation,
      ...guarded,
      ...(isChange && { headers: IF_MATCH }),
      response,
    } as never;
  });
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Wattpurse', version: about.version, description: DESCRIPTION },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: COOKIE_WITHOUT_TLS },
          csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token' },
          apiKey: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _, __, i) => (typeof json.$id === 'string' ? json.$id : `schema-${i}`) },
  });
  app.after(() => {
    app.get(DOCUMENT_URL, { config: { operation: 'openapi' }, schema: { hide: true } as never }, async (_, reply) => {
      reply.type('application/json; charset=utf-8');
      return JSON.stringify(app.swagger());
    });
  });
}

function guards(operation: Operation, method: string | readonly string[]) {
  const access = accessOf(operation);
  if (access === 'public') return { security: [] };
  const session = method === 'GET' ? { session: [] } : { session: [], csrf: [] };
  if (access === 'logged-in') return { security: [session] };
  const { scope, all, own = [] } = access;
  return {
    security: scope === undefined ? [session] : [session, { apiKey: [] }],
    'x-roles': [...all, ...own],
    ...(scope !== undefined && { 'x-scope': scope }),
  };
}

/**
 * The page on which the document can be read and tried. It loads nothing from elsewhere, and its policy would not let
 * it.
 */
export function page(app: Api): void {
  app.register((pages, _, done) => {
    pages.addHook('onSend', (_, reply, payload, next) => {
      reply.headers(PAGE_HEADERS);
      reply.header('content-security-policy', pagePolicy(typeof payload === 'string' ? payload : ''));
      next(null, payload);
    });
    pages.register(scalar, {
      routePrefix: PAGE_URL,
      configuration: {
        url: DOCUMENT_URL,
        pageTitle: 'Wattpurse API',
        withDefaultFonts: false,
        hideClientButton: true,
        telemetry: false,
        agent: { disabled: true },
        mcp: { disabled: true },
      },
      logLevel: 'silent',
    });
    done();
  });
}

/** What a page may do beside, where data can do nothing. */
export const PAGE_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

export function pagePolicy(html: string): string {
  const inline = [...html.matchAll(/<script[^>]*>([^<]+)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${hash('sha256', script, 'base64')}'`,
  );
  return [
    "default-src 'none'",
    ["script-src 'self'", ...inline].join(' '),
    // The page makes its styles as it runs.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
