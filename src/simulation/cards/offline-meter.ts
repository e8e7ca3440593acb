import type { CardProgram } from '../../card/index.ts';
import type { TerminalKey } from '../../crypto/index.ts';
import {
  type Meter,
  type MeterMemory,
  type MeterOutputs,
  personalise,
  startMeter,
  stepCardInserted,
  stepCardRemoved,
  stepCardResponse,
  stepPulses,
} from '../../meter/index.ts';
import type { SupplyPolicy } from '../../records/index.ts';
import { compileTariff, offsetTable, type TariffDefinition } from '../../tariff/index.ts';
import { assert, type Region, type Svpmsn, unixSeconds } from '../../units/index.ts';
import { type CutByte, FaultyMemory, PowerCut } from '../faulty-memory.ts';
import type { SeededRandom } from '../random.ts';

/** Ten litres of gas, or of electricity ten watt-hours. */
const QUANTA_PER_PULSE = 100;

export interface OfflineMeterOptions {
  readonly svpmsn: Svpmsn;
  readonly region: Region;
  /** One that can fail, where its power is to be cut. */
  readonly memory: MeterMemory;
  readonly random: SeededRandom;
  /** Is called when the meter may have taken something from a card. */
  readonly changed: (meter: OfflineMeter) => void;
}

/** A meter to which value comes by cards alone, and which a counter's pulses spend. */
export class OfflineMeter {
  readonly svpmsn: Svpmsn;
  readonly region: Region;
  meter: Meter;
  /** No supply: it is started from its memories with the next minute. */
  dark = false;
  /** Nothing starts it before it is mended. */
  dead = false;
  readonly #options: OfflineMeterOptions;
  readonly #commands: Uint8Array[] = [];
  readonly #outputs: MeterOutputs;

  constructor(options: OfflineMeterOptions, now: number) {
    this.#options = options;
    this.svpmsn = options.svpmsn;
    this.region = options.region;
    this.#outputs = {
      relay: () => undefined,
      throttle: () => undefined,
      buzzer: () => undefined,
      loadControl: () => undefined,
      attention: () => undefined,
      wake: () => undefined,
      card: (command) => this.#commands.push(command),
    };
    this.meter = this.#start(now);
  }

  /** A minute is over, in which so many pulses came. */
  minute(pulses: number, now: number): void {
    if (this.dead) return;
    if (this.dark) this.#powerUp(now);
    this.#onItsSupply(() => stepPulses(this.meter, pulses, now, this.#outputs));
  }

  /** The power will go when so many bytes more are written. */
  cutWithin(bytes: number, byte: CutByte): void {
    const { memory } = this.#options;
    assert(memory instanceof FaultyMemory, 'the power of this memory never fails');
    memory.bytesLeft = bytes;
    memory.cutByte = byte;
  }

  /** Its battery is empty. */
  darken(): void {
    this.dark = true;
  }

  /** For good, or until it is mended. Once more it is started from its memories, by whoever looks what they hold. */
  die(now: number): void {
    this.#powerUp(now);
    this.dead = true;
  }

  /** It is what it was when it died. */
  mend(now: number): void {
    this.dead = false;
    this.heal(now);
  }

  /** Its supply holds from now on. */
  heal(now: number): void {
    if (this.dead) return;
    this.#restore();
    if (this.dark) this.#powerUp(now);
  }

  /** A card is put in, and given what the meter has to say to it until that is all, it is pulled, or the power goes. */
  serve(card: CardProgram, isPulled: () => boolean, now: number): void {
    if (this.dead) return;
    if (this.dark) this.#powerUp(now);
    this.#commands.length = 0;
    this.#step(() => stepCardInserted(this.meter, now, this.#outputs));
    while (!this.dark && !isPulled()) {
      const command = this.#commands.shift();
      if (command === undefined) break;
      const response = card(command);
      if (!isPulled()) this.#step(() => stepCardResponse(this.meter, response, now, this.#outputs));
    }
    if (!this.dark) this.#step(() => stepCardRemoved(this.meter, now, this.#outputs));
    this.#commands.length = 0;
  }

  #step(step: () => void): void {
    this.#onItsSupply(step);
    if (!this.dark) this.#options.changed(this);
  }

  #onItsSupply(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.dark = true;
    }
  }

  #restore(): void {
    const { memory } = this.#options;
    if (memory instanceof FaultyMemory) memory.restore();
  }

  #powerUp(now: number): void {
    this.#restore();
    this.meter = this.#start(now);
    this.dark = false;
    this.#options.changed(this);
  }

  #start(now: number): Meter {
    const { memory, random } = this.#options;
    const options = { now, pulses: { quantaPerPulse: QUANTA_PER_PULSE } };
    return startMeter(memory, 1, random.fork(`start ${now}`), options, this.#outputs);
  }
}

/** A meter that cards are put into: one without a line, or that of a house. */
export type CardMeter = Readonly<Pick<OfflineMeter, 'svpmsn' | 'region' | 'meter' | 'dead'>>;

/** What a meter without a line is made with. */
export interface OfflineMeterMade {
  readonly svpmsn: Svpmsn;
  readonly region: Region;
  readonly key: TerminalKey;
  readonly zone: string;
  readonly tariff: TariffDefinition;
  readonly policy: SupplyPolicy;
  readonly now: number;
}

/** The workshop: number, region, key, price and policy go into blank memories. */
export function equipOffline(memory: MeterMemory, made: OfflineMeterMade, random: SeededRandom): void {
  const { svpmsn, region, key, zone, tariff, policy, now } = made;
  const offsets = offsetTable(zone, new Date(now).getUTCFullYear(), 1);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  const table = compileTariff(tariff, { supply: 1, version: 1, validFrom: unixSeconds(0), offsets });
  if ('reason' in table) throw new Error(table.sentence);
  personalise(memory, { svpmsn, region, keys: [key], tables: [table], policy, unixMs: now, now }, random);
}
