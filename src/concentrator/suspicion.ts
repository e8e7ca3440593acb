import type { Suspicion, SuspicionKind } from '../backhaul/index.ts';
import { type Svpmsn, svpmsn } from '../units/index.ts';
import type { MeterMap, MeterPlace } from './meter-map.ts';
import { isDark } from './silence.ts';

/** Tries in a row that brought noise and no answer: three requests given up, which noise alone seldom does to one meter. */
const GARBLED_TRIES_SUSPECT = 8;
/** A suspicion that nothing has confirmed for a day is dropped. */
const FORGOTTEN_AFTER_MS = 86_400_000;
/** Suspicions kept; noise must not fill the memory. */
const SUSPICIONS_MAX = 256;

interface Kept extends Suspicion {
  lastMs: number;
}

/**
 * Two meters with one modem address, and one SVPMSN at two addresses: what was seen of them, and since when. A
 * suspicion names the address where it was noticed, and the meter that spoke, or the one that could not be understood.
 */
export class Suspicions {
  readonly #map: MeterMap;
  readonly #kept = new Map<string, Kept>();

  constructor(map: MeterMap) {
    this.#map = map;
  }

  /** A meter was understood when it was asked: whatever garbled its answers is gone. `frame` is what it said. */
  answered(meter: MeterPlace, frame: Uint8Array | undefined, now: number): void {
    if (meter.garbledTries > 0) {
      meter.garbledTries = 0;
      this.#kept.delete(nameOf('doubled-address', meter.address, meter.svpmsn));
    }
    if (frame === undefined || frame.length < 7) return;
    const spoke = ((frame[3] as number) << 16) | ((frame[4] as number) << 8) | (frame[5] as number);
    if (spoke !== meter.svpmsn) this.stranger(svpmsn(spoke), meter.address, now);
  }

  /** A meter spoke at an address that is not its own. */
  stranger(spoke: Svpmsn, address: number, now: number): void {
    this.#note(this.#map.bySvpmsn(spoke) === undefined ? 'doubled-address' : 'doubled-id', address, spoke, now);
  }

  /** A meter was asked, and nothing that could be understood came back. */
  silent(meter: MeterPlace, garbledTries: number, now: number): void {
    meter.garbledTries += garbledTries;
    if (garbledTries === 0 || meter.garbledTries < GARBLED_TRIES_SUSPECT) return;
    this.#note('doubled-address', meter.address, meter.svpmsn, now);
  }

  /** Everything that is suspected now, with the meters that are silent. */
  report(now: number): Suspicion[] {
    const found: Suspicion[] = [];
    for (const [name, { kind, address, svpmsn: id, sinceMs, lastMs }] of this.#kept) {
      if (now - lastMs > FORGOTTEN_AFTER_MS) this.#kept.delete(name);
      else found.push({ kind, address, svpmsn: id, sinceMs });
    }
    for (const meter of this.#map.values()) {
      const { address, svpmsn: id, heardAt } = meter;
      if (isDark(meter)) found.push({ kind: 'no-answer', address, svpmsn: id, sinceMs: heardAt });
    }
    return found;
  }

  #note(kind: SuspicionKind, address: number, id: Svpmsn, now: number): void {
    const name = nameOf(kind, address, id);
    const known = this.#kept.get(name);
    if (known !== undefined) known.lastMs = now;
    else if (this.#kept.size < SUSPICIONS_MAX) {
      this.#kept.set(name, { kind, address, svpmsn: id, sinceMs: now, lastMs: now });
    }
  }
}

const nameOf = (kind: SuspicionKind, address: number, id: Svpmsn): string => `${kind} ${address} ${id}`;
