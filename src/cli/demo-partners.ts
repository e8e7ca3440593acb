import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Acquirer } from '../adapters/acquirer.ts';
import { AcquirerSimulator, testCards } from '../adapters/acquirer-simulator.ts';
import { EmvIssuer, TEST_APPLICATION, testIssuerKey } from '../card/index.ts';
import type { HostPorts, HostServices, PaymentPort, PaymentWay, ReceiptSigner } from '../host/index.ts';
import { DemoDebit } from './demo-debit.ts';
import { DemoWallet } from './demo-wallet.ts';

export interface DemoPartnersOptions {
  readonly signer: ReceiptSigner;
  /** IANA name. */
  readonly zone: string;
  /** From the prompt on a telephone to its owner's yes, in time of the machine; some seconds where absent. */
  readonly decidesMs?: number;
}

/** With what somebody pays in a demo, by the method of its port. */
export const DEMO_PURSES = {
  card: '4111111111111111',
  wallet: '821012345678',
  'direct-debit': 'DEMO-2026-0001',
} as const;

/** What the terminals of a demo take: its own card, and no other. */
export const DEMO_APPLICATIONS = [
  { aid: TEST_APPLICATION, isPartial: false, version: 1, denial: new Uint8Array(5) },
] as const;

const CARDS = 'demo-bank';
const MOBILE_MONEY = 'demo-mobile';
const ACCOUNTS = 'demo-debit';
/** ISO 3166. */
const COUNTRY = 410;
const UTILITY = { name: 'Wattpurse demo', registration: undefined };
/** Enough for whoever plays with it for a year, minor units. */
const CARD_LIMIT = 1_000_000_000;
const APPROVALS_MAX = 900_000;
const DECIDES_MS = 4_000;
/** The acquirer of a demo is on this machine: one that says nothing for so long is not waited for. */
const ANSWER_MS = 2_000;
const ERRANDS_EVERY_MS = 500;

/**
 * Those with whom the host of a demo works, all in its own process: an acquirer behind the interface that a real one
 * has, mobile money, a bank that collects by itself, and who signs receipts.
 */
export class DemoPartners {
  readonly ports: Required<Pick<HostPorts, 'payments' | 'receipts' | 'slotTerminal'>>;
  readonly #simulator: AcquirerSimulator;
  readonly #acquirer: Acquirer;
  readonly #wallet: DemoWallet;
  readonly #stopped = new AbortController();
  readonly #asking = new Set<Promise<unknown>>();
  /** Payments that the acquirer of this demo approved before it was stopped, and has forgotten. */
  readonly #approvedBefore = new Set<string>();
  #host: (() => HostServices) | undefined;
  #errands: Promise<void> | undefined;
  /** Why what was paid is settled no more: whoever waits for quiet is told. */
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    { signer, zone, decidesMs = DECIDES_MS }: DemoPartnersOptions,
    simulator: AcquirerSimulator,
    port: number,
  ) {
    this.#simulator = simulator;
    this.#acquirer = new Acquirer({
      ...{ host: '127.0.0.1', port, institution: '1', terminal: 'DEMO0001', merchant: 'DEMO', zone },
      answerMs: ANSWER_MS,
    });
    this.#wallet = new DemoWallet({
      decidesMs,
      decided: async (id, outcome) => {
        await this.#host?.().paymentNotice({ port: MOBILE_MONEY, id, outcome });
      },
    });
    const payments = new Map<string, PaymentWay>([
      [CARDS, { method: 'card', port: this.#watched(this.#acquirer) }],
      [MOBILE_MONEY, { method: 'wallet', port: this.#wallet }],
      [ACCOUNTS, { method: 'direct-debit', port: new DemoDebit(DEMO_PURSES['direct-debit']) }],
    ]);
    const slotTerminal = { port: CARDS, identification: 'SLOT0001', country: COUNTRY, applications: DEMO_APPLICATIONS };
    this.ports = { payments, slotTerminal, receipts: { signer, utility: UTILITY } };
  }

  static async open(options: DemoPartnersOptions): Promise<DemoPartners> {
    const approvals = randomInt(APPROVALS_MAX);
    const issuer = new EmvIssuer(testIssuerKey());
    const settings = { cards: testCards(CARD_LIMIT), issuer, lateMs: 0, approvals, faultOf: () => undefined };
    const simulator = new AcquirerSimulator(settings);
    return new DemoPartners(options, simulator, await simulator.listen(0, '127.0.0.1'));
  }

  /** From now on what was paid is settled, and receipts are signed. */
  async begin(host: () => HostServices): Promise<void> {
    this.#host = host;
    for (const { id, port, state, approval } of await host().unsettledPayments({ limit: Number.MAX_SAFE_INTEGER })) {
      if (port === CARDS && approval !== undefined) this.#approvedBefore.add(id);
      // Nobody has the telephone in the hand any more that was asked before the demo was stopped.
      if (port !== MOBILE_MONEY || state !== 'pending') continue;
      const sentence = 'The demo was stopped before the payment was confirmed.';
      await host().paymentNotice({ port, id, outcome: { outcome: 'declined', reason: 'refused', sentence } });
    }
    this.#errands = this.#run(host).catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /**
   * Resolves when nobody is asked for money at this moment. Business may be an hour further within a second: it waits
   * for an answer that comes in thousandths of one.
   * @throws what kept payments from being settled
   */
  async quiet(): Promise<void> {
    await Promise.all(this.#asking);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** What is under way ends first. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#errands;
    await this.#wallet.close();
    await this.#acquirer.close();
    await this.#simulator.close();
  }

  async #run(host: () => HostServices): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await host().settlePayments();
      await host().issueReceipts();
      await pause(ERRANDS_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #watched(port: PaymentPort): PaymentPort {
    return {
      authorise: (payment, instrument) => {
        const asked = port.authorise(payment, instrument);
        this.#asking.add(asked);
        return asked.finally(() => this.#asking.delete(asked));
      },
      // Its books are in memory, and no money moves: what it held is taken when it is asked for.
      capture: async (payment, approval) =>
        this.#approvedBefore.has(payment.id) ? { outcome: 'done' } : port.capture(payment, approval),
      reverse: (payment, approval) => port.reverse(payment, approval),
    };
  }
}
