import type { KeyStore } from '../../crypto/index.ts';
import { Region, svpmsnText } from '../../units/index.ts';
import type { FaultKind, Faults } from '../faults.ts';
import type { House } from '../house.ts';
import type { SeededRandom } from '../random.ts';
import type { Utility } from '../utility.ts';
import { type CardHooks, type CardWorld, Holder, meterOf, putIn, visit } from './card-holder.ts';
import { CardLosses } from './card-losses.ts';
import { CardCounter, toCard } from './card-office.ts';
import { type CardPayment, CardPayments } from './card-payments.ts';
import { DeadMeters } from './dead-meters.ts';
import type { OfflineMeter } from './offline-meter.ts';
import type { Fate, PurseCard } from './purse-card.ts';

interface Emptying {
  readonly csn: PurseCard['csn'];
  readonly region: Region;
  readonly orderId: string;
}

const CARD_REGIONS = [Region.gas, Region.electricity] as const;
const TICKET_LIMIT = 2_000;
const TICKET_DAYS = 60;
/** One house of so many has a card. */
const HOUSES_A_CARD = 8;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const PAYMENTS_A_MINUTE = 0.3;
const GAS_SHARE = 0.7;
const COUNTER_SHARE = 0.25;
const AT_HOME_SHARE = 0.25;
const AMOUNT_MAX = 500;
const LEFT_MINUTES_MAX = 20;
const LATE_MINUTES_MAX = 40;
const COMMANDS_MAX = 24;
const CUT_WITHIN_BYTES = 400;
const CUT_OF_METER_WITHIN_BYTES = 1_200;
const PULSES_A_MINUTE_MAX = 30;

/**
 * People who buy value on cards: for gas, and for what an electricity meter in the garden takes. They put the card into
 * the meter of their house, where a host reaches it, or go to a counter; they carry it to the meters that have no line,
 * and bring back what those have to tell.
 */
export class CardPeople {
  readonly #world: CardWorld;
  readonly #utility: Utility;
  readonly #faults: Faults;
  readonly #counter: CardCounter;
  readonly #paid: CardPayments;
  readonly #losses: CardLosses;
  readonly #dead: DeadMeters;
  readonly #random: SeededRandom;
  readonly #holders: Holder[] = [];
  readonly #homeOf: ((person: string) => House | undefined) | undefined;
  /** Whoever watches knows of the meters of these as such that may take from a card. */
  readonly #slots = new Set<House>();
  /** Orders by which somebody wants to have out what is on a card. */
  readonly #emptyings: Emptying[] = [];

  constructor(
    utility: Utility,
    of: {
      readonly random: SeededRandom;
      readonly faults: Faults;
      readonly keys: KeyStore;
      readonly hooks: CardHooks;
      /** Where somebody lives, of those who move; nowhere for a while. */
      readonly homeOf?: ((person: string) => House | undefined) | undefined;
    },
  ) {
    const { random, faults, keys, hooks } = of;
    this.#homeOf = of.homeOf;
    this.#utility = utility;
    this.#faults = faults;
    this.#random = random;
    const terms = () => ({
      name: 'Value on cards',
      account: 'IBAN',
      ticketLimit: TICKET_LIMIT,
      ticketDays: TICKET_DAYS,
    });
    this.#counter = new CardCounter(utility, { keys, regions: CARD_REGIONS, terms });
    this.#world = { utility, faults, keys, hooks, counter: this.#counter };
    this.#paid = new CardPayments(utility, faults);
    this.#dead = new DeadMeters(this.#world);
    this.#losses = new CardLosses(this.#world, random, (holder) => this.#goOut(holder));
  }

  get payments(): readonly CardPayment[] {
    return this.#paid.payments;
  }

  knownBefore(now: number): number {
    return this.#paid.knownBefore(now);
  }

  async open(): Promise<void> {
    const { houses } = this.#utility;
    if (houses.length < HOUSES_A_CARD) return;
    await this.#counter.open();
    for (let i = HOUSES_A_CARD - 1; i < houses.length; i += HOUSES_A_CARD) {
      const holder = await Holder.equip(this.#world, i, this.#random.fork(`holder ${i}`));
      this.#holders.push(holder);
      this.#slots.add(holder.house);
      this.#goOut(holder);
    }
  }

  /** A minute is over: people pay, meters count, and cards are lost. */
  async minute(): Promise<void> {
    const { time } = this.#utility;
    for (const holder of this.#holders) {
      const { house, random, meters } = holder;
      for (const meter of meters) meter.minute(random.below(PULSES_A_MINUTE_MAX), time.now);
      if (random.chance(PAYMENTS_A_MINUTE)) await this.#pay(holder);
      const atHand = holder.where === 'hand';
      if (this.#faults.strikes('card-lost', house.svpmsn, atHand)) this.#losses.lose(holder);
      const mayCopy = holder.where === 'hand' && !holder.copied;
      if (this.#faults.strikes('card-cloned', house.svpmsn, mayCopy)) this.#losses.copy(holder);
    }
    await this.#paid.tellAgain();
  }

  /** The database is an older copy: what was paid since, and which cards are lost, is told again. */
  storeRestored(since: number): void {
    const { time } = this.#utility;
    this.#paid.reconcile(since);
    time.after(this.#faults.below('store-restored', MINUTE_MS), () => this.#losses.tellAgain());
    time.after(this.#faults.below('store-restored', MINUTE_MS), () => this.#dead.tellAgain());
    for (const emptying of this.#emptyings) {
      time.after(this.#faults.below('store-restored', MINUTE_MS), () => this.#empty(emptying));
    }
  }

  /** Nobody is at home, and the batteries of the meters are empty. */
  rest(): void {
    for (const { slot, meters } of this.#holders) {
      slot.removeCard(this.#utility.time.now);
      for (const meter of meters) meter.darken();
    }
  }

  /** Nothing happens to a card any more; it is brought everywhere where it is waited for, once more and again. */
  async heal(): Promise<void> {
    const { time } = this.#utility;
    await this.#paid.tellAgain();
    this.#dead.heal();
    for (const holder of this.#holders) {
      holder.slot.removeCard(time.now);
      for (const meter of holder.meters) meter.heal(time.now);
      if (holder.where !== 'lost' && this.#isHome(holder)) this.#insert(holder, {});
    }
    time.after(3 * MINUTE_MS, () => this.#bringAbout());
    // What lost cards still had is asked for when the next ones have brought what each meter took.
    time.after(6 * MINUTE_MS, async () => {
      await this.#losses.recover();
      await this.#bringAbout();
    });
  }

  async #bringAbout(): Promise<void> {
    const { time } = this.#utility;
    await this.#paid.tellAgain();
    for (const holder of this.#holders) {
      const { slot, meters, card } = holder;
      slot.removeCard(time.now);
      await this.#counter.serve(card);
      await this.#dead.settle(holder);
      await this.#counter.serve(card);
      for (const meter of meters) visit(meter, card, {}, time.now);
      await this.#counter.serve(card);
      for (const meter of meters) visit(meter, card, {}, time.now);
      await this.#counter.serve(card);
    }
  }

  async #pay({ random, card, house }: Holder): Promise<void> {
    const region = random.chance(GAS_SHARE) ? Region.gas : Region.electricity;
    const overfilled = await this.#paid.pay(card.csn, region, 1 + random.below(AMOUNT_MAX), house.svpmsn);
    if (!overfilled) return;
    // Nobody needs that much, and wants it out again.
    const emptying = { csn: card.csn, region, orderId: `emptying ${this.#paid.payments.length}` };
    this.#utility.time.after((5 + random.below(10)) * MINUTE_MS, () => {
      if (!this.#faults.active) return;
      this.#emptyings.push(emptying);
      return this.#empty(emptying);
    });
  }

  /** Until a host has heard of it. */
  async #empty(target: Emptying): Promise<void> {
    const isTold = await this.#counter.takeOff(toCard('proposeCardClosing', target.csn), (office) =>
      office.emptyCard(target),
    );
    if (!isTold) this.#utility.time.after(SECOND_MS, () => this.#empty(target));
  }

  #goOut(holder: Holder): void {
    const { time } = this.#utility;
    const { card } = holder;
    time.after((30 + holder.random.below(150)) * SECOND_MS, () => {
      if (this.#goesOn(holder, card)) return this.#load(holder);
    });
  }

  /** Whoever has lost a card goes nowhere with it, and the next one has its own ways. */
  #goesOn(holder: Holder, card: PurseCard): boolean {
    return this.#faults.active && holder.where !== 'lost' && holder.card === card;
  }

  /** Into the meter of the house, or to the counter. */
  async #load(holder: Holder): Promise<void> {
    const { time } = this.#utility;
    const { house, random } = holder;
    holder.where = 'away';
    if (random.chance(COUNTER_SHARE) || !this.#isHome(holder)) {
      await this.#losses.recover(holder);
      await this.#counter.serve(holder.card, this.#fate(holder));
      await this.#dead.settle(holder);
      holder.say('was at the counter');
      this.#carry(holder);
      return;
    }
    this.#insert(holder, this.#fate(holder));
    const left = this.#faults.strikes('card-left', house.svpmsn)
      ? 1 + this.#faults.below('card-left', LEFT_MINUTES_MAX)
      : 0;
    time.after(left * MINUTE_MS + (40 + random.below(80)) * SECOND_MS, () => {
      if (!this.#faults.active) return;
      holder.slot.removeCard(time.now);
      this.#carry(holder);
    });
  }

  /** Whether they live anywhere now, and from now on there. */
  #isHome(holder: Holder): boolean {
    if (this.#homeOf === undefined) return true;
    const home = this.#homeOf(holder.subscriber);
    if (home === undefined) return false;
    holder.slot = home;
    if (!this.#slots.has(home)) this.#world.hooks.built(meterOf(home), home.svpmsn);
    this.#slots.add(home);
    return true;
  }

  #insert({ slot, card }: Holder, fate: Fate): void {
    putIn(this.#world, slot, card, fate);
    this.#world.hooks.say(`${svpmsnText(slot.svpmsn)} card ${card.csn} is put in`);
  }

  /** To the meters that have no line, if somebody goes there, and back. */
  #carry(holder: Holder): void {
    const { time } = this.#utility;
    const { house, random, card } = holder;
    holder.where = 'hand';
    if (random.chance(AT_HOME_SHARE)) {
      this.#goOut(holder);
      return;
    }
    time.after((5 + random.below(180)) * SECOND_MS, () => {
      if (!this.#goesOn(holder, card)) return;
      for (const meter of holder.meters) {
        const fate = this.#fateAtMeter(holder, meter);
        const dies = this.#faults.strikes('offline-meter-dead', house.svpmsn, this.#dead.mayDie(holder, meter));
        if (dies) this.#dead.lastVisit(holder, meter, fate);
        else visit(meter, card, fate, time.now);
      }
      holder.say('was at the meters without a line');
      const isLate = this.#faults.strikes('card-late', house.svpmsn);
      const minutes = isLate ? 1 + this.#faults.below('card-late', LATE_MINUTES_MAX) : 0;
      time.after(minutes * MINUTE_MS, () => {
        if (this.#goesOn(holder, card)) this.#goOut(holder);
      });
    });
  }

  #fate({ house: { svpmsn: id } }: Holder): Fate {
    const faults = this.#faults;
    const drawn = (kind: FaultKind, n: number) => faults.below(kind, n);
    const pulled = faults.strikes('card-pulled', id);
    const cut = faults.strikes('card-power-cut', id);
    const replayed = faults.strikes('card-replayed', id);
    return {
      ...(pulled && { pulled: { at: drawn('card-pulled', COMMANDS_MAX), after: drawn('card-pulled', 2) === 1 } }),
      ...(cut && {
        cut: {
          bytes: drawn('card-power-cut', CUT_WITHIN_BYTES),
          byte: drawn('card-power-cut', 2) === 0 ? 'old' : 'garbage',
        },
      }),
      ...(replayed && {
        replayed: { at: drawn('card-replayed', COMMANDS_MAX), pick: (n) => drawn('card-replayed', n) },
      }),
    };
  }

  #fateAtMeter(holder: Holder, meter: OfflineMeter): Fate {
    const faults = this.#faults;
    const { svpmsn: id } = holder.house;
    const others = this.#holders.filter((other) => other !== holder && other.where === 'hand');
    if (faults.strikes('offline-meter-cut', id)) {
      const bytes = faults.below('offline-meter-cut', CUT_OF_METER_WITHIN_BYTES);
      meter.cutWithin(bytes, faults.below('offline-meter-cut', 2) === 0 ? 'old' : 'garbage');
    }
    const fate = this.#fate(holder);
    if (!faults.strikes('card-swapped', id, others.length > 0)) return fate;
    const at = faults.below('card-swapped', COMMANDS_MAX);
    const other = others[faults.below('card-swapped', others.length)] as Holder;
    return { ...fate, swapped: { at, other: other.card } };
  }
}
