import assert from 'node:assert/strict';
import { type CardInHand, purseOf } from '../card/bench.testing.ts';
import { ATRS } from '../card/contact/card.testing.ts';
import type { CardChip } from '../card/index.ts';
import { Suite } from '../crypto/index.ts';
import { CardOffice } from '../host/card-issue.testing.ts';
import { MemoryStore } from '../host/index.ts';
import { csn, Region } from '../units/index.ts';
import type { House, Utility, UtilityOptions } from './index.ts';
import { drawKeys } from './keys.ts';
import { seededRandom } from './random.ts';
import { BEGINS_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

export const CARD = csn('04a1b2c3d4e5f6');
export const SECOND_MS = 1_000;

/** Two houses on one line, and a card for the first, all the way from the books to its contacts. */
export class World {
  readonly utility: Utility;
  readonly office: CardOffice;
  hand: CardInHand;
  readonly region: Region;
  /** Commands that the card was given since it was put in, and what is to happen at one of them. */
  commands = 0;
  at: ((command: number) => 'as-ever' | 'pulled-before' | 'pulled-after') | undefined;

  private constructor(utility: Utility, office: CardOffice, hand: CardInHand, region: Region) {
    this.utility = utility;
    this.office = office;
    this.hand = hand;
    this.region = region;
  }

  static async open(options: Partial<UtilityOptions> = {}, region: Region = Region.gas): Promise<World> {
    const store = new MemoryStore();
    const keys = drawKeys(Suite.aes128, seededRandom('keys'));
    const utility = await openSmall({
      ...{ store, keys, meters: 2, localUnits: 1, outages: false, roundMs: 10 * MINUTE_MS },
      firstSale: { from: 50_000, to: 60_000 },
      ...options,
    });
    utility.closeTheTills();
    const office = new CardOffice({ store, keys, utility: 1, now: () => utility.time.now });
    await office.found([region]);
    const world = new World(utility, office, await office.issue(CARD, 'house-1', [region]), region);
    await utility.runUntil(BEGINS_MS + 3 * MINUTE_MS);
    return world;
  }

  get house(): House {
    return this.utility.houses[0] as House;
  }

  readonly #chip: CardChip = {
    atr: ATRS.t1,
    begin: () => {
      this.hand.pull();
      this.commands = 0;
      return (command) => {
        const fate = this.at?.(this.commands++) ?? 'as-ever';
        const response = fate === 'pulled-before' ? new Uint8Array() : this.hand.send(command);
        if (fate !== 'as-ever') this.pull();
        return response;
      };
    },
  };

  insert(house = this.house): void {
    house.insertCard(this.#chip, this.utility.time.now);
  }

  pull(house = this.house): void {
    house.removeCard(this.utility.time.now);
  }

  live(ms: number): Promise<void> {
    return this.utility.runUntil(this.utility.time.now + ms);
  }

  /** Loaded on the card is what the books say, and nothing is on its way. */
  async loaded(amount: number, why = ''): Promise<void> {
    const books = await this.office.booked(CARD, this.region);
    const { loaded, balance, loadCounter } = purseOf(this.hand, this.region);
    assert.deepEqual([loaded, balance], [amount, amount], why);
    assert.deepEqual([books?.credited, books?.lastCounter], [BigInt(amount), loadCounter], why);
    assert.equal(books?.outstanding, undefined, why);
  }

  async isLoaded(amount: number): Promise<boolean> {
    return (await this.office.booked(CARD, this.region))?.credited === BigInt(amount);
  }
}
