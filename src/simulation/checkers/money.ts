import { txidTextOf } from '../../exchange/index.ts';
import type { Account, Payment, PaymentState } from '../../host/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { Entry, Mover } from '../bank.ts';
import { agree } from '../bank-payers.ts';
import type { Written } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';
import type { Purses } from './purses.ts';

const PAGE = 1_000;

/** To which states a payment may come from one that ends it. */
const AFTER_THE_END: Readonly<Partial<Record<PaymentState, readonly PaymentState[]>>> = {
  captured: ['returned'],
  reversed: [],
  declined: [],
  returned: [],
};

/**
 * The bank's book against ledger and purses (I33): money is taken when its value is in the meter and given back when it
 * never was, once; and what the payer took back is owed.
 */
export class Money implements Checker {
  readonly watches = ['I33'] as const;
  readonly #findings: Findings;
  readonly #purses: Purses;
  readonly #book: ReadonlyMap<string, Entry>;
  readonly #states = new Map<string, PaymentState>();
  readonly #meters = new Map<string, Svpmsn>();

  constructor(findings: Findings, purses: Purses, book: ReadonlyMap<string, Entry>) {
    this.#findings = findings;
    this.#purses = purses;
    this.#book = book;
  }

  storeRestored(): void {
    this.#states.clear();
  }

  committed(rows: readonly Written[]): void {
    for (const { method, values } of rows) {
      if (method !== 'payments.put') continue;
      for (const payment of values[0] as readonly Payment[]) this.#put(payment);
    }
  }

  /** Money moved at the bank. */
  moved({ id, state, amount }: Entry, before: Entry | undefined, by: Mover): void {
    const svpmsn = this.#meters.get(id);
    this.#hold(
      id,
      before === undefined || before.amount === amount,
      () => `is of ${amount}, and was of ${before?.amount}`,
    );
    if (state === 'taken') {
      this.#hold(id, this.#isCredited(id), () => 'is taken, and its value is not in the meter');
    }
    if (state !== 'back' || by === 'bank' || svpmsn === undefined) return;
    this.#hold(id, before?.state !== 'taken', () => 'is given back, and was taken before');
    this.#hold(id, !this.#isCredited(id), () => 'is given back, and its value is in the meter');
  }

  async healed(utility: Utility): Promise<void> {
    const ledger = await ledgerOf(utility);
    for (const id of new Set([...this.#book.keys(), ...this.#meters.keys()])) {
      const entry = this.#book.get(id);
      const [payment, order] = [await utility.host.payment(id), await utility.host.order(orderOf(id))];
      const state = 'reason' in payment ? undefined : payment.state;
      const said = () => `is ${entry?.state} at the bank and ${state} in the books`;
      this.#hold(id, agree(entry, state), said);
      const isStored = !('reason' in order) && order.state === 'stored';
      const isPaid = state === 'captured' || state === 'returned';
      const where = isStored ? 'stored' : 'not stored';
      this.#hold(
        id,
        isStored === isPaid && this.#isCredited(id) === isPaid,
        () => `is ${state}, and its value ${where}`,
      );
      const { taken, owed, payable } = ledger.get(orderOf(id)) ?? NOTHING;
      const amount = BigInt(entry?.amount ?? 0);
      const right = [state === 'captured' ? amount : 0n, state === 'returned' ? amount : 0n, 0n];
      this.#hold(
        id,
        String([taken, owed, payable]) === String(right),
        () =>
          `of ${amount} is ${state}: the ledger has ${taken} taken, ${owed} owed again and ${payable} to be given back`,
      );
    }
  }

  #put({ id, svpmsn, state, method }: Payment): void {
    // Of vouchers no bank knows.
    if (method === 'voucher') return;
    if (svpmsn !== undefined) this.#meters.set(id, svpmsn);
    const before = this.#states.get(id);
    const after = before === undefined ? undefined : AFTER_THE_END[before];
    const isEnded = after !== undefined && state !== before;
    this.#hold(id, !isEnded || after.includes(state), () => `was ${before}, and is ${state}`);
    this.#states.set(id, state);
    const at = this.#book.get(id)?.state;
    if (state === 'captured') {
      this.#hold(id, at === 'taken' || at === 'returned', () => `is captured, and ${at} at the bank`);
    }
    if (state === 'reversed' || state === 'declined') {
      const isBack = at === undefined || at === 'back' || at === 'refused' || at === 'returned';
      this.#hold(id, isBack, () => `is ${state}, and ${at} at the bank`);
    }
  }

  #isCredited(id: string): boolean {
    return this.#purses.isCredited(txidTextOf(orderOf(id)));
  }

  #hold(id: string, holds: boolean, otherwise: () => string): void {
    this.#findings.hold('I33', this.#meters.get(id), holds, () => `payment ${id} ${otherwise()}`);
  }
}

const orderOf = (id: string): string => `payment:${id}`;

interface Sums {
  /** On the accounts of the bank's ways. */
  readonly taken: bigint;
  /** On the arrears, of what was returned. */
  readonly owed: bigint;
  readonly payable: bigint;
}
const NOTHING: Sums = { taken: 0n, owed: 0n, payable: 0n };

/** What the ledger says of each payment's order. */
async function ledgerOf({ host }: Utility): Promise<ReadonlyMap<string, Sums>> {
  const sums = new Map<string, Sums>();
  for (let before: number | undefined; ; ) {
    const page = await host.postings({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const { kind, order, lines } of page) {
      if (order === undefined) continue;
      const of = (...accounts: Account[]) =>
        lines.reduce((sum, { account, amount }) => sum + (accounts.includes(account) ? amount : 0n), 0n);
      const { taken, owed, payable } = sums.get(order) ?? NOTHING;
      sums.set(order, {
        taken: taken + of('card', 'direct-debit'),
        owed: owed + (kind === 'returned' ? of('arrears') : 0n),
        payable: payable + of('refunds-payable'),
      });
    }
    before = page.at(-1)?.sequence;
    if (page.length < PAGE) return sums;
  }
}
