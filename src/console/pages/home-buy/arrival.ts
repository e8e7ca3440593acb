import type { OrderJson, PaymentJson } from '../../../api/index.ts';

export const ARRIVAL_STEPS = ['asking', 'paid', 'travelling', 'arrived'] as const;
export type ArrivalStep = (typeof ARRIVAL_STEPS)[number];
export type ArrivalFailure = 'declined' | 'reversed' | 'returned' | 'stuck';

/** How far a payment has come on its way into the meter, or how it ended otherwise. */
export type Arrival = { readonly step: ArrivalStep } | { readonly failed: ArrivalFailure };

export function arrivalOf(payment: PaymentJson['state'], order: OrderJson['state'] | undefined): Arrival {
  switch (payment) {
    case 'declined':
    case 'returned':
    case 'stuck':
      return { failed: payment };
    case 'reversing':
    case 'reversed':
      return { failed: 'reversed' };
    case 'asked':
    case 'pending':
      return { step: 'asking' };
    case 'approved':
    case 'capturing':
    case 'captured':
      if (order === 'stored') return { step: 'arrived' };
      if (order === 'refunded' || order === 'voiding') return { failed: 'reversed' };
      return { step: order === 'outstanding' ? 'travelling' : 'paid' };
  }
}
