import { Type } from 'typebox';
import { actOf } from '../acts.ts';
import { made } from '../problem.ts';
import { Instant, LocalUnit, Name, Named, Strict } from '../schemas/common.ts';
import { ForecastSchema, forecastJson } from '../schemas/forecast.ts';
import { TemperaturesBody, TemperaturesSchema, temperaturesJson, temperaturesOf } from '../schemas/temperatures.ts';
import type { Api, ApiServices } from '../server.ts';
import { instantOf } from './meters.ts';

/** What transformers will be asked for. */
export function forecastRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
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

  app.get(
    '/temperatures',
    {
      config: { operation: 'readTemperatures' },
      schema: {
        tags: ['lines'],
        summary: 'How warm the air was, or is expected to be, hour by hour; at most 35 days at once',
        querystring: Strict({ from: Instant, to: Instant }),
        response: { 200: Named(TemperaturesSchema) },
      },
    },
    async ({ query }) => {
      const [from, to] = [instantOf(query.from), instantOf(query.to)];
      return temperaturesJson(made(await host.temperatures({ from, to })));
    },
  );

  app.put(
    '/temperatures',
    {
      config: { operation: 'putTemperatures' },
      schema: {
        tags: ['lines'],
        summary: 'Say how warm the air was, or is expected to be, hour by hour, in place of what was given before',
        body: TemperaturesBody,
        response: { 200: Named(TemperaturesSchema) },
      },
    },
    async (request) => {
      const given = temperaturesOf(request.body);
      const subject = `temperatures ${request.body.from}`;
      const office = host.by(actOf(services, request, { subject, detail: { hours: given.celsius.length } }));
      return temperaturesJson(made(await office.putTemperatures(given)));
    },
  );
}
