import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import type {
  CallerServices,
  ExchangeReads,
  HostByName,
  MessageServices,
  PeopleServices,
  Seen,
  SignedReceipt,
  TableSheet,
  VoucherServices,
} from '../host/index.ts';
import type { Milliseconds, WallClock } from '../units/index.ts';
import type { Language } from '../words/index.ts';
import type { Operation, Reach } from './access.ts';
import type { Caller } from './caller.ts';
import type { DemoPort } from './demo-port.ts';
import type { IdentityProvider } from './identity-port.ts';
import type { LiveSettings } from './live.ts';
import type { Metrics } from './metrics.ts';
import type { TalkPort, VoicePort } from './talk-port.ts';
import type { ThingOfRoute } from './versions.ts';

/** What the API stands on. It sees of the host what is done by name, and nothing that would leave no trace. */
export interface ApiServices {
  readonly host: HostByName;
  readonly people: PeopleServices;
  readonly clock: WallClock;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<Readiness>;
  /** By whom people may be known beside their passwords. */
  readonly identity?: IdentityProvider;
  /** What passed between this host process and the meters, where somebody wrote it down. */
  readonly exchanges?: ExchangeReads;
  /** Who may call, and the calls that came, where there is a telephone. */
  readonly callers?: CallerServices;
  /** Where people speak with those who call, where a telephone of this process carries speech. */
  readonly talks?: TalkPort;
  /** Of a demo: speech at the panels of its meters. */
  readonly voices?: VoicePort;
  /** Of what households are told by message. */
  readonly messages?: MessageServices;
  /** What is done with vouchers, where the host takes them. */
  readonly vouchers?: VoucherServices;
  /** Of a demo. */
  readonly demo?: DemoPort;
  /** Who draws tables on paper; without it nothing is given as PDF. @param what for the sentence when it cannot be */
  readonly paper?: (
    sheet: TableSheet,
    what: string,
    createdAt: Milliseconds,
  ) => Promise<Uint8Array | { readonly sentence: string }>;
  /** Who draws receipts on paper, with the code that proves them; without it none is given as PDF. */
  readonly receiptPaper?: (
    receipt: SignedReceipt,
    language: Language,
  ) => Promise<Uint8Array | { readonly sentence: string }>;
}

export interface Readiness {
  readonly ready: boolean;
  /** What it needs and how that is: `{ store: 'ok', grid: 'none' }`. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface ApiSettings {
  /** Takes a line of JSON for each request, and for each error; nothing is logged where absent. */
  readonly log?: { write(line: string): void };
  /** Address of the reverse proxy whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly proxy?: string;
  /** Of one client address; 600 where absent. */
  readonly requestsPerMinute?: number;
  /** Of one client address, beside the lock on each login; 10 where absent. */
  readonly logInsPerMinute?: number;
  /** Within which a client has sent its request; ten seconds where absent. */
  readonly requestMs?: number;
  readonly live?: LiveSettings;
  /** Folder of the web pages, which are under `/`; without one there is only the API. */
  readonly pages?: string;
}

/** The types of a request and its answer are those of its schemas. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  readonly serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxProvider
>;

export type { FastifyReply, FastifyRequest };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By it the route stands in the table of who may do what. */
    operation?: Operation;
    /** Of one client, counted for this route alone; not counted where it is infinite. */
    requestsPerMinute?: number;
    /** What it shows or changes: how that is goes into the ETag, and a change takes If-Match. */
    thing?: ThingOfRoute;
  }
  interface FastifyRequest {
    /** What the answer says of the state of its thing, for the ETag. */
    version: string | undefined;
    seen: Seen | undefined;
    /** Whoever asks, where the route is not public. */
    caller: Caller | undefined;
    reach: Reach;
  }
}
