/** An event, for what it says of one payment. What became of that is asked, and not read here. */
export interface StripeEvent {
  /** `taken-back`: by whoever paid, or by a person at Stripe. `to-look`: a person of the utility has to. */
  readonly about: 'payment' | 'taken-back' | 'disputed' | 'to-look';
  readonly type: string;
  /** `pi_…` */
  readonly intent: string;
}

const ABOUT: Readonly<Record<string, StripeEvent['about']>> = {
  'payment_intent.amount_capturable_updated': 'payment',
  'payment_intent.succeeded': 'payment',
  'payment_intent.payment_failed': 'payment',
  'payment_intent.canceled': 'payment',
  'charge.refunded': 'taken-back',
  'charge.dispute.created': 'disputed',
  'charge.dispute.funds_withdrawn': 'disputed',
  'charge.dispute.funds_reinstated': 'to-look',
  'refund.failed': 'to-look',
};

/** @returns nothing for an event that says nothing of a payment */
export function readStripeEvent(event: unknown): StripeEvent | undefined {
  const type = at(event, 'type');
  const about = typeof type === 'string' && Object.hasOwn(ABOUT, type) ? ABOUT[type] : undefined;
  const object = at(at(event, 'data'), 'object');
  if (typeof type !== 'string' || about === undefined) return undefined;
  const intent = at(object, type.startsWith('payment_intent.') ? 'id' : 'payment_intent');
  if (typeof intent !== 'string' || !/^pi_\w{1,96}$/.test(intent)) return undefined;
  // A bank that only asks has taken nothing.
  const isInquiry = about === 'disputed' && String(at(object, 'status')).startsWith('warning');
  return { about: isInquiry ? 'to-look' : about, type, intent };
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
