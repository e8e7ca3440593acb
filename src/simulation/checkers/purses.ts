import { toHex } from '../../bytes/index.ts';
import { levelsOf, type Receipt, ReceiptKind, receiptOf } from '../../meter/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/** What truly became of one meter's purse, by its own receipts as they were made. */
export interface Truth {
  credited: number;
  lastCounter: number;
  /** Of each TXID that was ever named. */
  readonly receipts: Map<string, Receipt>;
}

/**
 * The purses in themselves: I1, I2, I3 and I4. What it learns of them is the truth that the books are held against,
 * and each new receipt is told to the others.
 */
export class Purses implements Checker {
  readonly watches = ['I1', 'I2', 'I3', 'I4'] as const;
  readonly #findings: Findings;
  readonly #receipted: (house: House, receipt: Receipt) => void;
  readonly #mayBeTwice: (txid: string) => boolean;
  readonly #truths = new Map<Svpmsn, Truth>();
  /** Where a TXID was credited. */
  readonly #creditedIn = new Map<string, Svpmsn>();

  /** @param mayBeTwice whether books that were put back may have sold this TXID to another meter as well */
  constructor(
    findings: Findings,
    receipted: (house: House, receipt: Receipt) => void,
    mayBeTwice: (txid: string) => boolean = () => false,
  ) {
    this.#findings = findings;
    this.#mayBeTwice = mayBeTwice;
    this.#receipted = receipted;
  }

  truthOf(svpmsn: Svpmsn): Readonly<Truth> {
    return this.#truthOf(svpmsn);
  }

  isCredited(txid: string): boolean {
    return this.#creditedIn.has(txid);
  }

  heard(house: House): void {
    this.#look(house);
  }

  started(house: House): void {
    this.#look(house);
    this.minute(house);
  }

  minute(house: House): void {
    const { stored, out, used, closed, credited, fromCards, owed, frozen } = levelsOf(house.meter);
    if (frozen !== 0) return;
    this.#findings.hold(
      'I2',
      house.svpmsn,
      stored + out + used + closed === credited + fromCards + owed && stored >= 0 && out >= 0 && out <= OUT_MAX,
      () =>
        `purse ${stored}, outside ${out}, used ${used}, closed ${closed} against credited ${credited}, cards ${fromCards}, owed ${owed}`,
    );
  }

  #look(house: House): void {
    const { svpmsn, meter } = house;
    const { purse } = meter.svm;
    if (meter.frozen !== 0 || purse.frozen !== 0) return;
    const truth = this.#truthOf(svpmsn);
    // Damage is never passed over: a purse that does not freeze has what its receipts gave it, damaged or not.
    if (purse.lastCounter !== truth.lastCounter) {
      this.#findings.holdAlways(
        'I3',
        svpmsn,
        purse.lastCounter === truth.lastCounter + 1,
        () => `its TC went from ${truth.lastCounter} to ${purse.lastCounter}`,
      );
      for (let counter = truth.lastCounter + 1; counter <= purse.lastCounter; counter++) {
        const receipt = receiptOf(meter.svm, counter);
        if (receipt !== undefined) this.#receipt(house, truth, receipt);
      }
      truth.lastCounter = purse.lastCounter;
    }
    this.#findings.holdAlways(
      'I1',
      svpmsn,
      purse.credited === truth.credited,
      () => `credited is ${purse.credited}, and its receipts come to ${truth.credited}`,
    );
  }

  #receipt(house: House, truth: Truth, receipt: Receipt): void {
    const { svpmsn } = house;
    const txid = toHex(receipt.txid);
    const credits = receipt.kind === ReceiptKind.credited;
    if (credits) {
      const twice = truth.receipts.get(txid)?.kind === ReceiptKind.credited;
      const elsewhere = this.#creditedIn.get(txid);
      this.#findings.hold('I4', svpmsn, !twice, () => `it credited TXID ${txid} twice`);
      this.#findings.hold(
        'I4',
        svpmsn,
        elsewhere === undefined || elsewhere === svpmsn || this.#mayBeTwice(txid),
        () => `TXID ${txid} is in two meters`,
      );
      truth.credited += receipt.amount;
      this.#creditedIn.set(txid, svpmsn);
    }
    this.#receipted(house, receipt);
    truth.receipts.set(txid, receipt);
  }

  #truthOf(svpmsn: Svpmsn): Truth {
    let truth = this.#truths.get(svpmsn);
    if (truth === undefined) {
      truth = { credited: 0, lastCounter: 0, receipts: new Map() };
      this.#truths.set(svpmsn, truth);
    }
    return truth;
  }
}

/** A tank of a hundred tokens, and ten in the exchanger. */
const OUT_MAX = 110;
