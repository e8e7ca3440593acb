import { civilOf, instantOf } from '../../civil.ts';

/** The instant at which clocks of a zone show `2026-03-01 00:00`, in ISO 8601; undefined when that is no time. */
export function zonedInstant(text: string, zone: string): string | undefined {
  const [, date = '', time] = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\s*$/.exec(text) ?? [];
  const shown = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(shown)) return undefined;
  return new Date(instantOf(civilOf(shown, 'UTC'), zone)).toISOString();
}
