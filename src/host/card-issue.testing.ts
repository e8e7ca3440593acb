import { CardInHand } from '../card/bench.testing.ts';
import { personaliseCard } from '../card/index.ts';
import { type KeyStore, keyName, Purpose, Suite } from '../crypto/index.ts';
import { type Csn, type Milliseconds, milliseconds, type Region, type Svpmsn } from '../units/index.ts';
import { providerIdOf, purseIdOf } from './card-ids.ts';
import { recoverCard, replaceCard } from './card-recovery.ts';
import { sellToCard } from './card-sale.ts';
import { addProvider, blockCard, changeProvider, enrolOffline, issueCard } from './cards.ts';
import type { CardOrder, CardPurse, Store } from './ports.ts';
import { made } from './rig.testing.ts';

/** Cards of a host on a line, from its books and its own keys, for tests of whoever carries to them. */
export class CardOffice {
  readonly #store: Store;
  readonly #keys: Pick<KeyStore, 'cardKey'>;
  readonly #utility: number;
  readonly #now: () => Milliseconds;
  #orders = 0;

  constructor(of: { store: Store; keys: Pick<KeyStore, 'cardKey'>; utility: number; now: () => Milliseconds }) {
    this.#store = of.store;
    this.#keys = of.keys;
    this.#utility = of.utility;
    this.#now = of.now;
  }

  async found(regions: readonly Region[]): Promise<void> {
    const terms = { name: 'Gas & Water', account: 'IBAN', ticketLimit: 100, ticketDays: 30 };
    await this.#store.transaction(async (tx) => {
      for (const region of regions)
        made(await addProvider(tx, { utility: this.#utility, region, ...terms }, this.#now()));
    });
  }

  /** Of each ticket of a region from now on. */
  async limit(region: Region, ticketLimit: number): Promise<void> {
    const id = providerIdOf({ utility: this.#utility, region });
    await this.#store.transaction(async (tx) => made(await changeProvider(tx, { id, ticketLimit })));
  }

  /** A card is lost, and another takes its place. What that one is given when so much time has gone by. */
  async lose(csn: Csn, by: Csn, afterMs: number): Promise<readonly CardOrder[]> {
    const now = this.#now();
    return this.#store.transaction(async (tx) => {
      made(await blockCard(tx, { csn, state: 'lost' }, now));
      made(await replaceCard(tx, { csn, by }, now));
      return made(await recoverCard(tx, csn, milliseconds(now + afterMs))).orders;
    });
  }

  /** What the card in the place of one that was lost is given now. */
  async recover(csn: Csn): Promise<readonly CardOrder[]> {
    return this.#store.transaction(async (tx) => made(await recoverCard(tx, csn, this.#now())).orders);
  }

  /** A card that a subscriber has from now on. */
  async issue(csn: Csn, subscriber: string, regions: readonly Region[], seed = 1): Promise<CardInHand> {
    const n = keyName(Purpose.value, Suite.aes128, 0);
    const utility = this.#utility;
    const named = regions.map((region) => ({ region, provider: providerIdOf({ utility, region }), n }));
    await this.#store.transaction(async (tx) =>
      made(await issueCard(tx, { csn, subscriber, regions: named }, this.#now())),
    );
    const keyOf = (scope: Region | 0) => this.#keys.cardKey({ utility, n, csn, scope });
    const keys = await Promise.all(regions.map(async (region) => ({ utility, key: await keyOf(region) })));
    return new CardInHand(personaliseCard({ issuerKey: await keyOf(0), regions: keys }), seed);
  }

  /** A meter without a line, whose tickets are sealed under its key of that generation. */
  async enrolOffline(id: Svpmsn, subscriber: string, region: Region, generation = 0): Promise<void> {
    const provider = providerIdOf({ utility: this.#utility, region });
    const n = keyName(Purpose.value, Suite.aes128, generation);
    await this.#store.transaction(async (tx) =>
      made(await enrolOffline(tx, { svpmsn: id, provider, subscriber, n }, this.#now())),
    );
  }

  sell(csn: Csn, region: Region, amount: number): Promise<CardOrder> {
    const orderId = `card order ${this.#orders++}`;
    const sale = { csn, region, orderId, amount, source: 'cash' };
    return this.#store.transaction(async (tx) => made(await sellToCard(tx, sale, this.#now())));
  }

  /** What the books know of a region of a card. */
  booked(csn: Csn, region: Region): Promise<CardPurse | undefined> {
    return this.#store.read(async (tx) => (await tx.cardPurses.of([purseIdOf(csn, region)]))[0]);
  }
}
