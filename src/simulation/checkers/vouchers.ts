import { toHex } from '../../bytes/index.ts';
import { txidTextOf } from '../../exchange/index.ts';
import type { OutstandingRow, Purse } from '../../host/index.ts';
import { type Receipt, ReceiptKind } from '../../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Written } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import type { HeldVoucher } from '../voucher-people.ts';
import type { Checker, Findings } from './checker.ts';

/** A payment of a voucher is named after it, and by how many ended for nothing before: few do. */
const NAMES = 16;
/** What an audit says of a voucher that paid in two meters. */
const PAID_TWICE = /^vouchers (\S+): meter [0-9a-f]{6} has its value, and so has found:/;

/** Value of a voucher in a meter, by the meter's own receipt. */
interface Credit {
  readonly txid: string;
  readonly svpmsn: Svpmsn;
  readonly counter: number;
}

/**
 * Vouchers against purses (I37): one that is said pays, and in one meter. Where books that were put back let it pay in
 * another one, they had not heard of the first, and an audit names the voucher.
 */
export class Vouchers implements Checker {
  readonly watches = ['I37'] as const;
  readonly #findings: Findings;
  readonly #audit: () => Promise<readonly string[]>;
  readonly #held: HeldVoucher[] = [];
  readonly #serials = new Map<string, string>();
  readonly #credits = new Map<string, Credit[]>();
  /** The last TC of each meter that the books have learned since they were put back, if they were. */
  readonly #known = new Map<Svpmsn, number>();
  #isRestored = false;

  /** @param audit what an audit finds of vouchers, a clause each */
  constructor(findings: Findings, audit: () => Promise<readonly string[]>) {
    this.#findings = findings;
    this.#audit = audit;
  }

  /** Somebody bought one. */
  sold(voucher: HeldVoucher): void {
    this.#held.push(voucher);
    for (let count = 1; count <= NAMES; count++) {
      this.#serials.set(txidTextOf(`payment:voucher:${voucher.serial}:${count}`), voucher.serial);
    }
  }

  get counts(): { readonly bought: number; readonly twice: number } {
    const twice = this.#held.filter(({ serial }) => this.#metersOf(serial).length > 1).length;
    return { bought: this.#held.length, twice };
  }

  /** Books that were put back may let a voucher pay under the same TXID elsewhere. */
  mayBeTwice(txid: string): boolean {
    return this.#isRestored && this.#serials.has(txid);
  }

  /** Whether an audit may say so of these books. */
  mayBeFound(clause: string): boolean {
    const [, serial = ''] = PAID_TWICE.exec(clause) ?? [];
    return this.#metersOf(serial).length > 1;
  }

  storeRestored(): void {
    this.#isRestored = true;
    this.#known.clear();
  }

  committed(rows: readonly Written[]): void {
    for (const { method, values } of rows) {
      if (method === 'putPurse') {
        const { svpmsn, lastCounter } = values[0] as Purse;
        this.#known.set(svpmsn, lastCounter);
      }
      if (method === 'putOutstanding') this.#begun(values[0] as OutstandingRow);
    }
  }

  receipted({ svpmsn }: House, { txid, counter, kind }: Receipt): void {
    const serial = this.#serials.get(toHex(txid));
    if (serial === undefined || kind !== ReceiptKind.credited) return;
    const before = this.#credits.get(serial) ?? [];
    const isOnce = before.length === 0 || this.#isRestored;
    this.#findings.hold('I37', svpmsn, isOnce, () => `voucher ${serial} paid a second time`);
    this.#credits.set(serial, [...before, { txid: toHex(txid), svpmsn, counter }]);
  }

  async healed({ hosts }: Utility): Promise<void> {
    if (this.#held.length === 0) return;
    const found = await this.#audit();
    for (const clause of found) {
      const holds = this.mayBeFound(clause);
      this.#findings.hold('I37', undefined, holds, () => `an audit of vouchers finds ${clause}`);
    }
    for (const voucher of this.#held) {
      const { serial, meters } = voucher;
      // What a damaged meter holds proves nothing.
      if (meters.some((svpmsn) => this.#findings.flagged.has(svpmsn))) continue;
      const paid = this.#metersOf(serial);
      const row = await hosts.vouchers.voucher(serial);
      const isRedeemed = !('reason' in row) && row.redeemedAt !== undefined;
      const state = 'reason' in row ? row.reason : `${row.state}${isRedeemed ? ' and redeemed' : ''}`;
      const where = paid.map(svpmsnText).join(' and ') || 'no meter';
      // Each was said until something came of it.
      const holds = paid.length > 0 && isRedeemed;
      this.#findings.hold('I37', undefined, holds, () => `voucher ${serial} is ${state}, and its value in ${where}`);
      const isNamed = found.some((clause) => PAID_TWICE.exec(clause)?.[1] === serial);
      const sentence = () => `voucher ${serial} has its value in ${where}, and no audit says so`;
      this.#findings.hold('I37', undefined, paid.length < 2 || isNamed, sentence);
    }
  }

  /** No second payment leaves when the books have heard of the first. */
  #begun({ svpmsn, txid, op }: OutstandingRow): void {
    const serial = this.#serials.get(txid);
    if (serial === undefined || op !== 'credit') return;
    for (const first of this.#credits.get(serial) ?? []) {
      if (first.svpmsn === svpmsn && first.txid === txid) continue;
      const isHeard = !this.#isRestored || (this.#known.get(first.svpmsn) ?? -1) >= first.counter;
      this.#findings.hold(
        'I37',
        first.svpmsn,
        !isHeard,
        () => `it has the value of voucher ${serial}, the books know, and send it to ${svpmsnText(svpmsn)}`,
      );
    }
  }

  #metersOf(serial: string): Svpmsn[] {
    return [...new Set((this.#credits.get(serial) ?? []).map(({ svpmsn }) => svpmsn))];
  }
}
