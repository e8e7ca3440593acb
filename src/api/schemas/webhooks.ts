import { type Static, Type } from 'typebox';
import { WEBHOOK_EVENTS, type Webhook } from '../../host/index.ts';
import { Id, Instant, instantText, Line, OneOf, Strict } from './common.ts';

export const NewWebhook = Strict({
  id: Id,
  url: Line(1, 2_000),
  events: Type.Array(OneOf(WEBHOOK_EVENTS), { minItems: 1, maxItems: WEBHOOK_EVENTS.length, uniqueItems: true }),
});

export const WebhookSchema = Type.Object(
  { id: Id, url: Type.String(), events: Type.Array(OneOf(WEBHOOK_EVENTS)), createdAt: Instant },
  { $id: 'Webhook', description: 'An address outside that is told what happens here.' },
);
export type WebhookJson = Static<typeof WebhookSchema>;

export const webhookJson = ({ id, url, events, createdAt }: Webhook): WebhookJson => ({
  id,
  url,
  events: [...events],
  createdAt: instantText(createdAt),
});
