const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** An instant as the clocks of a zone show it. */
export interface Civil {
  /** `2026-03-02` */
  readonly date: string;
  /** Of the day, as clocks show it: 0 to 1439. */
  readonly minute: number;
}

export function civilOf(instant: number | string, zone: string): Civil {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** `2026-03-01` of an instant, in a zone. */
export const dateOf = (instant: number | string, zone: string): string => civilOf(instant, zone).date;

/** The instant at which clocks of a zone show a minute of a date. */
export function instantOf({ date, minute }: Civil, zone: string): number {
  const shown = Date.parse(date) + minute * MINUTE_MS;
  const offset = (at: number) => {
    const civil = civilOf(at, zone);
    return Date.parse(civil.date) + civil.minute * MINUTE_MS - at;
  };
  // The offset at a guess leads to a better one; the second stands unless clocks are moved within the hour.
  return shown - offset(shown - offset(shown));
}

/** The date so many days before another. */
export const daysBefore = (date: string, days: number): string =>
  new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);

/** `09:05` of 545, and `24:00` of the end of a day. */
export const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `2026-03` of `2026-02` and 1. */
export function monthPlus(month: string, months: number): string {
  const [year = 0, of = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, of - 1 + months)).toISOString().slice(0, 7);
}

/** The first and the last date of a month, the latter no later than today. */
export function datesOf(month: string, today: string): { readonly from: string; readonly to: string } {
  const last = daysBefore(`${monthPlus(month, 1)}-01`, 1);
  return { from: `${month}-01`, to: last < today ? last : today };
}
