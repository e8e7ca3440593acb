import { type MeterMemory, PlainNvm } from '../meter/index.ts';
import { modemAddress, type Svpmsn, U8_MAX } from '../units/index.ts';
import type { Faults } from './faults.ts';
import { House } from './house.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import type { Transformer } from './transformer.ts';
import type { Utility } from './utility.ts';

const MINUTE_MS = 60_000;
const COPIED_MINUTES_BEFORE_MAX = 60;
const STAYS_MINUTES_MAX = 20;
const CLONE_M = 300;

/**
 * Where a clone is put: mostly on the true meter's wire, which is taken off; beside it at its address; at an address of
 * its own.
 */
const PLACES = ['instead', 'instead', 'instead', 'beside', 'elsewhere'] as const;
type Place = (typeof PLACES)[number];

/** Who watches is told of what cannot be seen. */
export interface CloneHooks {
  /** From now on two meters have one number, and the keys of it. */
  appeared(clone: House): void;
  /** A clone has done what a frame asked for. */
  heard(clone: House): void;
}

/** One that was copied, and has not left its line. */
interface Present {
  readonly clone: House;
  leave(): void;
}

/**
 * Whoever has read out the chips of a meter: a second board with all that was in its three memories at one moment,
 * keys and purse. Later it hangs on the same line under the same number for a while, and is a meter like any other.
 */
export class Clones {
  readonly #faults: Faults;
  readonly #hooks: CloneHooks;
  readonly #present = new Map<Svpmsn, Present>();

  constructor(faults: Faults, hooks: CloneHooks) {
    this.#faults = faults;
    this.#hooks = hooks;
  }

  /** The chips are read out now; what that gives appears at once, or within an hour. */
  copy(utility: Utility, house: House): void {
    const drawn = (n: number) => this.#faults.below('meter-cloned', n);
    const memory = copyOf(house.memory);
    const place = PLACES[drawn(PLACES.length)] as Place;
    const afterMs = drawn(2) * drawn(COPIED_MINUTES_BEFORE_MAX) * MINUTE_MS;
    const staysMs = (1 + drawn(STAYS_MINUTES_MAX)) * MINUTE_MS;
    const random = seededRandom(drawn(2 ** 32));
    utility.time.after(afterMs, () => {
      if (!this.#faults.active || this.#present.has(house.svpmsn)) return;
      this.#appear(utility, house, this.#board(utility, house, { memory, place, random }), place);
      utility.time.after(staysMs, () => this.#present.get(house.svpmsn)?.leave());
    });
  }

  /** The minute before `now` is over: a clone measures what its thief uses. */
  minute(now: number): void {
    for (const { clone } of this.#present.values()) clone.minute(now);
  }

  /** All leave, and true meters are on the line again. */
  heal(): void {
    for (const { leave } of [...this.#present.values()]) leave();
  }

  #board(
    { transformers, time }: Utility,
    { svpmsn, address, localUnit, options }: House,
    of: { readonly memory: MeterMemory; readonly place: Place; readonly random: SeededRandom },
  ): House {
    const clone: House = new House(
      {
        svpmsn,
        localUnit,
        address: of.place === 'elsewhere' ? modemAddress(U8_MAX) : address,
        memory: of.memory,
        load: options.load,
        random: of.random,
        zoneMinutes: options.zoneMinutes,
        clockDriftPpm: options.clockDriftPpm,
        later: options.later,
        onEvent: () => undefined,
        onAttention: (_, frame) => {
          if (this.#present.get(svpmsn)?.clone === clone) transformers[localUnit]?.callAttention(clone, frame);
        },
        onHeard: () => this.#hooks.heard(clone),
      },
      time.now,
    );
    return clone;
  }

  #appear({ transformers }: Utility, house: House, clone: House, place: Place): void {
    const transformer = transformers[house.localUnit] as Transformer;
    if (place === 'instead') transformer.unplug(house);
    transformer.attach(clone, CLONE_M);
    const leave = () => {
      this.#present.delete(house.svpmsn);
      transformer.detach(clone);
      if (place === 'instead') transformer.plug(house);
    };
    this.#present.set(house.svpmsn, { clone, leave });
    this.#hooks.appeared(clone);
  }
}

const copyOf = ({ nvm, sam, svm }: MeterMemory): MeterMemory => ({
  nvm: new PlainNvm(nvm.bytes.slice()),
  sam: new PlainNvm(sam.bytes.slice()),
  svm: new PlainNvm(svm.bytes.slice()),
});
