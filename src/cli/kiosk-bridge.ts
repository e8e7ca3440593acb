import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { KioskCardJson, KioskJson, KioskLoadJson, KioskPaidJson } from '../api/index.ts';
import { type CardReading, type CardSession, readCard } from '../card/index.ts';
import { type Csn, isCsn, REGION_NAMES, REGIONS, type Region, regionText } from '../units/index.ts';
import { loadCard } from './card-at-host.ts';
import { type CardHost, HostSilent, type PaidTo } from './card-host.ts';
import { PaymentOpen } from './card-pay.ts';
import type { CardSeat } from './card-seat.ts';
import { CannotGoOn } from './failure.ts';
import { type ChipParts, KioskPayments } from './kiosk-payments.ts';
import { isLoopback, type ListenAt, listen } from './listen.ts';

export interface KioskParts {
  /** The host that sells, under an agent's key: of the scope `orders:sell`, and `cards:load` where there is a reader. */
  readonly host: CardHost;
  /** Where purse cards are read and loaded and, where `chips` says how, bank cards pay. */
  readonly reader?: { readonly seat: CardSeat; readonly chips?: ChipParts };
  /** Takes a sentence for whoever runs it. */
  readonly say: (sentence: string) => void;
}

export interface Kiosk {
  readonly address: string;
  readonly close: () => Promise<void>;
}

const API = '/api/v1';
const BODY_MAX = 16_384;

/** Of a reference, as of every Idempotency-Key. */
const REFERENCE = '[A-Za-z0-9._-]{8,64}';
const ONCE = new RegExp(`^${REFERENCE}$`);
/** What is asked of the host under the agent's key, and nothing beside. */
const SOLD_WITH: readonly (readonly [string, RegExp])[] = [
  ['GET', /^\/api\/v1\/(utility|vend\/(agent|lookup|card-lookup))$/],
  ['POST', /^\/api\/v1\/vend\/vends$/],
  ['GET', new RegExp(`^/api/v1/vend/vends/${REFERENCE}(/receipts)?$`)],
];
/** The page and what it is made of: public at the host, and asked for without the key. */
const PAGE_FILES = /^\/(kiosk|assets\/[\w.-]+)$/;
/** What of a host's answer reaches the browser. */
const HEADERS = [
  ...['content-type', 'cache-control', 'content-security-policy', 'cross-origin-opener-policy', 'idempotency-replayed'],
  ...['permissions-policy', 'referrer-policy', 'x-frame-options', 'x-content-type-options'],
];

/** What the page of a kiosk does, as the table of the host has it for agents. */
const OPERATIONS = {
  ...{ vend: 'own', readOwnAgent: 'own', lookUpMeter: 'own', lookUpCard: 'own', readVend: 'own' },
  listVendReceipts: 'own',
} as const;

/**
 * Serves a kiosk's page at its own machine: the page and what it sells come from the host, under the agent's key, which
 * the browser never has; cards are read in the reader here. It listens on loopback alone, answers under its own name
 * alone, and changes nothing at the wish of another site.
 * @throws CannotGoOn when it cannot listen, or the host refuses the key
 */
export async function openKiosk(parts: KioskParts, at: ListenAt): Promise<Kiosk> {
  if (!isLoopback(at)) {
    throw new CannotGoOn('A kiosk serves the browser of its own machine alone: let it listen on 127.0.0.1.');
  }
  const seller = await sellerOf(parts);
  const csrfToken = randomBytes(32).toString('hex');
  const app = fastify({ bodyLimit: BODY_MAX });
  let own: ReadonlySet<string> = new Set();
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request, own, csrfToken);
    if (refusal === undefined) return;
    return refused(reply, 403, 'csrf-wrong', refusal);
  });
  // What is answered while it ends holds no connection open.
  let isEnding = false;
  app.addHook('preClose', async () => {
    isEnding = true;
  });
  app.addHook('onSend', async (_, reply) => {
    if (isEnding) reply.header('connection', 'close');
  });
  const createdAt = new Date().toISOString();
  app.get(`${API}/session`, async () => ({
    person: { login: seller.id, name: seller.name, role: 'agent', locked: false, createdAt },
    ...{ csrfToken, operations: OPERATIONS },
  }));
  readerRoutes(app, parts);
  app.get('/', (_, reply) => reply.redirect('/kiosk'));
  app.setNotFoundHandler((request, reply) => passOn(parts, request, reply));
  app.setErrorHandler((error, _, reply) => {
    const { statusCode } = error as { readonly statusCode?: number };
    if (error instanceof PaymentOpen) {
      parts.say(error.message);
      return away(reply);
    }
    if (error instanceof CannotGoOn) return refused(reply, 409, 'kiosk-cannot', error.message);
    if (statusCode !== undefined && statusCode < 500)
      return refused(reply, statusCode, 'input-wrong', 'The request is none that a kiosk takes.');
    parts.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return refused(reply, 500, 'internal', 'Something is wrong with this kiosk: ask whoever runs it.');
  });
  const address = await listen<string>(app, at);
  own = namesAt(address, at.host);
  const close = async () => {
    await app.close();
    await parts.reader?.seat.close();
  };
  return { address, close };
}

/** What the page asks of the reader. */
function readerRoutes(app: FastifyInstance, { host, reader }: KioskParts): void {
  app.get(
    `${API}/kiosk`,
    async (): Promise<KioskJson> => ({
      purses: reader !== undefined,
      chips: reader?.chips !== undefined,
    }),
  );

  app.get(`${API}/kiosk/card`, async (): Promise<KioskCardJson> => {
    if (reader === undefined) throw new CannotGoOn(NO_READER);
    // What is no purse card is not the customer's card of this page: it is taken for none.
    const read = await reader.seat.with((session) => readCard(session));
    return 'reason' in read ? {} : { card: (read as CardReading).csn };
  });

  app.post<{ readonly Body: { readonly card?: unknown; readonly region?: unknown } }>(
    `${API}/kiosk/loads`,
    async ({ body }): Promise<KioskLoadJson> => {
      if (reader === undefined) throw new CannotGoOn(NO_READER);
      const { card, region: name } = body ?? {};
      const region = REGIONS.find((each) => regionText(each) === name);
      if (typeof card !== 'string' || !isCsn(card) || region === undefined) {
        throw new CannotGoOn(
          `A card is named by its number of 14 digits and letters, and one of ${REGION_NAMES.join(', ')}.`,
        );
      }
      const wanted = { card, region };
      const told = await reader.seat.with((session) => loaded(session, host, wanted), { anew: true });
      return 'reason' in told ? { loaded: false } : told;
    },
  );

  const payments = reader?.chips && new KioskPayments(reader.seat, reader.chips);
  app.addHook('preClose', async () => payments?.callOff());
  app.post<{ readonly Body: Readonly<Partial<Record<'meter' | 'card' | 'region' | 'paid', unknown>>> }>(
    `${API}/kiosk/payments`,
    async ({ body, headers }, reply): Promise<KioskPaidJson> => {
      if (payments === undefined) throw new CannotGoOn('This kiosk takes no bank cards: pay in another way.');
      const { paid, ...named } = body ?? {};
      const to = paidTo(named);
      const once = headers['idempotency-key'];
      if (typeof once !== 'string' || !ONCE.test(once)) {
        throw new CannotGoOn(
          'A payment is asked for under an Idempotency-Key of 8 to 64 letters, digits, ".", "_", "-".',
        );
      }
      if (to === undefined || typeof paid !== 'string' || !/^[1-9]\d{0,9}$/.test(paid)) {
        throw new CannotGoOn('A payment names a meter, or a card and its region, and a whole amount above 0.');
      }
      // A page that was closed, or loaded anew, waits for no card: the next one is somebody else's, for something else.
      const left = new AbortController();
      reply.raw.once('close', () => left.abort());
      const { isPaid, sentence, payment } = await payments.pay(once, { to, paid: Number(paid) }, left.signal);
      return {
        ...{ paid: isPaid, sentence },
        ...(payment !== undefined && { payment: payment.id }),
        ...(payment?.shown !== undefined && { shown: payment.shown }),
      };
    },
  );
}

/** Nothing where it is neither, or both. */
function paidTo({ meter, card, region: name }: Readonly<Record<string, unknown>>): PaidTo | undefined {
  const region = REGION_NAMES.find((each) => each === name);
  if (typeof card === 'string' && isCsn(card) && region !== undefined && meter === undefined) return { card, region };
  const isMeter = typeof meter === 'string' && /^[0-9a-f]{6}$/.test(meter);
  return isMeter && card === undefined && name === undefined ? { meter } : undefined;
}

/** Loads what was bought, if that is its card: what waits in another region stays as it is. */
async function loaded(
  session: CardSession,
  host: CardHost,
  { card, region }: { readonly card: Csn; readonly region: Region },
): Promise<KioskLoadJson> {
  const reading = await readCard(session);
  if ('reason' in reading || reading.csn !== card) return { loaded: false };
  const loads = await loadCard(session, host, region);
  const sentence = loads.find(({ failure }) => failure !== undefined)?.failure;
  if (sentence !== undefined) return { loaded: false, sentence };
  return { loaded: loads.every(({ more }) => !more) };
}

const NO_READER = 'This kiosk has no reader: start it with --reader.';

/** By which names a browser finds the kiosk that listens at this address, as its requests have them. */
export function namesAt(address: string, host: string): ReadonlySet<string> {
  const { port } = new URL(address);
  // The port of http is left away.
  const ports = port === '' ? ['', ':80'] : [`:${port}`];
  return new Set(ports.flatMap((text) => ['127.0.0.1', 'localhost', '[::1]', host].map((name) => `${name}${text}`)));
}

/** Why a request is refused, in a sentence. A name that leads here from elsewhere is not ours. */
function refusalOf({ method, headers }: FastifyRequest, own: ReadonlySet<string>, token: string): string | undefined {
  if (!own.has(headers.host ?? '')) return 'A kiosk answers under the address of its own machine alone.';
  if (method === 'GET') return undefined;
  const site = headers['sec-fetch-site'];
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (isOwnSite && headers['x-csrf-token'] === token) return undefined;
  return 'This request does not come from the page of this kiosk: open the page itself.';
}

/** Asks the host for what the page needs of it. */
async function passOn({ host, say }: KioskParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  // What begins with two slashes names another machine.
  const asked = URL.parse(request.url, host.origin);
  const { pathname, search } = asked?.origin === host.origin ? asked : { pathname: '', search: '' };
  const isFile = request.method === 'GET' && PAGE_FILES.test(pathname);
  const isSale = SOLD_WITH.some(([method, path]) => method === request.method && path.test(pathname));
  if (!isFile && !isSale) {
    // Whoever types another address is led back; a program is told that there is nothing.
    if (!pathname.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html'))
      return reply.redirect('/kiosk');
    return refused(reply, 404, 'not-found', 'A kiosk has nothing there.');
  }
  const once = request.headers['idempotency-key'];
  let answer: Response;
  let bytes: Buffer;
  try {
    const headers = {
      accept: pathname === '/kiosk' ? 'text/html' : '*/*',
      ...(typeof once === 'string' && { 'idempotency-key': once }),
      ...(request.method === 'POST' && { 'content-type': 'application/json' }),
    };
    const body = request.method === 'POST' ? { body: JSON.stringify(request.body ?? {}) } : {};
    answer = await host.fetch(
      `${pathname}${isSale ? search : ''}`,
      { method: request.method, headers, ...body },
      isSale,
    );
    bytes = Buffer.from(await answer.arrayBuffer());
  } catch {
    return away(reply);
  }
  if (answer.status === 401) {
    say('The host does not know the key any more: make another for this agent, and start the kiosk again.');
    return refused(reply, 503, 'kiosk-key', 'This kiosk is not known to its utility any more: ask whoever runs it.');
  }
  for (const name of HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  return reply.code(answer.status).send(bytes);
}

/** As when the host itself is away: the page says so, and asks again; somebody who opens it sees it come. */
const away = (reply: FastifyReply): FastifyReply =>
  reply.code(502).header('refresh', '5').type('text/plain; charset=utf-8').send('The host does not answer.\n');

const refused = (reply: FastifyReply, status: number, code: string, detail: string): FastifyReply =>
  reply.code(status).type('application/problem+json').send(JSON.stringify({ code, detail }));

/** For whom it sells. A host that is away comes later; one that refuses the key is told of at once. @throws CannotGoOn */
async function sellerOf({ host, say }: KioskParts): Promise<{ readonly id: string; readonly name: string }> {
  try {
    return await host.agent();
  } catch (error) {
    if (error instanceof HostSilent) {
      say(`The host at ${host.origin} does not answer yet: the page shows itself as soon as it does.`);
      return { id: 'kiosk', name: 'Kiosk' };
    }
    if (!(error instanceof CannotGoOn)) throw error;
    throw new CannotGoOn(`The host at ${host.origin} does not let this key sell. ${error.message}`, { cause: error });
  }
}
