import type { CheckMeterMinute } from '../backhaul/index.ts';
import { type MilliwattHours, milliwattHours } from '../units/index.ts';

const MINUTE_MS = 60_000;

/** The local unit's own meter on the transformer: energy by the minute, against which the meters' sum is held. */
export class CheckMeter {
  #minute = -1;
  #energy = 0;

  /** Energy measured up to `unixMs`; it belongs to the minute in which it was read. Returns the minute that is over. */
  measured(energy: MilliwattHours, unixMs: number): CheckMeterMinute | undefined {
    const ended = this.turn(unixMs);
    if (this.#minute < 0) this.#minute = Math.floor(unixMs / MINUTE_MS);
    this.#energy += energy;
    return ended;
  }

  /** The minute that is over, once; `undefined` while it runs or nothing was measured in it. */
  turn(unixMs: number): CheckMeterMinute | undefined {
    // Any other minute ends it, an earlier one too: the host may have put the clock back.
    if (this.#minute < 0 || Math.floor(unixMs / MINUTE_MS) === this.#minute) return undefined;
    const ended = { type: 'check-meter', minute: this.#minute, energy: milliwattHours(this.#energy) } as const;
    this.#minute = -1;
    this.#energy = 0;
    return ended;
  }

  /** When the running minute ends; Unix ms, infinite where none runs. */
  get endsAt(): number {
    return this.#minute < 0 ? Number.POSITIVE_INFINITY : MINUTE_MS * (this.#minute + 1);
  }
}
