import { parseSignedReceipt, type ReceiptKeys, verifyReceipt } from '../../host/index.ts';
import { UNIX_MS_MAX } from '../../units/index.ts';
import type { Payment } from '../payers.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

/** Of a long life not every receipt is proved: so many, evenly drawn from the first to the last. */
const PROVED_MAX = 500;
/** Receipts that one call signs; a purchase has two at most. */
const SIGNED_AT_ONCE = 1_000;

/** I30, as far as a life shows it: the last receipt of a purchase verifies, and says what the books say. */
export class Receipts implements Checker {
  readonly watches = ['I30'] as const;
  readonly #findings: Findings;
  readonly #payments: readonly Payment[];
  readonly #keys: ReceiptKeys | undefined;

  /** @param keys by which they were signed; without them nothing is looked at */
  constructor(findings: Findings, payments: readonly Payment[], keys: ReceiptKeys | undefined) {
    this.#findings = findings;
    this.#payments = payments;
    this.#keys = keys;
  }

  async healed({ host, time }: Utility): Promise<void> {
    // Behind the calendar's end nothing is signed.
    if (this.#keys === undefined || time.now > UNIX_MS_MAX) return;
    const bought = this.#payments.filter(({ isMoney, refused }) => isMoney && !refused);
    for (let signed = 0; signed <= 2 * this.#payments.length; signed += SIGNED_AT_ONCE) await host.issueReceipts();
    const every = Math.max(1, Math.ceil(bought.length / PROVED_MAX));
    for (const { orderId, svpmsn, amount } of bought.filter((_, i) => i % every === 0)) {
      const said = await this.#said(host, orderId, this.#keys);
      const order = await host.order(orderId);
      const state = 'reason' in order ? 'unknown' : order.state;
      const wanted = `${amount} ${state === 'stored' || state === 'refunded' ? state : 'sold'}`;
      this.#findings.hold(
        'I30',
        svpmsn,
        said === wanted,
        () => `the receipt of ${orderId} says ${said}, not ${wanted}`,
      );
    }
  }

  async #said(host: Utility['host'], orderId: string, keys: ReceiptKeys): Promise<string> {
    const issued = await host.receipts(orderId);
    if ('reason' in issued) return issued.sentence;
    const last = issued.at(-1);
    if (last === undefined) return 'nothing';
    const parsed = parseSignedReceipt(last.text);
    const proved = 'reason' in parsed ? parsed : await verifyReceipt(parsed, keys);
    return 'reason' in proved ? proved.sentence : `${proved.head.total} ${proved.head.state}`;
  }
}
