import type { CardOrderJson, OrderJson, PaymentJson, VendJson } from '../../api/index.ts';
import type { SaleStep } from '../../words/index.ts';

/** How far the value of a sale came. */
export interface Journey {
  readonly step: SaleStep;
  /** How many of its three stops lie behind it: sold, on its way, in the meter or on the card. */
  readonly reached: 0 | 1 | 2 | 3;
  /** Nothing more will come of it. */
  readonly isOver: boolean;
}

const over = (step: Journey['step'], reached: Journey['reached']): Journey => ({ step, reached, isOver: true });
const going = (step: Journey['step'], reached: Journey['reached']): Journey => ({ step, reached, isOver: false });

export function journeyOf(order: Pick<OrderJson, 'state' | 'why'>): Journey {
  switch (order.state) {
    case 'waiting':
      return going('waiting', 1);
    case 'outstanding':
      return going('travelling', 2);
    case 'voiding':
      return going('voiding', 2);
    case 'stored':
    case 'found':
    case 'closed':
      return over('stored', 3);
    case 'refunded':
      return over(order.why === 'full' ? 'full' : 'refunded', 1);
  }
}

/** To a purse card: what went down with it comes to the next one, and nothing more comes of this order. */
const journeyOfCardOrder = ({ state, ...order }: CardWay): Journey =>
  state === 'lost' ? over('lost', 2) : journeyOf({ state, ...order });

/** Before there is a sale, the payment tells; from then on the order does. */
export function journeyOfPayment({ state }: Pick<PaymentJson, 'state'>): Journey {
  switch (state) {
    case 'declined':
    case 'reversed':
    case 'returned':
      return over('declined', 0);
    default:
      return going('paying', 0);
  }
}

/** So long a meter may be silent before it is said: a poll and two tries fit in it. */
export const SILENT_MS = 20_000;

/** The journey of a sale by an agent; one that was reversed before it came sold nothing. */
export function journeyOfVend({ outcome, purchase, cardOrder }: VendSoFar): Journey {
  if (cardOrder !== undefined) return journeyOfCardOrder(cardOrder);
  if (outcome === 'stored') return over('stored', 3);
  if (outcome === 'reversing') return going('voiding', 2);
  if (purchase !== undefined) return journeyOf(purchase.order);
  return outcome === 'reversed' ? over('refunded', 0) : going('waiting', 1);
}

export const isVendOver = ({ outcome }: Pick<VendJson, 'outcome'>): boolean =>
  outcome === 'stored' || outcome === 'reversed';

type CardWay = Pick<CardOrderJson, 'state' | 'why'>;

interface VendSoFar extends Pick<VendJson, 'outcome'> {
  readonly purchase?: { readonly order: Pick<OrderJson, 'state' | 'why'> };
  readonly cardOrder?: CardWay;
}
