import {
  BACKHAUL_VERSION,
  type BackhaulMessage,
  decodeEnvelope,
  encodeEnvelope,
  type Hello,
  type HelloRefused,
  LOCAL_UNITS_PER_AREA_MAX,
  versionSentence,
} from '../backhaul/index.ts';
import type { GridLink } from './ports.ts';
import type { Said } from './services.ts';

/**
 * What a host says to an area unit that names itself where each has a place of its own, as with a broker.
 * @param area whose place it is
 */
export function answerToHello(
  hello: Hello,
  { host, area }: { readonly host: number; readonly area: number },
): Hello | HelloRefused {
  const refused = refusalOf(hello, host);
  if (refused !== undefined) return refused;
  if (hello.id !== area) {
    const sentence = `Area unit ${hello.id} speaks in the place of area unit ${area}: give it its own number.`;
    return { type: 'hello-refused', version: BACKHAUL_VERSION, sentence };
  }
  return { type: 'hello', version: BACKHAUL_VERSION, kind: 'host', id: host };
}

function refusalOf(hello: Hello, host: number): HelloRefused | undefined {
  const refused = (sentence: string) => ({ type: 'hello-refused', version: BACKHAUL_VERSION, sentence }) as const;
  if (hello.version !== BACKHAUL_VERSION) return refused(versionSentence(hello, 'host', host));
  const { kind, id } = hello;
  if (kind === 'area-unit' && id < AREA_UNITS_MAX) return undefined;
  return refused(`a host takes area units 0 to ${AREA_UNITS_MAX - 1}, and it is ${kind.replace('-', ' ')} ${id}`);
}

/** Area units of one host: their number and that of a local unit make the two bytes of a local unit's name. */
const AREA_UNITS_MAX = 256;

/** A connection that an area unit opened, as whoever keeps the socket hands it over. */
export interface AreaConnection {
  send(bytes: Uint8Array): void;
  /** @param why for a person: the rest of a sentence that ends in `because` */
  end(why: string): void;
}

/**
 * The host's end of the backhaul: which area unit is on which connection, who speaks which version, and where a
 * message goes. What is said to an area unit that is away is lost, as it may be on any way: the books bring it again.
 */
export class AreaUnits implements GridLink {
  readonly #id: number;
  readonly #areaOf = new Map<AreaConnection, number>();
  readonly #connectionOf = new Map<number, AreaConnection>();
  #damagedMessages = 0;

  /** @param id number of this host, u32 */
  constructor(id: number) {
    this.#id = id;
  }

  /** Numbers of those that are connected. */
  get connected(): number[] {
    return [...this.#connectionOf.keys()].sort((a, b) => a - b);
  }

  /** Messages that were none. */
  get damagedMessages(): number {
    return this.#damagedMessages;
  }

  send(localUnit: number, message: BackhaulMessage): void {
    const connection = this.#connectionOf.get(Math.floor(localUnit / LOCAL_UNITS_PER_AREA_MAX));
    connection?.send(encodeEnvelope({ localUnit: localUnit % LOCAL_UNITS_PER_AREA_MAX, message }));
  }

  reaches(localUnit: number): boolean {
    return this.#connectionOf.has(Math.floor(localUnit / LOCAL_UNITS_PER_AREA_MAX));
  }

  up(connection: AreaConnection): void {
    this.#say(connection, { type: 'hello', version: BACKHAUL_VERSION, kind: 'host', id: this.#id });
  }

  down(connection: AreaConnection): void {
    const area = this.#areaOf.get(connection);
    this.#areaOf.delete(connection);
    if (area !== undefined) this.#connectionOf.delete(area);
  }

  /** What the bytes bring to the host, if they bring anything. */
  hear(connection: AreaConnection, bytes: Uint8Array): Said | undefined {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope) {
      this.#damagedMessages += 1;
      return undefined;
    }
    const { localUnit, message } = envelope;
    const area = this.#areaOf.get(connection);
    if (message.type === 'hello-refused') {
      connection.end(message.sentence);
      return undefined;
    }
    if (message.type === 'hello' && message.kind !== 'local-unit') {
      this.#areaCame(connection, message);
      return undefined;
    }
    return area === undefined ? undefined : { localUnit: area * LOCAL_UNITS_PER_AREA_MAX + localUnit, message };
  }

  #areaCame(connection: AreaConnection, hello: Hello): void {
    const refused = refusalOf(hello, this.#id);
    if (refused !== undefined) {
      if (hello.version !== BACKHAUL_VERSION) this.#say(connection, refused);
      connection.end(refused.sentence);
      return;
    }
    const { id } = hello;
    // It may have been another number.
    this.down(connection);
    const before = this.#connectionOf.get(id);
    if (before !== undefined) {
      this.down(before);
      before.end(`area unit ${id} has connected again`);
    }
    this.#areaOf.set(connection, id);
    this.#connectionOf.set(id, connection);
  }

  #say(connection: AreaConnection, message: BackhaulMessage): void {
    connection.send(encodeEnvelope({ localUnit: 0, message }));
  }
}
