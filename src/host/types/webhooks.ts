import type { Milliseconds } from '../../units/index.ts';

export const WEBHOOK_EVENTS = [
  'purchase.sold',
  'purchase.stored',
  'purchase.refunded',
  'payment.captured',
  'payment.declined',
  'payment.reversed',
  'payment.returned',
  'payment.stuck',
  'loss.raised',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** An address outside that is told what happens here. Its secret is in no row: it is derived. */
export interface Webhook {
  readonly id: string;
  /** `https://…` */
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly createdAt: Milliseconds;
}

/** What is still to be told to one address; what was taken is deleted. */
export interface WebhookDelivery {
  /** Of the event and the webhook: the same event announced twice is told once. */
  readonly id: string;
  readonly webhook: string;
  /** JSON. */
  readonly body: string;
  /** `given-up` after a day of trying: a person may look, and try again. */
  readonly state: 'waiting' | 'given-up';
  readonly at: Milliseconds;
  readonly dueAt: Milliseconds;
  readonly attempts: number;
  /** Why the last try was in vain, in words of whoever tried; nothing before the first. */
  readonly why: string | undefined;
}
