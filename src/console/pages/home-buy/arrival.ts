import type { OrderJson, PaymentJson } from '../../../api/index.ts';

/** How a payment ended that did not come into the meter, or did not stay the utility's. */
export type ArrivalFailure = 'declined' | 'reversed' | 'returned' | 'stuck';

export function failureOf(
  payment: PaymentJson['state'],
  order: OrderJson['state'] | undefined,
): ArrivalFailure | undefined {
  switch (payment) {
    case 'declined':
    case 'returned':
    case 'stuck':
      return payment;
    case 'reversing':
    case 'reversed':
      return 'reversed';
    default:
      return order === 'refunded' || order === 'voiding' ? 'reversed' : undefined;
  }
}
