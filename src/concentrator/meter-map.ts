import type { AddressMap, AddressMapRefusal, Collect } from '../backhaul/index.ts';
import { type KeyName, type KeyRing, keyName, Purpose, Suite, type TerminalKey } from '../crypto/index.ts';
import { type ModemAddress, modemAddress, type Svpmsn, svpmsnText, U8_MAX } from '../units/index.ts';
import { type Due, DueQueue } from './due-queue.ts';

/** Meters on one transformer: one modem address each. */
export const METERS_PER_LOCAL_UNIT_MAX = 256;

export type MonitoringKey = TerminalKey<typeof Purpose.monitoring>;
export type MonitoringRing = KeyRing<typeof Purpose.monitoring>;

/** What a local unit knows of one of its meters. */
export interface MeterPlace extends Due {
  readonly svpmsn: Svpmsn;
  readonly address: ModemAddress;
  /** Its monitoring keys, the strongest suite and newest generation first. */
  keys: readonly MonitoringKey[];
  /** Which of them the meter serves, as far as is known. */
  keyIndex: number;
  /** Keys in a row that it said it does not know. */
  keysRefused: number;
  /** Sequence of the first event not yet brought; 0 before the first poll. */
  eventsFrom: number;
  /** The last complete day whose profile was brought; 0 before the first. */
  profileDay: number;
  /** Counter of the last attention, -1 before the first and after the meter lost its memory. */
  attentionCounter: number;
  /** An attention with a counter that is too low has the meter polled at once, and no further one before this. */
  doubtedUntil: number;
  /** Whether the meter had no clock when it was polled last. */
  clockUnset: boolean;
  /** Polls in a row that nobody answered. */
  silentPolls: number;
  /** Tries in a row that brought noise in place of an answer. */
  garbledTries: number;
  /** When it was last understood, Unix ms; 0 before that. */
  heardAt: number;
  /** The local unit opens no session of its own before this: the host is speaking with the meter. */
  reservedUntil: number;
  /** The line waits for the host's M3 until then; 0 when it does not. */
  heldUntil: number;
  /** UTC day of the slews below, and seconds slewed in it. */
  slewDay: number;
  slewSeconds: number;
  collect: Collect | undefined;
}

export interface MapRefusal {
  readonly refusal: AddressMapRefusal;
  readonly sentence: string;
}

/** Which meter has which modem address. A new map is taken whole or not at all. */
export class MeterMap {
  readonly due = new DueQueue<MeterPlace>();
  readonly #byAddress: (MeterPlace | undefined)[] = new Array(METERS_PER_LOCAL_UNIT_MAX).fill(undefined);
  #bySvpmsn = new Map<Svpmsn, MeterPlace>();
  #version = -1;

  get size(): number {
    return this.#bySvpmsn.size;
  }

  bySvpmsn(id: Svpmsn): MeterPlace | undefined {
    return this.#bySvpmsn.get(id);
  }

  byAddress(address: number): MeterPlace | undefined {
    return this.#byAddress[address];
  }

  values(): Iterable<MeterPlace> {
    return this.#bySvpmsn.values();
  }

  /**
   * Takes a map; what is known of a meter that stays at its address stays. Returns the meters that are gone, whose
   * keys are no longer this unit's to hold, or why the map is refused.
   */
  take(map: Omit<AddressMap, 'type'>, ring: MonitoringRing, now: number): MapRefusal | { readonly gone: MeterPlace[] } {
    const fault = this.#faultOf(map);
    if (fault !== undefined) return fault;
    const before = this.#bySvpmsn;
    this.#bySvpmsn = new Map();
    this.#byAddress.fill(undefined);
    this.#version = map.version;
    for (const [index, { svpmsn, modemAddress: at }] of map.entries.entries()) {
      const known = before.get(svpmsn);
      const stays = known !== undefined && known.address === at;
      const place = stays ? known : newPlace(svpmsn, modemAddress(at), ring);
      this.#bySvpmsn.set(svpmsn, place);
      this.#byAddress[at] = place;
      // A millisecond apart: the first round goes through the map in its order.
      if (!stays) this.due.schedule(place, now + index);
    }
    const gone: MeterPlace[] = [];
    for (const place of before.values()) {
      if (this.#bySvpmsn.get(place.svpmsn) === place) continue;
      this.due.remove(place);
      gone.push(place);
    }
    return { gone };
  }

  #faultOf(map: Omit<AddressMap, 'type'>): MapRefusal | undefined {
    const { version, entries } = map;
    const refuse = (refusal: AddressMapRefusal, sentence: string): MapRefusal => ({ refusal, sentence });
    if (version < this.#version) {
      return refuse(
        'version-old',
        `Address map ${version} is older than map ${this.#version}, which is in use: send the newest map.`,
      );
    }
    if (entries.length > METERS_PER_LOCAL_UNIT_MAX) {
      return refuse(
        'too-many-meters',
        `Address map ${version} has ${entries.length} meters, and one transformer carries at most ${METERS_PER_LOCAL_UNIT_MAX}: ` +
          'move the rest to another local unit.',
      );
    }
    const addresses = new Map<number, Svpmsn>();
    const ids = new Set<Svpmsn>();
    for (const { svpmsn, modemAddress: at } of entries) {
      if (!Number.isInteger(at) || at < 0 || at > U8_MAX) {
        return refuse(
          'address-out-of-range',
          `Meter ${svpmsnText(svpmsn)} has modem address ${at} in address map ${version}: give it one from 0 to 255.`,
        );
      }
      const other = addresses.get(at);
      if (other !== undefined) {
        return refuse(
          'address-doubled',
          `Meters ${svpmsnText(other)} and ${svpmsnText(svpmsn)} both have modem address ${at} in address map ${version}: ` +
            'change one of them.',
        );
      }
      if (ids.has(svpmsn)) {
        return refuse(
          'svpmsn-doubled',
          `Meter ${svpmsnText(svpmsn)} stands twice in address map ${version}: leave one of its addresses out.`,
        );
      }
      addresses.set(at, svpmsn);
      ids.add(svpmsn);
    }
    return undefined;
  }
}

/** The ring's keys of one terminal; 64 look-ups, when keys or meters come. */
export function keysOf(ring: MonitoringRing, id: Svpmsn): readonly MonitoringKey[] {
  const keys: MonitoringKey[] = [];
  for (const n of NAMES) {
    const key = ring.get(n, id);
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** All names of monitoring keys, the strongest suite and newest generation first. */
const NAMES: readonly KeyName<typeof Purpose.monitoring>[] = [
  Suite.aes256,
  Suite.aes128,
  Suite.tripleDesXo,
  Suite.tripleDes,
].flatMap((suite) => Array.from({ length: 16 }, (_, i) => keyName(Purpose.monitoring, suite, 15 - i)));

const newPlace = (svpmsn: Svpmsn, address: ModemAddress, ring: MonitoringRing): MeterPlace => ({
  svpmsn,
  address,
  keys: keysOf(ring, svpmsn),
  keyIndex: 0,
  keysRefused: 0,
  eventsFrom: 0,
  profileDay: 0,
  attentionCounter: -1,
  doubtedUntil: 0,
  clockUnset: false,
  silentPolls: 0,
  garbledTries: 0,
  heardAt: 0,
  reservedUntil: 0,
  heldUntil: 0,
  slewDay: 0,
  slewSeconds: 0,
  collect: undefined,
  dueAt: 0,
  dueIndex: -1,
});
