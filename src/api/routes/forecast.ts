import { Type } from 'typebox';
import { made } from '../problem.ts';
import { LocalUnit, Name, Named, Strict } from '../schemas/common.ts';
import { ForecastSchema, forecastJson } from '../schemas/forecast.ts';
import type { Api, ApiServices } from '../server.ts';

/** What transformers will be asked for. */
export function forecastRoutes(app: Api, { host }: ApiServices): void {
  app.get(
    '/forecast',
    {
      config: { operation: 'readForecast' },
      schema: {
        tags: ['lines'],
        summary:
          'Demand to come by hour, day, month and season, and what to buy for it; of all transformers, or of some',
        querystring: Strict({
          localUnit: Type.Optional(LocalUnit),
          areaUnit: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
          tariff: Type.Optional({ ...Name, description: 'The bulk tariff; that of the last closing where absent.' }),
          reserveBasisPoints: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 10_000, description: 'By the back-test where absent.' }),
          ),
        }),
        response: { 200: Named(ForecastSchema) },
      },
    },
    async ({ query }) => forecastJson(made(await host.forecast(query))),
  );
}
