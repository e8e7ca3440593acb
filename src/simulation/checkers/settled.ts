import type { Svpmsn } from '../../units/index.ts';
import { audit } from '../audit.ts';
import type { Payment } from '../payers.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';
import type { Purses } from './purses.ts';

const PAGE = 1_000;
const QUOTED = 1_000;

/** What must be true when nothing has gone wrong for ten minutes: I7, I8 and I28. */
export class Settled implements Checker {
  readonly watches = ['I7', 'I8', 'I28'] as const;
  readonly #findings: Findings;
  readonly #purses: Purses;
  readonly #payments: readonly Payment[];

  readonly #isHeldUp: (svpmsn: Svpmsn) => boolean;

  /** @param isHeldUp whether a move from a meter waits behind one at another, which waits for a person's decision */
  constructor(
    findings: Findings,
    purses: Purses,
    { payments, isHeldUp }: { readonly payments: readonly Payment[]; readonly isHeldUp: (svpmsn: Svpmsn) => boolean },
  ) {
    this.#findings = findings;
    this.#purses = purses;
    this.#payments = payments;
    this.#isHeldUp = isHeldUp;
  }

  async healed(utility: Utility): Promise<void> {
    await this.#nothingInFlight(utility);
    await this.#everyPaymentKnown(utility);
    await this.#moneyAddsUp(utility);
    const { findings } = await audit(utility);
    for (const { svpmsn, sentence } of findings) {
      if (svpmsn === undefined || !this.#findings.flagged.has(svpmsn)) {
        this.#findings.broken('I8', undefined, sentence.slice(0, -1));
      }
    }
  }

  /** I28: nothing is in flight any more, but to a meter that was frozen with a reason for a person to decide. */
  async #nothingInFlight({ host, houses }: Utility): Promise<void> {
    const frozen = new Set<Svpmsn>();
    // Of a purse that is closed nobody asks, as long as nobody lives there.
    const closed = new Set<Svpmsn>();
    for (const { meter, purse } of await host.meters()) {
      const waits = purse.freeze === 'closing-forgotten' && !this.#isHeldUp(meter.svpmsn);
      this.#findings.hold('I28', meter.svpmsn, !waits, () => 'a move for which it was closed is still forgotten');
      if (purse.freeze !== undefined) frozen.add(meter.svpmsn);
      else if (purse.state === 'closed') closed.add(meter.svpmsn);
    }
    for (const { svpmsn, inFlight } of (await host.books()).meters) {
      const settled = inFlight === 0n || frozen.has(svpmsn);
      this.#findings.holdAlways('I28', svpmsn, settled, () => `${inFlight} tokens are still in flight`);
    }
    for (const house of houses) {
      const told = !house.frozen || frozen.has(house.svpmsn) || closed.has(house.svpmsn);
      this.#findings.holdAlways('I28', house.svpmsn, told, () => 'its purse is frozen, and the books do not say so');
    }
    for (const svpmsn of frozen) this.#findings.flagged.add(svpmsn);
  }

  /** I8: what was paid is what its parts sum to, and what a meter owes from before is what the ledger says. */
  async #moneyAddsUp({ host, houses }: Utility): Promise<void> {
    const arrears = new Map<Svpmsn | undefined, bigint>();
    for (let before: number | undefined; ; ) {
      const page = await host.postings({ limit: PAGE, ...(before === undefined ? {} : { before }) });
      for (const { svpmsn, lines } of page) {
        for (const { account, amount } of lines) {
          if (account === 'arrears') arrears.set(svpmsn, (arrears.get(svpmsn) ?? 0n) + amount);
        }
      }
      before = page.at(-1)?.sequence;
      if (page.length < PAGE) break;
    }
    for (const { svpmsn } of houses) {
      const quote = await host.quote({ meter: svpmsn, paid: QUOTED, method: 'cash' });
      // A meter that takes no value has no quote; it is flagged elsewhere.
      if ('reason' in quote) continue;
      const owed = arrears.get(svpmsn) ?? 0n;
      const sentence = () => `${quote.dues.arrears} are due from before, and the ledger has ${owed}`;
      this.#findings.hold('I8', svpmsn, quote.dues.arrears === owed, sentence);
    }
    for (const { orderId, svpmsn, amount, isMoney, refused } of this.#payments) {
      if (!isMoney || refused) continue;
      const again = await host.purchase({ meter: svpmsn, paid: amount, method: 'cash', orderId });
      const holds = !('reason' in again) && again.trade.energy === BigInt(again.order.amount);
      this.#findings.hold('I8', svpmsn, holds, () => `${orderId} is no trade of ${amount} that its order agrees with`);
    }
  }

  /** I7: each payment is in its meter and booked as stored, or it was given back. */
  async #everyPaymentKnown({ host }: Utility): Promise<void> {
    for (const { orderId, svpmsn, refundToldAt, refused } of this.#payments) {
      const order = await host.order(orderId);
      if ('reason' in order) {
        if (!refused)
          this.#findings.hold('I7', svpmsn, false, () => `${orderId} was paid, and the books do not know it`);
        continue;
      }
      const inMeter = this.#purses.isCredited(order.txid);
      const agrees = order.state === 'stored' ? inMeter : order.state === 'refunded' && !inMeter;
      if (refundToldAt !== undefined) {
        const sentence = () => `${orderId} is ${order.state}, and its payer was told that it is given back`;
        this.#findings.hold('I7', svpmsn, order.state === 'refunded', sentence);
      }
      const where = inMeter ? 'in the meter' : 'not in the meter';
      this.#findings.hold('I7', svpmsn, agrees, () => `${orderId} is ${order.state} in the books and ${where}`);
    }
  }
}
