import { type Static, Type } from 'typebox';
import { type Undelivered, WEBHOOK_EVENTS, type Webhook } from '../../host/index.ts';
import { Id, Instant, instantText, Line, Named, OneOf, Strict } from './common.ts';

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
