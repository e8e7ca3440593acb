import { Temporal } from 'temporal-polyfill';
import type { PaymentRequest } from '../../host/index.ts';

/** Field 7: MMDDhhmmss in UTC. */
export function transmissionTime(unixMs: number): string {
  const { localDate, localTime } = localMoment(unixMs, 'UTC');
  return localDate + localTime;
}

/** Fields 12 and 13, hhmmss and MMDD, by the clocks of a zone. */
export function localMoment(unixMs: number, zone: string): { readonly localTime: string; readonly localDate: string } {
  const { month, day, hour, minute, second } = momentOf(unixMs, zone);
  return { localTime: two(hour) + two(minute) + two(second), localDate: two(month) + two(day) };
}

/**
 * Field 37: last digit of the year, day of the year, hour, all in UTC, then the trace. A trace is given once a day, so
 * no two payments of ten years have the same reference.
 */
export function referenceOf({ at, trace }: Pick<PaymentRequest, 'at' | 'trace'>): string {
  const { year, dayOfYear, hour } = momentOf(at, 'UTC');
  return `${year % 10}${String(dayOfYear).padStart(3, '0')}${two(hour)}${String(trace).padStart(6, '0')}`;
}

const momentOf = (unixMs: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(unixMs).toZonedDateTimeISO(zone);

const two = (value: number): string => String(value).padStart(2, '0');
