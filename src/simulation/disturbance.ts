import { decodeLineFrame, encodeLineFrame } from '../line/index.ts';
import type { FaultKind, Faults } from './faults.ts';

/** Bytes that arrive, so much later than they should have. */
export interface Arrival {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

const REMEMBERED = 64;
const FRAME_DELAY_MS_MAX = 3_000;
const MESSAGE_DELAY_MS_MAX = 20_000;

/** What one way does to the bytes that travel on it: they come, twice, late, other, or not at all. */
export class Disturbance {
  readonly #faults: Faults;
  /** What travelled here before, for a replay. */
  readonly #earlier: Uint8Array[] = [];
  #count = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** One frame of the power line at one receiver. */
  ofFrame(bytes: Uint8Array): readonly Arrival[] {
    const faults = this.#faults;
    if (!faults.active) return [{ afterMs: 0, bytes }];
    this.#remember('frame-replayed', bytes);
    const comes = !faults.strikes('frame-lost', bytes);
    let heard = bytes;
    if (faults.strikes('frame-replayed', bytes, comes)) heard = this.#replayed('frame-replayed', heard);
    if (faults.strikes('frame-forged', heard, comes)) heard = forged(faults, heard);
    if (faults.strikes('frame-truncated', heard, comes)) {
      heard = heard.subarray(0, faults.below('frame-truncated', heard.length));
    }
    const arrivals = [{ afterMs: this.#delay('frame-delayed', heard, FRAME_DELAY_MS_MAX, comes), bytes: heard }];
    if (faults.strikes('frame-doubled', heard, comes)) {
      arrivals.push({ afterMs: 1 + faults.below('frame-doubled', FRAME_DELAY_MS_MAX), bytes: heard });
    }
    return comes ? arrivals : [];
  }

  /** Whether the next transformer hears a frame that is said here. */
  crosses(bytes: Uint8Array): boolean {
    return this.#faults.strikes('frame-crossed', bytes);
  }

  /** One message of the backhaul. Its carrier tells a damaged one from a whole one, so that none arrives damaged. */
  ofMessage(bytes: Uint8Array): readonly Arrival[] {
    const faults = this.#faults;
    if (!faults.active) return [{ afterMs: 0, bytes }];
    this.#remember('message-replayed', bytes);
    const comes = !faults.strikes('message-lost', bytes);
    const arrivals = [{ afterMs: this.#delay('message-delayed', bytes, MESSAGE_DELAY_MS_MAX, comes), bytes }];
    if (faults.strikes('message-doubled', bytes, comes)) {
      arrivals.push({ afterMs: 1 + faults.below('message-doubled', MESSAGE_DELAY_MS_MAX), bytes });
    }
    if (faults.strikes('message-replayed', bytes, comes)) {
      arrivals.push({ afterMs: 0, bytes: this.#replayed('message-replayed', bytes) });
    }
    return comes ? arrivals : [];
  }

  #delay(kind: FaultKind, bytes: Uint8Array, mostMs: number, comes: boolean): number {
    return this.#faults.strikes(kind, bytes, comes) ? 1 + this.#faults.below(kind, mostMs) : 0;
  }

  /** Of all that ever travelled here, each equally likely. */
  #remember(kind: FaultKind, bytes: Uint8Array): void {
    if (this.#faults.rates[kind] === 0) return;
    const place = this.#count < REMEMBERED ? this.#count : this.#faults.besideBelow(kind, this.#count + 1);
    this.#count += 1;
    if (place < REMEMBERED) this.#earlier[place] = bytes;
  }

  #replayed(kind: FaultKind, otherwise: Uint8Array): Uint8Array {
    return this.#earlier[this.#faults.below(kind, this.#earlier.length)] ?? otherwise;
  }
}

/** One bit of the payload is another, and the line's check sum is right: only the exchange can notice. */
function forged(faults: Faults, bytes: Uint8Array): Uint8Array {
  const frame = decodeLineFrame(bytes);
  if ('reason' in frame || frame.payload.length === 0) return bytes;
  return encodeLineFrame({ ...frame, payload: flipped(faults, 'frame-forged', frame.payload) });
}

function flipped(faults: Faults, kind: FaultKind, bytes: Uint8Array): Uint8Array {
  const other = bytes.slice();
  const bit = faults.below(kind, 8 * other.length);
  other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
  return other;
}
