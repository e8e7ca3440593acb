import {
  type Authorisation,
  type ChipAnswer,
  type Completion,
  type HostFailure,
  type HostPorts,
  type Instrument,
  MemoryStore,
  type Payment,
  type PaymentAnswered,
  type PaymentPort,
  type PaymentRequest,
  type Terms,
} from './index.ts';
import { made, Rig } from './rig.testing.ts';

/** What becomes of one call: the request or the answer is lost, or nothing is ever answered. */
export type Way = 'good' | 'request-lost' | 'answer-lost' | 'hangs' | 'declines' | 'pends';

/** A bank that holds, takes and gives back money, however badly it is reached. */
export class Bank implements PaymentPort {
  readonly accounts = new Map<
    string,
    { amount: number; state: 'held' | 'taken' | 'back' | 'refused'; approval: string }
  >();
  ways: Way[] = [];
  /** What it says to a chip. */
  readonly toChip: ChipAnswer = { code: '00', data: Uint8Array.of(0x91, 0x02, 0xab, 0xcd) };

  async authorise(request: PaymentRequest, instrument?: Instrument): Promise<Authorisation> {
    const answer = await this.#authorise(request);
    const isByChip = instrument?.type === 'card' && instrument.chip !== undefined;
    const isAnswered = answer.outcome === 'approved' || answer.outcome === 'declined';
    return isByChip && isAnswered ? { ...answer, chip: this.toChip } : answer;
  }

  async #authorise({ id, amount }: PaymentRequest): Promise<Authorisation> {
    const way = this.ways.shift() ?? 'good';
    if (way === 'request-lost') return UNKNOWN;
    if (way === 'declines') return { outcome: 'declined', reason: 'funds', sentence: 'There is not enough.' };
    // A reversal that came first stands.
    const account = this.accounts.get(id) ?? { amount, state: 'held', approval: `AN${this.accounts.size}` };
    this.accounts.set(id, account);
    if (way === 'hangs') return new Promise(() => undefined);
    if (way === 'answer-lost') return UNKNOWN;
    if (way === 'pends') return { outcome: 'pending', shown: 'wallet' };
    return { outcome: 'approved', approval: account.approval, shown: '**** 1234' };
  }

  async capture({ id }: PaymentRequest): Promise<Completion> {
    return this.#completed(id, 'taken');
  }

  async reverse({ id, amount }: PaymentRequest): Promise<Completion> {
    if (!this.accounts.has(id)) this.accounts.set(id, { amount, state: 'refused', approval: '' });
    return this.#completed(id, 'back');
  }

  #completed(id: string, state: 'taken' | 'back'): Completion {
    const way = this.ways.shift() ?? 'good';
    const account = this.accounts.get(id);
    if (account === undefined || way === 'request-lost') return UNKNOWN;
    if (account.state === 'held') account.state = state;
    return way === 'good' ? { outcome: 'done' } : UNKNOWN;
  }

  /** What it took and keeps. */
  taken(): number {
    return [...this.accounts.values()].reduce((sum, { amount, state }) => sum + (state === 'taken' ? amount : 0), 0);
  }
  held(): number {
    return [...this.accounts.values()].filter(({ state }) => state === 'held').length;
  }
}
const UNKNOWN = { outcome: 'unknown', sentence: 'Nobody answered.' } as const;

export const TERMS: Terms = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  taxBasisPoints: 1_900,
  fixedChargePerMonth: 50,
  recoveryPercentMax: 40,
  fees: { card: { fixed: 3, basisPoints: 150 } },
};

/** A host with a bank, meters and terms. */
export class Till {
  readonly bank = new Bank();
  readonly rig: Rig;

  constructor({ payments = new Map(), store = new MemoryStore(), ...more }: Partial<HostPorts> = {}) {
    this.rig = new Rig(store, {
      ...more,
      payments: new Map([['bank', { method: 'card', port: this.bank }], ...payments]),
    });
  }

  static async open({ meters = 1, terms = TERMS, ports = {} as Partial<HostPorts> } = {}): Promise<Till> {
    const till = new Till(ports);
    made(await till.rig.host.publishTerms(terms));
    for (let i = 0; i < meters; i++) await till.rig.enrol(i);
    return till;
  }

  pay(
    id: string,
    paid: number,
    meter = 0,
    instrument: Instrument = { type: 'token', token: 'x' },
  ): Promise<PaymentAnswered | HostFailure> {
    return this.rig.host.pay({ id, meter, paid, port: 'bank', instrument });
  }

  /** Everything that is due happens, for hours. */
  async end(): Promise<void> {
    for (let i = 0; i < 40; i++) {
      await this.rig.host.settlePayments();
      await this.rig.settle(60_000);
      this.rig.clock.ms += 150_000;
    }
  }

  async payment(id: string): Promise<Payment> {
    return made(await this.rig.host.payment(id));
  }

  async account(name: string): Promise<bigint> {
    const postings = await this.rig.host.postings({ limit: 9_999 });
    return postings.flatMap(({ lines }) => lines).reduce((sum, l) => sum + (l.account === name ? l.amount : 0n), 0n);
  }
}
