import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { wantCardQueries } from './card-host.ts';
import { queueCommand } from './command-queue.ts';
import { fail } from './failures.ts';
import { SEARCH_OF_MONITORING } from './key-change.ts';
import type { LedgerReader } from './ledger.ts';
import { skipTraces, UNSETTLED } from './payments.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { wantQuery } from './receipts.ts';
import type { HostFailure, Meter } from './types.ts';
import type { ValueHold } from './value-hold.ts';
import { type PaidTwice, vouchersPaidTwice } from './voucher-names.ts';

/** What the books say of the copy that they were last put back from, and what was learned since. */
export interface RestorationView {
  /** When that copy was made, by its machine; nothing where it was put back without `wattpurse restore`. */
  readonly copiedAt: number | undefined;
  /** When a host first started on it. */
  readonly startedAt: Milliseconds;
  readonly meters: number;
  /** Meters that have not told their receipts yet. */
  readonly awaited: number;
  /** Meters frozen since then: a person decides (X10). */
  readonly frozen: readonly Svpmsn[];
  /** Value in meters that these books do not know to have been sold, in tokens. */
  readonly found: bigint;
  /** Vouchers that paid in two meters, of which these books had forgotten one: what they are worth is lost. */
  readonly paidTwice: readonly PaidTwice[];
  /** Payments that have not come to their end. */
  readonly unsettledPayments: number;
  /** Each payment port, and whether its payments were compared with the books since. */
  readonly ports: readonly { readonly port: string; readonly isReconciled: boolean }[];
}

/** A request to a payment port reaches its bank within that, or never. */
const UNDER_WAY_MS = 300_000;

/** X9: a database that was put back knows neither what its meters were credited with since, nor what its payers paid. */
export class Restoration {
  readonly #ports: Pick<HostPorts, 'payments'>;
  readonly #hold: ValueHold;
  readonly #ledger: LedgerReader;

  constructor(ports: Pick<HostPorts, 'payments'>, { hold, ledger }: RestorationParts) {
    this.#ports = ports;
    this.#ledger = ledger;
    this.#hold = hold;
  }

  /** At the first start on a copy: asks every meter and every card, and holds value back. */
  async begin(tx: StoreTransaction, doubtful: readonly Meter[], now: Milliseconds): Promise<void> {
    for (const meter of await tx.meters()) await wantQuery(tx, meter, now);
    await wantCardQueries(tx);
    for (const port of this.#ports.payments?.keys() ?? []) {
      await skipTraces(tx, port);
      await tx.setFact(`unreconciled ${port}`, 1);
    }
    this.#hold.begin();
    for (const meter of doubtful) await queueCommand(tx, meter, SEARCH_OF_MONITORING, now);
    await tx.setFact('restored-at', now);
    await tx.setFact('restored', 0);
  }

  /**
   * Somebody compared the payments of a port with these books, and told them what they had forgotten. Not before all that
   * the books had asked of it has arrived there: what they forgot to have given back may be under way, and value that
   * was sold for it meanwhile would be paid with nothing.
   */
  async reconciled(tx: StoreTransaction, port: string, now: Milliseconds): Promise<RestorationView | HostFailure> {
    if (this.#ports.payments?.has(port) !== true) {
      return fail('payment-port-unknown', `Nobody takes money here as "${port}": name one of the payment ports.`);
    }
    const view = await this.view(tx);
    if ('reason' in view) return view;
    const restMs = view.startedAt + UNDER_WAY_MS - now;
    if (restMs > 0) {
      return fail(
        'reconciled-early',
        `What was asked of "${port}" before the books were put back may still be on its way: compare and say so in ${Math.ceil(restMs / 60_000)} minutes.`,
        { about: port, waitMs: restMs },
      );
    }
    await tx.setFact(`unreconciled ${port}`, 0);
    return { ...view, ports: view.ports.map((each) => (each.port === port ? { port, isReconciled: true } : each)) };
  }

  async view(tx: StoreReads): Promise<RestorationView | HostFailure> {
    const startedAt = await tx.fact('restored-at');
    if (startedAt === undefined) return NOT_RESTORED;
    const ports = [];
    for (const port of this.#ports.payments?.keys() ?? []) {
      ports.push({ port, isReconciled: (await tx.fact(`unreconciled ${port}`)) !== 1 });
    }
    const meters = (await tx.meters()).map(({ svpmsn }) => svpmsn);
    let awaited = 0;
    const frozen: Svpmsn[] = [];
    for (let from = 0; from < meters.length; from += PAGE) {
      for (const purse of await tx.pursesOf(meters.slice(from, from + PAGE))) {
        if (purse?.queryWanted === true && purse.freeze === undefined) awaited += 1;
        if (purse?.frozenAt !== undefined && purse.frozenAt >= startedAt) frozen.push(purse.svpmsn);
      }
    }
    const { found } = await this.#ledger.total(tx);
    let unsettledPayments = 0;
    for (const state of UNSETTLED) unsettledPayments += (await tx.payments.where('state', state)).length;
    return {
      ...{ copiedAt: await tx.fact('restored-from'), startedAt: startedAt as Milliseconds },
      ...{
        meters: meters.length,
        awaited,
        frozen,
        found,
        paidTwice: await vouchersPaidTwice(tx),
        unsettledPayments,
        ports,
      },
    };
  }
}

interface RestorationParts {
  readonly hold: ValueHold;
  readonly ledger: LedgerReader;
}

const PAGE = 1_000;

const NOT_RESTORED = fail(
  'never-restored',
  'These books were never put back from a copy: there is nothing to reconcile.',
);
