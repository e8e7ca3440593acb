import { toHex } from '../bytes/index.ts';
import type { Order, OutstandingRow, Posting, Purse } from '../host/index.ts';
import { type Levels, levelsOf, type Receipt, ReceiptKind, receiptOf } from '../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import type { House } from './house.ts';
import type { Written } from './mortal-store.ts';

/** A promise that was broken, by its number in docs/concepts.md. */
export interface Violation {
  readonly invariant: string;
  readonly at: number;
  readonly sentence: string;
}

/** What truly became of one meter's purse, by its own receipts as they were made. */
interface Truth {
  credited: number;
  lastCounter: number;
  /** Of each TC; and each TXID that was ever named. */
  readonly receipts: Map<number, Receipt>;
  readonly txids: Map<string, Receipt>;
  drawNumber: number;
  sequence: number;
}

/**
 * Sees what the machines cannot see of one another: what was paid, what each purse really did, and what the books
 * made of it. It asks nobody; it is told of every commit of the store and every frame that a meter has done with, and
 * notes each promise that does not hold.
 */
export class Witness {
  readonly violations: Violation[] = [];
  /** How often something was looked at. */
  checks = 0;
  /** Meters with damage that no rule undoes: what they hold proves nothing. */
  readonly flagged = new Set<Svpmsn>();
  readonly #now: () => number;
  readonly #say: (text: string) => void;
  readonly #truths = new Map<Svpmsn, Truth>();
  /** Every transaction that was ever durable before its M3 could leave, by meter, TC and TXID. */
  readonly #outstanding = new Set<string>();
  /** Where a TXID was credited. */
  readonly #creditedIn = new Map<string, Svpmsn>();
  /** TXIDs that the books gave back. */
  readonly #refunded = new Set<string>();
  /** How an order ended, which is final. */
  readonly #settled = new Map<string, Order['state']>();
  /** Orders that are neither stored nor given back, by meter. */
  readonly #open = new Map<Svpmsn, Set<string>>();

  constructor(now: () => number, say: (text: string) => void) {
    this.#now = now;
    this.#say = say;
  }

  /** The database is an older one: what the books knew since is forgotten, and may be learned again. */
  storeRestored(): void {
    this.#open.clear();
    this.#refunded.clear();
    this.#settled.clear();
  }

  /** How many orders of a meter are neither stored nor given back. */
  openOrders(svpmsn: Svpmsn): number {
    return this.#open.get(svpmsn)?.size ?? 0;
  }

  /** The rows of one transaction, durable now. */
  committed(rows: readonly Written[]): void {
    for (const { method, values } of rows) {
      switch (method) {
        case 'putOutstanding':
          this.#outstandingPut(values[0] as OutstandingRow);
          break;
        case 'addOrders':
          for (const order of values[0] as readonly Order[]) this.#orderPut(order);
          break;
        case 'putOrder':
          this.#orderPut(values[0] as Order);
          break;
        case 'putPurse':
          this.#pursePut(values[0] as Purse);
          break;
        case 'post':
          for (const posting of values[0] as readonly Posting[]) this.#posted(posting);
          break;
        default:
          break;
      }
    }
  }

  /** A meter has done with a frame, or was started. */
  seen(house: House): void {
    const { svpmsn, meter } = house;
    const { purse } = meter.svm;
    const truth = this.#truth(svpmsn);
    if (meter.frozen !== 0 || purse.frozen !== 0) {
      // Frozen for nothing would be a promise broken too: see `settled`.
      return;
    }
    this.checks += 1;
    if (purse.lastCounter === truth.lastCounter) {
      this.#hold(
        'I1',
        purse.credited === truth.credited,
        svpmsn,
        () => `credited went from ${truth.credited} to ${purse.credited} without a receipt`,
      );
      return;
    }
    this.#hold(
      'I3',
      purse.lastCounter === truth.lastCounter + 1,
      svpmsn,
      () => `its TC went from ${truth.lastCounter} to ${purse.lastCounter}`,
    );
    for (let counter = truth.lastCounter + 1; counter <= purse.lastCounter; counter++) {
      const receipt = receiptOf(meter.svm, counter);
      if (receipt !== undefined) this.#receipt(svpmsn, truth, receipt);
    }
    this.#hold(
      'I1',
      purse.credited === truth.credited,
      svpmsn,
      () => `credited is ${purse.credited}, and its receipts come to ${truth.credited}`,
    );
    truth.lastCounter = purse.lastCounter;
  }

  /** At a named moment: the purse in itself. */
  inspected(house: House, levels: Levels = levelsOf(house.meter)): void {
    const { svpmsn } = house;
    if (levels.frozen !== 0 || this.flagged.has(svpmsn)) return;
    const { stored, out, used, closed, credited, fromCards, owed } = levels;
    this.checks += 1;
    this.#hold(
      'I2',
      stored + out + used + closed === credited + fromCards + owed && stored >= 0 && out >= 0 && out <= 110,
      svpmsn,
      () =>
        `purse ${stored}, outside ${out}, used ${used}, closed ${closed} against credited ${credited}, cards ${fromCards}, owed ${owed}`,
    );
  }

  note(invariant: string, svpmsn: Svpmsn | undefined, sentence: string): void {
    const meter = svpmsn === undefined ? '' : `Meter ${svpmsnText(svpmsn)}: `;
    this.#say(`violated: ${invariant} ${meter}${sentence}`);
    this.violations.push({ invariant, at: this.#now(), sentence: `${meter}${sentence}.` });
  }

  /** Whether a TXID is in some meter. */
  isCredited(txid: string): boolean {
    return this.#creditedIn.has(txid);
  }

  truthOf(svpmsn: Svpmsn): Readonly<Pick<Truth, 'credited' | 'lastCounter'>> {
    return this.#truth(svpmsn);
  }

  #receipt(svpmsn: Svpmsn, truth: Truth, receipt: Receipt): void {
    const txid = toHex(receipt.txid);
    const name = `${svpmsn} ${receipt.counter} ${txid}`;
    this.#hold(
      'I15',
      this.#outstanding.has(name),
      svpmsn,
      () => `it applied TC ${receipt.counter}, TXID ${txid}, which no host had stored before`,
    );
    this.#say(`meter: ${svpmsnText(svpmsn)} TC ${receipt.counter} TXID ${txid} ${receipt.amount}`);
    const credits = receipt.kind === ReceiptKind.credited;
    const before = truth.txids.get(txid);
    this.#hold(
      'I4',
      !(credits && before?.kind === ReceiptKind.credited),
      svpmsn,
      () => `it credited TXID ${txid} twice`,
    );
    if (credits) {
      const elsewhere = this.#creditedIn.get(txid);
      this.#hold('I4', elsewhere === undefined || elsewhere === svpmsn, svpmsn, () => `TXID ${txid} is in two meters`);
      this.#hold('I6', !this.#refunded.has(txid), svpmsn, () => `TXID ${txid} was given back, and then applied`);
      this.#creditedIn.set(txid, svpmsn);
      truth.credited += receipt.amount;
    }
    truth.receipts.set(receipt.counter, receipt);
    truth.txids.set(txid, receipt);
  }

  #outstandingPut({ svpmsn, counter, txid }: OutstandingRow): void {
    this.#outstanding.add(`${svpmsn} ${counter} ${txid}`);
    this.checks += 1;
    const { lastCounter } = this.#truth(svpmsn);
    if (this.flagged.has(svpmsn)) return;
    this.#hold(
      'I10',
      Math.abs(counter - 1 - lastCounter) <= 1,
      svpmsn,
      () => `the host begins TC ${counter}, and the meter's last is ${lastCounter}`,
    );
  }

  #orderPut({ id, svpmsn, txid, state, op }: Order): void {
    const open = this.#open.get(svpmsn) ?? new Set();
    this.#open.set(svpmsn, open);
    this.#say(`books: ${svpmsnText(svpmsn)} ${id} is ${state}`);
    if (state === 'waiting' || state === 'outstanding' || state === 'voiding') open.add(id);
    else open.delete(id);
    if (this.flagged.has(svpmsn)) return;
    this.checks += 1;
    const settled = this.#settled.get(id);
    this.#hold(
      'I11',
      settled === undefined || settled === state,
      svpmsn,
      () => `${id} was ${settled}, and is ${state}`,
    );
    if (state === 'stored' || state === 'refunded' || state === 'closed') this.#settled.set(id, state);
    const receipt = this.#truth(svpmsn).txids.get(txid);
    if (state === 'stored') {
      this.#hold(
        'I5',
        receipt?.kind === ReceiptKind.credited,
        svpmsn,
        () => `the host confirms TXID ${txid}, which is not in the meter`,
      );
    }
    if (state === 'refunded' && op === 'credit') {
      this.#hold(
        'I6',
        receipt?.kind !== ReceiptKind.credited,
        svpmsn,
        () => `the host gives TXID ${txid} back, which is in the meter`,
      );
      this.#refunded.add(txid);
    }
  }

  #pursePut({ svpmsn, lastCounter, credited }: Purse): void {
    if (this.flagged.has(svpmsn)) return;
    this.checks += 1;
    const truth = this.#truth(svpmsn);
    this.#hold(
      'I5',
      lastCounter <= truth.lastCounter && credited <= BigInt(truth.credited),
      svpmsn,
      () =>
        `the books have TC ${lastCounter} and ${credited} credited, the meter ${truth.lastCounter} and ${truth.credited}`,
    );
  }

  #posted({ lines, svpmsn }: Posting): void {
    this.checks += 1;
    const sum = lines.reduce((total, { amount }) => total + amount, 0n);
    this.#hold('I8', sum === 0n, svpmsn, () => `a posting does not come to zero but to ${sum}`);
  }

  #hold(invariant: string, holds: boolean, svpmsn: Svpmsn, otherwise: () => string): void {
    if (!holds && !this.flagged.has(svpmsn)) this.note(invariant, svpmsn, otherwise());
  }

  #truth(svpmsn: Svpmsn): Truth {
    let truth = this.#truths.get(svpmsn);
    if (truth === undefined) {
      truth = { credited: 0, lastCounter: 0, receipts: new Map(), txids: new Map(), drawNumber: 0, sequence: 0 };
      this.#truths.set(svpmsn, truth);
    }
    return truth;
  }
}
