import { toHex } from '../../bytes/index.ts';
import type { HostServices, Order } from '../../host/index.ts';
import { levelsOf, ReceiptKind, receiptOf } from '../../meter/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';
import type { Purses } from './purses.ts';

const A_PAGE = 1_000;

/** One clone's purse as it was when it was looked at last, by its own receipts. */
interface Body {
  credited: number;
  lastCounter: number;
  /** What it has receipts of, by TXID: whether they credit. */
  readonly receipts: Map<string, boolean>;
}

/**
 * Meters of which there are two. What a clone does on its own line is a purse like any other: it credits each TXID once,
 * in its turn (I1, I2, I3, I4). What the books confirm is in one of the two, and what they give back one of the two has
 * said that it will never hold (I5, I6): nothing else can be known from outside. When the true meter is back and was
 * spoken to, the books agree with it, or its value stands still (I10).
 */
export class Clones implements Checker {
  readonly watches = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I10'] as const;
  readonly #findings: Findings;
  readonly #purses: Purses;
  readonly #bodies = new Map<House, Body>();

  constructor(findings: Findings, purses: Purses) {
    this.#findings = findings;
    this.#purses = purses;
  }

  /** The meters that were ever cloned. */
  get cloned(): ReadonlySet<Svpmsn> {
    return new Set([...this.#bodies.keys()].map(({ svpmsn }) => svpmsn));
  }

  appeared(clone: House): void {
    const { credited, lastCounter } = clone.meter.svm.purse;
    const body: Body = { credited, lastCounter, receipts: new Map() };
    for (let counter = 1; counter <= lastCounter; counter++) keepReceipt(clone, counter, body);
    this.#bodies.set(clone, body);
  }

  heardBy(clone: House): void {
    const { svpmsn, meter } = clone;
    const body = this.#bodies.get(clone);
    const { purse } = meter.svm;
    if (body === undefined || purse.frozen !== 0) return;
    for (; body.lastCounter < purse.lastCounter; body.lastCounter++) {
      const counter = body.lastCounter + 1;
      const twice = keepReceipt(clone, counter, body);
      this.#findings.holdAlways('I4', svpmsn, !twice, () => `its clone credited the TXID of TC ${counter} twice`);
    }
    const { stored, out, used, closed, credited, fromCards, owed } = levelsOf(meter);
    const say = (what: string) => () => `of its clone ${what}`;
    this.#findings.holdAlways('I3', svpmsn, purse.lastCounter === body.lastCounter, say('the TC fell'));
    this.#findings.holdAlways('I1', svpmsn, credited === body.credited, say('credited is not what its receipts say'));
    const balanced = stored + out + used + closed === credited + fromCards + owed;
    this.#findings.holdAlways('I2', svpmsn, balanced, say('the purse does not add up'));
  }

  async healed({ host, houses }: Utility): Promise<void> {
    if (this.#bodies.size === 0) return;
    const { cloned } = this;
    for (const order of await allOrders(host)) if (cloned.has(order.svpmsn)) this.#order(order);
    const views = new Map((await host.meters()).map((view) => [view.meter.svpmsn, view]));
    for (const { svpmsn, meter, frozen } of houses) {
      const books = views.get(svpmsn)?.purse;
      if (!cloned.has(svpmsn) || books === undefined || frozen) continue;
      const { lastCounter, credited } = meter.svm.purse;
      this.#findings.holdAlways(
        'I10',
        svpmsn,
        // Of a purse that is closed nobody asks.
        books.freeze !== undefined ||
          books.state === 'closed' ||
          (books.lastCounter === lastCounter && books.credited === BigInt(credited)),
        () =>
          `it was cloned, and nobody noticed: the books have TC ${books.lastCounter} and ${books.credited} credited, it has ${lastCounter} and ${credited}`,
      );
    }
  }

  /** What the books say of one order, against both meters. */
  #order({ id, svpmsn, txid, state, op }: Order): void {
    if (op !== 'credit') return;
    const receipt = this.#purses.truthOf(svpmsn).receipts.get(txid);
    const said = [...this.#bodies]
      .filter(([house]) => house.svpmsn === svpmsn)
      .map(([, body]) => body.receipts.get(txid));
    if (receipt !== undefined) said.push(receipt.kind === ReceiptKind.credited);
    if (state === 'stored') {
      const sentence = () => `${id} is stored in the books, and in neither it nor its clone`;
      this.#findings.holdAlways('I5', svpmsn, said.includes(true), sentence);
    }
    if (state === 'refunded') {
      const sentence = () =>
        `${id} was given back, and is in it or its clone, of which neither had said that it is not`;
      this.#findings.holdAlways('I6', svpmsn, !said.includes(true) || said.includes(false), sentence);
    }
  }
}

/** Takes a receipt over. Returns whether its TXID had been credited before. */
function keepReceipt({ meter }: House, counter: number, body: Body): boolean {
  const receipt = receiptOf(meter.svm, counter);
  if (receipt === undefined) return false;
  const txid = toHex(receipt.txid);
  const credits = receipt.kind === ReceiptKind.credited;
  const twice = credits && body.receipts.get(txid) === true;
  body.receipts.set(txid, credits || body.receipts.get(txid) === true);
  if (counter > body.lastCounter && credits) body.credited += receipt.amount;
  return twice;
}

async function allOrders(host: HostServices): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (let before: number | undefined; ; ) {
    const page = await host.orders({ limit: A_PAGE, ...(before === undefined ? {} : { before }) });
    orders.push(...page);
    before = page.at(-1)?.sequence;
    if (page.length < A_PAGE) return orders;
  }
}
