import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { CardInHand, MeterOnBench } from '../card/bench.testing.ts';
import {
  beginTaking,
  decodeLoadResponse,
  loadCommand,
  openTicket,
  personaliseCard,
  selectPurse,
} from '../card/index.ts';
import { deriveCardKey, deriveTerminalKey, keyName, Purpose, SoftwareKeyStore, Suite } from '../crypto/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import {
  type Csn,
  csn,
  type Milliseconds,
  milliseconds,
  Region,
  type Svpmsn,
  svpmsn,
  tokens,
  unixSeconds,
} from '../units/index.ts';
import { type Decided, decide, propose } from './approvals.ts';
import { type CardTotals, cardTotals } from './card-books.ts';
import { CardDesk, type CardStep } from './card-desk.ts';
import { providerIdOf, purseIdOf } from './card-ids.ts';
import { COUNTER_ROUTE } from './card-lookup.ts';
import { replaceCard } from './card-recovery.ts';
import { buyForCard, payOutCard, voidCardOrder } from './card-sale.ts';
import { addProvider, blockCard, enrolOffline, issueCard } from './cards.ts';
import { LedgerReader } from './ledger.ts';
import { MemoryStore } from './memory.ts';
import type { Store, StoreTransaction } from './ports.ts';
import { knownKeys, knownSigner } from './receipt.testing.ts';
import type { Receipt } from './receipt-document.ts';
import { parseSignedReceipt, verifyReceipt } from './receipt-envelope.ts';
import { issueDue, receiptsOf } from './receipting.ts';
import { addSubscriber } from './registry.ts';
import { made } from './rig.testing.ts';
import type { CardOrder, HostFailure, Proposal } from './types.ts';
import type { Act } from './witness.ts';

export const UTILITY = 258;
export const GAS = providerIdOf({ utility: UTILITY, region: Region.gas });
export const KIMS_CARD = csn('04a1b2c3d4e5f6');
export const KIMS_METER = svpmsn(0x0a1b2d);
export const N = keyName(Purpose.value, Suite.aes128, 0);
const KH = new Uint8Array(16).map((_, i) => 3 * i + 1);
const START = Date.UTC(2026, 0, 5, 12);

/** A provider's desk with its store, and cards and meters without a line that are real but for their plastic. */
export class CardRig {
  readonly store: Store;
  readonly keys = new SoftwareKeyStore({ utility: UTILITY, keys: new Map([[N, KH]]) }, drawing(5));
  readonly randomness = drawing(6);
  readonly hands = new Map<Csn, CardInHand>();
  ms = START;
  #acts = 0;
  desk: CardDesk;
  readonly clock = { now: (): Milliseconds => milliseconds(this.ms) };

  private constructor(store: Store) {
    this.store = store;
    this.desk = this.newDesk();
  }

  /** A new process over the same store. */
  newDesk(): CardDesk {
    const { store, keys, clock, randomness } = this;
    return new CardDesk({ store, keys, clock, randomness });
  }

  /** Gas for Kim, who has a card and a meter. */
  static async open({ store = new MemoryStore(), limit = 500, days = 60 }: Opening = {}): Promise<CardRig> {
    const rig = new CardRig(store);
    const terms = { account: 'IBAN', ticketLimit: limit, ticketDays: days };
    await rig.do(async (tx, now) => {
      made(await addSubscriber(tx, { id: 'kim', name: 'Kim', contact: '' }));
      made(await addProvider(tx, { utility: UTILITY, region: Region.gas, name: 'Gas', ...terms }, now));
      made(await enrolOffline(tx, { svpmsn: KIMS_METER, provider: GAS, subscriber: 'kim', n: N }, now));
    });
    await rig.issue();
    return rig;
  }

  /** The same cards and time over other books. */
  static async over(rig: CardRig, store: Store): Promise<CardRig> {
    const other = new CardRig(store);
    other.ms = rig.ms;
    for (const [id, hand] of rig.hands) other.hands.set(id, hand);
    return other;
  }

  do<T>(work: (tx: StoreTransaction, now: Milliseconds) => Promise<T>): Promise<T> {
    return this.store.transaction((tx) => work(tx, this.clock.now()));
  }

  async issue(id: Csn = KIMS_CARD, subscriber = 'kim'): Promise<CardInHand> {
    const regions = [{ region: Region.gas, provider: GAS, n: N }];
    await this.do(async (tx, now) => made(await issueCard(tx, { csn: id, subscriber, regions }, now)));
    const hand = this.personalise(id);
    this.hands.set(id, hand);
    return hand;
  }

  personalise(id: Csn): CardInHand {
    const key = (scope: Region | 0) => deriveCardKey(KH, N, id, scope, UTILITY);
    const regions = [{ utility: UTILITY, key: key(Region.gas) }];
    return new CardInHand(personaliseCard({ issuerKey: key(0), regions }), this.hands.size + 1);
  }

  hand(id: Csn = KIMS_CARD): CardInHand {
    return this.hands.get(id) as CardInHand;
  }

  meter(id: Svpmsn = KIMS_METER): RigMeter {
    return new RigMeter(this, id);
  }

  /** What a card answers to a frame. */
  pass(hand: CardInHand, frame: Uint8Array): Uint8Array {
    const answer = decodeLoadResponse(hand.send(loadCommand(frame) as Uint8Array));
    assert.ok('frame' in answer, JSON.stringify(answer));
    return answer.frame;
  }

  async begin(id: Csn = KIMS_CARD, hand = this.hand(id)) {
    hand.pull();
    hand.send(selectPurse());
    return made(await this.desk.begin({ csn: id, region: Region.gas, route: COUNTER_ROUTE }));
  }

  /** A whole exchange at the counter. */
  async exchange(id: Csn = KIMS_CARD, hand = this.hand(id)): Promise<CardStep> {
    const { exchange, frame } = await this.begin(id, hand);
    const second = made(await this.desk.receive(exchange, this.pass(hand, frame)));
    if (second.type !== 'send') return second;
    return made(await this.desk.receive(exchange, this.pass(hand, second.frame)));
  }

  /** Exchanges until nothing more is to be done. */
  async serve(id: Csn = KIMS_CARD): Promise<number> {
    for (let count = 1; ; count++) {
      const step = await this.exchange(id);
      assert.ok(step.type === 'done', inspect(step));
      if (!step.more) return count;
    }
  }

  /** Sells for money. */
  buy(orderId: string, paid: number, id: Csn = KIMS_CARD): Promise<CardOrder> {
    const purchase = { csn: id, region: Region.gas, orderId, paid, method: 'cash' } as const;
    return this.do(async (tx, now) => made(await buyForCard(tx, purchase, now)));
  }

  void(orderId: string): Promise<CardOrder> {
    return this.do(async (tx, now) => made(await voidCardOrder(tx, orderId, now)));
  }

  payOut(orderId: string): Promise<CardOrder | HostFailure> {
    return this.do((tx, now) => payOutCard(tx, { orderId, by: undefined }, now));
  }

  /** Kim's card is lost, another takes its place, and its tickets have ended. */
  async replaceBy(next: Csn): Promise<void> {
    await this.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state: 'lost' }, now)));
    await this.do(async (tx, now) => made(await replaceCard(tx, { csn: KIMS_CARD, by: next }, now)));
    this.ms += 2 * 86_400_000;
  }

  /** What one person asks for and another approves. */
  async byTwo(proposal: Proposal): Promise<Decided> {
    const act = (by: string): Act => ({
      ...{ at: this.clock.now(), by, role: 'operator', action: 'test', subject: '', detail: '' },
      request: `${by} ${++this.#acts}`,
    });
    const at = (now: Milliseconds) => ({ ledger: new LedgerReader(), zone: 'UTC', now });
    const { id } = await this.do(async (tx, now) =>
      made(await propose(tx, act('one'), { proposal, why: 'asked for' }, at(now))),
    );
    const decision = { approval: id, verdict: 'approve' } as const;
    return this.do(async (tx, now) => made(await decide(tx, act('two'), decision, at(now))));
  }

  /** The receipts of an order, issued and proved by the published key. */
  async receipts(orderId: string): Promise<Receipt[]> {
    const { store, clock, randomness } = this;
    const utility = { name: 'Stadtwerk', registration: undefined };
    await issueDue({ store, clock, randomness, receipts: { signer: knownSigner(), utility } }, 'UTC');
    const issued = made(await store.read((tx) => receiptsOf(tx, orderId)));
    return Promise.all(
      issued.map(async ({ text }) => made(await verifyReceipt(made(parseSignedReceipt(text)), knownKeys()))),
    );
  }

  purse(id: Csn = KIMS_CARD) {
    return this.store.read(async (tx) => {
      const [purse] = await tx.cardPurses.of([purseIdOf(id, Region.gas)]);
      assert.ok(purse !== undefined);
      return purse;
    });
  }

  order(id: string) {
    return this.store.read(async (tx) => (await tx.cardOrders.of([id]))[0]);
  }

  /** The books of gas, summed from the ledger. */
  async totals() {
    return this.store.read(async (tx) => {
      const sums = new Map<string, bigint>();
      for (const { kind, account, amount } of (await tx.ledgerSums(0)).sums) {
        for (const key of [account, `${kind} ${account}`]) sums.set(key, (sums.get(key) ?? 0n) + amount);
      }
      assert.equal((await new LedgerReader().total(tx)).balanced, true);
      const [totals = NOTHING] = cardTotals(sums);
      return { ...totals, account: (name: string) => sums.get(name) ?? 0n };
    });
  }
}

const NOTHING: CardTotals = {
  ...{ provider: GAS, issued: 0n, recovered: 0n, inFlight: 0n, refunded: 0n, stored: 0n, found: 0n },
  ...{ onCards: 0n, handed: 0n, inMeters: 0n, spent: 0n, arrived: 0n, closed: 0n },
};

interface Opening {
  readonly store?: Store;
  readonly limit?: number;
  readonly days?: number;
}

/** A meter without a line whose key is in the provider's key store. */
export class RigMeter extends MeterOnBench {
  readonly #rig: CardRig;
  used = 0;

  constructor(rig: CardRig, id: Svpmsn) {
    super(id, { region: Region.gas });
    this.#rig = rig;
  }

  override credit(outcome: Parameters<MeterOnBench['credit']>[0]): void {
    super.credit(outcome);
    this.#tell();
  }

  spend(amount: number): void {
    this.used += amount;
    this.#tell();
  }

  /** What the next card carries away. */
  #tell(): void {
    const { used, credited } = this;
    this.report = {
      ...{ sequence: (this.report?.sequence ?? 0) + 1, time: unixSeconds(Math.floor(this.#rig.ms / 1000)) },
      ...{ register: used * 10, balance: tokens(credited - used), used: tokens(used), fromCards: tokens(credited) },
      ...{ owed: tokens(0), flags: 0, events: [{ kind: 1, minutesBefore: 0 }] },
    };
  }

  override begin() {
    const key = deriveTerminalKey(KH, N, this.svpmsn, UTILITY);
    const { svpmsn: id, region, epoch, room } = this;
    return beginTaking({
      ...{ svpmsn: id, region, epoch, room, randomness: this.#rig.randomness },
      now: unixSeconds(Math.floor(this.#rig.ms / 1000)),
      rowOf: (card) => this.rows.get(card),
      pairOf: (ticket) => openTicket(key, ticket),
    });
  }
}
