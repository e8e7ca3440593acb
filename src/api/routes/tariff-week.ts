import { Type } from 'typebox';
import { made } from '../problem.ts';
import { Named, Strict, Supply } from '../schemas/common.ts';
import { tariffDefinition } from '../schemas/control.ts';
import { LocalDate } from '../schemas/statement.ts';
import {
  NewPreview,
  previewJson,
  TariffPreviewSchema,
  TariffWeekSchema,
  tariffWeekJson,
} from '../schemas/tariff-week.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterNumber, meterOfPath } from './meters.ts';

/** What a tariff means for one household. */
export function tariffWeekRoutes(app: Api, { host }: ApiServices): void {
  const tags = ['tariffs'];

  app.get(
    '/meters/:meter/tariff-week',
    {
      config: { operation: 'readTariffWeek' },
      schema: {
        tags,
        summary: 'What a kilowatt-hour costs in each minute of seven days, and the table that comes next',
        params: MeterParams,
        querystring: Strict({
          from: Type.Optional({ ...LocalDate, description: 'The first day; today where absent.' }),
          supply: Type.Optional(Supply),
        }),
        response: { 200: Named(TariffWeekSchema) },
      },
    },
    async (request) => {
      const { from, supply = 1 } = request.query;
      const { meter } = await meterOfPath(host, request);
      return tariffWeekJson(made(await host.tariffWeek({ meter: meter.svpmsn, supply, from })));
    },
  );

  app.post(
    '/tariffs/preview',
    {
      config: { operation: 'previewTariff' },
      schema: {
        tags,
        summary: "What a household's month would have cost under another tariff; nothing is stored",
        body: NewPreview,
        response: { 200: Named(TariffPreviewSchema) },
      },
    },
    async ({ body: { definition, meter, month } }) => {
      const asked = { meter: meterNumber(meter), definition: tariffDefinition(definition), month };
      return previewJson(made(await host.previewTariff(asked)));
    },
  );
}
