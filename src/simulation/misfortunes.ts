import type { Svpmsn } from '../units/index.ts';
import { type CloneHooks, Clones } from './clones.ts';
import type { FaultKind, Faults } from './faults.ts';
import { FaultyMemory, type TornWrite } from './faulty-memory.ts';
import { svpmsnOfHouse } from './founding.ts';
import type { GivenUp } from './given-up.ts';
import type { House } from './house.ts';
import { Intruder } from './intruder.ts';
import { seededRandom } from './random.ts';
import { creditByOtherBooks, type ForeignCredit, slewByThief } from './stranger.ts';
import { Technicians } from './technicians.ts';
import type { Transformer } from './transformer.ts';
import type { Utility } from './utility.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const OFF_MINUTES_MAX = 20;
/** More than a minute's writes and a credit's together. */
const CUT_WITHIN_BYTES = 600;
/** A minute's, and a draw or a credit after them. */
const LOST_WITHIN_WRITES = 12;
const IMAGES_EVERY_MINUTES = 60;
const JUMP_MS_MAX = 2 * 60 * MINUTE_MS;
/** The purse lies first in the memory: receipts, slots, use rows and cards. */
const PURSE_BYTES = 2_800;
const PASTED_BYTES_MAX = 600;
const INTRUDER_M = 400;
/** Houses of a life draw up to 25 kW. */
const STOLEN_KILOWATTS = 40;
const stolenWatts = (kilowatts: number): number => 1_000 * (1 + kilowatts);

/** Who watches is told of what cannot be seen. */
export interface MisfortuneHooks {
  /** A meter's memory was damaged in a way that no rule undoes. */
  damaged(svpmsn: Svpmsn): void;
  /** The power of a meter goes in the middle of a write. */
  torn(svpmsn: Svpmsn, torn: TornWrite): void;
  /** Other books are about to credit a meter. */
  foreign(house: House, credit: ForeignCredit): void;
  /** Whether they did, and these books have not found it yet. */
  knowsForeign(house: House): boolean;
  readonly clones: CloneHooks;
  /** From now on energy is taken on a line that none of its meters counts. */
  stolen(localUnit: number, watts: number): void;
}

/** What befalls meters and units minute by minute: the power goes, a memory is damaged, a unit is started anew. */
export class Misfortunes {
  readonly #faults: Faults;
  readonly #givenUp: GivenUp;
  readonly #hooks: MisfortuneHooks;
  readonly #memories: FaultyMemory[] = [];
  /** What the boards' memories held an hour ago at most. */
  readonly #images = new Map<House, Uint8Array>();
  /** By which each foreign modem leaves its line. */
  readonly #intruders = new Set<() => void>();
  readonly #technicians: Technicians;
  readonly #clones: Clones;
  readonly #parted = new Set<'host' | number>();
  #minutes = 0;

  constructor(faults: Faults, givenUp: GivenUp, hooks: MisfortuneHooks) {
    this.#faults = faults;
    this.#givenUp = givenUp;
    this.#hooks = hooks;
    this.#technicians = new Technicians(faults);
    this.#clones = new Clones(faults, hooks.clones);
  }

  /** The memories of a house that is built. */
  memoryOf(house: number): FaultyMemory {
    const memory = new FaultyMemory((torn) => this.#hooks.torn(svpmsnOfHouse(house), torn));
    this.#memories[house] = memory;
    return memory;
  }

  minute(utility: Utility): void {
    for (const [i, house] of utility.houses.entries()) {
      this.#ofPower(utility, house, this.#memories[i] as FaultyMemory);
      this.#ofMemory(house, this.#memories[i] as FaultyMemory);
      this.#ofStrangers(house, utility.time.now);
      this.#ofThieves(house);
      if (this.#spoils('meter-cloned', house)) this.#clones.copy(utility, house);
    }
    this.#clones.minute(utility.time.now);
    this.#ofUnits(utility);
    const { rates } = this.#faults;
    if (rates['memory-rolled-back'] + rates['memory-pasted'] > 0 && this.#minutes++ % IMAGES_EVERY_MINUTES === 0) {
      for (const house of utility.houses) this.#images.set(house, house.memory.nvm.bytes.slice());
    }
  }

  /** The database is an older copy: who moved meters tells of it again. */
  storeRestored(utility: Utility): void {
    this.#technicians.tellAgain(utility);
  }

  /** A meter starts on a supply that holds. */
  supplied(house: number): void {
    this.#memories[house]?.restore();
  }

  /** Everything that is off comes on, and what was cut is whole again. */
  heal(utility: Utility): void {
    for (const memory of this.#memories) memory.restore();
    for (const leaves of this.#intruders) leaves();
    this.#clones.heal();
    for (const from of this.#parted) utility.grid.join(from);
    this.#technicians.tellAgain(utility);
    for (const [id, transformer] of utility.transformers.entries()) {
      transformer.cut = false;
      utility.grid.reconnect(id);
    }
    for (const house of utility.houses) utility.powerReturns(house);
  }

  #ofPower(utility: Utility, house: House, memory: FaultyMemory): void {
    const faults = this.#faults;
    if (faults.strikes('power-failed', house.svpmsn)) {
      utility.powerFails(house, MINUTE_MS * (1 + faults.below('power-failed', OFF_MINUTES_MAX)));
    }
    if (faults.strikes('power-cut', house.svpmsn, !house.dark)) {
      memory.bytesLeft = faults.below('power-cut', CUT_WITHIN_BYTES);
      memory.cutByte = faults.below('power-cut', 2) === 0 ? 'old' : 'garbage';
    }
    if (faults.strikes('clock-jumped', house.svpmsn, !house.dark)) {
      utility.powerFails(house, MINUTE_MS * (1 + faults.below('clock-jumped', OFF_MINUTES_MAX)));
      if (house.dark) house.jumpClock(faults.below('clock-jumped', 2 * JUMP_MS_MAX + 1) - JUMP_MS_MAX);
    }
    if (faults.strikes('power-cut-before-minute', house.svpmsn)) {
      const { time } = utility;
      time.at(Math.ceil((time.now + 1) / MINUTE_MS) * MINUTE_MS - SECOND_MS, () => {
        if (faults.active) house.cutPower();
      });
    }
  }

  /** Whether a fault strikes after which nothing holds for this meter; it stays away where too many are given up. */
  #spoils(kind: FaultKind, { svpmsn }: House): boolean {
    const strikes = this.#faults.strikes(kind, svpmsn, this.#givenUp.mayTake([svpmsn]));
    if (strikes) this.#givenUp.take(svpmsn);
    return strikes;
  }

  #ofMemory(house: House, memory: FaultyMemory): void {
    const faults = this.#faults;
    if (this.#spoils('write-lost', house)) {
      memory.writesUntilLost = 1 + faults.below('write-lost', LOST_WITHIN_WRITES);
      this.#hooks.damaged(house.svpmsn);
    }
    if (this.#spoils('bit-rotted', house)) {
      const { bytes } = memory.nvm;
      // A purse is a small part of the memory, and the one in which most can go wrong.
      const size = faults.below('bit-rotted', 2) === 0 ? PURSE_BYTES : bytes.length;
      const bit = faults.below('bit-rotted', 8 * size);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      this.#hooks.damaged(house.svpmsn);
    }
    const earlier = this.#images.get(house);
    if (earlier !== undefined && this.#spoils('memory-rolled-back', house)) {
      house.cutPower();
      memory.nvm.bytes.set(earlier);
      this.#hooks.damaged(house.svpmsn);
    }
    if (earlier !== undefined && this.#spoils('memory-pasted', house)) {
      house.cutPower();
      const from = faults.below('memory-pasted', PURSE_BYTES);
      const to = from + 1 + faults.below('memory-pasted', PASTED_BYTES_MAX);
      memory.nvm.bytes.set(earlier.subarray(from, to), from);
      this.#hooks.damaged(house.svpmsn);
    }
  }

  #ofStrangers(house: House, now: number): void {
    const faults = this.#faults;
    const drawn = (kind: FaultKind) => seededRandom(faults.below(kind, 2 ** 32));
    // What other books did is found with the next order; two at once would be more than one gap.
    if (faults.strikes('foreign-books', house.svpmsn, !this.#hooks.knowsForeign(house))) {
      creditByOtherBooks(house, now, drawn('foreign-books'), (credit) => this.#hooks.foreign(house, credit));
    }
    if (faults.strikes('monitoring-stolen', house.svpmsn)) slewByThief(house, now, drawn('monitoring-stolen'));
  }

  /** A wire over the terminals takes what it takes, as long as the house has power. */
  #ofThieves(house: House): void {
    const faults = this.#faults;
    if (!faults.strikes('meter-bypassed', house.svpmsn, house.bypassWatts === 0)) return;
    house.bypassWatts = stolenWatts(faults.below('meter-bypassed', STOLEN_KILOWATTS));
    this.#hooks.stolen(house.localUnit, house.bypassWatts);
  }

  #ofUnits(utility: Utility): void {
    const { transformers, grid, time } = utility;
    const faults = this.#faults;
    const parted = (from: 'host' | number, minutes: number) => {
      grid.part(from);
      this.#parted.add(from);
      time.after(minutes * MINUTE_MS, () => grid.join(from));
    };
    for (const [id, transformer] of transformers.entries()) {
      const unit = `unit ${id}`;
      if (faults.strikes('local-unit-restarted', unit)) {
        transformer.restartLocalUnit();
        grid.reconnect(id);
      }
      if (faults.strikes('line-tapped', unit, transformer.tappedWatts === 0)) {
        transformer.tappedWatts = stolenWatts(faults.below('line-tapped', STOLEN_KILOWATTS));
        this.#hooks.stolen(id, transformer.tappedWatts);
      }
      if (faults.strikes('backhaul-cut', unit)) grid.reconnect(id);
      if (faults.strikes('local-unit-parted', unit)) parted(id, 1 + faults.below('local-unit-parted', OFF_MINUTES_MAX));
      if (faults.strikes('address-taken', unit)) this.#takeAddress(utility, id);
      if (faults.strikes('address-moved', unit)) this.#technicians.move(utility, id);
    }
    if (faults.strikes('area-unit-parted')) parted('host', 1 + faults.below('area-unit-parted', OFF_MINUTES_MAX));
    if (faults.strikes('area-unit-restarted')) grid.restartAreaUnit();
  }

  #takeAddress({ houses, transformers, time }: Utility, localUnit: number): void {
    const faults = this.#faults;
    const transformer = transformers[localUnit] as Transformer;
    const own = houses.filter((house) => house.localUnit === localUnit);
    const house = own[faults.below('address-taken', own.length)] as House;
    const intruder = new Intruder(house, seededRandom(faults.below('address-taken', 2 ** 32)));
    transformer.attach(intruder, INTRUDER_M);
    const leaves = () => {
      if (this.#intruders.delete(leaves)) transformer.detach(intruder);
    };
    this.#intruders.add(leaves);
    time.after((1 + faults.below('address-taken', OFF_MINUTES_MAX)) * MINUTE_MS, leaves);
  }
}
