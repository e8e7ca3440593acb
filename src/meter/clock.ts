import { AttentionReason, EventKind, Result, SLEW_SECONDS_MAX } from '../records/index.ts';
import { crossesEdge, type ModeTable } from '../tariff/index.ts';
import { U32_MAX, UNIX_MS_MAX, unixSeconds } from '../units/index.ts';
import { recordEvent } from './event-log.ts';
import { clockMs, clockSeconds, keepState, type Meter } from './state.ts';

/** A set whose error could be larger than this is refused, and the host asks again. */
const CLOCK_SET_ERROR_MS_MAX = 1000;

const CLOCK_FIRST_MS = Date.UTC(2000, 0, 1);
/** Behind the last year that the timer of the seed's own suite can name. */
const SEED_CLOCK_END_MS = Date.UTC(2100, 0, 1);

/**
 * The real-time clock beside the mode table (part 11). The host stamps a set when it has M2 in hand; between that M2
 * and this M3 nobody knows where the stamp lies, so the middle is taken and half of that time is what it may be off.
 */
export function setClock(meter: Meter, hostMs: number): Result {
  const endMs = meter.servesSeed ? SEED_CLOCK_END_MS : UNIX_MS_MAX + 1;
  if (hostMs < CLOCK_FIRST_MS || hostMs >= endMs) return Result.bodyNotUnderstood;
  const elapsed = meter.now - meter.secondPassAt;
  if (elapsed / 2 > CLOCK_SET_ERROR_MS_MAX) return Result.clockErrorTooLarge;
  const before = clockSeconds(meter);
  const wasSet = meter.kept.clockSet;
  meter.kept.clockOffsetMs = Math.round(hostMs + elapsed / 2) - meter.now;
  meter.kept.clockSet = true;
  // Whoever may set the clock may also have set it wrong: the allowance of monitoring begins anew.
  meter.kept.slewDay = Math.floor(clockMs(meter) / 86_400_000);
  meter.kept.slewSpent = 0;
  keepState(meter);
  recordEvent(meter, EventKind.clockSet, { value: Math.max(0, before) });
  // Of a clock that was lost it was told then. Further than monitoring may go in a day somebody moved it who has the key.
  if (wasSet && Math.abs(clockSeconds(meter) - before) > SLEW_SECONDS_MAX) {
    meter.attention |= AttentionReason.clockJumped;
  }
  return Result.done;
}

/** Monitoring may move the clock by 60 s a day and never over an edge of the tariff, forwards or backwards. */
export function slewClock(meter: Meter, seconds: number): Result {
  const { kept } = meter;
  if (!kept.clockSet) return Result.clockUnset;
  const now = clockSeconds(meter);
  const day = Math.floor(now / 86_400);
  const spent = spentOn(meter, day);
  if (spent + Math.abs(seconds) > SLEW_SECONDS_MAX) return Result.slewSpent;
  for (const supply of meter.supplies) {
    const table: ModeTable | undefined = supply.tables[supply.active];
    if (table !== undefined && crossesEdge(table, unixSeconds(now), unixSeconds(Math.min(now + seconds, U32_MAX)))) {
      return Result.crossesTariffEdge;
    }
    if (supply.tables.some((held) => held !== undefined && begins(held, now, now + seconds))) {
      return Result.crossesTariffEdge;
    }
  }
  kept.slewDay = Math.max(kept.slewDay, day);
  kept.slewSpent = spent + Math.abs(seconds);
  kept.clockOffsetMs += seconds * 1000;
  keepState(meter);
  recordEvent(meter, EventKind.clockSlewed, { value: seconds >>> 0 });
  return Result.done;
}

/** A day that is begun again by going back over midnight has no allowance of its own. */
const spentOn = ({ kept }: Meter, day: number): number => (kept.slewDay >= day ? kept.slewSpent : 0);

export const slewSpentToday = (meter: Meter): number => spentOn(meter, Math.floor(clockMs(meter) / 86_400_000));

const begins = ({ validFrom }: ModeTable, from: number, to: number): boolean =>
  validFrom > Math.min(from, to) && validFrom <= Math.max(from, to);
