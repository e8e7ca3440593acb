import Stripe from 'stripe';
import type { Authorisation, DeclineReason } from '../../host/index.ts';

/** What Stripe said instead of what it was asked for. Its own words may hold a token: only its codes are told on. */
export interface Failure {
  readonly failed: true;
  readonly code: string | undefined;
  readonly declineCode: string | undefined;
  /** A card that was declined, or a request that was understood and refused. Anything else may have been done. */
  readonly kind: 'card' | 'request' | 'other';
  readonly sentence: string;
}

/** None rejects: what fails underneath is a failure. */
export async function answered<T extends object>(request: Promise<T>): Promise<T | Failure> {
  try {
    return await request;
  } catch (error) {
    const { StripeError, StripeInvalidRequestError, StripeAuthenticationError, StripePermissionError } = Stripe.errors;
    const known = error instanceof StripeError ? error : undefined;
    const code = known?.code ?? known?.rawType;
    const isRefused =
      error instanceof StripeInvalidRequestError ||
      error instanceof StripeAuthenticationError ||
      error instanceof StripePermissionError;
    return {
      failed: true,
      code,
      declineCode: known?.decline_code,
      kind: known?.rawType === 'card_error' ? 'card' : isRefused ? 'request' : 'other',
      sentence: `Stripe did not do it: ${code ?? known?.type ?? 'its answer cannot be read'}.`,
    };
  }
}

export const isFailed = (answer: object): answer is Failure => 'failed' in answer;

/** By decline code, or by error code. What is not here is refused without a reason that helps whoever pays. */
const DECLINES: Readonly<Record<string, DeclineReason>> = {
  insufficient_funds: 'funds',
  card_velocity_exceeded: 'limit',
  withdrawal_count_limit_exceeded: 'limit',
  amount_too_large: 'limit',
  amount_too_small: 'limit',
  expired_card: 'instrument',
  incorrect_cvc: 'instrument',
  incorrect_number: 'instrument',
  incorrect_pin: 'instrument',
  invalid_account: 'instrument',
  invalid_cvc: 'instrument',
  invalid_expiry_month: 'instrument',
  invalid_expiry_year: 'instrument',
  invalid_number: 'instrument',
  invalid_pin: 'instrument',
  lost_card: 'instrument',
  stolen_card: 'instrument',
  pickup_card: 'instrument',
  new_account_information_available: 'instrument',
  payment_method_unactivated: 'instrument',
  resource_missing: 'instrument',
  card_not_supported: 'not-served',
  currency_not_supported: 'not-served',
  invalid_request_error: 'not-served',
  issuer_not_available: 'not-served',
  processing_error: 'not-served',
  service_not_allowed: 'not-served',
  transaction_not_allowed: 'not-served',
};

export type Declined = Extract<Authorisation, { outcome: 'declined' }>;

export const declined = (reason: DeclineReason, sentence: string): Declined => ({
  outcome: 'declined',
  reason,
  sentence,
});

export function declinedFor({ code, declineCode }: Pick<Failure, 'code' | 'declineCode'>): Declined {
  const said = declineCode ?? code ?? 'no reason';
  const reason = DECLINES[declineCode ?? ''] ?? DECLINES[code ?? ''] ?? 'refused';
  return declined(reason, `The payment was declined by Stripe or the bank (${said}): pay in another way.`);
}

export const unknown = (why: string): Extract<Authorisation, { outcome: 'unknown' }> => ({
  outcome: 'unknown',
  sentence: `Nobody knows whether Stripe holds the money (${why}): it has to be given back.`,
});

/** What an intent means for whoever waits for the money. An answer is from outside, whatever its type says. */
export function authorisationOf(intent: Stripe.PaymentIntent): Authorisation {
  const { id, status, amount } = intent;
  switch (status) {
    case 'requires_capture':
    case 'succeeded': {
      const there = status === 'succeeded' ? intent.amount_received : intent.amount_capturable;
      if (there !== amount) return unknown('it is another amount');
      return { outcome: 'approved', approval: id, shown: shownOf(intent) };
    }
    case 'processing':
    case 'requires_action':
      return { outcome: 'pending', shown: shownOf(intent) };
    case 'canceled':
      return declined('refused', 'The payment was cancelled before it was made: begin a new one.');
    case 'requires_payment_method': {
      const error = intent.last_payment_error;
      if (!error) return unknown('it says nothing of how it went');
      return declinedFor({ code: error.code, declineCode: error.decline_code });
    }
    default:
      return unknown(`its state is ${JSON.stringify(status)?.slice(0, 40)}`);
  }
}

function shownOf({ payment_method: method }: Stripe.PaymentIntent): string {
  const last4 = typeof method === 'object' ? method?.card?.last4 : undefined;
  return typeof last4 === 'string' && /^\d{4}$/.test(last4) ? `**** ${last4}` : 'Stripe';
}
