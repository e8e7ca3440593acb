/** The instant at which clocks of a zone show `2026-03-01 00:00`, in ISO 8601; undefined when that is no time. */
export function zonedInstant(text: string, zone: string): string | undefined {
  const wanted = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\s*$/.exec(text);
  const shown = Date.parse(`${wanted?.[1]}T${wanted?.[2]}Z`);
  if (Number.isNaN(shown)) return undefined;
  // The offset at a guess leads to a better one; the second stands unless clocks are moved within the hour.
  const first = shown - offsetMs(shown, zone);
  return new Date(shown - offsetMs(first, zone)).toISOString();
}

function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - at;
}
