import type { Suspicion, SuspicionKind } from '../backhaul/index.ts';
import type { Svpmsn } from '../units/index.ts';
import type { MeterPlace } from './meter-map.ts';

/** Tries in a row that brought noise and no answer: three requests given up, which noise alone seldom does to one meter. */
export const GARBLED_TRIES_SUSPECT = 8;
/** Polls in a row without an answer before the host is told. */
export const SILENT_POLLS_SUSPECT = 3;
/** A suspicion that nothing has confirmed for a day is dropped. */
const FORGOTTEN_AFTER_MS = 86_400_000;
/** Suspicions kept; noise must not fill the memory. */
const SUSPICIONS_MAX = 256;

interface Kept extends Suspicion {
  lastMs: number;
}

/** Two meters with one modem address, and one SVPMSN at two addresses: what was seen of them, and since when. */
export class Suspicions {
  readonly #kept = new Map<string, Kept>();

  /** `address` is where it was noticed; `svpmsn` is the meter that spoke, or the one that could not be understood. */
  note(kind: SuspicionKind, address: number, svpmsn: Svpmsn, now: number): void {
    const name = `${kind} ${address} ${svpmsn}`;
    const known = this.#kept.get(name);
    if (known !== undefined) known.lastMs = now;
    else if (this.#kept.size < SUSPICIONS_MAX) {
      this.#kept.set(name, { kind, address, svpmsn, sinceMs: now, lastMs: now });
    }
  }

  /** The meter was understood at its address: whatever garbled its answers is gone. */
  clear(kind: SuspicionKind, address: number, svpmsn: Svpmsn): void {
    this.#kept.delete(`${kind} ${address} ${svpmsn}`);
  }

  /** Everything that is suspected now, with the meters that are silent. */
  report(meters: Iterable<MeterPlace>, now: number): Suspicion[] {
    const found: Suspicion[] = [];
    for (const [name, { kind, address, svpmsn, sinceMs, lastMs }] of this.#kept) {
      if (now - lastMs > FORGOTTEN_AFTER_MS) this.#kept.delete(name);
      else found.push({ kind, address, svpmsn, sinceMs });
    }
    for (const { silentPolls, address, svpmsn, heardAt } of meters) {
      if (silentPolls >= SILENT_POLLS_SUSPECT) found.push({ kind: 'no-answer', address, svpmsn, sinceMs: heardAt });
    }
    return found;
  }
}
