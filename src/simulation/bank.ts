import type {
  Authorisation,
  Completion,
  Instrument,
  PaymentNotice,
  PaymentPort,
  PaymentRequest,
  PaymentWay,
} from '../host/index.ts';
import { assertNever } from '../units/index.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './random.ts';

/**
 * What became of one payment at the bank: a debit waits until its payer's bank has decided; money is held until the
 * utility takes it or gives it back; a debit that was taken can be returned.
 */
export type EntryState = 'pending' | 'held' | 'taken' | 'back' | 'refused' | 'returned';

/** One payment as the bank's own book has it. */
export interface Entry {
  readonly id: string;
  readonly port: string;
  readonly amount: number;
  readonly state: EntryState;
  readonly approval: string;
  /** When it last became what it is. */
  readonly at: number;
  /** The utility, whose books forgot it, takes it no more. */
  readonly isLetGo?: true;
}

/** Who asked for a change: the utility, or the bank by itself. */
export type Mover = 'utility' | 'bank';

export interface BankOptions {
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly now: () => number;
  readonly after: (delayMs: number, run: () => void | Promise<void>) => void;
  readonly onMoved: (entry: Entry, before: Entry | undefined, by: Mover) => void;
  /** Sends a notice off: it is told until the utility has answered. */
  readonly onNotice: (notice: PaymentNotice) => Promise<void>;
}

export const CARD = 'card';
export const DEBIT = 'debit';

const MINUTE_MS = 60_000;
/** Longer than a host waits for an answer. */
const DELAYED_MS_MAX = 4 * MINUTE_MS;
const DECIDED_WITHIN_MS = 3 * MINUTE_MS;
const NOTICE_DELAY_MS_MAX = 10 * MINUTE_MS;
const DOUBLED_WITHIN_MS = MINUTE_MS;
const RETURNED_WITHIN_MS = 15 * MINUTE_MS;

/**
 * A bank that takes money for the utility, by card and by direct debit, and keeps a book of its own that no host can
 * read. Every call may be repeated; what is lost on the way and what is answered late, the seed draws.
 */
export class Bank {
  readonly book = new Map<string, Entry>();
  readonly ways: ReadonlyMap<string, PaymentWay>;
  readonly #options: BankOptions;
  #approvals = 0;
  /** Pieces of work at the utility that may call, and of these calls those that wait for an answer. */
  #working = 0;
  readonly #quiet: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(options: BankOptions) {
    this.#options = options;
    this.ways = new Map<string, PaymentWay>([
      [CARD, { method: 'card', port: this.#port(CARD) }],
      [DEBIT, { method: 'direct-debit', port: this.#port(DEBIT) }],
    ]);
  }

  /** Lets the utility do something in which the bank is called once at a time, until it is done or waits for an answer. */
  async during(work: () => Promise<void>): Promise<void> {
    this.#working += 1;
    const working = work().catch((error) => {
      this.#failure ??= { error };
    });
    void working.then(() => this.#rests());
    await this.#allRest();
  }

  /** Every debit that waits is decided now. */
  async heal(): Promise<void> {
    for (const { id } of this.book.values()) await this.#decide(id);
  }

  /** The utility takes nothing for what its payer was asked for: the money goes back. */
  letsGo(id: string): void {
    const entry = this.book.get(id);
    if (entry === undefined) return;
    const state = entry.state === 'taken' || entry.state === 'returned' ? 'returned' : 'back';
    this.#moves({ ...entry, state, isLetGo: true }, 'bank');
  }

  #port(port: string): PaymentPort {
    return {
      authorise: (request, instrument) =>
        this.#called<Authorisation>(request, () => this.#authorised(port, request, instrument)),
      capture: (request, approval) => this.#called<Completion>(request, () => this.#captured(request, approval)),
      reverse: (request) => this.#called<Completion>(request, () => this.#reversed(port, request)),
    };
  }

  /** What one call goes through: it is lost, late, or done and not answered. */
  async #called<T>({ id }: PaymentRequest, act: () => T): Promise<T | typeof NOBODY_ANSWERED> {
    const { faults } = this.#options;
    if (faults.strikes('bank-request-lost', id)) return NOBODY_ANSWERED;
    const lateMs = faults.strikes('bank-delayed', id) ? 1 + faults.below('bank-delayed', DELAYED_MS_MAX) : 0;
    // The request is late, or its answer is.
    const requestIsLate = lateMs > 0 && faults.below('bank-delayed', 2) === 0;
    if (requestIsLate) await this.#waits(lateMs);
    const answer = act();
    if (lateMs > 0 && !requestIsLate) await this.#waits(lateMs);
    if (faults.strikes('bank-silent', id)) await this.#waits(undefined);
    return faults.strikes('bank-answer-lost', id) ? NOBODY_ANSWERED : answer;
  }

  #authorised(port: string, { id, amount }: PaymentRequest, { type }: Instrument): Decision {
    const { faults } = this.#options;
    const before = this.book.get(id);
    if (before === undefined) {
      if (faults.strikes('bank-declined', id)) this.#moves({ id, port, amount, state: 'refused' }, 'bank');
      else if (port === DEBIT) {
        this.#moves({ id, port, amount, state: 'pending' }, 'utility');
        this.#options.after(this.#options.random.fork(id).below(DECIDED_WITHIN_MS), () => this.#decide(id));
      } else this.#moves({ id, port, amount, state: 'held', approval: this.#approval(id) }, 'utility');
    }
    const answer = authorisationOf(this.book.get(id) as Entry, type);
    if (answer.outcome !== 'pending' && faults.strikes('bank-answer-doubled', id)) {
      const again = faults.below('bank-answer-doubled', DOUBLED_WITHIN_MS);
      this.#options.after(again, () => this.#options.onNotice({ port, id, outcome: answer }));
    }
    return answer;
  }

  #captured({ id }: PaymentRequest, approval: string): Completion {
    const { faults } = this.#options;
    const entry = this.book.get(id);
    if (entry === undefined || entry.approval !== approval)
      return refused('This approval number is of another payment');
    if (entry.state === 'taken') return DONE;
    if (entry.state !== 'held') return refused(`Its money is ${entry.state}`);
    if (faults.strikes('bank-hold-expired', id)) {
      this.#moves({ ...entry, state: 'back' }, 'bank');
      return refused('The money was held for too long');
    }
    this.#moves({ ...entry, state: 'taken' }, 'utility');
    if (faults.strikes('payment-returned', id)) {
      this.#options.after(faults.below('payment-returned', RETURNED_WITHIN_MS), () => this.#returns(id));
    }
    return DONE;
  }

  #reversed(port: string, { id, amount }: PaymentRequest): Completion {
    const entry = this.book.get(id) ?? { id, port, amount, state: 'pending' };
    // What was never heard of is never approved from now on.
    if (entry.state !== 'refused' && entry.state !== 'returned' && entry.state !== 'back') {
      this.#moves({ ...entry, state: 'back' }, 'utility');
    }
    return DONE;
  }

  async #returns(id: string): Promise<void> {
    const entry = this.book.get(id);
    if (entry?.state !== 'taken' || !this.#options.faults.active) return;
    this.#moves({ ...entry, state: 'returned' }, 'bank');
    await this.#tells(entry.port, id, { outcome: 'returned', sentence: 'The payer asked for it back.' });
  }

  async #decide(id: string): Promise<void> {
    const { faults } = this.#options;
    const entry = this.book.get(id);
    if (entry?.state !== 'pending') return;
    if (faults.strikes('bank-declined', id)) this.#moves({ ...entry, state: 'refused' }, 'bank');
    else this.#moves({ ...entry, state: 'held', approval: this.#approval(id) }, 'bank');
    const outcome = authorisationOf(this.book.get(id) as Entry, 'mandate');
    if (outcome.outcome !== 'pending') await this.#tells(entry.port, id, outcome);
  }

  /** A notice is lost, late or doubled. */
  async #tells(port: string, id: string, outcome: PaymentNotice['outcome']): Promise<void> {
    const { faults, after, onNotice } = this.#options;
    if (faults.strikes('notice-lost', id)) return;
    const notice = { port, id, outcome };
    if (faults.strikes('notice-doubled', id)) {
      after(faults.below('notice-doubled', DOUBLED_WITHIN_MS), () => onNotice(notice));
    }
    if (faults.strikes('notice-delayed', id)) {
      after(faults.below('notice-delayed', NOTICE_DELAY_MS_MAX), () => onNotice(notice));
    } else await onNotice(notice);
  }

  #approval(id: string): string {
    if (this.#approvals === 0 || !this.#options.faults.strikes('bank-number-repeated', id)) this.#approvals += 1;
    return `AN${this.#approvals}`;
  }

  #moves(to: Omit<Entry, 'at' | 'approval'> & { readonly approval?: string }, by: Mover): void {
    const before = this.book.get(to.id);
    const entry: Entry = { approval: '', ...to, at: this.#options.now() };
    this.book.set(entry.id, entry);
    this.#options.onMoved(entry, before, by);
  }

  /** Whoever called waits so long, or for ever. */
  #waits(ms: number | undefined): Promise<void> {
    return new Promise((goesOn) => {
      if (ms !== undefined) {
        this.#options.after(ms, async () => {
          this.#working += 1;
          goesOn();
          await this.#allRest();
        });
      }
      this.#rests();
    });
  }

  #rests(): void {
    this.#working -= 1;
    if (this.#working === 0) for (const quiet of this.#quiet.splice(0)) quiet();
  }

  async #allRest(): Promise<void> {
    if (this.#working > 0) await new Promise<void>((quiet) => this.#quiet.push(quiet));
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

const NOBODY_ANSWERED = { outcome: 'unknown', sentence: 'Nobody answered.' } as const;
const DONE: Completion = { outcome: 'done' };
const refused = (why: string): Completion => ({ outcome: 'refused', sentence: `${why}: ask the bank.` });

type Decision = Exclude<Authorisation, { readonly outcome: 'unknown' }>;

/** What the bank says of a payment whenever it is asked. */
export function authorisationOf({ state, approval }: Entry, shown: string): Decision {
  switch (state) {
    case 'pending':
      return { outcome: 'pending', shown };
    case 'held':
    case 'taken':
    case 'returned':
      return { outcome: 'approved', approval, shown };
    case 'back':
    case 'refused':
      return { outcome: 'declined', reason: 'refused', sentence: `The bank says that it is ${state}.` };
    default:
      return assertNever(state);
  }
}
