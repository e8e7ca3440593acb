/** Forecast of demand: hours and days ahead by smoothing and regression, months by the course of the year, and what to buy. */

export { BAND_PERCENT, type BackTest, backTest, type ErrorBands, LEADS } from './back-test.ts';
export { DayAhead, type DayAheadFit, FITTED_DAYS_MIN, YEAR_DAYS_MIN } from './day-ahead.ts';
export { type DemandHistory, dayKind, knownDays, naiveDay } from './demand.ts';
export { type DemandForecast, dayShapes, type ForecastDay, forecastDemand } from './forecast.ts';
export { type DayUse, minutesEnough, type OwnBand, type OwnPattern, ownBand, ownPattern } from './own-use.ts';
export { type ExpectedMonth, type MonthProposal, proposePurchase } from './purchase.ts';
export {
  dailyMeans,
  naiveMean,
  testYear,
  YEAR_AHEAD_DAYS,
  type YearBand,
  type YearErrors,
  yearAhead,
  yearBand,
} from './year-ahead.ts';
