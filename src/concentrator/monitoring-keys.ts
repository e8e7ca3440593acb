import type { KeyReference, MonitoringKeys, MonitoringKeysAnswer, MonitoringKeysWanted } from '../backhaul/index.ts';
import {
  generationOf,
  hasPurpose,
  type KeyName,
  keyNameFromByte,
  Purpose,
  suiteOf,
  type TerminalKey,
} from '../crypto/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { keysOf, type MeterMap, type MeterPlace, type MonitoringKey, type MonitoringRing } from './meter-map.ts';

/** Keys that this unit lacks are asked for so often. */
const WANTED_EVERY_MS = 60_000;

/**
 * Opens a monitoring key that the host wrapped with this unit's transport key: the key of that name and meter, or
 * `undefined` if the bytes are not that key.
 */
export type Unwrap = (
  n: KeyName<typeof Purpose.monitoring>,
  svpmsn: Svpmsn,
  wrapped: Uint8Array,
) => MonitoringKey | undefined;

/** Meters of which this unit lacks the key that they serve, or call under. It asks until it is given keys. */
export class MissingKeys {
  readonly #meters = new Set<MeterPlace>();
  #askAt = 0;

  /** When the host is to be asked next; infinite while nothing is missing. */
  get dueAt(): number {
    return this.#meters.size > 0 ? this.#askAt : Number.POSITIVE_INFINITY;
  }

  /** Returns whether it was not missing any before. */
  add(meter: MeterPlace): boolean {
    const before = this.#meters.size;
    return this.#meters.add(meter).size > before;
  }

  /** Keys came, or the meter left. Returns whether it was missing any. */
  delete(meter: MeterPlace): boolean {
    return this.#meters.delete(meter);
  }

  /** A map or a connection came: what is missing need not wait for its minute. */
  askAtOnce(): void {
    this.#askAt = 0;
  }

  ask(now: number): MonitoringKeysWanted {
    this.#askAt = now + WANTED_EVERY_MS;
    return { type: 'monitoring-keys-wanted', svpmsns: [...this.#meters].map(({ svpmsn }) => svpmsn) };
  }
}

/**
 * Takes the keys of this unit's own meters, for monitoring; the others are refused before they are opened. The key that
 * a meter is polled under stays in use. A meter that lacked its key is due at once.
 */
export function takeKeys(
  { ticket, entries }: MonitoringKeys,
  {
    map,
    ring,
    missing,
    unwrap,
    now,
  }: { map: MeterMap; ring: MonitoringRing; missing: MissingKeys; unwrap: Unwrap; now: number },
): MonitoringKeysAnswer {
  const refused: KeyReference[] = [];
  for (const [index, { svpmsn, n, wrapped }] of entries.entries()) {
    const name = keyNameFromByte(n);
    const meter = map.bySvpmsn(svpmsn);
    const isOurs = meter !== undefined && hasPurpose(name, Purpose.monitoring);
    const key = isOurs ? unwrap(name, svpmsn, wrapped) : undefined;
    if (meter === undefined || key === undefined) {
      refused.push({ svpmsn, n });
      continue;
    }
    ring.add(key);
    const inUse = meter.keys[meter.keyIndex];
    meter.keys = keysOf(ring, svpmsn);
    meter.keyIndex = 0;
    if (inUse !== undefined) turnToKey(meter, inUse);
    // A millisecond apart: the first round goes through the meters in the host's order.
    if (missing.delete(meter)) map.due.schedule(meter, now + index);
  }
  return { type: 'monitoring-keys-answer', ticket, taken: entries.length - refused.length, refused };
}

/** The meter knows no key of this name. Whoever says so proves nothing: all take turns. Returns whether each has had its own. */
export function turnToNextKey(meter: MeterPlace, { n }: TerminalKey): boolean {
  // Another took its place meanwhile.
  if (meter.keys[meter.keyIndex]?.n !== n) return false;
  meter.keyIndex = (meter.keyIndex + 1) % meter.keys.length;
  meter.keysRefused += 1;
  if (meter.keysRefused < meter.keys.length) return false;
  meter.keysRefused = 0;
  return true;
}

/** The meter speaks under this key. */
export function turnToKey(meter: MeterPlace, { n }: TerminalKey): void {
  const index = meter.keys.findIndex((key) => key.n === n);
  if (index >= 0) meter.keyIndex = index;
}

/** The meter answered a command under this key: it has made it the floor, and older ones of its suite open nothing any more. */
export function forgetOlderKeys(meter: MeterPlace, used: TerminalKey, ring: MonitoringRing): void {
  const isOlder = ({ n }: MonitoringKey) => suiteOf(n) === used.suite && generationOf(n) < generationOf(used.n);
  if (!meter.keys.some(isOlder)) return;
  for (const { n, svpmsn } of meter.keys.filter(isOlder)) ring.delete(n, svpmsn);
  meter.keys = keysOf(ring, meter.svpmsn);
  turnToKey(meter, used);
}
