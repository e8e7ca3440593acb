import type { MessageServices } from '../../host/index.ts';
import { actOf } from '../acts.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import { Named, PageOf, PageQuery } from '../schemas/common.ts';
import {
  MessageChoiceBody,
  MessageChoiceSchema,
  MessageSchema,
  messageChoiceJson,
  messageJson,
  wantedMessages,
} from '../schemas/messages.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterOfPath, sinceTheyCame } from './meters.ts';

/** Messages to the telephones of households: what they want to be told, and what they were told. */
export function messageRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['messages'];
  const messages = (): MessageServices => {
    if (services.messages === undefined) throw new Problem('not-found', 'This host sends no messages.');
    return services.messages;
  };

  app.get(
    '/meters/:meter/message-choice',
    {
      config: { operation: 'readMessageChoice' },
      schema: {
        tags,
        summary: 'Of what a household is told by message',
        params: MeterParams,
        response: { 200: Named(MessageChoiceSchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      return messageChoiceJson(made(await messages().messageChoice(meter.svpmsn)));
    },
  );

  app.put(
    '/meters/:meter/message-choice',
    {
      config: { operation: 'chooseMessages' },
      schema: {
        tags,
        summary: 'Choose of what a household is told, where, and in which language; no causes turn everything off',
        params: MeterParams,
        body: MessageChoiceBody,
        response: { 200: Named(MessageChoiceSchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      const act = actOf(services, request, { subject: `meter ${request.params.meter}`, detail: request.body });
      return messageChoiceJson(made(await messages().chooseMessages(act, wantedMessages(meter.svpmsn, request.body))));
    },
  );

  app.get(
    '/meters/:meter/messages',
    {
      config: { operation: 'listMeterMessages' },
      schema: {
        tags,
        summary: 'What a household was told by message, the newest first',
        params: MeterParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(MessageSchema)) },
      },
    },
    async (request) => {
      const view = await meterOfPath(host, request);
      const { query } = request;
      const rows = made(await messages().messagesOf(view.meter.svpmsn, { ...afterOf(query), limit: limitOf(query) }));
      const found = await sinceTheyCame(host, request, view, { rows, at: ({ at }) => at });
      return pageOf(found, query, messageJson, ({ id }) => id);
    },
  );

  app.get(
    '/messages',
    {
      config: { operation: 'listMessages' },
      schema: {
        tags,
        summary: 'Messages to households, the newest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(MessageSchema)) },
      },
    },
    async ({ query }) => {
      const found = await messages().messages({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, messageJson, ({ id }) => id);
    },
  );
}
