import { modemAddress, type Svpmsn, U8_MAX, UNIX_MS_MAX } from '../units/index.ts';
import type { Faults } from './faults.ts';
import type { House } from './house.ts';
import { answered } from './mortal-store.ts';
import type { Transformer } from './transformer.ts';
import type { Utility } from './utility.ts';

const TOLD_WITHIN_MS = 10 * 60_000;
const TOLD_AGAIN_MS = 1_000;
/** Longer than a life that begins before the end of time. */
const LAST_MOVES_MS = 30 * 86_400_000;

/**
 * Who gives a meter's modem another address, on the pole, and enters it at the host later: until then the address map
 * is an old one, and speaks to nobody, or to another meter.
 */
export class Technicians {
  readonly #faults: Faults;
  /** Those that were moved, in their order: each once, so that nobody waits for an address that waits for him. */
  readonly #moved = new Map<Svpmsn, House>();
  /** Of each line, the addresses that are free because somebody left them. */
  readonly #left = new Map<number, number[]>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  move(utility: Utility, localUnit: number): void {
    const faults = this.#faults;
    // No map can be told once the clocks of meters have ended, and a database that was restored would need one.
    if (utility.time.now + LAST_MOVES_MS > UNIX_MS_MAX) return;
    const own = utility.houses.filter((house) => house.localUnit === localUnit && !this.#moved.has(house.svpmsn));
    const house = own[faults.below('address-moved', Math.max(1, own.length))];
    if (house === undefined) return;
    const left = this.#left.get(localUnit) ?? [];
    this.#left.set(localUnit, left);
    const free = U8_MAX - this.#moved.size;
    const address = faults.below('address-moved', 2) === 0 ? (left.shift() ?? free) : free;
    left.push(house.address);
    house.address = modemAddress(address);
    (utility.transformers[localUnit] as Transformer).powerCycle(house);
    this.#moved.set(house.svpmsn, house);
    utility.time.after(faults.below('address-moved', TOLD_WITHIN_MS), () => this.#tell(utility, house));
  }

  /** All that was ever moved: a database that was restored may have forgotten it. */
  tellAgain(utility: Utility): void {
    for (const house of this.#moved.values()) {
      utility.time.after(this.#faults.below('address-moved', TOLD_AGAIN_MS), () => this.#tell(utility, house));
    }
  }

  /** Until a host has taken it; another meter may still have to leave the address in its books. */
  async #tell(utility: Utility, house: House): Promise<void> {
    const { svpmsn, address } = house;
    const answer = utility.host.readdress({ meter: svpmsn, modemAddress: address });
    const done = (await answered(answer)) && !('reason' in (await answer));
    if (!done) utility.time.after(TOLD_AGAIN_MS, () => this.#tell(utility, house));
  }
}
