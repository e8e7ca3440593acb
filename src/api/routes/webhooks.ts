import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { made } from '../problem.ts';
import { Id, Named, Strict } from '../schemas/common.ts';
import { NewWebhook, WebhookSchema, webhookJson } from '../schemas/webhooks.ts';
import type { Api, ApiServices } from '../server.ts';

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
        summary: 'Addresses outside that are told what happens',
        response: { 200: Type.Object({ items: Type.Array(Named(WebhookSchema)) }) },
      },
    },
    async () => ({ items: (await host.webhooks()).map(webhookJson) }),
  );

  app.post(
    '/webhooks',
    {
      config: { operation: 'addWebhook' },
      schema: {
        tags,
        summary: 'Tell an address outside; its secret is shown now and never again',
        body: NewWebhook,
        response: { 201: Type.Object({ webhook: Named(WebhookSchema), secret: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { id, url, events } = request.body;
      const office = host.by(actOf(services, request, { subject: `webhook ${id}`, detail: { url, events } }));
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
        summary: 'Tell it no more; what was to be told to it is forgotten',
        params,
        response: { 200: Named(WebhookSchema) },
      },
    },
    async (request) => {
      const { webhook } = request.params;
      const office = host.by(actOf(services, request, { subject: `webhook ${webhook}` }));
      return webhookJson(made(await office.deleteWebhook(webhook)));
    },
  );

  app.post(
    '/webhooks/:webhook/retry',
    {
      config: { operation: 'retryWebhook' },
      schema: {
        tags,
        summary: 'Tell again what was given up',
        params,
        response: { 200: Type.Object({ deliveries: Type.Integer() }) },
      },
    },
    async (request) => {
      const { webhook } = request.params;
      const office = host.by(actOf(services, request, { subject: `webhook ${webhook}` }));
      return made(await office.retryWebhook(webhook));
    },
  );
}
