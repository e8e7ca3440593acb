import {
  BACKHAUL_VERSION,
  type BackhaulMessage,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  LOCAL_UNITS_PER_AREA_MAX,
} from '../backhaul/index.ts';
import type { Sink } from '../line/index.ts';
import { assertNever, type Milliseconds } from '../units/index.ts';
import { carriedWith } from './relay.ts';
import { Store } from './store.ts';
import { versionSentence } from './version.ts';

/** What waits for the host while it is away; 65,536 statuses are 4 MB, their day profiles about 80 MB. */
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
  #keysStored = 0;

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
      this.#say(connection, { localUnit: number, message: { type: 'time', unixMs: now + this.#correctionMs } }, out);
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
    const name = nameForHost(message);
    if (name !== undefined) this.#forHost.put(`${localUnit} ${name}`, bytes);
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
        // Each brings other keys, in an order that matters.
        this.#keysStored += 1;
        return `monitoring-keys ${this.#keysStored}`;
      default:
        return undefined;
    }
  }

  #say(connection: AreaConnection, envelope: Envelope, out: Sink<AreaUnitOutput>): void {
    out.push({ type: 'send', connection, bytes: encodeEnvelope(envelope) });
  }
}

/** The newest of each name is kept: of a meter's polls the last one with a log, with events, with neither. */
function nameForHost(message: BackhaulMessage): string | undefined {
  switch (message.type) {
    case 'poll-result':
      return `poll ${message.svpmsn} ${message.use === undefined ? '' : 'use'} ${message.events === undefined ? '' : 'events'}`;
    case 'attention':
      return `attention ${message.svpmsn}`;
    case 'check-meter':
      return `check-meter ${message.minute}`;
    case 'line-health':
    case 'address-map-answer':
    case 'monitoring-keys-answer':
      return message.type;
    default:
      return undefined;
  }
}
