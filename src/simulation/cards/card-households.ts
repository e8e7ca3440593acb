import { type CardChip, resetCard } from '../../card/index.ts';
import { type KeyStore, Suite } from '../../crypto/index.ts';
import { balanceOf, blankMemory, levelsOf } from '../../meter/index.ts';
import { type Csn, Region, type Svpmsn, svpmsn, svpmsnText } from '../../units/index.ts';
import { subscriberOfHouse, zoneMinutes } from '../founding.ts';
import type { House } from '../house.ts';
import type { HouseMemory } from '../options.ts';
import { type SeededRandom, seededRandom } from '../random.ts';
import type { Utility } from '../utility.ts';
import { CardCounter, providerOf, toCard } from './card-office.ts';
import { equipOffline, OfflineMeter } from './offline-meter.ts';
import { csnOf, inSlot, PurseCard } from './purse-card.ts';

/** What a household with a card has that outlives a process. */
export interface CardHouseholdMemory {
  /** The memory of its chip, as it was kept last; undefined where it never had one. */
  readonly card: Uint8Array | undefined;
  keepCard(memory: Uint8Array): void;
  /** Of its meters without a line, in the order of `CARD_SUPPLIES`. */
  readonly meters: readonly HouseMemory[];
}

/** A household as others see it. */
export interface CardHolder {
  readonly csn: Csn;
  readonly subscriber: string;
  readonly meters: readonly Svpmsn[];
}

interface Supply {
  readonly region: Region;
  readonly provider: string;
  /** Milli-tokens for 1,000 l. */
  readonly unitCharge: number;
  /** What a household buys when less than half of it is left, in tokens. */
  readonly usualAmount: number;
  /** Pulses a minute at night, by day, and when people cook and wash. */
  readonly pulses: readonly [number, number, number];
}

/** What people here buy on cards. */
export const CARD_SUPPLIES: readonly Supply[] = [
  {
    ...{ region: Region.gas, provider: 'Town Gas', unitCharge: 100_000, usualAmount: 1_000 },
    pulses: [0.08, 0.25, 0.9],
  },
  {
    ...{ region: Region.water, provider: 'Town Water', unitCharge: 300_000, usualAmount: 600 },
    pulses: [0.01, 0.03, 0.1],
  },
];

const HOUSES_A_CARD = 4;
const HOUSEHOLDS_MAX = 4;
const FIRST_METER = 0x8a0001;
/** Less than is bought of gas at once: something stays on the card. */
const TICKET = { ticketLimit: 800, ticketDays: 60 };
/** Nobody goes to buy less. */
const AMOUNT_MIN = 100;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;
/** From the start to the first errand of the first household, and to that of the next. */
const FIRST_ERRAND_MINUTES = 7;
/** Between two errands of a household, in minutes: at least, and at most so many more. */
const ERRANDS_APART = { least: 240, more: 300 };

/** The houses that have a card, of so many; numbers from 0. */
export const cardHousesOf = (houses: number): readonly number[] =>
  Array.from({ length: houses }, (_, house) => house)
    .filter((house) => house % HOUSES_A_CARD === 1)
    .slice(0, HOUSEHOLDS_MAX);

/** The number of the first card that a house has. */
export const firstCardOf = (home: Svpmsn): Csn => csnOf(home, 1);

interface Household {
  readonly house: House;
  readonly subscriber: string;
  readonly random: SeededRandom;
  readonly memory: CardHouseholdMemory;
  readonly meters: readonly OfflineMeter[];
  card: PurseCard;
  /** As it was put into the slot of the house last. */
  inSlot: CardChip | undefined;
  isOut: boolean;
  /** It is to go out once more as soon as it is back. */
  isCalled: boolean;
  /** When it goes out next, if nobody sends it before. */
  goesAt: number;
}

export interface HouseCard {
  readonly csn: Csn;
  readonly where: 'hand' | 'slot' | 'out';
}

/**
 * Households that buy gas and water on a card. Now and then somebody buys, puts the card into the meter of the house,
 * over whose line it is loaded, carries it to the meters in the cellar that have no line, and brings back what those
 * have to tell. Where the line does not do it, a counter does.
 */
export class CardHouseholds {
  readonly #utility: Utility;
  readonly #counter: CardCounter;
  readonly #keys: KeyStore;
  readonly #random: SeededRandom;
  readonly #zoneMinutes: number;
  readonly #households: Household[] = [];
  #areHomely = false;

  private constructor(utility: Utility, keys: KeyStore) {
    const { options, time } = utility;
    this.#utility = utility;
    this.#keys = keys;
    this.#random = seededRandom(options.seed).fork(`card households from ${time.now}`);
    this.#zoneMinutes = zoneMinutes(options.zone, options.startMs);
    const terms = (region: Region) => {
      const { provider: name } = supplyOf(region);
      return { name, account: `Town bank, for ${name}`, ...TICKET };
    };
    this.#counter = new CardCounter(utility, { keys, regions: CARD_SUPPLIES.map(({ region }) => region), terms });
  }

  /**
   * Begins with the households of a utility, or goes on with what they have. Cards and their meters have keys of AES
   * alone: where the utility has none, nobody has a card.
   *
   * @param memoryOf what outlives this process; nothing does where absent
   */
  static async open(
    utility: Utility,
    keys: KeyStore,
    memoryOf: (household: number) => CardHouseholdMemory = blankHousehold,
  ): Promise<CardHouseholds> {
    const people = new CardHouseholds(utility, keys);
    if (utility.options.suite >= Suite.aes128) await people.#begin(memoryOf);
    return people;
  }

  get holders(): readonly CardHolder[] {
    return this.#households.map(({ card: { csn }, subscriber, meters }) => ({
      ...{ csn, subscriber, meters: meters.map(({ svpmsn: number }) => number) },
    }));
  }

  /** Somebody holds this card to the reader of a counter until all that waits is on it; whether anybody has it there. */
  async holdToReader(csn: string): Promise<boolean> {
    const household = this.#households.find(({ card }) => card.csn === csn);
    if (household === undefined || household.isOut) return false;
    household.isOut = true;
    await this.#counter.serve(household.card);
    household.isOut = false;
    return true;
  }

  /** Somebody takes this card to be loaded, and to the meters, now, or once it is back; whether anybody has it. */
  sendOut(csn: string): boolean {
    const household = this.#households.find(({ card }) => card.csn === csn);
    if (household === undefined) return false;
    if (household.isOut) household.isCalled = true;
    else this.#goOut(household);
    return true;
  }

  /** From now on nobody goes out who is not sent. */
  stayHome(): void {
    this.#areHomely = true;
  }

  /** The card of those who live in a house, and where it is: `out` is wherever somebody carries it. */
  cardOf(house: House): HouseCard | undefined {
    const household = this.#households.find((each) => each.house === house);
    if (household === undefined) return undefined;
    return { csn: household.card.csn, where: isInSlot(household) ? 'slot' : household.isOut ? 'out' : 'hand' };
  }

  /** Somebody at home puts the card into the meter of the house, or takes it out; whether it is there to be moved. */
  moveCard(house: House, to: 'slot' | 'hand'): boolean {
    const household = this.#households.find((each) => each.house === house);
    const where = this.cardOf(house)?.where;
    if (household === undefined || where === undefined || where === 'out') return false;
    if (to === 'slot' && where === 'hand') this.#putIn(household);
    if (to === 'hand') this.#pullOut(household);
    return true;
  }

  async #begin(memoryOf: (household: number) => CardHouseholdMemory): Promise<void> {
    const { houses, time } = this.#utility;
    const numbers = cardHousesOf(houses.length);
    if (numbers.length > 0) await this.#counter.open();
    for (const [i, number] of numbers.entries()) {
      const goesAt = time.now + FIRST_ERRAND_MINUTES * (i + 1) * MINUTE_MS;
      const household = await this.#moveIn(houses[number] as House, number, { memory: memoryOf(i), goesAt });
      if (household !== undefined) this.#households.push(household);
    }
    const minute = async () => {
      time.after(MINUTE_MS, minute);
      for (const household of this.#households) this.#minute(household);
    };
    time.at(Math.ceil((time.now + 1) / MINUTE_MS) * MINUTE_MS, minute);
  }

  /** Nothing is in the books that is not in a memory before: what is cut short goes on where it stopped. */
  async #moveIn(
    house: House,
    number: number,
    { memory, goesAt }: Pick<Household, 'memory' | 'goesAt'>,
  ): Promise<Household | undefined> {
    const random = this.#random.fork(`house ${number}`);
    const subscriber = subscriberOfHouse(number);
    const meters: OfflineMeter[] = [];
    for (const [at, { region }] of CARD_SUPPLIES.entries()) {
      const id = svpmsn(FIRST_METER + CARD_SUPPLIES.length * number + at);
      meters.push(
        await this.#hang(id, region, { kept: memory.meters[at] as HouseMemory, random: random.fork(`meter ${at}`) }),
      );
      if (!(await this.#counter.enrol(id, region, subscriber))) return undefined;
    }
    const isNew = memory.card === undefined;
    const chip = memory.card ?? (await this.#counter.personalise(firstCardOf(house.svpmsn)));
    if (isNew) memory.keepCard(chip);
    const card = this.#hold(chip, memory, random);
    // What the books know already is not issued twice; after another card took its place, the first has ended.
    if (card.csn === firstCardOf(house.svpmsn) && !(await this.#counter.issue(card.csn, subscriber))) return undefined;
    const begun = { inSlot: undefined, isOut: false, isCalled: false, goesAt };
    return { house, subscriber, random, memory, meters, card, ...begun };
  }

  async #hang(
    id: Svpmsn,
    region: Region,
    { kept, random }: { readonly kept: HouseMemory; readonly random: SeededRandom },
  ): Promise<OfflineMeter> {
    const { options, time } = this.#utility;
    const { memory } = kept;
    if (!kept.personalised) {
      const { zone, policy } = options;
      const tariff = { unitCharge: supplyOf(region).unitCharge, bands: [], otherwise: 100 };
      const key = await this.#keys.terminalKey(this.#counter.n, id);
      const made = { svpmsn: id, region, key, zone, tariff, policy, now: time.now };
      equipOffline(memory, made, random.fork('workshop'));
      kept.markPersonalised();
    }
    return new OfflineMeter({ svpmsn: id, region, memory, random, changed: () => undefined }, time.now);
  }

  /** Kept after each command, before its reader hears the answer. */
  #hold(chip: Uint8Array, memory: CardHouseholdMemory, random: SeededRandom): PurseCard {
    const begun = resetCard(chip, random);
    if ('reason' in begun) throw new Error(`a card was kept that does not begin: ${begun.reason}`);
    return new PurseCard(begun.csn, chip, random.fork(`card ${begun.csn}`), () => memory.keepCard(chip));
  }

  #minute(household: Household): void {
    const { now } = this.#utility.time;
    const hour = Math.floor(((now / MINUTE_MS + this.#zoneMinutes) % MINUTES_A_DAY) / 60);
    for (const meter of household.meters) {
      const [night, day, busy] = supplyOf(meter.region).pulses;
      const mean = hour < 6 || hour >= 22 ? night : hour < 9 || hour >= 18 ? busy : day;
      meter.minute(household.random.chance(mean) ? 1 : 0, now);
    }
    if (!this.#areHomely && !household.isOut && now >= household.goesAt) this.#goOut(household);
  }

  #goOut(household: Household): void {
    household.isOut = true;
    household.isCalled = false;
    const home = async () => {
      const { least, more } = ERRANDS_APART;
      const minutes = household.isCalled ? 0 : least + household.random.below(more);
      household.goesAt = this.#utility.time.now + minutes * MINUTE_MS;
      household.isOut = false;
    };
    const steps: readonly (readonly [afterMs: number, step: () => Promise<void>])[] = [
      [0, () => this.#buy(household)],
      [20 * SECOND_MS, () => this.#insert(household)],
      [150 * SECOND_MS, () => this.#takeOut(household, () => this.#waits(household))],
      [40 * SECOND_MS, () => this.#visit(household)],
      [30 * SECOND_MS, () => this.#insert(household)],
      [120 * SECOND_MS, () => this.#takeOut(household, () => this.#isUntold(household))],
      [0, home],
    ];
    const walk = (at: number) => {
      const [afterMs, step] = steps[at] ?? [];
      if (step === undefined || afterMs === undefined) return;
      this.#utility.time.after(afterMs, async () => {
        await step();
        walk(at + 1);
      });
    };
    walk(0);
  }

  /** What runs low is bought for the card; one that was ended gives its place to the one that was issued after it. */
  async #buy(household: Household): Promise<void> {
    const { time } = this.#utility;
    await this.#renew(household);
    const { card, meters } = household;
    for (const { meter, region } of meters) {
      const { usualAmount } = supplyOf(region);
      if (balanceOf(meter) >= usualAmount / 2) continue;
      const onCard = card.card.regions.get(region)?.purse?.balance ?? 0;
      const paid = Math.max(AMOUNT_MIN, usualAmount - onCard);
      const orderId = `card ${card.csn} ${region} ${time.now}`;
      const sale = { csn: card.csn, region, paid, method: 'cash', orderId } as const;
      await this.#counter.office(toCard('buyForCard', card.csn), (office) => office.buyForCard(sale));
    }
  }

  async #renew(household: Household): Promise<void> {
    const { host } = this.#utility;
    const { card, subscriber, memory, random } = household;
    const own = await host.card(card.csn);
    if ('reason' in own || own.card.state === 'active') return;
    const others = await host.cards({ subscriber, state: 'active', limit: HOUSEHOLDS_MAX });
    const isOurs = (purse: { readonly provider: string; readonly region: Region; readonly n: number }) =>
      purse.n === this.#counter.n && purse.provider === providerOf(purse.region);
    const next = others.findLast(({ purses }) => purses.every(isOurs));
    if (next === undefined) return;
    const regions = next.purses.map(({ region }) => region);
    const chip = await this.#counter.personalise(next.card.id as Csn, regions);
    memory.keepCard(chip);
    household.card = this.#hold(chip, memory, random);
  }

  async #insert(household: Household): Promise<void> {
    this.#putIn(household);
  }

  #putIn(household: Household): void {
    const { house, card } = household;
    household.inSlot = { atr: new Uint8Array(), begin: () => inSlot(card, {}, () => this.#pullOut(household)) };
    house.insertCard(household.inSlot, this.#utility.time.now);
  }

  /** Whatever else is in the slot stays there. */
  #pullOut(household: Household): void {
    if (isInSlot(household)) household.house.removeCard(this.#utility.time.now);
  }

  /** Out of the meter of the house, and to a counter where something is still to be done. */
  async #takeOut(household: Household, isLeft: () => Promise<boolean>): Promise<void> {
    this.#pullOut(household);
    if (await isLeft()) await this.#counter.serve(household.card);
  }

  async #waits({ card }: Household): Promise<boolean> {
    const orders = await this.#utility.host.cardOrders({ csn: card.csn, limit: CARD_SUPPLIES.length });
    return !('reason' in orders) && orders.some(({ state }) => state === 'waiting' || state === 'outstanding');
  }

  /** Whether the books know less of a meter than it has taken. */
  async #isUntold({ meters }: Household): Promise<boolean> {
    for (const { svpmsn: id, meter } of meters) {
      const known = await this.#utility.host.offlineMeter(svpmsnText(id));
      if (!('reason' in known) && known.fromCards < BigInt(levelsOf(meter).fromCards)) return true;
    }
    return false;
  }

  async #visit({ meters, card }: Household): Promise<void> {
    for (const meter of meters)
      meter.serve(
        inSlot(card, {}, () => undefined),
        () => false,
        this.#utility.time.now,
      );
  }
}

const isInSlot = ({ house, inSlot: chip }: Household): boolean => chip !== undefined && house.holds(chip);

const supplyOf = (region: Region): Supply => CARD_SUPPLIES.find((supply) => supply.region === region) as Supply;

const blankHousehold = (): CardHouseholdMemory => ({
  card: undefined,
  keepCard: () => undefined,
  meters: CARD_SUPPLIES.map(() => ({
    ...{ memory: blankMemory(), personalised: false },
    markPersonalised: () => undefined,
  })),
});
