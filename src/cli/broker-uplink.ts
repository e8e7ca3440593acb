import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Listener } from '../adapters/framed-tcp.ts';
import { Broker, type BrokerSettings } from '../adapters/nats.ts';
import { type BackhaulMessage, decodeEnvelope } from '../backhaul/index.ts';
import { assertNever } from '../units/index.ts';
import { refusedBy } from './broker-options.ts';
import { ALL_HOSTS, subjects } from './broker-subjects.ts';
import { say } from './say.ts';

const BEAT_MS = 5_000;
/** Until a host answers. */
const HELLO_MS = 2_000;
/** After a host refused: it may be updated meanwhile. */
const REFUSED_MS = 30_000;
/** Carries under way through one area unit, at most: of older ones every host is told. */
const TICKETS_MAX = 65_536;
/** What the broker did not keep yet. Profiles that had to make room the host asks the meters for. */
const OUTBOX_BYTES_MAX = 64 * 1024 * 1024;
const STORED_AT_ONCE = 64;
const AGAIN_MS = 1_000;

/** A connection of an area unit to its hosts, in the eyes of the area unit. */
export interface UnitConnection {
  send(bytes: Uint8Array): void;
  end(why: string): void;
}

/**
 * The way of an area unit to its hosts through a broker. To the area unit it is one connection to one host, which stands
 * as long as the broker is there; which host takes what is none of its business.
 * @param host gives who is told of the connection
 * @throws CannotGoOn when the broker does not take this program
 */
export async function uplinkByBroker(
  settings: BrokerSettings,
  { area, host }: { readonly area: number; readonly host: (connection: UnitConnection) => Listener },
  stopped: AbortSignal,
): Promise<void> {
  const uplink = new BrokerUplink(area, host);
  const listener = {
    came: (server: string) => {
      say('info', `Connected to the broker at ${server}.`);
      uplink.came();
    },
    went: (why: string) => uplink.went(why),
    trouble: (sentence: string) => say('warn', sentence),
  };
  try {
    const broker = await Broker.connect(settings, listener, stopped);
    if (broker === undefined) return;
    uplink.begin(broker);
    const end = new Promise<undefined>((resolve) => stopped.addEventListener('abort', () => resolve(undefined)));
    const refused = await Promise.race([broker.ended, end]);
    if (refused !== undefined) throw refused;
    await uplink.stop();
    await broker.close();
  } catch (error) {
    await uplink.stop();
    throw refusedBy(settings, error as Error);
  }
}

class BrokerUplink implements UnitConnection {
  readonly #area: number;
  readonly #host: (connection: UnitConnection) => Listener;
  readonly #outbox: Outbox;
  /** Where the answer goes, by the ticket of what was said. */
  readonly #replies = new Map<string, string>();
  #broker: Broker | undefined;
  #unit: Listener | undefined;
  #hello: Uint8Array | undefined;
  #isTaken = false;
  #beat: NodeJS.Timeout | undefined;
  #calling: NodeJS.Timeout | undefined;

  constructor(area: number, host: (connection: UnitConnection) => Listener) {
    this.#area = area;
    this.#host = host;
    this.#outbox = new Outbox(subjects.up(area));
  }

  begin(broker: Broker): void {
    this.#broker = broker;
    broker.subscribe(subjects.down(this.#area), ({ bytes, reply }) => this.#told(bytes, reply));
    broker.subscribe(subjects.who, () => this.#isHere());
    this.#beat = setInterval(() => this.#isHere(), BEAT_MS);
    this.#outbox.begin(broker);
    this.came();
  }

  came(): void {
    if (this.#broker === undefined || this.#unit !== undefined) return;
    this.#isTaken = false;
    this.#unit = this.#host(this);
  }

  went(why: string): void {
    clearTimeout(this.#calling);
    const unit = this.#unit;
    this.#unit = undefined;
    this.#isTaken = false;
    unit?.ended(why);
  }

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    await this.#outbox.stop();
    this.went('this side stops');
  }

  /** A host refused this area unit, or it the host. */
  end(why: string): void {
    say('error', why);
    this.went('the two do not understand each other');
    this.#calling = setTimeout(() => this.came(), REFUSED_MS);
  }

  send(bytes: Uint8Array): void {
    const envelope = decodeEnvelope(bytes);
    const broker = this.#broker;
    if (broker === undefined || 'reason' in envelope) return;
    const { localUnit, message } = envelope;
    switch (message.type) {
      case 'hello':
        if (message.kind === 'local-unit') this.#outbox.put(bytes);
        else this.#call(bytes);
        return;
      case 'hello-refused':
        broker.publish(subjects.hello(this.#area), bytes);
        return;
      case 'carried':
      case 'monitoring-keys-answer':
        broker.publish(this.#replyTo(localUnit, message), bytes);
        return;
      case 'monitoring-keys-wanted':
        broker.publish(subjects.asked(this.#area), bytes);
        return;
      case 'poll-result':
      case 'attention':
      case 'check-meter':
      case 'line-health':
      case 'address-map-answer':
        this.#outbox.put(bytes);
        return;
      case 'carry':
      case 'address-map':
      case 'monitoring-keys':
      case 'time':
      case 'poll-plan':
      case 'collect':
        // Nothing that an area unit says to a host.
        return;
      case 'voice':
        // No broker has room for it.
        return;
      default:
        assertNever(message);
    }
  }

  /** Until a host answers: there may be none yet. */
  #call(hello: Uint8Array): void {
    clearTimeout(this.#calling);
    this.#hello = hello;
    this.#broker?.publish(subjects.hello(this.#area), hello);
    this.#calling = setTimeout(() => {
      if (!this.#isTaken && this.#unit !== undefined && this.#hello !== undefined) this.#call(this.#hello);
    }, HELLO_MS);
  }

  #told(bytes: Uint8Array, reply: string): void {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope || this.#unit === undefined) return;
    const { localUnit, message } = envelope;
    if (message.type === 'hello') {
      // Several may have answered.
      if (this.#isTaken) return;
      clearTimeout(this.#calling);
      this.#isTaken = true;
      this.#isHere();
    }
    if ((message.type === 'carry' || message.type === 'monitoring-keys') && reply !== '') {
      this.#replies.set(nameOf(localUnit, message), reply);
      for (const oldest of this.#replies.keys()) {
        if (this.#replies.size <= TICKETS_MAX) break;
        this.#replies.delete(oldest);
      }
    }
    this.#unit.message(bytes);
  }

  #replyTo(localUnit: number, message: Answer): string {
    const name = nameOf(localUnit, message);
    const reply = this.#replies.get(name);
    this.#replies.delete(name);
    return reply ?? subjects.answer(ALL_HOSTS, this.#area);
  }

  #isHere(): void {
    if (this.#isTaken) this.#broker?.publish(subjects.here(this.#area), new Uint8Array(0));
  }
}

type Answer = Extract<BackhaulMessage, { readonly type: 'carried' | 'monitoring-keys-answer' }>;

function nameOf(
  localUnit: number,
  { type, ticket }: Answer | Extract<BackhaulMessage, { readonly type: 'carry' | 'monitoring-keys' }>,
): string {
  return `${type === 'carry' || type === 'carried' ? 'carry' : 'keys'} ${localUnit} ${ticket}`;
}

/** What must arrive and the broker does not keep yet: in order, bounded, again until it is kept. */
class Outbox {
  readonly #subject: string;
  /** Another one after each start: the broker knows by it what came twice. */
  readonly #name = randomUUID();
  readonly #stopped = new AbortController();
  #broker: Broker | undefined;
  #waiting: { readonly id: string; readonly bytes: Uint8Array }[] = [];
  #bytes = 0;
  #count = 0;
  #dropped = 0;
  #said: string | undefined;
  #work: Promise<void> | undefined;

  constructor(subject: string) {
    this.#subject = subject;
  }

  begin(broker: Broker): void {
    this.#broker = broker;
    this.#begin();
  }

  put(bytes: Uint8Array): void {
    this.#waiting.push({ id: `${this.#name} ${++this.#count}`, bytes });
    this.#bytes += bytes.length;
    while (this.#bytes > OUTBOX_BYTES_MAX) {
      this.#bytes -= this.#waiting.shift()?.bytes.length ?? 0;
      this.#dropped += 1;
      if (this.#dropped === 1) say('warn', 'More waits for the broker than there is room for: the oldest goes.');
    }
    this.#begin();
  }

  /** What the broker did not keep is lost with this process, as is what waits in an area unit for its host. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#work;
  }

  #begin(): void {
    if (this.#broker === undefined || this.#stopped.signal.aborted) return;
    this.#work ??= this.#store(this.#broker).finally(() => {
      this.#work = undefined;
    });
  }

  async #store(broker: Broker): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, STORED_AT_ONCE);
      const failures = new Map<string, string>();
      await Promise.all(
        group.map(async ({ id, bytes }) => {
          const why = broker.connected ? await broker.store(this.#subject, bytes, id) : '';
          if (why !== undefined) failures.set(id, why);
        }),
      );
      const tried = new Set(group.map(({ id }) => id));
      this.#waiting = this.#waiting.filter(({ id }) => !tried.has(id) || failures.has(id));
      this.#bytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const [why] = failures.values();
      this.#tell(why);
      if (this.#stopped.signal.aborted) return;
      if (why !== undefined) {
        await pause(AGAIN_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    }
  }

  /** Once of each kind of trouble, and once when it is over. */
  #tell(why: string | undefined): void {
    if (why === undefined) {
      if (this.#said !== undefined) say('info', 'The broker keeps again what it is told.');
      this.#said = undefined;
    } else if (why !== '' && this.#said !== why) {
      say('warn', `${why} What is reported waits here and is sent again; top-ups go on meanwhile.`);
      this.#said = why;
    }
  }
}
