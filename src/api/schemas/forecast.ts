import { type Static, Type } from 'typebox';
import type { Expected, ExpectedSpan, Forecast, PurchaseProposal } from '../../host/index.ts';
import { Amount, Instant, instantText, maybe, OneOf, same } from './common.ts';

const Watts = Type.Integer({ description: 'Mean of the hour.' });
const WattHours = Type.String({ pattern: '^[0-9]+$' });
const MilliwattHours = Type.String({ pattern: '^[0-9]+$' });
const Percent = Type.Number({ description: 'Of what was used.' });
const LOW = 'With `high`: between them 80 % of what came lay, by the back-test. Absent where nothing was tested.';
const EXPECTED = 'Absent where the history is too short: then the naive forecast stands alone.';

const Span = Type.Object({
  name: Type.String({ description: '`2026-03-01`, `2026-03`, `2026 summer`' }),
  expectedWattHours: Type.Optional(Type.String({ description: EXPECTED })),
  lowWattHours: Type.Optional(Type.String({ description: LOW })),
  highWattHours: Type.Optional(WattHours),
  naiveWattHours: Type.Optional(WattHours),
  isTested: Type.Boolean({
    description: 'Whether the band comes from a test so far ahead, or was widened by assumption.',
  }),
});

export const ForecastSchema = Type.Object(
  {
    asOf: Instant,
    transformers: Type.Integer({ description: 'Those that it is about.' }),
    byMeters: Type.Integer({ description: 'For so many stands what their meters counted, for want of a check meter.' }),
    history: Type.Object({
      firstDate: Type.Optional(Type.String({ format: 'date' })),
      days: Type.Integer(),
      knownDays: Type.Integer({ description: 'Of which at least half is known.' }),
      isEnough: Type.Boolean({ description: 'Whether it is long enough for more than the naive forecast.' }),
      hasYear: Type.Boolean({ description: 'Whether the course of a year is known.' }),
      temperatureDays: Type.Integer({
        description: 'So many of the seven days to come are forecast by temperatures that were given.',
      }),
    }),
    recent: Type.Array(Type.Object({ start: Instant, watts: Type.Optional(Watts) })),
    hours: Type.Array(
      Type.Object({
        start: Instant,
        expectedWatts: Type.Optional(Type.Integer({ description: EXPECTED })),
        lowWatts: Type.Optional(Type.Integer({ description: LOW })),
        highWatts: Type.Optional(Watts),
        naiveWatts: Type.Optional(Watts),
      }),
      { description: 'Seven days from the beginning of the running one.' },
    ),
    days: Type.Array(Span),
    months: Type.Array(Span),
    seasons: Type.Array(Span, { description: 'Of the bulk tariff.' }),
    test: Type.Optional(
      Type.Object(
        {
          days: Type.Integer(),
          errorPercent: Percent,
          naivePercent: Percent,
          monthErrorPercent: Type.Optional(Percent),
          monthNaivePercent: Type.Optional(Percent),
        },
        {
          description: 'Errors of forecasts of the next day, and of the next four weeks, over days that were left out.',
        },
      ),
    ),
    purchase: Type.Optional(
      Type.Object({
        tariff: Type.String(),
        reserveBasisPoints: Type.Integer(),
        reserveFrom: OneOf(['asked', 'back-test', 'assumed']),
        months: Type.Array(
          Type.Object({
            month: Type.String(),
            expectedMilliwattHours: MilliwattHours,
            proposedMilliwattHours: MilliwattHours,
            peakWatts: Type.Integer({ description: 'The highest hour, with the reserve.' }),
            price: Amount,
            steps: Type.Array(
              Type.Object({ percent: Type.Integer(), proposedMilliwattHours: MilliwattHours, price: Amount }),
            ),
          }),
        ),
      }),
    ),
  },
  { $id: 'Forecast', description: 'What transformers will be asked for, and what to buy for it.' },
);
export type ForecastJson = Static<typeof ForecastSchema>;

export const forecastJson = (forecast: Forecast): ForecastJson => ({
  ...{ asOf: instantText(forecast.asOf), transformers: forecast.transformers, byMeters: forecast.byMeters },
  history: {
    ...maybe('firstDate', forecast.history.firstDate, same),
    ...{ days: forecast.history.days, knownDays: forecast.history.knownDays },
    ...{ isEnough: forecast.history.isEnough, hasYear: forecast.history.hasYear },
    temperatureDays: forecast.history.temperatureDays,
  },
  recent: forecast.recent.map(({ start, watts }) => ({
    start: instantText(start),
    ...maybe('watts', watts, Math.round),
  })),
  hours: forecast.hours.map(({ start, ...of }) => ({ start: instantText(start), ...hourJson(of) })),
  days: forecast.days.map(spanJson),
  months: forecast.months.map(spanJson),
  seasons: forecast.seasons.map(spanJson),
  ...maybe('test', forecast.test, testJson),
  ...maybe('purchase', forecast.purchase, purchaseJson),
});

const hourJson = ({ expected, low, high, naive }: Expected) => ({
  ...maybe('expectedWatts', expected, Math.round),
  ...maybe('lowWatts', low, Math.floor),
  ...maybe('highWatts', high, Math.ceil),
  ...maybe('naiveWatts', naive, Math.round),
});

const spanJson = ({ name, isTested, expected, low, high, naive }: ExpectedSpan) => ({
  ...{ name, isTested },
  ...maybe('expectedWattHours', expected, (value) => String(Math.round(value))),
  ...maybe('lowWattHours', low, (value) => String(Math.floor(value))),
  ...maybe('highWattHours', high, (value) => String(Math.ceil(value))),
  ...maybe('naiveWattHours', naive, (value) => String(Math.round(value))),
});

const hundredths = (percent: number): number => Math.round(100 * percent) / 100;

const testJson = ({ days, errorPercent, naivePercent, ...month }: NonNullable<Forecast['test']>) => ({
  ...{ days, errorPercent: hundredths(errorPercent), naivePercent: hundredths(naivePercent) },
  ...maybe('monthErrorPercent', month.monthErrorPercent, hundredths),
  ...maybe('monthNaivePercent', month.monthNaivePercent, hundredths),
});

const purchaseJson = ({ tariff, reserveBasisPoints, reserveFrom, months }: PurchaseProposal) => ({
  ...{ tariff, reserveBasisPoints, reserveFrom },
  months: months.map(({ month, expected, proposed, peakWatts, priceTokens, steps }) => ({
    ...{ month, expectedMilliwattHours: String(expected), proposedMilliwattHours: String(proposed) },
    ...{ peakWatts, price: String(priceTokens) },
    steps: steps.map(({ percent, energy, priceTokens: price }) => {
      return { percent, proposedMilliwattHours: String(energy), price: String(price) };
    }),
  })),
});
