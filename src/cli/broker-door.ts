import { randomUUID } from 'node:crypto';
import { Broker, type BrokerSettings, type Taken } from '../adapters/nats.ts';
import {
  type BackhaulMessage,
  type Carry,
  decodeEnvelope,
  encodeEnvelope,
  LOCAL_UNITS_PER_AREA_MAX,
} from '../backhaul/index.ts';
import { answerToHello, type GridLink, type HostServices } from '../host/index.ts';
import { refusedBy } from './broker-options.ts';
import { ALL_HOSTS, areaOf, HOSTS, STREAM, subjects } from './broker-subjects.ts';
import { expiryOf } from './certificate-expiry.ts';
import type { CannotGoOn } from './failure.ts';
import { GridInbox } from './grid-inbox.ts';
import { HOST_NUMBER } from './host-number.ts';
import { say } from './say.ts';

/** An area unit that did not show itself for so long is away: three of its beats. */
const AWAY_AFTER_MS = 15_000;
/** What a store could not keep is taken again after it. */
const AGAIN_MS = 2_000;
/** A message that ended the host that took it each time is dropped before it ends them all again. */
const TIMES_MAX = 8;
const ROOM_MS = 20;
/** A broker says within it that nobody listens. */
const NOBODY_WITHIN_MS = 2_000;

/** Where area units reach a host through a broker: every host of the utility, each through its own connection. */
export class BrokerDoor {
  readonly #settings: BrokerSettings;
  readonly #id = randomUUID();
  readonly #stopped = new AbortController();
  /** When each area unit was last there, on the clock that never jumps. */
  readonly #seenAt = new Map<number, number>();
  /** What was just given to the broker to carry, the oldest first. */
  #given: { readonly localUnit: number; readonly carry: Carry; readonly at: number }[] = [];
  #broker: Broker | undefined;
  #inbox: GridInbox | undefined;
  #held = false;
  #taking: Promise<void> | undefined;

  /** Unix seconds; nothing where it shows no certificate. */
  readonly certificateExpiresAt: number | undefined;

  constructor(settings: BrokerSettings) {
    this.#settings = settings;
    this.certificateExpiresAt = settings.certificates && expiryOf(settings.certificates);
  }

  get grid(): GridLink {
    return {
      send: (localUnit, message) => this.#send(localUnit, message),
      reaches: (localUnit) => this.#reaches(Math.floor(localUnit / LOCAL_UNITS_PER_AREA_MAX)),
    };
  }

  /** `area units 0, 1 by the broker` */
  get standing(): string {
    if (this.#broker?.connected !== true) return 'the broker is away';
    const here = [...this.#seenAt.keys()].filter((area) => this.#reaches(area)).sort((a, b) => a - b);
    return here.length === 0 ? 'no area unit is there' : `area units ${here.join(', ')} by the broker`;
  }

  /**
   * Waits for no broker: what is sold meanwhile waits in the books.
   * @param failed is told when the broker does not take this host
   */
  open(hear: HostServices['handle'], failed: (error: CannotGoOn) => void): void {
    this.#inbox = new GridInbox(hear, (held) => {
      this.#held = held;
    });
    this.#work().catch((error: Error) => failed(refusedBy(this.#settings, error)));
  }

  /** What came before is heard. */
  async close(): Promise<void> {
    this.#stopped.abort();
    // Of a broker that is away nothing more is taken.
    if (this.#broker?.connected === false) await this.#broker.close();
    await this.#taking;
    await this.#inbox?.settled();
    await this.#broker?.close();
  }

  async #work(): Promise<void> {
    const stopped = this.#stopped.signal;
    const who = () => this.#broker?.publish(subjects.who, new Uint8Array(0));
    const listener = {
      came: (server: string) => {
        say('info', `Connected to the broker at ${server}.`);
        who();
      },
      went: (why: string) => say('warn', `The broker is away, because ${why}.`),
      trouble: (sentence: string) => say('warn', sentence),
    };
    const broker = await Broker.connect(this.#settings, listener, stopped);
    if (broker === undefined) return;
    this.#broker = broker;
    broker.subscribe(subjects.here('*'), ({ subject }) => this.#isHere(areaOf(subject)));
    broker.subscribe(subjects.hello('*'), ({ subject, bytes }) => this.#hello(areaOf(subject), bytes), HOSTS);
    broker.subscribe(subjects.asked('*'), ({ subject, bytes }) => this.#hear(subject, bytes), HOSTS);
    for (const host of [this.#id, ALL_HOSTS]) {
      broker.subscribe(subjects.answer(host, '*'), ({ subject, bytes, fromNobody }) =>
        fromNobody ? this.#isAway(areaOf(subject)) : this.#hear(subject, bytes),
      );
    }
    who();
    this.#taking = broker.takeFrom(STREAM, HOSTS, {
      take: (taken) => this.#take(taken),
      room: () => this.#room(),
      stopped,
    });
    const refused = await broker.ended;
    if (refused !== undefined && !stopped.aborted) throw refused;
  }

  #send(localUnit: number, message: BackhaulMessage): void {
    const area = Math.floor(localUnit / LOCAL_UNITS_PER_AREA_MAX);
    const bytes = encodeEnvelope({ localUnit: localUnit % LOCAL_UNITS_PER_AREA_MAX, message });
    const isAnswered = message.type === 'carry' || message.type === 'monitoring-keys';
    if (message.type === 'carry') this.#give(localUnit, message);
    this.#broker?.publish(subjects.down(area), bytes, isAnswered ? subjects.answer(this.#id, area) : undefined);
  }

  #give(localUnit: number, carry: Carry): void {
    const at = performance.now();
    this.#given = this.#given.filter((given) => at - given.at < NOBODY_WITHIN_MS);
    this.#given.push({ localUnit, carry, at });
  }

  /** What was just given for it reached nobody, so that nothing waits until it counts as not answered. */
  #isAway(area: number | undefined): void {
    if (area === undefined) return;
    if (this.#reaches(area)) say('warn', `Area unit ${area} is away: nobody listens for it at the broker.`);
    this.#seenAt.delete(area);
    const ofArea = (localUnit: number) => Math.floor(localUnit / LOCAL_UNITS_PER_AREA_MAX) === area;
    const lost = this.#given.filter(({ localUnit }) => ofArea(localUnit));
    this.#given = this.#given.filter(({ localUnit }) => !ofArea(localUnit));
    for (const { localUnit, carry } of lost) {
      const { ticket, svpmsn } = carry;
      this.#inbox?.put({ localUnit, message: { type: 'carried', ticket, svpmsn, outcome: 'no-answer', frames: [] } });
    }
  }

  #reaches(area: number): boolean {
    const seenAt = this.#seenAt.get(area);
    return this.#broker?.connected === true && seenAt !== undefined && performance.now() - seenAt < AWAY_AFTER_MS;
  }

  #isHere(area: number | undefined): void {
    if (area === undefined) return;
    if (!this.#reaches(area)) say('info', `Area unit ${area} is there.`);
    this.#seenAt.set(area, performance.now());
  }

  /** One host answers for all. */
  #hello(area: number | undefined, bytes: Uint8Array): void {
    const envelope = decodeEnvelope(bytes);
    if (area === undefined || 'reason' in envelope) return;
    const { message } = envelope;
    if (message.type === 'hello-refused') say('warn', `Area unit ${area} refuses this host: ${message.sentence}`);
    if (message.type !== 'hello') return;
    const answer = answerToHello(message, { host: HOST_NUMBER, area });
    if (answer.type === 'hello-refused') say('warn', answer.sentence);
    this.#broker?.publish(subjects.down(area), encodeEnvelope({ localUnit: 0, message: answer }));
  }

  #hear(subject: string, bytes: Uint8Array, heard?: (kept: boolean) => void): boolean {
    const area = areaOf(subject);
    const envelope = decodeEnvelope(bytes);
    if (area === undefined || 'reason' in envelope) return false;
    const { localUnit, message } = envelope;
    this.#inbox?.put({ localUnit: area * LOCAL_UNITS_PER_AREA_MAX + localUnit, message }, heard);
    return true;
  }

  #take(taken: Taken): void {
    if (taken.times > TIMES_MAX) {
      say('error', `A message of ${taken.subject} was taken ${taken.times - 1} times and never kept: it is dropped.`);
      taken.drop('it was never kept');
      return;
    }
    const heard = (kept: boolean) => (kept ? taken.settle() : taken.again(AGAIN_MS));
    if (!this.#hear(taken.subject, taken.bytes, heard)) taken.drop('it is no message of the backhaul');
  }

  async #room(): Promise<void> {
    while (this.#held && !this.#stopped.signal.aborted) await new Promise((resolve) => setTimeout(resolve, ROOM_MS));
  }
}
