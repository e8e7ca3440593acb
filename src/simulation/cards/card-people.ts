import type { KeyStore } from '../../crypto/index.ts';
import { personalise } from '../../meter/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../records/index.ts';
import { compileTariff, DEFAULT_TARIFF, offsetTable } from '../../tariff/index.ts';
import { type Csn, csn, Region, type Svpmsn, svpmsn, svpmsnText, unixSeconds } from '../../units/index.ts';
import type { FaultKind, Faults } from '../faults.ts';
import { FaultyMemory } from '../faulty-memory.ts';
import { subscriberOfHouse } from '../founding.ts';
import type { House } from '../house.ts';
import { cardKeyName } from '../keys.ts';
import type { SeededRandom } from '../random.ts';
import type { Utility } from '../utility.ts';
import { CardCounter } from './card-office.ts';
import { type CardPayment, CardPayments } from './card-payments.ts';
import { OfflineMeter } from './offline-meter.ts';
import { type Fate, inSlot, PurseCard } from './purse-card.ts';

/** Who watches is told of each card and meter, and whenever one of them may have another state. */
export interface CardHooks {
  issued(card: PurseCard, home: Svpmsn): void;
  built(meter: OfflineMeter): void;
  cardStepped(card: PurseCard): void;
  meterStepped(meter: OfflineMeter): void;
  /** From now on there are two of it. */
  cloned(id: Csn): void;
  say(text: string): void;
}

/** A card that its holder does not have any more, and the next one. */
interface Loss {
  readonly holder: Holder;
  readonly lost: PurseCard;
  readonly next: Csn;
}

interface Emptying {
  readonly csn: Csn;
  readonly region: Region;
  readonly orderId: string;
}

/** A household with a card, and meters without a line that it feeds. */
interface Holder {
  readonly house: House;
  readonly subscriber: string;
  readonly random: SeededRandom;
  readonly meters: readonly OfflineMeter[];
  card: PurseCard;
  cards: number;
  /** A card can be lost, and copied, that is in somebody's hand. */
  where: 'hand' | 'away' | 'lost';
  copied: boolean;
}

/** One house of so many has a card. */
const HOUSES_A_CARD = 8;
const FIRST_METER = 0x8a0001;
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
const FOUND_VISITS = 4;
const TOLD_WITHIN_MINUTES = 4;
const AGAIN_MS = 1_000;
const PULSES_A_MINUTE_MAX = 30;

/**
 * People who buy value on cards: for gas, and for what an electricity meter in the garden takes. They put the card into
 * the meter of their house, where a host reaches it, or go to a counter; they carry it to the meters that have no line,
 * and bring back what those have to tell.
 */
export class CardPeople {
  readonly #utility: Utility;
  readonly #faults: Faults;
  readonly #hooks: CardHooks;
  readonly #counter: CardCounter;
  readonly #paid: CardPayments;
  readonly #random: SeededRandom;
  readonly #holders: Holder[] = [];
  readonly #losses: Loss[] = [];
  /** Orders by which somebody wants to have out what is on a card. */
  readonly #emptyings: Emptying[] = [];

  constructor(
    utility: Utility,
    of: { readonly random: SeededRandom; readonly faults: Faults; readonly keys: KeyStore; readonly hooks: CardHooks },
  ) {
    this.#utility = utility;
    this.#faults = of.faults;
    this.#hooks = of.hooks;
    this.#random = of.random;
    this.#counter = new CardCounter(utility, of.keys, cardKeyName(utility.options.suite));
    this.#paid = new CardPayments(utility, of.faults);
  }

  get payments(): readonly CardPayment[] {
    return this.#paid.payments;
  }

  knownBefore(now: number): number {
    return this.#paid.knownBefore(now);
  }

  async open(keys: KeyStore): Promise<void> {
    const { houses } = this.#utility;
    if (houses.length < HOUSES_A_CARD) return;
    await this.#counter.open();
    for (const [i, house] of houses.entries()) {
      if (i % HOUSES_A_CARD !== HOUSES_A_CARD - 1) continue;
      const holder = await this.#equip(house, i, keys);
      this.#holders.push(holder);
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
      if (this.#faults.strikes('card-lost', house.svpmsn, atHand)) this.#lose(holder);
      const mayCopy = holder.where === 'hand' && !holder.copied;
      if (this.#faults.strikes('card-cloned', house.svpmsn, mayCopy)) this.#copy(holder);
    }
    await this.#paid.tellAgain();
  }

  /** The database is an older copy: what was paid since, and which cards are lost, is told again. */
  storeRestored(since: number): void {
    const { time } = this.#utility;
    this.#paid.reconcile(since);
    time.after(this.#faults.below('store-restored', MINUTE_MS), () => this.#reportAgain());
    for (const emptying of this.#emptyings) {
      time.after(this.#faults.below('store-restored', MINUTE_MS), () => this.#empty(emptying));
    }
  }

  /** Nothing happens to a card any more; it is brought everywhere where it is waited for, once more and again. */
  async heal(): Promise<void> {
    const { time } = this.#utility;
    await this.#paid.tellAgain();
    for (const holder of this.#holders) {
      holder.house.removeCard(time.now);
      for (const meter of holder.meters) meter.heal(time.now);
      if (holder.where !== 'lost') this.#insert(holder, {});
    }
    time.after(3 * MINUTE_MS, () => this.#bringAbout());
    time.after(6 * MINUTE_MS, () => this.#bringAbout());
  }

  async #bringAbout(): Promise<void> {
    const { time } = this.#utility;
    await this.#paid.tellAgain();
    for (const { lost } of this.#losses) await this.#counter.office((office) => office.recoverCard(lost.csn));
    for (const { house, meters, card } of this.#holders) {
      house.removeCard(time.now);
      await this.#counter.serve(card);
      for (const meter of meters) this.#visit(meter, card, {});
      await this.#counter.serve(card);
      for (const meter of meters) this.#visit(meter, card, {});
      await this.#counter.serve(card);
    }
  }

  async #equip(house: House, i: number, keys: KeyStore): Promise<Holder> {
    const random = this.#random.fork(`holder ${i}`);
    const subscriber = subscriberOfHouse(i);
    const meters: OfflineMeter[] = [];
    for (const [at, region] of [Region.gas, Region.electricity].entries()) {
      const id = svpmsn(FIRST_METER + 4 * i + at);
      await this.#counter.enrol(id, region, subscriber);
      meters.push(await this.#build(id, region, { random: random.fork(`meter ${at}`), keys, house }));
    }
    const number = csnOf(house.svpmsn, 1);
    await this.#counter.issue(number, subscriber);
    const card = await this.#make(number, house, random);
    return { house, subscriber, random, meters, card, cards: 1, where: 'hand', copied: false };
  }

  async #build(
    id: Svpmsn,
    region: Region,
    of: { readonly random: SeededRandom; readonly keys: KeyStore; readonly house: House },
  ): Promise<OfflineMeter> {
    const { time, options } = this.#utility;
    const { now } = time;
    const memory = new FaultyMemory();
    const key = await of.keys.terminalKey(cardKeyName(options.suite), id);
    const offsets = offsetTable('UTC', new Date(now).getUTCFullYear(), 1);
    if ('reason' in offsets) throw new Error(offsets.sentence);
    const table = compileTariff(DEFAULT_TARIFF, { supply: 1, version: 1, validFrom: unixSeconds(0), offsets });
    if ('reason' in table) throw new Error(table.sentence);
    const made = { svpmsn: id, region, keys: [key], tables: [table], policy: DEFAULT_SUPPLY_POLICY, unixMs: now, now };
    personalise(memory, made, of.random.fork('workshop'));
    const changed = (meter: OfflineMeter) => this.#hooks.meterStepped(meter);
    const meter = new OfflineMeter({ svpmsn: id, region, memory, random: of.random, changed }, now);
    this.#hooks.built(meter);
    return meter;
  }

  async #make(number: Csn, house: House, random: SeededRandom): Promise<PurseCard> {
    const memory = await this.#counter.personalise(number);
    const stepped = (card: PurseCard) => this.#hooks.cardStepped(card);
    const card = new PurseCard(number, memory, random.fork(number), stepped);
    this.#hooks.issued(card, house.svpmsn);
    return card;
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

  async #empty(target: Emptying): Promise<void> {
    await this.#counter.office((office) => office.emptyCard(target));
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
    if (random.chance(COUNTER_SHARE)) {
      for (const { lost } of this.#lossesOf(holder)) {
        await this.#counter.office((office) => office.recoverCard(lost.csn));
      }
      await this.#counter.serve(holder.card, this.#fate(holder));
      this.#say(holder, 'was at the counter');
      this.#carry(holder);
      return;
    }
    this.#insert(holder, this.#fate(holder));
    const left = this.#faults.strikes('card-left', house.svpmsn)
      ? 1 + this.#faults.below('card-left', LEFT_MINUTES_MAX)
      : 0;
    time.after(left * MINUTE_MS + (40 + random.below(80)) * SECOND_MS, () => {
      if (!this.#faults.active) return;
      house.removeCard(time.now);
      this.#carry(holder);
    });
  }

  #insert({ house, card }: Holder, fate: Fate): void {
    const { time } = this.#utility;
    const chip = { atr: new Uint8Array(), begin: () => inSlot(card, fate, () => house.removeCard(time.now)) };
    house.insertCard(chip, time.now);
    this.#hooks.say(`${svpmsnText(house.svpmsn)} card ${card.csn} is put in`);
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
      for (const meter of holder.meters) this.#visit(meter, card, this.#fateAtMeter(holder, meter));
      this.#say(holder, 'was at the meters without a line');
      const isLate = this.#faults.strikes('card-late', house.svpmsn);
      const minutes = isLate ? 1 + this.#faults.below('card-late', LATE_MINUTES_MAX) : 0;
      time.after(minutes * MINUTE_MS, () => {
        if (this.#goesOn(holder, card)) this.#goOut(holder);
      });
    });
  }

  #visit(meter: OfflineMeter, card: PurseCard, fate: Fate): void {
    let pulled = false;
    const program = inSlot(card, fate, () => {
      pulled = true;
    });
    meter.serve(program, () => pulled, this.#utility.time.now);
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

  /** It is gone. Whoever finds it tries it; its holder says so, and has another one. */
  #lose(holder: Holder): void {
    const { time } = this.#utility;
    const drawn = (n: number) => this.#faults.below('card-lost', n);
    const { card: lost, house, meters } = holder;
    holder.where = 'lost';
    this.#say(holder, 'is lost');
    for (let visit = 0; visit < FOUND_VISITS; visit++) {
      const meter = meters[drawn(meters.length)] as OfflineMeter;
      time.after(drawn(30 * MINUTE_MS), () => {
        if (!this.#faults.active) return;
        this.#hooks.say(`${svpmsnText(house.svpmsn)} card ${lost.csn} is tried by whoever found it`);
        this.#visit(meter, lost, {});
      });
    }
    holder.cards += 1;
    const loss = { holder, lost, next: csnOf(house.svpmsn, holder.cards) };
    this.#losses.push(loss);
    time.after(drawn(TOLD_WITHIN_MINUTES * MINUTE_MS), () => this.#report(loss));
  }

  /** Until a host has done all of it. */
  async #report(loss: Loss): Promise<void> {
    const { holder, lost, next } = loss;
    if (!(await this.#isTold(loss))) {
      this.#utility.time.after(AGAIN_MS, () => this.#report(loss));
      return;
    }
    if (holder.card !== lost) return;
    holder.card = await this.#make(next, holder.house, holder.random);
    holder.copied = false;
    holder.where = 'hand';
    this.#say(holder, `is in the place of ${lost.csn}`);
    this.#goOut(holder);
  }

  /** All that were lost, in the order in which they were: what takes the place of one may be lost by now too. */
  async #reportAgain(): Promise<void> {
    for (const loss of this.#losses) {
      if (await this.#isTold(loss)) continue;
      this.#utility.time.after(AGAIN_MS, () => this.#reportAgain());
      return;
    }
  }

  /** Whether a host did it, or had done it: blocked, issued anew, replaced. */
  async #isTold({ holder, lost, next }: Loss): Promise<boolean> {
    const counter = this.#counter;
    return (
      (await counter.office((office) => office.blockCard({ csn: lost.csn, state: 'lost' }))) &&
      (await counter.issue(next, holder.subscriber)) &&
      (await counter.office((office) => office.replaceCard({ csn: lost.csn, by: next }), 'card-ended', 'card-wrong'))
    );
  }

  #lossesOf(holder: Holder): readonly Loss[] {
    return this.#losses.filter((loss) => loss.holder === holder);
  }

  /** Its chip is read out now; the copy goes to the meters, and to the counter, later. */
  #copy(holder: Holder): void {
    const { time } = this.#utility;
    const drawn = (n: number) => this.#faults.below('card-cloned', n);
    const { card, house, meters } = holder;
    const copy = card.copy(this.#random.fork(`copy of ${card.csn}`));
    holder.copied = true;
    this.#hooks.cloned(card.csn);
    this.#say(holder, 'was copied');
    for (let visit = 0; visit < 3; visit++) {
      const meter = meters[drawn(meters.length)] as OfflineMeter;
      const atCounter = drawn(2) === 0;
      time.after(drawn(20 * MINUTE_MS), async () => {
        if (!this.#faults.active) return;
        this.#hooks.say(`${svpmsnText(house.svpmsn)} copy of card ${card.csn} is used`);
        if (atCounter) await this.#counter.serve(copy);
        this.#visit(meter, copy, {});
      });
    }
  }

  #say({ house, card }: Holder, what: string): void {
    this.#hooks.say(`${svpmsnText(house.svpmsn)} card ${card.csn} ${what}`);
  }
}

const csnOf = (home: Svpmsn, number: number): Csn =>
  csn(`04${svpmsnText(home)}${number.toString(16).padStart(6, '0')}`);
