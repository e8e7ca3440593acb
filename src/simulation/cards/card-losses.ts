import { type Csn, svpmsnText } from '../../units/index.ts';
import type { SeededRandom } from '../random.ts';
import { type CardWorld, type Holder, putIn, visit } from './card-holder.ts';
import { toCard } from './card-office.ts';
import type { OfflineMeter } from './offline-meter.ts';
import type { PurseCard } from './purse-card.ts';

/** A card that its holder does not have any more, and the next one. */
interface Loss {
  readonly holder: Holder;
  readonly lost: PurseCard;
  readonly next: Csn;
}

const MINUTE_MS = 60_000;
const AGAIN_MS = 1_000;
const FOUND_VISITS = 4;
const HOME_VISITS = 2;
const HOME_VISIT_MS = 30_000;
const FOUND_WITHIN_MINUTES = 30;
const TOLD_WITHIN_MINUTES = 4;
const COPY_VISITS = 3;
const COPY_WITHIN_MINUTES = 20;

/** Cards in other hands than their holder's: lost, with the one that takes their place and gets their value; copied. */
export class CardLosses {
  readonly #world: CardWorld;
  readonly #random: SeededRandom;
  readonly #replaced: (holder: Holder) => void;
  readonly #losses: Loss[] = [];

  /** @param replaced is told of a holder who has a new card in the place of one that was lost */
  constructor(world: CardWorld, random: SeededRandom, replaced: (holder: Holder) => void) {
    this.#world = world;
    this.#random = random;
    this.#replaced = replaced;
  }

  /** It is gone. Whoever finds it tries it; its holder says so, and has another one. */
  lose(holder: Holder): void {
    const { faults, utility, hooks } = this.#world;
    const { time } = utility;
    const drawn = (n: number) => faults.below('card-lost', n);
    const { card: lost, house, meters } = holder;
    holder.where = 'lost';
    holder.say('is lost');
    for (let count = 0; count < FOUND_VISITS; count++) {
      const meter = meters[drawn(meters.length)] as OfflineMeter;
      time.after(drawn(FOUND_WITHIN_MINUTES * MINUTE_MS), () => {
        if (!faults.active) return;
        hooks.say(`${svpmsnText(house.svpmsn)} card ${lost.csn} is tried by whoever found it`);
        visit(meter, lost, {}, time.now);
      });
    }
    this.#tryAtHome(holder);
    const loss = { holder, lost, next: holder.nextNumber() };
    this.#losses.push(loss);
    time.after(drawn(TOLD_WITHIN_MINUTES * MINUTE_MS), () => this.#report(loss));
  }

  /** Whoever found it comes by the meter of the house as well. */
  #tryAtHome({ house, card }: Holder): void {
    const { faults, utility, hooks } = this.#world;
    const { time } = utility;
    const random = this.#random.fork(`finder of ${card.csn}`);
    for (let count = 0; count < HOME_VISITS; count++) {
      time.after(random.below(FOUND_WITHIN_MINUTES * MINUTE_MS), () => {
        if (!faults.active || house.hasCard) return;
        hooks.say(`${svpmsnText(house.svpmsn)} card ${card.csn} is tried at home by whoever found it`);
        const chip = putIn(this.#world, house, card, {});
        time.after(HOME_VISIT_MS, () => {
          if (house.holds(chip)) house.removeCard(time.now);
        });
      });
    }
  }

  /** Its chip is read out now; the copy goes to the meters, and to the counter, later. */
  copy(holder: Holder): void {
    const { faults, utility, hooks, counter } = this.#world;
    const { time } = utility;
    const drawn = (n: number) => faults.below('card-cloned', n);
    const { card, house, meters } = holder;
    const copy = card.copy(this.#random.fork(`copy of ${card.csn}`));
    holder.copied = true;
    hooks.cloned(card.csn);
    holder.say('was copied');
    for (let count = 0; count < COPY_VISITS; count++) {
      const meter = meters[drawn(meters.length)] as OfflineMeter;
      const atCounter = drawn(2) === 0;
      time.after(drawn(COPY_WITHIN_MINUTES * MINUTE_MS), async () => {
        if (!faults.active) return;
        hooks.say(`${svpmsnText(house.svpmsn)} copy of card ${card.csn} is used`);
        if (atCounter) await counter.serve(copy);
        visit(meter, copy, {}, time.now);
      });
    }
  }

  /** What can be given back of the cards that a holder lost, or that all of them did, is asked for. */
  async recover(of?: Holder): Promise<void> {
    for (const { holder, lost } of this.#losses) {
      if (of !== undefined && holder !== of) continue;
      await this.#world.counter.office(toCard('proposeCardRecovery', lost.csn), (office) =>
        office.recoverCard(lost.csn),
      );
    }
  }

  /** All that were lost, in the order in which they were: what takes the place of one may be lost by now too. */
  async tellAgain(): Promise<void> {
    for (const loss of this.#losses) {
      if (await this.#isTold(loss)) continue;
      this.#world.utility.time.after(AGAIN_MS, () => this.tellAgain());
      return;
    }
  }

  /** Until a host has done all of it. */
  async #report(loss: Loss): Promise<void> {
    const { holder, lost, next } = loss;
    if (!(await this.#isTold(loss))) {
      this.#world.utility.time.after(AGAIN_MS, () => this.#report(loss));
      return;
    }
    if (holder.card !== lost) return;
    await holder.hasNow(next);
    holder.say(`is in the place of ${lost.csn}`);
    this.#replaced(holder);
  }

  /** Whether a host did it, or had done it: blocked, issued anew, replaced. */
  async #isTold({ holder, lost, next }: Loss): Promise<boolean> {
    const { counter } = this.#world;
    return (
      (await counter.office(toCard('blockCard', lost.csn), (office) =>
        office.blockCard({ csn: lost.csn, state: 'lost' }),
      )) &&
      (await counter.issue(next, holder.subscriber)) &&
      (await counter.office(
        toCard('replaceCard', lost.csn),
        (office) => office.replaceCard({ csn: lost.csn, by: next }),
        ...['card-ended', 'card-wrong'],
      ))
    );
  }
}
