import type { HostFailure, Office, Tenancy } from '../host/index.ts';
import { type Svpmsn, svpmsnText, UNIX_MS_MAX } from '../units/index.ts';
import { actOf } from './cards/card-office.ts';
import type { Faults } from './faults.ts';
import { subscriberOfHouse } from './founding.ts';
import type { GivenUp } from './given-up.ts';
import type { House } from './house.ts';
import { answered } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { Utility } from './utility.ts';

/** What the utility is told of a household, and has done when its books say so. */
type Step = Coming | Going | Replacing;

interface OfHousehold {
  readonly house: House;
  readonly person: string;
  isDone: boolean;
  /** It was refused, because its meter waits for a person's decision. */
  isFrozen?: boolean;
}

interface Coming extends OfHousehold {
  readonly type: 'coming';
  /** Among all who ever lived there, from 1. */
  readonly place: number;
}

interface Going extends OfHousehold {
  readonly type: 'going';
  readonly place: number;
  /** To which their value goes, as long as it is theirs. */
  next: House | undefined;
  /** The meter is held to be dead. */
  isDead: boolean;
}

interface Replacing extends OfHousehold {
  readonly type: 'replacing';
  readonly by: House;
}

/** Who watches is told of what cannot be seen. */
export interface MoverHooks {
  say(text: string): void;
  /** Of a meter that is held to be dead what it holds proves nothing. */
  givenUp(svpmsn: Svpmsn): void;
}

const MINUTE_MS = 60_000;
/** How often a minute brings a household that leaves, where few enough do. */
const GOINGS_A_MINUTE = 0.3;
const MOVING_SHARE_MAX = 1 / 4;
const VACANT_MINUTES_MAX = 4;
/** Of those who come: who had to leave before, and who moves within the utility. */
const RETURNING_SHARE = 0.3;
const MOVING_ON_SHARE = 0.5;
/** Of those who leave: who does so because they cannot pay, where somebody cannot. */
const OWING_SHARE = 0.7;
/** Of those who have two meters: who keeps the new one alone as its meter is mounted in the place of the old. */
const REPLACING_SHARE = 0.2;
const REPLACING_METERS_MIN = 8;
const DOUBLED_SHARE = 0.3;
const OTHERWISE_SHARE = 0.1;
const PAID_DUES_SHARE = 0.1;
/** Longer than a life that begins before the end of time: behind it no meter tells a last reading. */
const LAST_MOVES_MS = 30 * 86_400_000;

/**
 * Households that leave a meter, come to another, carry on what is left, or come back later with what they owe; and the
 * office that does it for them: it asks a host for each step until the books say that it is done, and again for all of
 * them when the books are an older copy.
 */
export class Movers {
  readonly #utility: Utility;
  readonly #random: SeededRandom;
  readonly #faults: Faults;
  readonly #givenUp: GivenUp;
  readonly #hooks: MoverHooks;
  /** In the order in which they were begun; of one house or one household one after the other. */
  readonly #steps: Step[] = [];
  /** When somebody comes to houses where nobody lives. */
  readonly #vacant = new Map<House, number>();
  /** Who lives in each house, or is about to leave it, and how many did before. */
  readonly #tenants = new Map<House, { readonly person: string; readonly place: number }>();
  /** Houses whose meter takes nobody's value any more. */
  readonly #ended = new Set<House>();
  /** Those who left and have no other meter. */
  readonly #homeless: string[] = [];
  #newcomers = 0;
  #duesPaid = 0;

  constructor(
    utility: Utility,
    of: {
      readonly random: SeededRandom;
      readonly faults: Faults;
      readonly givenUp: GivenUp;
      readonly hooks: MoverHooks;
    },
  ) {
    this.#utility = utility;
    this.#random = of.random;
    this.#faults = of.faults;
    this.#givenUp = of.givenUp;
    this.#hooks = of.hooks;
    for (const [i, house] of utility.houses.entries()) {
      this.#tenants.set(house, { person: subscriberOfHouse(i), place: 1 });
    }
  }

  /** The house in which somebody lives, the newest of theirs; none where they have left. */
  homeOf(person: string): House | undefined {
    const homes = [...this.#tenants].filter(([, tenant]) => tenant.person === person);
    return homes.find(([house]) => !this.#isMoving(house))?.[0] ?? homes[0]?.[0];
  }

  /** The steps that are under way go on, and another household moves. */
  async minute(): Promise<void> {
    for (const step of this.#steps) if (!step.isDone && this.#isNext(step)) await this.#go(step);
    if (!this.#faults.active || this.#utility.time.now + LAST_MOVES_MS > UNIX_MS_MAX) return;
    this.#giveUp();
    for (const [house, at] of this.#vacant) if (this.#utility.time.now >= at) this.#comes(house);
    const most = Math.max(1, Math.floor(this.#utility.houses.length * MOVING_SHARE_MAX));
    const isFew = this.#vacant.size + this.#steps.filter(({ isDone }) => !isDone).length < most;
    if (this.#random.chance(GOINGS_A_MINUTE) && isFew) this.#leaves();
    if (this.#random.chance(PAID_DUES_SHARE)) await this.#payDues();
  }

  /** The database is an older copy: what it forgot is told again, in its order. */
  storeRestored(): void {
    for (const step of this.#steps) step.isDone = false;
  }

  /** Nobody leaves any more, and where nobody lives somebody comes. */
  async heal(): Promise<void> {
    for (const house of [...this.#vacant.keys()]) this.#beginComing(house, this.#newcomer());
    await this.minute();
  }

  /** How many of each the books have done. */
  get counts(): Readonly<Record<Step['type'], number>> {
    const of = (type: Step['type']) => this.#steps.filter((step) => step.type === type && step.isDone).length;
    return { coming: of('coming'), going: of('going'), replacing: of('replacing') };
  }

  /** Whether nobody's value goes into its meter any more. */
  hasEnded(house: House): boolean {
    return this.#ended.has(house);
  }

  /** Whether the books are to hear of a move there. */
  isMoving(svpmsn: number): boolean {
    return this.#steps.some((step) => !step.isDone && step.house.svpmsn === svpmsn);
  }

  /** Whether what is to be done there waits behind another step, whose meter waits for a person's decision. */
  isHeldUp(svpmsn: Svpmsn): boolean {
    return this.#steps.some((step) => !step.isDone && step.house.svpmsn === svpmsn && this.#waitsForDecision(step));
  }

  #waitsForDecision(step: Step, seen = new Set<Step>()): boolean {
    const before = this.#before(step).filter((each) => !seen.has(each));
    for (const each of before) seen.add(each);
    return before.some((each) => each.isFrozen === true || this.#waitsForDecision(each, seen));
  }

  /** Meters that have a last reading to tell. */
  get left(): readonly House[] {
    return this.#steps.flatMap((step) => (step.type === 'going' && !step.isDone ? [step.house] : []));
  }

  #leaves(): void {
    const all = [...this.#tenants.keys()].filter((house) => !this.#isMoving(house));
    const owing = all.filter(({ meter }) => meter.owed > 0);
    const homes = this.#random.chance(OWING_SHARE) && owing.length > 0 ? owing : all;
    const house = homes[this.#random.below(Math.max(1, homes.length))];
    if (house !== undefined) this.#beginGoing(house, undefined);
  }

  #comes(house: House): void {
    const random = this.#random;
    if (random.chance(RETURNING_SHARE) && this.#homeless.length > 0) {
      const [person] = this.#homeless.splice(random.below(this.#homeless.length), 1);
      this.#beginComing(house, person as string);
      return;
    }
    const homes = [...this.#tenants].filter(([home]) => !this.#isMoving(home));
    const [home, tenant] = homes[random.below(Math.max(1, homes.length))] ?? [];
    if (home === undefined || tenant === undefined || !random.chance(MOVING_ON_SHARE)) {
      this.#beginComing(house, this.#newcomer());
      return;
    }
    this.#beginComing(house, tenant.person);
    const isReplaced =
      random.chance(REPLACING_SHARE) &&
      this.#utility.houses.length >= REPLACING_METERS_MIN &&
      this.#givenUp.mayTake([home.svpmsn]);
    if (isReplaced) {
      this.#givenUp.take(home.svpmsn);
      this.#steps.push({ type: 'replacing', house: home, person: tenant.person, by: house, isDone: false });
    } else this.#beginGoing(home, house);
  }

  #newcomer(): string {
    this.#newcomers += 1;
    return `newcomer-${this.#newcomers}`;
  }

  #beginComing(house: House, person: string): void {
    const place = (this.#tenants.get(house)?.place ?? this.#placeBefore(house)) + 1;
    this.#vacant.delete(house);
    this.#tenants.set(house, { person, place });
    this.#steps.push({ type: 'coming', house, person, place, isDone: false });
  }

  #placeBefore(house: House): number {
    const places = this.#steps.flatMap((step) => (step.house === house && 'place' in step ? [step.place] : []));
    return Math.max(...places);
  }

  #beginGoing(house: House, next: House | undefined): void {
    const { person, place } = this.#tenants.get(house) as { person: string; place: number };
    this.#steps.push({ type: 'going', house, person, place, next, isDead: false, isDone: false });
  }

  #isMoving(house: House): boolean {
    return this.#ended.has(house) || this.#steps.some((step) => !step.isDone && isAt(step, house));
  }

  #isNext(step: Step): boolean {
    return this.#before(step).length === 0;
  }

  /** What is to be done of the same house or household first. */
  #before(step: Step): readonly Step[] {
    const before = this.#steps.slice(0, this.#steps.indexOf(step));
    return before.filter(({ isDone, house, person }) => !isDone && (house === step.house || person === step.person));
  }

  async #go(step: Step): Promise<void> {
    switch (step.type) {
      case 'coming':
        return this.#come(step);
      case 'going':
        return this.#goAway(step);
      case 'replacing':
        return this.#replace(step);
    }
  }

  async #come(step: Coming): Promise<void> {
    const { house, person, place } = step;
    const { host } = this.#utility;
    const before = await this.#tenancies(house);
    if (before === undefined) return;
    if (before.length >= place) return this.#did(step);
    const ask = () => this.#office('moveIn', house).moveIn({ meter: house.svpmsn, subscriber: person });
    const made = await answerOf(ask());
    if (made === undefined) return;
    if (!('reason' in made)) return this.#did(step);
    if (made.reason === 'subscriber-unknown') {
      await answered(host.addSubscriber({ id: person, name: person, contact: '' }));
      await answered(ask());
    }
  }

  async #goAway(step: Going): Promise<void> {
    const { house, person, place } = step;
    const before = await this.#tenancies(house);
    if (before === undefined) return;
    const tenancy = before[place - 1];
    if (tenancy?.state === 'left') return this.#gone(step, tenancy);
    if (tenancy?.state === 'leaving' && !this.#random.chance(DOUBLED_SHARE) && !step.isDead) return;
    if (tenancy?.state === 'leaving' && this.#random.chance(OTHERWISE_SHARE)) {
      const other = this.#utility.houses.find((each) => each !== house && each !== step.next);
      if (other !== undefined) await answered(this.#ask(step, other));
    }
    const made = await answerOf(this.#ask(step, step.next));
    if (made === undefined) return;
    if (this.#random.chance(DOUBLED_SHARE)) {
      this.#utility.time.after(
        this.#random.below(MINUTE_MS),
        async () => void (await answered(this.#ask(step, step.next))),
      );
    }
    step.isFrozen = 'reason' in made && made.reason === 'meter-frozen';
    if ('reason' in made) {
      this.#hooks.say(`${svpmsnText(house.svpmsn)} ${person} cannot leave: ${made.reason}`);
      if (made.reason === 'meter-number-wrong') step.next = undefined;
    }
    // Nobody waits for a reading of one that has stopped.
    if (house.frozen) step.isDead = true;
  }

  #ask({ house, isDead }: Going, next: House | undefined): Promise<Tenancy | HostFailure> {
    const to = next === undefined ? {} : { next: next.svpmsn };
    return this.#office('moveOut', house).moveOut({ meter: house.svpmsn, isDead, ...to });
  }

  /** What is left to give to them is given, once and not twice. */
  async #gone(step: Going, { id, refund, paidOutAt, reading }: Tenancy): Promise<void> {
    if (refund !== undefined && refund > 0n && paidOutAt === undefined) {
      const method = this.#random.chance(1 / 2) ? 'cash' : 'bank-transfer';
      const pay = () => this.#office('payOutRest', step.house).payOutRest({ id, method });
      if (!(await answered(pay()))) return;
      if (this.#random.chance(DOUBLED_SHARE)) await answered(pay());
    }
    if (reading === 'last-proved') this.#ended.add(step.house);
    this.#did(step);
  }

  async #replace(step: Replacing): Promise<void> {
    const { house, by } = step;
    const replacement = { old: house.svpmsn, by: by.svpmsn, isDead: house.frozen };
    const made = await answerOf(this.#office('replaceMeter', house).replaceMeter(replacement));
    if (made === undefined) return;
    step.isFrozen = 'reason' in made && made.reason === 'meter-frozen';
    if ('reason' in made) this.#hooks.say(`${svpmsnText(house.svpmsn)} cannot be replaced: ${made.reason}`);
    const isOver = 'reason' in made ? by.frozen : made.state === 'closed';
    if (isOver) this.#did(step);
  }

  /** Once, also where it is done a second time after the books forgot it. */
  #did(step: Step): void {
    step.isDone = true;
    const { house, person } = step;
    const isLast = this.#steps.findLast((each) => each.house === house) === step;
    this.#hooks.say(`${svpmsnText(house.svpmsn)} ${person} ${step.type} is done`);
    if (step.type === 'replacing') this.#ended.add(house);
    if (step.type !== 'going' || !isLast || this.#vacant.has(house)) return;
    if (this.#tenants.delete(house) && this.homeOf(person) === undefined) this.#homeless.push(person);
    if (this.#ended.has(house)) return;
    this.#vacant.set(house, this.#utility.time.now + this.#random.below(VACANT_MINUTES_MAX * MINUTE_MS));
  }

  /** Somebody who cannot wait for its last reading says that a meter is dead. */
  #giveUp(): void {
    for (const step of this.#steps) {
      if (step.type !== 'going' || step.isDone || !this.#isNext(step)) continue;
      const { svpmsn } = step.house;
      const mayBe = !step.isDead && this.#givenUp.mayTake([svpmsn]);
      if (!this.#faults.strikes('meter-given-up', svpmsn, mayBe)) continue;
      this.#givenUp.take(svpmsn);
      this.#hooks.givenUp(svpmsn);
      step.isDead = true;
    }
  }

  /** Somebody without a meter pays of what they owe. */
  async #payDues(): Promise<void> {
    const person = this.#homeless[this.#random.below(Math.max(1, this.#homeless.length))];
    if (person === undefined) return;
    const { host } = this.#utility;
    const owed = await answerOf(host.duesOfPerson(person));
    if (owed === undefined || 'reason' in owed || owed.due <= 0n) return;
    const paid = 1 + this.#random.below(Math.min(Number(owed.due), 2 ** 32));
    const reference = `${person} pays ${this.#duesPaid++}`;
    const act = actOf(this.#utility, { action: 'payDues', subject: `subscriber ${person}` });
    await answered(host.by(act).payDues({ subscriber: person, paid, method: 'cash', reference }));
  }

  /** The oldest first; nothing where no host lived to tell. */
  async #tenancies({ svpmsn }: House): Promise<readonly Tenancy[] | undefined> {
    const told = await answerOf(this.#utility.host.tenancies(svpmsn));
    return told === undefined || 'reason' in told ? undefined : told.reverse();
  }

  #office(action: string, { svpmsn }: House): Office {
    return this.#utility.host.by(actOf(this.#utility, { action, subject: `meter ${svpmsnText(svpmsn)}` }));
  }
}

const isAt = (step: Step, house: House): boolean =>
  step.house === house ||
  (step.type === 'going' && step.next === house) ||
  (step.type === 'replacing' && step.by === house);

/** What a host answered, if it lived to. */
async function answerOf<T extends object>(answer: Promise<T>): Promise<T | undefined> {
  return (await answered(answer)) ? answer : undefined;
}
