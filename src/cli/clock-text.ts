const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Local weekday and time of the business clock: `Mon 09:41`. */
export function clockText(unixMs: number, zoneMinutes: number): string {
  const local = new Date(unixMs + zoneMinutes * 60_000);
  return `${WEEKDAYS[local.getUTCDay()]} ${local.toISOString().slice(11, 16)}`;
}

/** `2026-03-02` */
export function dateText(unixMs: number, zoneMinutes: number): string {
  return new Date(unixMs + zoneMinutes * 60_000).toISOString().slice(0, 10);
}
