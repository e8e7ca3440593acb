import type { PowerWindow } from '../metering/index.ts';
import { EventKind } from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { recordEvent } from './event-log.ts';
import type { Meter } from './state.ts';

/** Sags, swells and surges of one supply (part 19, the arrester, takes the surges; what is left of them is measured). */
export interface Disturbances {
  readonly sag: Gathered;
  readonly swell: Gathered;
  readonly surge: Gathered;
}

/** What no event has told yet of one kind. */
interface Gathered {
  worstMv: number | undefined;
  deciSeconds: number;
  /** Oscillator at the last event of the kind. */
  toldAt: number;
}

const nothing = (): Gathered => ({ worstMv: undefined, deciSeconds: 0, toldAt: Number.NEGATIVE_INFINITY });

export const noDisturbances = (): Disturbances => ({ sag: nothing(), swell: nothing(), surge: nothing() });

/** A crest above this share of the nominal one is no swell any more. The converter ends at about 150 %. */
const SURGE_PERCENT = 140;

/**
 * One kind is at most one event an hour for each supply, or a bad line would wash everything else out of the log: the
 * first begins the hour, and what comes in it is one event after it, with the worst voltage and the whole duration.
 */
const PAUSE_MS = 3_600_000;

/** A window of the power circuit has ended. */
export function noteDisturbances(
  meter: Meter,
  supply: SupplyIndex,
  { sag, swell, surge }: Disturbances,
  { window, nominalMv }: { readonly window: PowerWindow; readonly nominalMv: number },
): void {
  const { sagCycles, swellCycles, lowestCycleMv, highestCycleMv, peakVoltageMv } = window;
  if (sagCycles > 0) gather(sag, Math.min(sag.worstMv ?? lowestCycleMv, lowestCycleMv), durationOf(window, sagCycles));
  if (swellCycles > 0) {
    gather(swell, Math.max(swell.worstMv ?? 0, highestCycleMv), durationOf(window, swellCycles));
  }
  if (peakVoltageMv * 100 > nominalMv * Math.SQRT2 * SURGE_PERCENT) {
    gather(surge, Math.max(surge.worstMv ?? 0, peakVoltageMv), 0);
  }
  tell(meter, supply, EventKind.sag, sag);
  tell(meter, supply, EventKind.swell, swell);
  tell(meter, supply, EventKind.surge, surge);
}

/** Tenths of a second, rounded up: a single cycle is one. */
function durationOf({ frequencyMilliHz }: PowerWindow, cycles: number): number {
  return frequencyMilliHz === 0 ? 1 : Math.ceil((cycles * 10_000) / frequencyMilliHz);
}

function gather(gathered: Gathered, worstMv: number, deciSeconds: number): void {
  gathered.worstMv = worstMv;
  gathered.deciSeconds = Math.min(0xffff, gathered.deciSeconds + deciSeconds);
}

function tell(meter: Meter, supply: SupplyIndex, kind: EventKind, gathered: Gathered): void {
  if (gathered.worstMv === undefined || meter.now - gathered.toldAt < PAUSE_MS) return;
  recordEvent(meter, kind, { supply, value: gathered.worstMv, detail: gathered.deciSeconds });
  gathered.toldAt = meter.now;
  gathered.worstMv = undefined;
  gathered.deciSeconds = 0;
}
