import { toHex } from '../../bytes/index.ts';
import { LoadKind, type LoadRow } from '../../card/index.ts';
import { RECEIPTS_KEPT, txidTextOf } from '../../exchange/index.ts';
import {
  type CardBooks as Books,
  type CardOrder,
  type CardPurse,
  type CardTicket,
  type IssuedCard,
  type OfflineMeter,
  purseIdOf,
} from '../../host/index.ts';
import { levelsOf } from '../../meter/index.ts';
import { type Csn, type Svpmsn, svpmsnText, U32_MAX } from '../../units/index.ts';
import type { CardPayment } from '../cards/card-payments.ts';
import type { Written } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import { type Cards, givenOf, handedOf, onTheWayOf, type RegionTruth } from './cards.ts';
import type { Checker, Findings, Promised } from './checker.ts';

/** In 2106 the seconds of a ticket end, and nothing passes between cards and meters any more. */
const TICKETS_END_MS = U32_MAX * 1000;
const OPEN: ReadonlySet<CardOrder['state']> = new Set(['waiting', 'outstanding', 'voiding']);
const FINAL: ReadonlySet<CardOrder['state']> = new Set(['stored', 'refunded', 'closed', 'found']);

/**
 * The books against the cards, row by row as they become durable, and when all is healed: what is booked as loaded is on
 * the card, or was; what is given back never was there (I5, I6, I7, I9, I11); what meters took stands under the tickets
 * that were issued (I15); and value is in one place (I8, I28).
 */
export class CardBooks implements Checker {
  readonly watches = ['I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I15', 'I28'] as const;
  readonly #findings: Findings;
  readonly #cards: Cards;
  readonly #payments: () => readonly CardPayment[];
  readonly #say: (text: string) => void;
  /** Every load that a host stored before it could send it: region, LTC and TXID, and for how much. */
  readonly #named = new Map<string, number>();
  readonly #orders = new Map<string, CardOrder>();
  readonly #tickets = new Map<string, CardTicket>();
  readonly #refunded = new Set<string>();
  readonly #states = new Map<Csn, IssuedCard['state']>();
  /** Lost or blocked at some time; books that forgot it hear of it again. */
  readonly #ended = new Set<Csn>();
  #restored = false;

  constructor(
    findings: Findings,
    cards: Cards,
    world: { readonly payments: () => readonly CardPayment[]; readonly say: (text: string) => void },
  ) {
    this.#findings = findings;
    this.#cards = cards;
    this.#payments = world.payments;
    this.#say = world.say;
  }

  storeRestored(): void {
    this.#restored = true;
    this.#orders.clear();
    this.#refunded.clear();
    this.#states.clear();
  }

  committed(rows: readonly Written[]): void {
    for (const { method, values } of rows) {
      switch (method) {
        case 'cardTickets.put':
          for (const ticket of values[0] as readonly CardTicket[]) this.#tickets.set(ticket.id, ticket);
          break;
        case 'cardOrders.put':
          for (const order of values[0] as readonly CardOrder[]) this.#orderPut(order);
          break;
        case 'cardPurses.put':
          for (const purse of values[0] as readonly CardPurse[]) this.#pursePut(purse);
          break;
        case 'offlineMeters.put':
          for (const meter of values[0] as readonly OfflineMeter[]) this.#meterPut(meter);
          break;
        case 'cards.put':
          for (const card of values[0] as readonly IssuedCard[]) this.#cardPut(card, rows);
          break;
        default:
          break;
      }
    }
    if (rows.some(({ method }) => method === 'cardOrders.put')) this.#oneOutstanding(rows);
  }

  /** A card decided a load. */
  loaded({ card, region }: RegionTruth, { counter, txid: bytes, amount, kind }: LoadRow): void {
    const purse = purseIdOf(card.csn, region);
    const txid = toHex(bytes);
    this.#say(`card: ${this.#at(card.csn)}${card.csn} region ${region} LTC ${counter} ${KIND_TEXT[kind]} ${amount}`);
    const named = this.#named.get(`${purse} ${counter} ${txid}`);
    this.#hold(
      'I15',
      purse,
      named !== undefined,
      () => `it decided LTC ${counter}, TXID ${txid}, which no host had stored`,
    );
    if (kind !== LoadKind.credited) return;
    this.#hold(
      'I15',
      purse,
      named === amount,
      () => `LTC ${counter} was of ${named}, and it was loaded with ${amount}`,
    );
    this.#hold('I6', purse, !this.#refunded.has(txid), () => `TXID ${txid} was given back, and then loaded`);
  }

  #orderPut(order: CardOrder): void {
    const { id, purse, txid, op, state, counter, amount } = order;
    const before = this.#orders.get(id);
    this.#orders.set(id, order);
    const truth = this.#cards.regions.get(purse);
    this.#say(`books: ${truth === undefined ? '' : this.#at(truth.card.csn)}${id} for ${purse} is ${state}`);
    if (counter !== undefined && OPEN.has(state)) this.#named.set(`${purse} ${counter} ${txid}`, amount);
    const isOver = before !== undefined && FINAL.has(before.state);
    this.#hold('I11', purse, !isOver || before.state === state, () => `${id} was ${before?.state}, and is ${state}`);
    // Of a card that was copied one of the two said it.
    if (truth === undefined || this.#cards.isCloned(truth.card.csn)) return;
    const row = counter === undefined ? undefined : truth.loads.get(counter);
    const isIts = row !== undefined && toHex(row.txid) === txid;
    if (state === 'stored' && this.#isActive(truth.card.csn)) {
      const loaded = isIts && row.kind === LoadKind.credited && row.amount === amount;
      this.#hold(
        'I5',
        purse,
        loaded,
        () => `${id}, LTC ${counter} of ${amount}, is booked as loaded, and is not on it`,
      );
    }
    if (state === 'closed') {
      const kind = op === 'release' ? LoadKind.released : LoadKind.closed;
      const taken = isIts && row.kind === kind && row.amount === amount;
      this.#hold('I5', purse, taken, () => `${id} is booked as ${amount} taken off it, which it has not given`);
    }
    if (state === 'refunded') {
      this.#hold('I6', purse, !this.#cards.isCredited(txid), () => `${id} is given back, and is on it`);
      this.#refunded.add(txid);
    }
  }

  /** Of each region of which this transaction wrote an order. */
  #oneOutstanding(rows: readonly Written[]): void {
    const written = rows.filter(({ method }) => method === 'cardOrders.put');
    const purses = new Set(
      written.flatMap(({ values }) => (values[0] as readonly CardOrder[]).map(({ purse }) => purse)),
    );
    for (const purse of purses) {
      const sent = [...this.#orders.values()].filter(
        (order) => order.purse === purse && OPEN.has(order.state) && order.counter !== undefined,
      );
      this.#hold(
        'I9',
        purse,
        sent.length <= 1,
        () => `${sent.map(({ id }) => id).join(' and ')} are on their way at once`,
      );
    }
  }

  #pursePut({ id, card, credited, lastCounter, handed, freeze }: CardPurse): void {
    const truth = this.#cards.regions.get(id);
    if (truth === undefined || this.#cards.isCloned(card as Csn) || !this.#isActive(card as Csn)) return;
    const { loaded, loadCounter } = truth.purse;
    this.#hold('I5', id, credited <= BigInt(loaded) && lastCounter <= loadCounter, () => {
      return `the books have LTC ${lastCounter} and ${credited} loaded, the card ${loadCounter} and ${loaded}`;
    });
    const gone = handedOf(truth);
    this.#hold('I8', id, handed <= BigInt(gone), () => `the books have ${handed} gone to meters, and ${gone} went`);
    // Only books that were put back can have forgotten so much.
    const mayFreeze = freeze === 'gap-longer-than-ring' && loadCounter - lastCounter > RECEIPTS_KEPT;
    this.#hold('I10', id, freeze === undefined || mayFreeze, () => `it is frozen (${freeze}), and there is one of it`);
  }

  #meterPut({ id, svpmsn, fromCards, spent, doubt, line, epochThere }: OfflineMeter): void {
    if (line) this.#cards.epochThere(svpmsn, epochThere);
    const found = this.#cards.meters.find(({ meter }) => meter.svpmsn === svpmsn);
    if (found === undefined) return;
    const levels = levelsOf(found.meter.meter);
    if (found.house !== undefined && levels.frozen !== 0) return;
    const fits = fromCards <= BigInt(levels.fromCards) && spent <= fromCards;
    this.#findings.hold('I8', found.house, fits && doubt === undefined, () => {
      return `meter ${id}: the books have ${fromCards} from cards and ${spent} spent (${doubt ?? 'no doubt'}), it took ${levels.fromCards}`;
    });
  }

  #cardPut({ id, state }: IssuedCard, rows: readonly Written[]): void {
    const card = id as Csn;
    const before = this.#states.get(card);
    this.#states.set(card, state);
    if (state === 'active' || before === state) return;
    this.#ended.add(card);
    this.#say(`books: ${this.#at(card)}card ${card} is ${state}`);
    for (const { method, values } of rows) {
      if (method !== 'offlineMeters.put') continue;
      for (const { svpmsn, epoch } of values[0] as readonly OfflineMeter[]) this.#cards.blocked(card, svpmsn, epoch);
    }
  }

  /** What the books do not know yet counts as active. */
  #isActive(card: Csn): boolean {
    return !this.#ended.has(card);
  }

  async healed(utility: Utility): Promise<void> {
    if (this.#cards.regions.size === 0) return;
    this.#underTickets();
    for (const truth of this.#cards.regions.values()) await this.#regionSettled(utility, truth);
    await this.#paymentsKnown(utility);
    const booked = await this.#booked(utility);
    await this.#metersTold(utility, booked);
    await this.#booksBalance(utility, booked);
  }

  /** Every region of every card, as it is booked. */
  async #booked({ host }: Utility): Promise<ReadonlyMap<string, Booked>> {
    const all = new Map<string, Booked>();
    for (const csn of new Set([...this.#cards.regions.values()].map(({ card }) => card.csn))) {
      const view = await host.card(csn);
      if ('reason' in view) continue;
      for (const purse of view.purses) all.set(purse.id, { ...purse, isActive: view.card.state === 'active' });
    }
    return all;
  }

  /** No meter took more from a card than its tickets allow. */
  #underTickets(): void {
    for (const [id, { given, card }] of this.#cards.regions) {
      for (const [meter, debits] of given) {
        const tickets = [...this.#tickets.values()].filter((ticket) => ticket.purse === id && ticket.meter === meter);
        const most = tickets.reduce((sum, { limit }) => sum + limit, 0);
        const taken = [...debits.values()].reduce((sum, amount) => sum + amount, 0);
        const sentence = () => `meter ${svpmsnText(meter)} took ${taken} from it, and tickets allow ${most}`;
        if (!this.#cards.isCloned(card.csn)) this.#hold('I15', id, taken <= most, sentence);
      }
    }
  }

  /** A region that value may go to has nothing on its way, and is as the books say. */
  async #regionSettled({ host }: Utility, truth: RegionTruth): Promise<void> {
    const { card, region, purse } = truth;
    const id = purseIdOf(card.csn, region);
    const [view, orders] = [await host.card(card.csn), await host.cardOrders({ csn: card.csn, limit: 10_000 })];
    const booked = 'reason' in view ? undefined : view.purses.find((each) => each.id === id);
    if ('reason' in view || booked === undefined || 'reason' in orders) {
      this.#hold('I28', id, false, () => 'the books do not know the card');
      return;
    }
    if (view.card.state !== 'active') return;
    // Nothing tells of receipts that are gone.
    const settles = this.#cards.isCloned(card.csn) || booked.freeze === 'gap-longer-than-ring';
    this.#hold('I28', id, booked.freeze === undefined || settles, () => `it is still frozen (${booked.freeze})`);
    if (booked.freeze !== undefined) return;
    const open = orders.filter((order) => order.purse === id && OPEN.has(order.state));
    this.#hold('I28', id, open.length === 0, () => `${open.map((order) => order.id).join()} is still on its way`);
    const mayEnd = this.#findings.now < TICKETS_END_MS;
    this.#hold('I28', id, purse.pending === undefined || !mayEnd, () => `debit ${purse.pending?.counter} is pending`);
    const same =
      booked.lastCounter === purse.loadCounter &&
      booked.credited === BigInt(purse.loaded) &&
      booked.balance === BigInt(purse.balance) &&
      booked.closed === BigInt(truth.closed) &&
      booked.released === BigInt(truth.released) &&
      booked.handed === BigInt(handedOf(truth));
    this.#hold(this.#cards.isCloned(card.csn) ? 'I10' : 'I8', id, same, () => {
      const books = `LTC ${booked.lastCounter}, ${booked.credited} loaded, ${booked.balance} left, ${booked.closed} taken off, ${booked.released} released, ${booked.handed} handed`;
      return `the books have ${books}; the card LTC ${purse.loadCounter}, ${purse.loaded}, ${purse.balance}, ${truth.closed}, ${truth.released}, ${handedOf(truth)}`;
    });
  }

  /** What was paid for a card is on it, was given back, or waits with a card that is frozen or gone. */
  async #paymentsKnown({ host }: Utility): Promise<void> {
    for (const { orderId, csn, refused } of this.#payments()) {
      if (refused) continue;
      const order = await host.cardOrder(orderId);
      if ('reason' in order) {
        const found = this.#restored && this.#cards.isCredited(txidTextOf(orderId));
        this.#hold('I7', csn, found, () => `${orderId} was paid, and the books do not know it`);
        continue;
      }
      const { state, txid, purse } = order;
      if (this.#cards.isCloned(purse.slice(0, csn.length) as Csn)) continue;
      const isOn = this.#cards.isCredited(txid);
      const agrees = state === 'stored' || state === 'found' ? isOn : state !== 'refunded' || !isOn;
      this.#hold('I7', purse, agrees, () => `${orderId} is ${state} in the books and ${isOn ? '' : 'not '}on the card`);
    }
  }

  /** What a meter took from cards is told in full, over whichever card of its household is neither copied nor frozen. */
  async #metersTold({ host }: Utility, all: ReadonlyMap<string, Booked>): Promise<void> {
    if (this.#findings.now >= TICKETS_END_MS) return;
    for (const { meter, home, house } of this.#cards.meters) {
      this.#cards.meterStepped(meter);
      const { region, svpmsn } = meter;
      // One that is dead tells nobody what it took last.
      if (meter.dead) continue;
      const household = this.#cards.ofHome(home);
      if (household.some((csn) => this.#cards.isCloned(csn))) continue;
      const carries = household.some((csn) => {
        const booked = all.get(purseIdOf(csn, region));
        return booked?.isActive === true && booked.freeze === undefined;
      });
      // One with a line tells it over that.
      if (house === undefined && !carries) continue;
      const booked = await host.offlineMeter(svpmsnText(svpmsn));
      const { fromCards } = levelsOf(meter.meter);
      if (house !== undefined && fromCards === 0) continue;
      const told =
        'reason' in booked ? booked.sentence : booked.fromCards === BigInt(fromCards) ? '' : `${booked.fromCards}`;
      this.#findings.hold('I8', house, told === '', () => {
        return `meter ${svpmsnText(svpmsn)} took ${fromCards} from cards, and the books have ${told}`;
      });
    }
  }

  /**
   * What was loaded for a household is in one place: on a card in use, in a meter, taken off, or given to the next card;
   * from which of its cards a meter took it, books need not know. Of a card that no desk has seen again they may lack
   * what they never heard, or forgot; of a card that was copied nobody knows what the two gave. By so much, and no more,
   * a provider's meters may have told beyond what its cards did.
   */
  async #booksBalance({ host }: Utility, all: ReadonlyMap<string, Booked>): Promise<void> {
    const unknown = new Map<string, bigint>();
    const households = new Map<string, { booked: bigint; there: bigint; isCopied: boolean }>();
    for (const [id, truth] of this.#cards.regions) {
      const booked = all.get(id);
      // That is found where the region is looked at.
      if (booked === undefined) continue;
      const { credited, closed, released, recovered, provider, isActive } = booked;
      const given = givenOf(truth);
      const isCloned = this.#cards.isCloned(truth.card.csn);
      const unheard =
        positive(BigInt(truth.purse.loaded) - credited) +
        positive(BigInt(truth.closed + truth.released) - closed - released);
      const lacking = isCloned ? BigInt(given) : unheard;
      unknown.set(provider, (unknown.get(provider) ?? 0n) + lacking);
      const usable = isActive ? truth.purse.balance + onTheWayOf(truth) : 0;
      const there = BigInt(usable + given + truth.closed + truth.released - truth.releasedLate);
      const name = `${this.#at(truth.card.csn)}region ${truth.region}`;
      const sums = households.get(name) ?? { booked: 0n, there: 0n, isCopied: false };
      sums.booked += credited + lacking - recovered;
      sums.there += there;
      sums.isCopied ||= isCloned;
      households.set(name, sums);
    }
    // Every ticket has expired by then, and no card brings any more what meters took under them.
    const hasEnded = this.#findings.now >= TICKETS_END_MS;
    for (const [name, { booked, there, isCopied }] of households) {
      this.#findings.hold('I8', undefined, isCopied || hasEnded || there <= booked, () => {
        return `cards of house ${name}: ${booked} were loaded, and ${there} are on those in use and in meters`;
      });
    }
    for (const books of await host.cardBooks()) {
      const lacking = unknown.get(books.provider) ?? 0n;
      const isEven = comesOutEven(books, lacking) && (lacking > 0n || books.balanced);
      this.#findings.hold('I8', undefined, isEven, () => {
        return `provider ${books.provider}: what was sold, loaded and spent differs`;
      });
    }
  }

  #at(csn: Csn): string {
    const home: Svpmsn | undefined = this.#cards.homeOf(csn);
    return home === undefined ? '' : `${svpmsnText(home)} `;
  }

  #hold(promised: Promised, purse: string, holds: boolean, otherwise: () => string): void {
    this.#findings.hold(promised, undefined, holds, () => `card ${purse}: ${otherwise()}`);
  }
}

interface Booked extends CardPurse {
  /** The card that it is on may be used. */
  readonly isActive: boolean;
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** The equations of the value on cards, from their sums. @param unknown what meters may have told beyond all cards */
const comesOutEven = (t: Books, unknown: bigint): boolean =>
  t.issued + t.recovered === t.stored + t.inFlight + t.refunded &&
  t.stored + t.found === t.onCards + t.handed + t.closed + t.recovered &&
  t.handed === t.inMeters + t.spent + t.arrived &&
  t.inFlight >= 0n &&
  t.onCards >= 0n &&
  t.inFlight + t.onCards + t.inMeters + unknown >= 0n;

const KIND_TEXT: Readonly<Record<LoadKind, string>> = {
  [LoadKind.credited]: 'loaded',
  [LoadKind.voided]: 'voided',
  [LoadKind.full]: 'full',
  [LoadKind.closed]: 'emptied of',
  [LoadKind.released]: 'released',
};
