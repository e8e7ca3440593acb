import { Type } from 'typebox';
import { actOf, changed } from '../acts.ts';
import { mayUse } from '../caller.ts';
import { afterNumberOf, afterOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import { Id, LocalUnit, maybe, Named, PageOf, PageQuery, Strict, same } from '../schemas/common.ts';
import {
  LineBalanceSchema,
  LossAlarmChangeBody,
  LossAlarmSchema,
  lineBalanceJson,
  lossAlarmJson,
} from '../schemas/losses.ts';
import { LineNetworkBody, LineNetworkSchema, lineNetworkJson, networkFileOf } from '../schemas/networks.ts';
import type { Api, ApiServices } from '../server.ts';

/** What days of transformers came to, and the alarms of those on which energy was lost. */
export function lossRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['lines'];

  app.get(
    '/lines/:localUnit/balances',
    {
      config: { operation: 'listLineBalances' },
      schema: {
        tags,
        summary: 'What each day of a transformer came to, by day; after one, if it is named',
        params: Strict({ localUnit: LocalUnit }),
        querystring: Strict({ ...PageQuery.properties, after: Type.Optional(Type.String({ format: 'date' })) }),
        response: { 200: PageOf(Named(LineBalanceSchema)) },
      },
    },
    async (request) => {
      const { query, params } = request;
      const named = query.after === undefined ? undefined : Math.floor(Date.parse(query.after) / MS_PER_DAY);
      const { after = named } = afterNumberOf(query);
      const limit = limitOf(query);
      const rows = await host.lineBalances({ ...params, ...(after !== undefined && { afterDay: after }), limit });
      const mayCount = mayUse(request, 'readUse');
      return pageOf(
        rows,
        query,
        (row) => lineBalanceJson(row, mayCount),
        ({ day }) => day,
      );
    },
  );

  app.get(
    '/lines/:localUnit/network',
    {
      config: { operation: 'readLineNetwork' },
      schema: {
        tags,
        summary: 'The network behind the transformer of a local unit, as it was last given',
        params: Strict({ localUnit: LocalUnit }),
        response: { 200: Named(LineNetworkSchema) },
      },
    },
    async ({ params }) => lineNetworkJson(made(await host.lineNetwork(params.localUnit))),
  );

  app.put(
    '/lines/:localUnit/network',
    {
      config: { operation: 'putLineNetwork' },
      schema: {
        tags,
        summary: 'Describe the network behind a transformer, in place of the one before',
        params: Strict({ localUnit: LocalUnit }),
        body: LineNetworkBody,
        response: { 200: Named(LineNetworkSchema) },
      },
    },
    async (request) => {
      const { localUnit } = request.params;
      const file = networkFileOf(request.body);
      const detail = { lines: file.lines.length, loads: file.loads.length };
      const office = host.by(actOf(services, request, { subject: `line ${localUnit}`, detail }));
      return lineNetworkJson(made(await office.putLineNetwork({ localUnit, file })));
    },
  );

  app.get(
    '/loss-alarms',
    {
      config: { operation: 'listLossAlarms' },
      schema: {
        tags,
        summary: 'Alarms of losses, by local unit and first day; only those that are not closed, if asked for',
        querystring: Strict({ ...PageQuery.properties, open: Type.Optional(Type.Boolean()) }),
        response: { 200: PageOf(Named(LossAlarmSchema)) },
      },
    },
    async ({ query }) => {
      const { open = false } = query;
      const found = await host.lossAlarms({ open, ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, lossAlarmJson, ({ id }) => id);
    },
  );

  app.get(
    '/loss-alarms/:alarm',
    {
      config: { operation: 'readLossAlarm', thing: { type: 'alarm', param: 'alarm' } },
      schema: {
        tags,
        summary: 'An alarm of a loss, and what became of it',
        params: Strict({ alarm: Id }),
        response: { 200: Named(LossAlarmSchema) },
      },
    },
    async (request) => lossAlarmJson(made(await host.lossAlarm(request.params.alarm))),
  );

  app.patch(
    '/loss-alarms/:alarm',
    {
      config: { operation: 'changeLossAlarm', thing: { type: 'alarm', param: 'alarm' } },
      schema: {
        tags,
        summary:
          'Take an alarm further: seen, visited, closed with a finding; never back; once under an Idempotency-Key, if one is given',
        params: Strict({ alarm: Id }),
        body: LossAlarmChangeBody,
        response: { 200: Named(LossAlarmSchema) },
      },
    },
    async (request, reply) => {
      const { alarm: id } = request.params;
      const { state, finding, meter, note = '' } = request.body;
      const change = {
        ...{ id, state, note },
        ...maybe('finding', finding, same),
        ...maybe('meter', meter, (text) => Number.parseInt(text, 16)),
      };
      const done = { subject: `alarm ${id}`, detail: request.body };
      await changed(services, request, reply, done, (act) => host.by(act).changeLossAlarm(change));
      return lossAlarmJson(made(await host.lossAlarm(id)));
    },
  );
}

const MS_PER_DAY = 86_400_000;
