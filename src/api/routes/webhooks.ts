import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { made } from '../problem.ts';
import { Id, Named, Strict } from '../schemas/common.ts';
import {
  DeliverySchema,
  deliveryJson,
  NewWebhook,
  WebhookSchema,
  WebhookWithSecret,
  webhookJson,
} from '../schemas/webhooks.ts';
import type { Api, ApiServices } from '../server.ts';

/** Addresses outside that are told what happens here. */
export function webhookRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['webhooks'];
  const params = Strict({ webhook: Id });

  app.get(
    '/webhooks',
    {
      config: { operation: 'listWebhooks' },
      schema: {
        tags,
        summary: 'Webhooks, by id: there are at most 20',
        response: { 200: Type.Object({ items: Type.Array(Named(WebhookSchema)) }) },
      },
    },
    async () => {
      const counts = new Map((await host.undelivered()).map((each) => [each.webhook, each]));
      return { items: (await host.webhooks()).map((webhook) => webhookJson(webhook, counts.get(webhook.id))) };
    },
  );

  app.get(
    '/webhooks/:webhook/deliveries',
    {
      config: { operation: 'listDeliveries' },
      schema: {
        tags,
        summary: 'What a webhook has not taken, the oldest first: at most 200',
        params,
        response: {
          200: Type.Object({
            items: Type.Array(Named(DeliverySchema)),
            leftOut: Type.Integer({ description: 'So many more are newer.' }),
          }),
        },
      },
    },
    async (request) => {
      const { items, leftOut } = made(await host.deliveries(request.params.webhook));
      return { items: items.map(deliveryJson), leftOut };
    },
  );

  app.post(
    '/webhooks',
    {
      config: { operation: 'addWebhook' },
      schema: { tags, summary: 'Add a webhook', body: NewWebhook, response: { 201: WebhookWithSecret } },
    },
    async (request, reply) => {
      const { id, url, events } = request.body;
      const office = host.by(
        actOf(services, request, { subject: `webhook ${id}`, detail: { host: URL.parse(url)?.host, events } }),
      );
      const { webhook, secret } = made(await office.addWebhook({ id, url, events }));
      reply.code(201);
      return { webhook: webhookJson(webhook), secret };
    },
  );

  app.delete(
    '/webhooks/:webhook',
    {
      config: { operation: 'deleteWebhook' },
      schema: {
        tags,
        summary: 'Delete a webhook; what it was to be told is forgotten',
        params,
        response: { 200: Named(WebhookSchema) },
      },
    },
    async (request) => {
      const { webhook: id } = request.params;
      const office = host.by(actOf(services, request, { subject: `webhook ${id}` }));
      return webhookJson(made(await office.deleteWebhook(id)));
    },
  );

  app.post(
    '/webhooks/:webhook/retry',
    {
      config: { operation: 'retryWebhook' },
      schema: {
        tags,
        summary: 'Tell a webhook again what was given up',
        params,
        response: { 200: Type.Object({ deliveries: Type.Integer() }) },
      },
    },
    async (request) => {
      const { webhook: id } = request.params;
      const office = host.by(actOf(services, request, { subject: `webhook ${id}` }));
      return made(await office.retryWebhook(id));
    },
  );
}
