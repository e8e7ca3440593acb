import { localTime } from '../tariff/index.ts';
import { unixSeconds } from '../units/index.ts';
import { clockSeconds, keepState, type Meter, type Supply } from './state.ts';

/** Four rounds of polls were missed: a local unit asks every quarter of an hour. */
const LINE_SILENT_SECONDS = 3600;
/** No exchange pauses for so long and goes on. */
const IN_USE_MS = 60_000;
const SECONDS_PER_HOUR = 3600;

/**
 * An exchange has proved that somebody with a key is at the other end; bytes that anybody can send tell nothing. It is
 * kept once an hour, with whatever else is kept, and with the last of the power: a cut without it makes the line seem
 * silent for up to an hour too long, until the next poll.
 */
export function noteHeard(meter: Meter): void {
  const { kept } = meter;
  const before = kept.heardAt;
  kept.heardAt = Math.max(0, clockSeconds(meter));
  if (Math.floor(before / SECONDS_PER_HOUR) !== Math.floor(kept.heardAt / SECONDS_PER_HOUR)) keepState(meter);
}

/** The transmission state, for the person in front of the meter: what is going on, and when the line was last there. */
export function transmissionText(meter: Meter): string {
  const inUse = meter.sam.terminal.sessions.some(
    ({ state, touchedAt }) => state.name !== 'answered' && meter.now - touchedAt < IN_USE_MS,
  );
  if (inUse) return 'in use';
  const heard = heardText(meter);
  return meter.attention === 0 ? heard : `calling, ${heard}`;
}

function heardText(meter: Meter): string {
  const { heardAt } = meter.kept;
  if (heardAt === 0) return 'never heard';
  const seconds = clockSeconds(meter) - heardAt;
  if (seconds >= LINE_SILENT_SECONDS) return `no line since ${localText(meter, heardAt)}`;
  // A clock that was lost goes on a little early.
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  return minutes === 0 ? 'heard just now' : `last heard ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`;
}

/** `2026-11-24 09:41`, by the calendar of the first supply. */
function localText(meter: Meter, seconds: number): string {
  const { tables, active } = meter.supplies[0] as Supply;
  const table = tables[active];
  const offset = table === undefined ? 0 : localTime(table, unixSeconds(seconds)).offsetMinutes * 60;
  return new Date((seconds + offset) * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
