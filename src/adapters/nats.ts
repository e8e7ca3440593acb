import { isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import {
  type Authenticator,
  AuthorizationError,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  type Subscription,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import type { Address, Certificates } from './framed-tcp.ts';

/**
 * A connection to a broker that speaks NATS, with streams of JetStream for what must arrive. It carries bytes and
 * decides nothing: who says what under which subject is its user's business.
 */

const CONNECT_MS = 5_000;
const DRAINED_WITHIN_MS = 5_000;
const AGAIN_MS = 1_000;
/** A server that is silent is left for another of the cluster after two of them. */
const PING_MS = 2_000;
const PINGS_UNANSWERED_MAX = 2;
const STORED_WITHIN_MS = 5_000;
/** What was taken and not settled so long goes to another. */
const SETTLED_WITHIN_MS = 30_000;
const TAKEN_AT_ONCE = 256;
const UNSETTLED_MAX = 4_096;
const REPLICAS = 3;
/** Of JetStream: a server that is in no cluster keeps one copy. */
const REPLICAS_NOT_HERE = 10_074;
const STREAM_FULL = 10_077;
/** Status of the answer to what was asked where nobody listens. */
const NOBODY_LISTENS = 503;
/** A message with an id that came again within it is one. */
const DOUBLED_WITHIN_MS = 120_000;
const NANOSECONDS = 1_000_000;

/** Who somebody is to the broker: a user with a password, the seed of an nkey, or a file of `nsc` with a JWT. */
export type BrokerCredentials =
  | { readonly user: string; readonly password: string }
  | { readonly seed: string }
  | { readonly jwtFile: string };

export interface BrokerSettings {
  /** Of one cluster; whichever answers is taken. */
  readonly servers: readonly Address[];
  readonly credentials: BrokerCredentials | undefined;
  readonly certificates: Certificates | undefined;
  /** By which the broker's operator knows the connection. */
  readonly name: string;
}

/** Who is told of a connection to a broker. Sentences are for a person. */
export interface BrokerListener {
  /** A connection is there, the first or another one. */
  came(server: string): void;
  /** Until it comes again nothing is carried. @param why the rest of a sentence that ends in `because` */
  went(why: string): void;
  /** Something that lasts is wrong; the connection stays. */
  trouble(sentence: string): void;
}

/** The broker does not take this program, and will not later. */
export class BrokerRefused extends Error {
  override readonly name = 'BrokerRefused';
}

export interface StreamAsked {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly bytesMax: number;
}

export interface Heard {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly reply: string;
  /** The broker answers in the place of whoever was asked: nobody listens there. */
  readonly fromNobody: boolean;
}

/** A message of a stream. Exactly one of these is called once. */
export interface Taken {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** How often it was handed to somebody, from 1 on. */
  readonly times: number;
  /** It is done with for good. */
  settle(): void;
  /** Somebody, perhaps this one, is to have it again after a while. */
  again(afterMs: number): void;
  /** Nobody can use it. */
  drop(why: string): void;
}

export class Broker {
  readonly #connection: NatsConnection;
  readonly #stream: JetStreamClient;
  readonly #listener: BrokerListener;
  #connected = true;
  /** Why it ended for good, where it was not this side that ended it. */
  readonly ended: Promise<BrokerRefused | undefined>;

  private constructor(connection: NatsConnection, listener: BrokerListener) {
    this.#connection = connection;
    this.#stream = jetstream(connection, { timeout: STORED_WITHIN_MS });
    this.#listener = listener;
    void this.#watch();
    this.ended = connection.closed().then((error) => {
      if (this.#connected) this.#went('it was closed');
      return error instanceof Error ? new BrokerRefused(reasonOf(error)) : undefined;
    });
  }

  /**
   * Waits for a broker that is not there, and says so at each try. `undefined` when it was stopped before.
   * @throws BrokerRefused when the broker does not take these credentials
   */
  static async connect(
    settings: BrokerSettings,
    listener: BrokerListener,
    stopped: AbortSignal,
  ): Promise<Broker | undefined> {
    let said = '';
    while (!stopped.aborted) {
      try {
        const connection = await connect(optionsOf(settings));
        if (stopped.aborted) {
          await connection.close();
          return undefined;
        }
        const broker = new Broker(connection, listener);
        listener.came(connection.getServer());
        return broker;
      } catch (error) {
        const why = reasonOf(error as Error);
        if (isRefusal(error)) throw new BrokerRefused(why);
        // The same every second says nothing new.
        if (why !== said) listener.trouble(`The broker gives no connection, because ${why}: it is tried again.`);
        said = why;
        await pause(AGAIN_MS, undefined, { signal: stopped }).catch(() => undefined);
      }
    }
    return undefined;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Sent and forgotten; nothing where there is no connection: what is late is not wanted. */
  publish(subject: string, bytes: Uint8Array, reply?: string): void {
    if (this.#connected) this.#connection.publish(subject, bytes, reply === undefined ? {} : { reply });
  }

  /** @param group of those in it each message goes to one */
  subscribe(subject: string, hear: (message: Heard) => void, group?: string): Subscription {
    return this.#connection.subscribe(subject, {
      ...(group !== undefined && { queue: group }),
      callback: (error, message) => {
        if (error !== null) this.#listener.trouble(`The broker refuses ${subject}: ${error.message}.`);
        else {
          const { subject, data: bytes, reply = '', headers } = message;
          hear({ subject, bytes, reply, fromNobody: headers?.code === NOBODY_LISTENS });
        }
      },
    });
  }

  /**
   * Resolves when the broker keeps the message on disk, on most servers of its cluster.
   * @param id one that came before is kept once
   * @returns why it is not kept, or may not be: a sentence
   */
  async store(subject: string, bytes: Uint8Array, id: string): Promise<string | undefined> {
    try {
      await this.#stream.publish(subject, bytes, { msgID: id, timeout: STORED_WITHIN_MS });
      return undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STREAM_FULL) {
        return 'The broker is full of what no host has taken: start a host, or give its stream more room.';
      }
      return `The broker keeps nothing (${reasonOf(error as Error)}): too few of its servers reach each other, or no host has been here yet.`;
    }
  }

  /**
   * Hands over what is in a stream, each message to one of those who take from it, until it is stopped. The stream is
   * made where there is none. A cluster without quorum is waited for.
   * @param room resolves when more is wanted
   */
  async takeFrom(
    asked: StreamAsked,
    group: string,
    { take, room, stopped }: { take: (taken: Taken) => void; room: () => Promise<void>; stopped: AbortSignal },
  ): Promise<void> {
    let said = '';
    while (!stopped.aborted) {
      try {
        await this.#ensure(asked, group);
        const consumer = await this.#stream.consumers.get(asked.name, group);
        said = '';
        while (!stopped.aborted) {
          await room();
          const messages = await consumer.fetch({ max_messages: TAKEN_AT_ONCE, expires: AGAIN_MS });
          for await (const message of messages) take(takenOf(message));
        }
      } catch (error) {
        const why = reasonOf(error as Error);
        if (!stopped.aborted && this.#connected && why !== said) {
          this.#listener.trouble(
            `The broker’s stream ${asked.name} cannot be had (${why}): too few servers of its cluster reach each other, or JetStream is off. It is tried again; top-ups go on meanwhile.`,
          );
          said = why;
        }
        await pause(AGAIN_MS, undefined, { signal: stopped }).catch(() => undefined);
      }
    }
  }

  /** What was sent is on its way before it resolves, unless the broker is away: nobody waits for it to come back. */
  async close(): Promise<void> {
    const drained = this.#connected ? this.#connection.drain().catch(() => undefined) : undefined;
    this.#connected = false;
    await Promise.race([drained, pause(DRAINED_WITHIN_MS, undefined, { ref: false })]);
    await this.#connection.close();
  }

  async #ensure({ name, subjects, bytesMax }: StreamAsked, group: string): Promise<void> {
    const manager = await jetstreamManager(this.#connection, { checkAPI: false, timeout: STORED_WITHIN_MS });
    const streams = await manager.streams.names().next();
    if (!streams.includes(name)) {
      const add = (replicas: number) =>
        manager.streams.add({
          ...{ name, subjects: [...subjects], max_bytes: bytesMax, num_replicas: replicas },
          ...{ retention: RetentionPolicy.Workqueue, storage: StorageType.File, discard: DiscardPolicy.New },
          duplicate_window: DOUBLED_WITHIN_MS * NANOSECONDS,
        });
      await add(REPLICAS).catch((error: unknown) => {
        if (error instanceof JetStreamApiError && error.code === REPLICAS_NOT_HERE) return add(1);
        throw error;
      });
    }
    await manager.consumers.add(name, {
      ...{ durable_name: group, ack_policy: AckPolicy.Explicit, max_ack_pending: UNSETTLED_MAX },
      ack_wait: SETTLED_WITHIN_MS * NANOSECONDS,
    });
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect' && this.#connected) this.#went(`${status.server} is away`);
      if (status.type === 'reconnect' && !this.#connected) {
        this.#connected = true;
        this.#listener.came(status.server);
      }
      if (status.type === 'error') this.#listener.trouble(`The broker says: ${reasonOf(status.error)}.`);
    }
  }

  #went(why: string): void {
    this.#connected = false;
    this.#listener.went(why);
  }
}

/** What keeps a broker from serving a program. `why` is the rest of a sentence that ends in `because`. */
export interface BrokerFault {
  readonly reason: 'unreachable' | 'refused' | 'keeps-nothing';
  readonly why: string;
}

/** Whether a broker takes this program, and most of its servers reach each other, so that it keeps what must arrive. */
export async function probeBroker(settings: BrokerSettings): Promise<BrokerFault | undefined> {
  let connection: NatsConnection;
  try {
    connection = await connect({ ...optionsOf(settings), reconnect: false });
  } catch (error) {
    return { reason: isRefusal(error) ? 'refused' : 'unreachable', why: reasonOf(error as Error) };
  }
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: STORED_WITHIN_MS });
    await manager.getAccountInfo();
    return undefined;
  } catch (error) {
    return { reason: 'keeps-nothing', why: reasonOf(error as Error) };
  } finally {
    await connection.close();
  }
}

function optionsOf({ servers, credentials, certificates, name }: BrokerSettings) {
  return {
    ...{ servers: servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`), name },
    ...{ timeout: CONNECT_MS, pingInterval: PING_MS, maxPingOut: PINGS_UNANSWERED_MAX },
    ...{ maxReconnectAttempts: -1, reconnectTimeWait: AGAIN_MS / 2 },
    ...(credentials !== undefined && { authenticator: authenticatorOf(credentials) }),
    // Of those that were named alone it is known which name or address they must show.
    ignoreClusterUpdates: true,
    ...(certificates !== undefined && { tls: proofOf(certificates, servers) }),
  };
}

/** The client knows no name of a server that is called by its address, and would take one that is of localhost. */
function proofOf({ certificate, key, authority }: Certificates, servers: readonly Address[]) {
  const addresses = servers.map(({ host }) => host).filter((host) => isIP(host) !== 0);
  const shown = (name: string, peer: PeerCertificate): Error | undefined => {
    const names = servers.some(({ host }) => host === name) ? [name] : addresses;
    const errors = names.map((each) => checkServerIdentity(each, peer));
    return errors.includes(undefined) ? undefined : (errors[0] ?? checkServerIdentity(name, peer));
  };
  return { cert: certificate, key, ca: authority, checkServerIdentity: shown };
}

function authenticatorOf(credentials: BrokerCredentials): Authenticator {
  if ('user' in credentials) return usernamePasswordAuthenticator(credentials.user, credentials.password);
  const encoder = new TextEncoder();
  if ('seed' in credentials) return nkeyAuthenticator(encoder.encode(credentials.seed));
  return credsAuthenticator(encoder.encode(credentials.jwtFile));
}

const takenOf = (message: JsMsg): Taken => ({
  subject: message.subject,
  bytes: message.data,
  times: message.info.deliveryCount,
  settle: () => message.ack(),
  again: (afterMs) => message.nak(afterMs),
  drop: (why) => message.term(why),
});

/** What no later try makes good: whoever it is has to be told. */
const isRefusal = (error: unknown): boolean =>
  error instanceof AuthorizationError || /authoriz|authentic/i.test((error as Error).message);

function reasonOf(error: Error): string {
  if (isRefusal(error)) return 'it does not know these credentials';
  const code = (error as NodeJS.ErrnoException).code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return REASONS[code ?? ''] ?? REASONS[error.name] ?? error.message.replace(/\.$/, '');
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no machine has this name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of another authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of another authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is of another authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another name',
  TimeoutError: 'no answer came',
  NoRespondersError: 'nobody leads the stream',
};
