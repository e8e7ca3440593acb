import { type Static, Type } from 'typebox';
import { type DeliveryPage, type Undelivered, WEBHOOK_EVENTS, type Webhook } from '../../host/index.ts';
import { Id, Instant, instantText, Line, maybe, Named, OneOf, Strict } from './common.ts';

const Events = Type.Array(OneOf(WEBHOOK_EVENTS), { minItems: 1, maxItems: WEBHOOK_EVENTS.length, uniqueItems: true });
const Url = Line(1, 2_048);

export const WebhookSchema = Type.Object(
  {
    id: Type.String(),
    url: Type.String(),
    events: Events,
    createdAt: Instant,
    waiting: Type.Integer({ description: 'Events that it has not taken yet, and is told again.' }),
    givenUp: Type.Integer({ description: 'Events that it did not take for a day.' }),
  },
  { $id: 'Webhook' },
);
export type WebhookJson = Static<typeof WebhookSchema>;

export const DeliverySchema = Type.Object(
  {
    event: Type.String({ description: 'The id under which its receiver knows it.' }),
    state: OneOf(['waiting', 'given-up']),
    at: Instant,
    dueAt: Type.Optional(Instant),
    attempts: Type.Integer({ description: 'Tries since it happened, or since it was tried again on request.' }),
    why: Type.Optional(Type.String({ description: 'Why the last try was in vain.' })),
  },
  { $id: 'Delivery', description: 'An event that a webhook has not taken.' },
);
export type DeliveryJson = Static<typeof DeliverySchema>;

export const deliveryJson = ({ event, state, at, dueAt, attempts, why }: Listed): DeliveryJson => ({
  ...{ event, state, at: instantText(at), attempts },
  // What was given up is due no more.
  ...(state === 'waiting' && { dueAt: instantText(dueAt) }),
  ...maybe('why', why, String),
});
type Listed = DeliveryPage['items'][number];

export const NewWebhook = Strict({ id: Id, url: Url, events: Events });

export const WebhookWithSecret = Type.Object({
  webhook: Named(WebhookSchema),
  secret: Type.String({ description: 'By which its receiver proves what it is told. It is shown once.' }),
});

const NOTHING = { waiting: 0, givenUp: 0 };

export const webhookJson = (
  { id, url, events, createdAt }: Webhook,
  { waiting, givenUp }: Omit<Undelivered, 'webhook'> = NOTHING,
): WebhookJson => ({
  ...{ id, url, events: [...events], waiting, givenUp },
  createdAt: instantText(createdAt),
});
