import { Type } from 'typebox';
import type { CutOff } from '../../host/index.ts';
import { beforeOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import { Named, PageOf, PageQuery, Strict, Supply } from '../schemas/common.ts';
import { CutOffSchema, cutOffJson } from '../schemas/cut-offs.ts';
import {
  BalanceSchema,
  balanceJson,
  MinutesSchema,
  minutesJson,
  OutlookSchema,
  outlookJson,
  VoltagesSchema,
  voltagesJson,
} from '../schemas/load.ts';
import { LocalDate } from '../schemas/statement.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterAndStay, meterOfPath, sinceTheyCame } from './meters.ts';

/** What a meter used and had, over time. */
export function loadRoutes(app: Api, { host }: ApiServices): void {
  const tags = ['meters'];

  app.get(
    '/meters/:meter/minutes',
    {
      config: { operation: 'readMinutes' },
      schema: {
        tags,
        summary: 'The load by minute with the tariff in force, over at most 35 days, both dates included',
        params: MeterParams,
        querystring: Strict({ from: LocalDate, to: LocalDate, supply: Type.Optional(Supply) }),
        response: { 200: Named(MinutesSchema) },
      },
    },
    async (request) => {
      const { from, to, supply = 1 } = request.query;
      const whose = await meterAndStay(host, request);
      return minutesJson(made(await host.minutes({ ...whose, supply, from, to })));
    },
  );

  app.get(
    '/meters/:meter/voltages',
    {
      config: { operation: 'readVoltages' },
      schema: {
        tags,
        summary: 'The voltage by quarter of an hour, over at most 35 days, both dates included',
        params: MeterParams,
        querystring: Strict({ from: LocalDate, to: LocalDate, supply: Type.Optional(Supply) }),
        response: { 200: Named(VoltagesSchema) },
      },
    },
    async (request) => {
      const { from, to, supply = 1 } = request.query;
      const whose = await meterAndStay(host, request);
      return voltagesJson(made(await host.voltages({ ...whose, supply, from, to })));
    },
  );

  app.get(
    '/meters/:meter/balance',
    {
      config: { operation: 'readBalance' },
      schema: {
        tags,
        summary: 'The balance over time and why it moved, over at most 100 days, both dates included',
        params: MeterParams,
        querystring: Strict({ from: LocalDate, to: LocalDate }),
        response: { 200: Named(BalanceSchema) },
      },
    },
    async (request) => {
      const whose = await meterAndStay(host, request);
      return balanceJson(made(await host.balance({ ...whose, ...request.query })));
    },
  );

  app.get(
    '/meters/:meter/outlook',
    {
      config: { operation: 'readOutlook' },
      schema: {
        tags,
        summary: 'How long the balance is enough, if use goes on as in the last days that are known',
        params: MeterParams,
        response: { 200: Named(OutlookSchema) },
      },
    },
    async (request) => {
      const { meter } = await meterOfPath(host, request);
      return outlookJson(made(await host.outlook(meter.svpmsn)));
    },
  );

  app.get(
    '/meters/:meter/cut-offs',
    {
      config: { operation: 'listCutOffs' },
      schema: {
        tags,
        summary: 'When a relay opened and all that explains it, the newest first',
        params: MeterParams,
        querystring: Strict({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 5 })),
          cursor: PageQuery.properties.cursor,
        }),
        response: { 200: PageOf(Named(CutOffSchema)) },
      },
    },
    async (request) => {
      const view = await meterOfPath(host, request);
      const query = { ...request.query, limit: request.query.limit ?? CUT_OFFS_USUAL };
      const rows = made(await host.cutOffs({ meter: view.meter.svpmsn, ...beforeOf(query), limit: query.limit }));
      // Of one in their first hours the hours before were another's.
      const at = ({ heardAt, before }: CutOff) => Math.min(heardAt, before?.start ?? heardAt);
      const found = await sinceTheyCame(host, request, view, { rows, at });
      return pageOf(found, query, cutOffJson, ({ number }) => number);
    },
  );
}

const CUT_OFFS_USUAL = 5;
