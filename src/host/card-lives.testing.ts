import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { decodeLoadResponse, loadCommand, selectPurse } from '../card/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { csn, Region } from '../units/index.ts';
import { checkCards } from './card-check.ts';
import { COUNTER_ROUTE } from './card-lookup.ts';
import { recoverCard, replaceCard } from './card-recovery.ts';
import { CardRig, GAS, KIMS_CARD, type RigMeter } from './card-rig.testing.ts';
import { emptyCard, sellToCard, voidCardOrder } from './card-sale.ts';
import { exposureOf, exposureOfProvider } from './card-tickets.ts';
import { blockCard } from './cards.ts';
import type { Store } from './ports.ts';
import { made } from './rig.testing.ts';

const NEXT_CARD = csn('04a1b2c3d4e5f7');
const DAYS = 10;

/**
 * A life of a card by a seed: sales, loads, visits to the meter, frames that are lost, doubled or late, cards that are
 * pulled and hosts that die, until it is lost and another takes its place. Then all is made good, and every token is
 * where the books say it is.
 */
export class CardLife {
  readonly #rig: CardRig;
  readonly #meter: RigMeter;
  readonly #draw: (below: number) => number;
  readonly #open: string[] = [];
  /** Frames that were on their way once, and may come again. */
  readonly #late: { readonly exchange: string; readonly frame: Uint8Array }[] = [];
  #orders = 0;

  private constructor(rig: CardRig, seed: number) {
    this.#rig = rig;
    this.#meter = rig.meter();
    const stream = drawing(seed);
    const bytes = new Uint8Array(2);
    this.#draw = (below) => {
      stream.fill(bytes);
      return ((bytes[0] as number) * 256 + (bytes[1] as number)) % below;
    };
  }

  static async of(store: Store, seed: number): Promise<CardLife> {
    return new CardLife(await CardRig.open({ store, limit: 150, days: DAYS }), seed);
  }

  async live(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#step();
      if (step % 8 === 7) await this.check();
    }
  }

  async #step(): Promise<void> {
    this.#rig.ms += this.#draw(3_600_000);
    switch (this.#draw(10)) {
      case 0:
      case 1:
        return this.#sell();
      case 2:
        return this.#takeBack();
      case 3:
        this.#rig.desk = this.#rig.newDesk();
        return;
      case 4:
      case 5:
        return this.#visit();
      case 6:
        return this.#draw(4) === 0 ? this.#empty() : this.#exchange();
      default:
        return this.#exchange();
    }
  }

  async #sell(): Promise<void> {
    const orderId = `order ${++this.#orders}`;
    const sale = { csn: KIMS_CARD, region: Region.gas, orderId, amount: 1 + this.#draw(99), source: 'cash' };
    for (let times = 1 + this.#draw(2); times > 0; times--) {
      await this.#rig.do(async (tx, now) => made(await sellToCard(tx, sale, now)));
    }
    this.#open.push(orderId);
  }

  async #takeBack(): Promise<void> {
    const id = this.#open[this.#draw(Math.max(1, this.#open.length))];
    if (id !== undefined) await this.#rig.do((tx, now) => voidCardOrder(tx, id, now));
  }

  async #empty(): Promise<void> {
    const target = { csn: KIMS_CARD, region: Region.gas, orderId: `off ${++this.#orders}` };
    await this.#rig.do(async (tx, now) => made(await emptyCard(tx, target, now)));
  }

  /** The card goes into the meter, and may be pulled at any step. */
  async #visit(): Promise<void> {
    const hand = this.#rig.hand();
    hand.pull();
    const steps = this.#draw(3) === 0 ? 1 + this.#draw(9) : Number.POSITIVE_INFINITY;
    this.#meter.take(hand, this.#draw(60), steps);
    hand.pull();
    this.#meter.spend(this.#draw(1 + this.#meter.credited - this.#meter.used));
  }

  /** An exchange on a way that loses, doubles and keeps back frames. */
  async #exchange(): Promise<void> {
    const { desk } = this.#rig;
    const hand = this.#rig.hand();
    hand.pull();
    hand.send(selectPurse());
    const { exchange, frame } = made(await desk.begin({ csn: KIMS_CARD, region: Region.gas, route: COUNTER_ROUTE }));
    let sent = frame;
    for (let pass = 0; pass < 2; pass++) {
      const answer = this.#draw(6) === 0 ? undefined : this.#toCard(sent);
      const old = this.#draw(4) === 0 ? this.#late[this.#draw(Math.max(1, this.#late.length))] : undefined;
      if (old !== undefined) await desk.receive(old.exchange, old.frame);
      if (answer === undefined) return;
      this.#late.push({ exchange, frame: answer });
      if (this.#draw(6) === 0) return;
      const step = made(await desk.receive(exchange, answer));
      if (this.#draw(4) === 0) assert.deepEqual(await desk.receive(exchange, answer), step);
      assert.ok(step.type === 'send' || step.type === 'done', inspect(step));
      if (step.type !== 'send') return;
      sent = step.frame;
    }
  }

  /** Nothing where the card was pulled before it had it. */
  #toCard(frame: Uint8Array): Uint8Array | undefined {
    const answer = decodeLoadResponse(this.#rig.hand().send(loadCommand(frame) as Uint8Array));
    return 'frame' in answer ? answer.frame : undefined;
  }

  /** The card is at the desk for as long as there is something to do, and what it holds is what the books say. */
  async heal(): Promise<void> {
    this.#rig.hand().pull();
    this.#meter.take(this.#rig.hand(), 0);
    await this.#rig.serve();
    const purse = await this.#rig.purse();
    const region = this.#rig.hand().card.regions.get(Region.gas)?.purse;
    assert.ok(region !== undefined);
    const { loaded, balance, pending, loadCounter, debitCounter } = region;
    assert.deepEqual(
      [purse.credited, purse.balance, purse.pending, purse.lastCounter, purse.debitCounter],
      [BigInt(loaded), BigInt(balance), BigInt(pending?.amount ?? 0), loadCounter, debitCounter],
    );
    assert.equal(purse.handed, BigInt(this.#meter.credited));
    await this.check();
    const { handed, spent, inFlight } = await this.#rig.totals();
    assert.deepEqual([handed, spent, inFlight], [BigInt(this.#meter.credited), BigInt(this.#meter.used), 0n]);
  }

  /**
   * The card is lost as it is, whoever finds it takes what they can, and the next card takes its place: when all is
   * over, the subscriber has what was sold, less what meters took.
   */
  async lose(): Promise<void> {
    const rig = this.#rig;
    await rig.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state: 'lost' }, now)));
    await rig.issue(NEXT_CARD);
    await rig.do(async (tx, now) => made(await replaceCard(tx, { csn: KIMS_CARD, by: NEXT_CARD }, now)));
    const recover = () => rig.do(async (tx, now) => made(await recoverCard(tx, KIMS_CARD, now)));
    await recover();
    await this.check();
    rig.hand().pull();
    this.#meter.take(rig.hand(), this.#draw(80));
    rig.ms += (DAYS + 1) * 86_400_000;
    this.#meter.spend(0);
    await rig.serve(NEXT_CARD);
    this.#meter.take(rig.hand(NEXT_CARD), 0);
    await rig.serve(NEXT_CARD);
    const { recoveries } = await recover();
    assert.deepEqual(
      recoveries.map(({ now, later }) => [now, later]),
      [[0n, 0n]],
    );
    await rig.serve(NEXT_CARD);
    await this.check();
    const { issued, refunded, found, closed, onCards, handed, inFlight } = await rig.totals();
    assert.equal(inFlight, 0n);
    assert.equal(issued + found, refunded + onCards + handed + closed);
    assert.equal(handed, BigInt(this.#meter.credited));
    const next = await rig.purse(NEXT_CARD);
    assert.equal(next.balance, onCards, 'all that is left is on the card in the place of the lost one');
  }

  /** Ledger, cards, orders and meters say the same. */
  async check(): Promise<void> {
    const { findings } = await this.#rig.store.read(async (tx) =>
      checkCards((await tx.ledgerSums(0)).sums, {
        purses: await tx.cardPurses.page({ limit: 9 }),
        orders: await tx.cardOrders.page({ limit: 999 }),
        meters: await tx.offlineMeters.page({ limit: 9 }),
      }),
    );
    assert.deepEqual(findings, []);
    await this.#exposed();
  }

  /** What is reckoned of a provider from one ticket for each card and meter is what all tickets of each card say. */
  async #exposed(): Promise<void> {
    const { store, clock } = this.#rig;
    const now = clock.now();
    await store.read(async (tx) => {
      const of = { tickets: 0, exposure: 0n };
      for (const purse of await tx.cardPurses.where('provider', GAS)) {
        const { tickets, exposure } = await exposureOf(tx, purse, now);
        of.tickets += tickets.length;
        of.exposure += exposure;
      }
      assert.deepEqual(await exposureOfProvider(tx, GAS, now), of);
    });
  }
}
