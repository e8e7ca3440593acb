import type { CardOrderJson, PaymentJson, PurchaseJson } from '../../../api/index.ts';

export interface Happened {
  readonly name: 'asked' | 'ordered' | 'stored' | 'refunded';
  readonly at: string;
}

/** What the books know of a payment, in the order in which it happened. */
export function historyOf(
  payment: Pick<PaymentJson, 'at'>,
  sale?: Pick<PurchaseJson['order'] | CardOrderJson, 'state' | 'orderedAt' | 'settledAt'>,
): readonly Happened[] {
  const asked: Happened = { name: 'asked', at: payment.at };
  if (sale === undefined) return [asked];
  const { state, orderedAt, settledAt } = sale;
  const ordered: Happened = { name: 'ordered', at: orderedAt };
  if (settledAt === undefined) return [asked, ordered];
  return [asked, ordered, { name: state === 'refunded' ? 'refunded' : 'stored', at: settledAt }];
}
