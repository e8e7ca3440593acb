import {
  type AttentionReport,
  BACKHAUL_VERSION,
  type BackhaulMessage,
  clippedTime,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  LOCAL_UNITS_PER_AREA_MAX,
  type PollResult,
  versionSentence,
} from '../backhaul/index.ts';
import type { Sink } from '../line/index.ts';
import { decodeEventAnswer, decodeUseAnswer, isRecordFailure } from '../records/index.ts';
import { assertNever, type Milliseconds } from '../units/index.ts';
import { carriedWith } from './relay.ts';
import { Store } from './store.ts';

/**
 * What waits for the host while it is away. 65,536 statuses are 4 MB; a week of day profiles of 7,000 meters, as long as
 * a meter keeps them, is about as much as this. Profiles that had to make room the host asks the meters for.
 */
const STORED_FOR_HOST_BYTES_MAX = 64 * 1024 * 1024;
/** What waits for one local unit: its map, plan, keys and collects. */
const STORED_FOR_LOCAL_UNIT_BYTES_MAX = 64 * 1024;

/** A connection of the area unit: to its host, or one that a local unit opened, by the caller's number. */
export type AreaConnection = 'host' | number;

export type AreaUnitInput =
  | { readonly type: 'up' | 'down'; readonly now: Milliseconds; readonly connection: AreaConnection }
  | {
      readonly type: 'message';
      readonly now: Milliseconds;
      readonly connection: AreaConnection;
      readonly bytes: Uint8Array;
    };

export type AreaUnitOutput =
  | { readonly type: 'send'; readonly connection: AreaConnection; readonly bytes: Uint8Array }
  /** To be closed: the peer was refused, or speaks on a newer connection. */
  | { readonly type: 'close'; readonly connection: AreaConnection; readonly sentence: string };

/**
 * The area unit: routes between the host and up to 256 local units, and keeps for whoever is away what is still
 * worth having when it returns. It never keeps a carry: the host owns every retry, and an M3 that arrives an hour
 * late finds no session.
 */
export class AreaUnit {
  readonly #id: number;
  #hostConnected = false;
  /** Number of the local unit on a connection, once its hello has come. */
  readonly #numberOf = new Map<number, number>();
  readonly #connectionOf = new Map<number, number>();
  readonly #forHost = new Store(STORED_FOR_HOST_BYTES_MAX);
  readonly #forLocalUnits = new Map<number, Store>();
  /** Host's clock less this unit's; `undefined` before the host told the time. */
  #correctionMs: number | undefined;
  #damagedMessages = 0;

  constructor(id: number) {
    this.#id = id;
  }

  get localUnits(): number {
    return this.#connectionOf.size;
  }

  /** Messages that wait for the host. */
  get stored(): number {
    return this.#forHost.size;
  }

  get damagedMessages(): number {
    return this.#damagedMessages;
  }

  step(input: AreaUnitInput, out: Sink<AreaUnitOutput>): void {
    switch (input.type) {
      case 'up':
        this.#down(input.connection);
        this.#say(
          input.connection,
          { localUnit: 0, message: { type: 'hello', version: BACKHAUL_VERSION, kind: 'area-unit', id: this.#id } },
          out,
        );
        return;
      case 'down':
        this.#down(input.connection);
        return;
      case 'message':
        this.#hear(input.connection, input.bytes, input.now, out);
        return;
      default:
        assertNever(input);
    }
  }

  #down(connection: AreaConnection): void {
    if (connection === 'host') {
      this.#hostConnected = false;
      return;
    }
    const number = this.#numberOf.get(connection);
    this.#numberOf.delete(connection);
    if (number !== undefined) this.#connectionOf.delete(number);
  }

  #hear(connection: AreaConnection, bytes: Uint8Array, now: number, out: Sink<AreaUnitOutput>): void {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope) {
      this.#damagedMessages += 1;
      return;
    }
    const { message } = envelope;
    if (message.type === 'hello-refused') {
      this.#down(connection);
      out.push({ type: 'close', connection, sentence: message.sentence });
    } else if (message.type === 'hello') {
      if (message.version !== BACKHAUL_VERSION) {
        const sentence = versionSentence(message, 'area unit', this.#id);
        this.#say(
          connection,
          { localUnit: 0, message: { type: 'hello-refused', version: BACKHAUL_VERSION, sentence } },
          out,
        );
        this.#down(connection);
        out.push({ type: 'close', connection, sentence });
      } else if (connection === 'host') this.#hostCame(out);
      else this.#localUnitCame(connection, envelope, now, out);
    } else if (connection === 'host') {
      if (this.#hostConnected) this.#downwards(envelope, bytes, now, out);
    } else if (this.#numberOf.get(connection) === envelope.localUnit) {
      this.#upwards(envelope, bytes, out);
    }
  }

  #hostCame(out: Sink<AreaUnitOutput>): void {
    this.#hostConnected = true;
    for (const bytes of this.#forHost.takeAll()) out.push({ type: 'send', connection: 'host', bytes });
    // A host that was away, or is new, learns which local units are here.
    for (const number of this.#connectionOf.keys()) this.#announce(number, out);
  }

  #localUnitCame(connection: number, { message }: Envelope, now: number, out: Sink<AreaUnitOutput>): void {
    if (message.type !== 'hello') return;
    const number = message.id;
    if (message.kind !== 'local-unit' || number >= LOCAL_UNITS_PER_AREA_MAX) {
      const sentence =
        `The ${message.kind.replace('-', ' ')} ${number} cannot connect to area unit ${this.#id}, ` +
        `which takes local units 0 to ${LOCAL_UNITS_PER_AREA_MAX - 1}: check its settings.`;
      out.push({ type: 'close', connection, sentence });
      return;
    }
    const before = this.#connectionOf.get(number);
    if (before !== undefined && before !== connection) {
      this.#numberOf.delete(before);
      const sentence = `Local unit ${number} has connected to area unit ${this.#id} again: its earlier connection is closed.`;
      out.push({ type: 'close', connection: before, sentence });
    }
    this.#numberOf.set(connection, number);
    this.#connectionOf.set(number, connection);
    if (this.#correctionMs !== undefined) {
      this.#say(
        connection,
        { localUnit: number, message: { type: 'time', unixMs: clippedTime(now + this.#correctionMs) } },
        out,
      );
    }
    const store = this.#forLocalUnits.get(number);
    this.#forLocalUnits.delete(number);
    for (const bytes of store?.takeAll() ?? []) out.push({ type: 'send', connection, bytes });
    if (this.#hostConnected) this.#announce(number, out);
  }

  /** A local unit may have started anew and lost its map and keys: the host hears of each that comes. */
  #announce(number: number, out: Sink<AreaUnitOutput>): void {
    const message = { type: 'hello', version: BACKHAUL_VERSION, kind: 'local-unit', id: number } as const;
    this.#say('host', { localUnit: number, message }, out);
  }

  #downwards({ localUnit, message }: Envelope, bytes: Uint8Array, now: number, out: Sink<AreaUnitOutput>): void {
    if (message.type === 'time') {
      this.#correctionMs = message.unixMs - now;
    }
    const connection = this.#connectionOf.get(localUnit);
    if (connection !== undefined) {
      out.push({ type: 'send', connection, bytes });
    } else if (message.type === 'carry') {
      this.#say('host', { localUnit, message: carriedWith(message, 'no-answer') }, out);
    } else {
      const name = this.#nameForLocalUnit(message);
      if (name === undefined) return;
      const store = this.#forLocalUnits.get(localUnit) ?? new Store(STORED_FOR_LOCAL_UNIT_BYTES_MAX);
      this.#forLocalUnits.set(localUnit, store);
      store.put(name, bytes);
    }
  }

  #upwards({ localUnit, message }: Envelope, bytes: Uint8Array, out: Sink<AreaUnitOutput>): void {
    if (this.#hostConnected) {
      out.push({ type: 'send', connection: 'host', bytes });
      return;
    }
    const kept = keptForHost(message);
    if (kept === undefined) return;
    const name = `${localUnit} ${kept.name}`;
    if (message.type === 'attention') {
      this.#forHost.put(name, encodeEnvelope({ localUnit, message: this.#withStored(message, name) }));
    } else this.#forHost.put(name, bytes, kept.bulk);
  }

  /** One attention of each meter waits; it has the reasons of all. */
  #withStored(attention: AttentionReport, name: string): AttentionReport {
    const stored = this.#forHost.get(name);
    const earlier = stored && decodeEnvelope(stored);
    if (earlier === undefined || 'reason' in earlier || earlier.message.type !== 'attention') return attention;
    return { ...attention, reasons: attention.reasons | earlier.message.reasons };
  }

  /** What a later message takes the place of; `undefined` for what is worth nothing later. */
  #nameForLocalUnit(message: BackhaulMessage): string | undefined {
    switch (message.type) {
      case 'address-map':
      case 'poll-plan':
        return message.type;
      case 'collect':
        return `collect ${message.svpmsn}`;
      case 'monitoring-keys':
        return `monitoring-keys ${message.entries.map(({ svpmsn, n }) => `${svpmsn}/${n}`).join(',')}`;
      case 'carry':
      case 'time':
      case 'voice':
        return undefined;
      case 'hello':
      case 'hello-refused':
      case 'carried':
      case 'address-map-answer':
      case 'monitoring-keys-answer':
      case 'monitoring-keys-wanted':
      case 'poll-result':
      case 'attention':
      case 'check-meter':
      case 'line-health':
        // Nothing that a host says to a local unit.
        return undefined;
      default:
        return assertNever(message);
    }
  }

  #say(connection: AreaConnection, envelope: Envelope, out: Sink<AreaUnitOutput>): void {
    out.push({ type: 'send', connection, bytes: encodeEnvelope(envelope) });
  }
}

/** The name of which the newest is kept, and whether it is what makes room first; `undefined` for what is worth nothing later. */
function keptForHost(message: BackhaulMessage): { readonly name: string; readonly bulk: boolean } | undefined {
  switch (message.type) {
    case 'poll-result':
      return { name: pollName(message), bulk: message.use !== undefined && message.events === undefined };
    case 'attention':
      return { name: `attention ${message.svpmsn}`, bulk: false };
    case 'check-meter':
      return { name: `check-meter ${message.minute}`, bulk: false };
    case 'line-health':
    case 'address-map-answer':
    case 'monitoring-keys-answer':
      return { name: message.type, bulk: false };
    case 'carried':
    case 'monitoring-keys-wanted':
    case 'voice':
      // Asked again as long as it is wanted; what was said is over.
      return undefined;
    case 'hello':
    case 'hello-refused':
    case 'carry':
    case 'address-map':
    case 'monitoring-keys':
    case 'time':
    case 'poll-plan':
    case 'collect':
      // Nothing that a local unit says to the host.
      return undefined;
    default:
      return assertNever(message);
  }
}

/** Of a meter's polls all are kept that brought other events or other days, and of the rest the last of each kind. */
function pollName({ svpmsn, use, events }: PollResult): string {
  return `poll ${svpmsn} ${use === undefined ? '' : `use ${daysOf(use)}`} ${events === undefined ? '' : `events ${rangeOf(events)}`}`;
}

function daysOf(use: Uint8Array): string {
  const answer = decodeUseAnswer(use);
  return isRecordFailure(answer) ? '' : answer.profiles.map(({ day, supply }) => `${day}/${supply}`).join(',');
}

function rangeOf(events: Uint8Array): string {
  const answer = decodeEventAnswer(events);
  if (isRecordFailure(answer)) return '';
  const [first] = answer.events;
  const last = answer.events.at(-1);
  // With the time: a meter that has lost its memory gives the same numbers to other events.
  return first === undefined || last === undefined ? '' : `${first.sequence}-${last.sequence} of ${first.time}`;
}
