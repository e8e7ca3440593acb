import type { MonitoringRing } from '../../concentrator/index.ts';
import type { ReceiptKeys } from '../../host/index.ts';
import type { Receipt } from '../../meter/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { Entry, Mover } from '../bank.ts';
import type { CardPayment } from '../cards/card-payments.ts';
import type { House } from '../house.ts';
import type { Written } from '../mortal-store.ts';
import type { Happening } from '../options.ts';
import type { Payment } from '../payers.ts';
import type { ForeignCredit } from '../stranger.ts';
import type { Utility } from '../utility.ts';
import { Afterwards } from './afterwards.ts';
import { Books } from './books.ts';
import { CardBooks } from './card-books.ts';
import { Cards } from './cards.ts';
import { Charges } from './charges.ts';
import { type Checker, Findings } from './checker.ts';
import { Clones } from './clones.ts';
import { Closings } from './closings.ts';
import { Commands } from './commands.ts';
import { Households } from './households.ts';
import { Journals } from './journals.ts';
import { Losses } from './losses.ts';
import { Memories } from './memories.ts';
import { Money } from './money.ts';
import { Monitoring } from './monitoring.ts';
import { Profiles } from './profiles.ts';
import { Purses } from './purses.ts';
import { Receipts } from './receipts.ts';
import { Relays } from './relays.ts';
import { Seals } from './seals.ts';
import { Secrets } from './secrets.ts';
import { Sessions } from './sessions.ts';
import { Settled } from './settled.ts';
import { SupplyLimitsKept } from './supply-limits.ts';
import { Vouchers } from './vouchers.ts';

export type { Promised, Violation } from './checker.ts';

/** All that watches a simulated utility, as one. */
export class Checkers {
  readonly findings: Findings;
  readonly #secrets: Secrets;
  readonly #clones: Clones;
  readonly #purses: Purses;
  readonly #books: Books;
  readonly #money: Money;
  readonly #losses: Losses;
  /** What those who carry cards tell. */
  readonly cards: Cards;
  /** What those who have vouchers tell. */
  readonly vouchers: Vouchers;
  readonly #all: readonly Checker[];
  // Of those who want to know: most want little, and the world tells much.
  readonly #committed: readonly Checker[];
  readonly #heard: readonly Checker[];

  constructor(world: {
    readonly now: () => number;
    readonly say: (text: string) => void;
    readonly payments: readonly Payment[];
    /** For cards. */
    readonly cardPayments: () => readonly CardPayment[];
    /** The bank's own; empty where nobody pays through it. */
    readonly book: ReadonlyMap<string, Entry>;
    /** Whether households move in this life. */
    readonly areMoving: boolean;
    /** Whether a move from a meter waits behind one at another, which waits for a person's decision. */
    readonly isHeldUp: (svpmsn: Svpmsn) => boolean;
    /** By which receipts are proved, where any are signed. */
    readonly receiptKeys: ReceiptKeys | undefined;
    /** The keys that the local unit above a house holds. */
    readonly ringOf: (house: House) => MonitoringRing;
    /** What whoever audits the books finds; nothing where they bear no seals. */
    readonly auditBooks: () => Promise<readonly string[]> | undefined;
    /** What they find of vouchers alone, in books without seals as well. */
    readonly auditVouchers: () => Promise<readonly string[]>;
  }) {
    this.findings = new Findings(world.now, world.say);
    const vouchers = new Vouchers(this.findings, world.auditVouchers);
    this.vouchers = vouchers;
    const purses = new Purses(
      this.findings,
      (house, receipt) => this.#receipted(house, receipt),
      (txid) => vouchers.mayBeTwice(txid),
    );
    this.#purses = purses;
    this.#secrets = new Secrets(this.findings);
    this.#clones = new Clones(this.findings, purses);
    this.#books = new Books(this.findings, purses, world.say);
    this.#losses = new Losses(this.findings);
    this.#money = new Money(this.findings, purses, world.book);
    const cards: Cards = new Cards(this.findings, (truth, row) => cardBooks.loaded(truth, row));
    const cardBooks = new CardBooks(this.findings, cards, { payments: world.cardPayments, say: world.say });
    this.cards = cards;
    // What a start found is looked at before the purse is trusted.
    this.#all = [
      new Memories(this.findings),
      new Journals(this.findings),
      purses,
      this.#books,
      new Commands(this.findings),
      new Sessions(this.findings),
      new Relays(this.findings),
      new SupplyLimitsKept(this.findings),
      new Profiles(this.findings),
      new Charges(this.findings),
      new Monitoring(this.findings, world.ringOf),
      this.#clones,
      new Settled(this.findings, purses, world),
      new Receipts(this.findings, world.payments, world.receiptKeys),
      new Closings(this.findings),
      ...(world.areMoving ? [new Households(this.findings, purses, this.#books)] : []),
      this.#losses,
      this.#secrets,
      new Afterwards(this.findings, this.#secrets),
      this.#money,
      vouchers,
      cards,
      cardBooks,
      // Last, over all that was written to look into the others.
      new Seals(this.findings, world.auditBooks, (clause) => vouchers.mayBeFound(clause)),
    ];
    this.#committed = this.#all.filter((checker) => checker.committed !== undefined);
    this.#heard = this.#all.filter((checker) => checker.heard !== undefined);
  }

  /** How many orders of a meter are neither stored nor given back. */
  openOrders(svpmsn: Svpmsn): number {
    return this.#books.openOrders(svpmsn);
  }

  /** The TC of a meter's newest receipt. */
  lastCounter(svpmsn: Svpmsn): number {
    return this.#purses.truthOf(svpmsn).lastCounter;
  }

  /** From now on two meters have one number, and what the books know of it proves less. */
  cloned(clone: House): void {
    this.findings.flagged.add(clone.svpmsn);
    this.#clones.appeared(clone);
  }

  clonedHeard(clone: House): void {
    this.#clones.heardBy(clone);
  }

  wasCloned(svpmsn: Svpmsn): boolean {
    return this.#clones.cloned.has(svpmsn);
  }

  /** Energy is taken on a line that no meter counts. */
  stolen(localUnit: number): void {
    this.#losses.stolen(localUnit);
  }

  /** A key of this life. */
  key(bytes: Uint8Array): void {
    this.#secrets.learn(bytes);
  }

  /** A line of the trace. */
  traced(line: string): void {
    this.#secrets.told(line, 'the trace');
  }

  committed(rows: readonly Written[]): void {
    for (const checker of this.#committed) checker.committed?.(rows);
  }

  storeCopied(): void {
    for (const checker of this.#all) checker.storeCopied?.();
  }

  storeRestored(): void {
    for (const checker of this.#all) checker.storeRestored?.();
  }

  /** Money moved at the bank. */
  moved(entry: Entry, before: Entry | undefined, by: Mover): void {
    this.#money.moved(entry, before, by);
  }

  /** Other books are about to credit a meter. */
  foreign(svpmsn: Svpmsn, credit: ForeignCredit): void {
    this.#books.foreign(svpmsn, credit);
  }

  foreignUnfound(svpmsn: Svpmsn): boolean {
    return this.#books.foreignUnfound(svpmsn);
  }

  sent(svpmsn: Svpmsn, frames: readonly Uint8Array[]): void {
    for (const checker of this.#all) checker.sent?.(svpmsn, frames);
  }

  heard(house: House, request: Uint8Array, answer: Uint8Array | undefined): void {
    for (const checker of this.#heard) checker.heard?.(house, request, answer);
  }

  minute(house: House): void {
    for (const checker of this.#all) checker.minute?.(house);
  }

  started(house: House): void {
    for (const checker of this.#all) checker.started?.(house);
  }

  happened(happening: Happening): void {
    for (const checker of this.#all) checker.happened?.(happening);
  }

  fed(house: House): void {
    for (const checker of this.#all) checker.fed?.(house);
  }

  async healed(utility: Utility): Promise<void> {
    for (const house of utility.houses) this.minute(house);
    for (const checker of this.#all) await checker.healed?.(utility);
  }

  #receipted(house: House, receipt: Receipt): void {
    for (const checker of this.#all) checker.receipted?.(house, receipt);
  }
}
