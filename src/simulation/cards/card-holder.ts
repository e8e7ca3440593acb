import type { CardChip } from '../../card/index.ts';
import type { KeyStore } from '../../crypto/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../records/index.ts';
import { DEFAULT_TARIFF } from '../../tariff/index.ts';
import { type Csn, Region, type Svpmsn, svpmsn, svpmsnText } from '../../units/index.ts';
import type { Faults } from '../faults.ts';
import { FaultyMemory } from '../faulty-memory.ts';
import { subscriberOfHouse } from '../founding.ts';
import type { House } from '../house.ts';
import type { SeededRandom } from '../random.ts';
import type { Utility } from '../utility.ts';
import type { CardCounter } from './card-office.ts';
import { type CardMeter, equipOffline, OfflineMeter } from './offline-meter.ts';
import { csnOf, type Fate, inSlot, PurseCard } from './purse-card.ts';

/** Who watches is told of each card and meter, and whenever one of them may have another state. */
export interface CardHooks {
  issued(card: PurseCard, home: Svpmsn): void;
  built(meter: CardMeter, home: Svpmsn): void;
  cardStepped(card: PurseCard): void;
  meterStepped(meter: CardMeter): void;
  /** From now on there are two of it. */
  cloned(id: Csn): void;
  say(text: string): void;
}

/** What surrounds everybody who has a card. */
export interface CardWorld {
  readonly utility: Utility;
  readonly faults: Faults;
  readonly keys: KeyStore;
  readonly hooks: CardHooks;
  readonly counter: CardCounter;
}

const FIRST_METER = 0x8a0001;

/** A household with a card, and meters without a line that it feeds. */
export class Holder {
  readonly house: House;
  readonly subscriber: string;
  readonly random: SeededRandom;
  readonly meters: OfflineMeter[] = [];
  /** Into the meter of which the card is put: where they live, which is another one when they have moved. */
  slot: House;
  card: PurseCard;
  cards = 1;
  /** A card can be lost, and copied, that is in somebody's hand. */
  where: 'hand' | 'away' | 'lost' = 'hand';
  copied = false;
  readonly #world: CardWorld;

  private constructor(world: CardWorld, of: Pick<Holder, 'house' | 'subscriber' | 'random' | 'card'>) {
    this.#world = world;
    this.house = of.house;
    this.slot = of.house;
    this.subscriber = of.subscriber;
    this.random = of.random;
    this.card = of.card;
  }

  /** A house gets meters of gas and of electricity without a line, and a card. */
  static async equip(world: CardWorld, i: number, random: SeededRandom): Promise<Holder> {
    const house = world.utility.houses[i] as House;
    const subscriber = subscriberOfHouse(i);
    const meters: OfflineMeter[] = [];
    for (const [at, region] of [Region.gas, Region.electricity].entries()) {
      const id = svpmsn(FIRST_METER + 4 * i + at);
      await world.counter.enrol(id, region, subscriber);
      meters.push(await builtMeter(world, { id, region, home: house.svpmsn, random: random.fork(`meter ${at}`) }));
    }
    world.hooks.built(meterOf(house), house.svpmsn);
    const number = csnOf(house.svpmsn, 1);
    await world.counter.issue(number, subscriber);
    const holder = new Holder(world, { house, subscriber, random, card: await madeCard(world, number, house, random) });
    holder.meters.push(...meters);
    return holder;
  }

  /** The number of the next card. */
  nextNumber(): Csn {
    this.cards += 1;
    return csnOf(this.house.svpmsn, this.cards);
  }

  /** Another card is in the place of the one before. */
  async hasNow(number: Csn): Promise<void> {
    this.card = await madeCard(this.#world, number, this.house, this.random);
    this.copied = false;
    this.where = 'hand';
  }

  /** Another meter is in the place of one that is dead. */
  async replaceMeter(dead: OfflineMeter, id: Svpmsn): Promise<void> {
    const wanted = { id, region: dead.region, home: this.house.svpmsn, random: this.random.fork(`meter ${id}`) };
    this.meters[this.meters.indexOf(dead)] = await builtMeter(this.#world, wanted);
  }

  say(what: string): void {
    this.#world.hooks.say(`${svpmsnText(this.house.svpmsn)} card ${this.card.csn} ${what}`);
  }
}

/** A card is put into a meter without a line until that has nothing more to say to it. */
export function visit(meter: OfflineMeter, card: PurseCard, fate: Fate, now: number): void {
  let pulled = false;
  const program = inSlot(card, fate, () => {
    pulled = true;
  });
  meter.serve(program, () => pulled, now);
}

/** A card is put into the meter of a house, and stays there until somebody pulls it. */
export function putIn({ utility, hooks }: CardWorld, house: House, card: PurseCard, fate: Fate): CardChip {
  const { time } = utility;
  const begin = () => {
    const program = inSlot(card, fate, () => house.removeCard(time.now));
    return (command: Uint8Array) => {
      hooks.meterStepped(meterOf(house));
      return program(command);
    };
  };
  const chip = { atr: new Uint8Array(), begin };
  house.insertCard(chip, time.now);
  return chip;
}

/** The meter of a house, which is another object after each start from its memories. */
export const meterOf = (house: House): CardMeter => ({
  ...{ svpmsn: house.svpmsn, region: Region.electricity, dead: false },
  get meter() {
    return house.meter;
  },
});

interface MeterWanted {
  readonly id: Svpmsn;
  readonly region: Region;
  readonly home: Svpmsn;
  readonly random: SeededRandom;
}

async function builtMeter(
  { utility, keys, hooks, counter }: CardWorld,
  { id, region, home, random }: MeterWanted,
): Promise<OfflineMeter> {
  const { now } = utility.time;
  const memory = new FaultyMemory();
  const key = await keys.terminalKey(counter.n, id);
  const made = { svpmsn: id, region, key, zone: 'UTC', tariff: DEFAULT_TARIFF, policy: DEFAULT_SUPPLY_POLICY, now };
  equipOffline(memory, made, random.fork('workshop'));
  const changed = (meter: OfflineMeter) => hooks.meterStepped(meter);
  const meter = new OfflineMeter({ svpmsn: id, region, memory, random, changed }, now);
  hooks.built(meter, home);
  return meter;
}

async function madeCard(
  { counter, hooks }: CardWorld,
  number: Csn,
  house: House,
  random: SeededRandom,
): Promise<PurseCard> {
  const memory = await counter.personalise(number);
  const card = new PurseCard(number, memory, random.fork(number), (stepped) => hooks.cardStepped(stepped));
  hooks.issued(card, house.svpmsn);
  return card;
}
