import { assertNever } from '../../units/index.ts';
import type { Asking, MessageOf } from '../iso8583.ts';
import { APPROVED } from './codes.ts';

export interface TestCard {
  readonly pan: string;
  /** Held and captured together, minor units. */
  readonly limit: number;
  /** In one payment. */
  readonly once: number;
  /** What it always answers, where it is not to be served. */
  readonly always?: string;
}

/** Published numbers for tests: no bank has ever issued them. */
export const testCards = (limit: number): readonly TestCard[] => [
  { pan: '4111111111111111', limit, once: limit },
  { pan: '5555555555554444', limit, once: limit },
  { pan: '4242424242424242', limit, once: Math.min(limit, 10_000) },
  { pan: '4000000000009995', limit: 0, once: limit },
  { pan: '4000000000000002', limit, once: limit, always: '05' },
  { pan: '4000000000000069', limit, once: limit, always: '54' },
  { pan: '4000000000009979', limit, once: limit, always: '43' },
];

/**
 * `held` after an authorisation, `captured` after its completion, `reversed` for good, also when the reversal came
 * before what it reverses, `declined` for good.
 */
export type BookedState = 'held' | 'captured' | 'reversed' | 'declined';

export interface BookedPayment {
  readonly terminal: string;
  readonly reference: string;
  readonly trace: number;
  readonly amount: number;
  readonly currency: number;
  readonly state: BookedState;
  /** What the authorisation was answered; `undefined` while only its reversal has come. */
  readonly response: string | undefined;
  readonly approval: string | undefined;
}

export interface Decision {
  readonly response: string;
  readonly approval?: string;
  /** Field 55 of the answer: what the card's bank says to its chip. */
  readonly chip?: Uint8Array;
}

/** A bank that issued cards with chips. */
export interface ChipIssuer {
  judge(asked: {
    readonly pan: string;
    readonly sequence: number | undefined;
    readonly amount: number;
    readonly currency: number;
    /** Field 55. */
    readonly data: Uint8Array;
  }):
    | { readonly outcome: 'genuine'; readonly answer: (code: string, isApproved: boolean) => Uint8Array }
    | { readonly outcome: 'refused' };
}

/** What is kept besides, and shown to nobody. */
interface Kept {
  readonly pan: string | undefined;
  readonly chip: Uint8Array | undefined;
}

type PaymentAsking = Exclude<Asking, MessageOf<'0800' | '0801'>>;
type Authorisation = MessageOf<'0100' | '0101' | '0200' | '0201'>;
type Completion = MessageOf<'0220' | '0221'>;
type Reversal = MessageOf<'0400' | '0401' | '0420' | '0421'>;

const NO_ACTION_TAKEN = '21';
const NOT_FOUND = '25';
const NO_SUCH_CARD = '14';
const NO_FUNDS = '51';
const LIMIT = '61';
/** Of a chip whose cryptogram is wrong, or was there before. */
const NOT_SAFE = '63';
const AMOUNT_WRONG = '64';
const TRACE_HAD_BEFORE = '94';

const APPROVALS_MAX = 999_999;

/**
 * What an acquirer keeps of payments, each by terminal, reference and trace. Whatever is said twice is done once and
 * answered alike. A reversal wins over everything, whenever it comes: so the order in which a completion, a reversal
 * and a late authorisation arrive makes no difference to who has the money at the end.
 */
export class AcquirerBooks {
  readonly #cards: ReadonlyMap<string, TestCard>;
  readonly #used = new Map<string, number>();
  readonly #payments = new Map<string, BookedPayment & Kept>();
  readonly #issuer: ChipIssuer | undefined;
  #approvals: number;

  /** @param approvals numbers that were given before these books were begun */
  constructor(
    cards: readonly TestCard[],
    { issuer, approvals = 0 }: { readonly issuer?: ChipIssuer; readonly approvals?: number } = {},
  ) {
    this.#issuer = issuer;
    this.#cards = new Map(cards.map((card) => [card.pan, card]));
    this.#approvals = approvals;
  }

  decide(message: PaymentAsking): Decision {
    switch (message.type) {
      case '0100':
      case '0101':
      case '0200':
      case '0201':
        return this.#authorise(message);
      case '0220':
      case '0221':
        return this.#complete(message);
      case '0400':
      case '0401':
      case '0420':
      case '0421':
        return this.#reverse(message);
      default:
        return assertNever(message);
    }
  }

  /** In the order in which they were first heard of. */
  payments(): BookedPayment[] {
    return [...this.#payments.values()].map(({ pan: _, chip: __, ...payment }) => payment);
  }

  /** Held and captured, minor units. */
  usedOf(pan: string): number {
    return this.#used.get(pan) ?? 0;
  }

  #authorise(message: Authorisation): Decision {
    const { terminal, reference, trace, amount, currency, pan } = message;
    const key = keyOf(message, trace);
    const known = this.#payments.get(key);
    if (known?.state === 'reversed') return { response: NO_ACTION_TAKEN };
    if (known?.response !== undefined) {
      if (known.amount !== amount || known.currency !== currency) return { response: TRACE_HAD_BEFORE };
      return answerOf(known.response, known.approval, known.chip);
    }
    const { response, chip } = this.#judged(message);
    const approved = response === APPROVED;
    const approval = approved ? this.#nextApproval() : undefined;
    if (approved) this.#used.set(pan, this.usedOf(pan) + amount);
    const single = message.type === '0200' || message.type === '0201';
    const state = approved ? (single ? 'captured' : 'held') : 'declined';
    this.#payments.set(key, { terminal, reference, trace, amount, currency, state, response, approval, pan, chip });
    return answerOf(response, approval, chip);
  }

  /** A chip that its bank does not know gets no answer of it; everything else is for the card as it is. */
  #judged({ pan, sequence, amount, currency, chip: data }: Authorisation): Decision {
    const verdict = data && this.#issuer?.judge({ pan, sequence, amount, currency, data });
    if (verdict?.outcome === 'refused') return { response: NOT_SAFE };
    const response = this.#verdict(pan, amount);
    return answerOf(response, undefined, verdict?.answer(response, response === APPROVED));
  }

  #verdict(pan: string, amount: number): string {
    const card = this.#cards.get(pan);
    if (card === undefined) return NO_SUCH_CARD;
    if (card.always !== undefined) return card.always;
    if (this.usedOf(pan) + amount > card.limit) return NO_FUNDS;
    return amount > card.once ? LIMIT : APPROVED;
  }

  #complete(message: Completion): Decision {
    const key = keyOf(message, message.original.trace);
    const known = this.#payments.get(key);
    if (known === undefined || (known.state !== 'held' && known.state !== 'captured')) return { response: NOT_FOUND };
    if (known.approval !== message.approval) return { response: NOT_FOUND };
    if (known.amount !== message.amount || known.currency !== message.currency) return { response: AMOUNT_WRONG };
    this.#payments.set(key, { ...known, state: 'captured' });
    return answerOf(APPROVED, known.approval);
  }

  #reverse(message: Reversal): Decision {
    const { terminal, reference, amount, currency, original } = message;
    const key = keyOf(message, original.trace);
    const known = this.#payments.get(key);
    if (known === undefined) {
      const nothing = { response: undefined, approval: undefined, pan: undefined, chip: undefined };
      const { trace } = original;
      this.#payments.set(key, { terminal, reference, trace, amount, currency, state: 'reversed', ...nothing });
      return { response: APPROVED };
    }
    if (known.amount !== amount || known.currency !== currency) return { response: AMOUNT_WRONG };
    if (known.pan !== undefined && (known.state === 'held' || known.state === 'captured')) {
      this.#used.set(known.pan, this.usedOf(known.pan) - amount);
      this.#payments.set(key, { ...known, state: 'reversed' });
    }
    return { response: APPROVED };
  }

  #nextApproval(): string {
    this.#approvals = (this.#approvals % APPROVALS_MAX) + 1;
    return String(this.#approvals).padStart(6, '0');
  }
}

const keyOf = ({ terminal, reference }: { terminal: string; reference: string }, trace: number): string =>
  JSON.stringify([terminal, reference, trace]);

const answerOf = (response: string, approval: string | undefined, chip?: Uint8Array): Decision => ({
  response,
  ...(approval === undefined ? {} : { approval }),
  ...(chip === undefined ? {} : { chip }),
});
