import type { Milliseconds } from '../units/index.ts';
import { airtimeMs, type Carrier, occupiedMs } from './carrier.ts';
import { LINE_OVERHEAD_BYTES } from './frame.ts';

/** A meter answers within this time of a request; what takes longer is fetched by a repetition of the request. */
export const PROCESSING_MS = 250;
/** Allowance for the clocks of both sides and the steps of their timers. */
const MARGIN_MS = 10;
/** A pause inside a frame of more than eight bytes' air time and this ends the frame. */
const GAP_MS = 20;

/** What a modem answers by itself (next part, attention) it answers within this time. */
const MODEM_MS = 10;

/**
 * From the last byte of a request sent to the time by which its answer must have come. `asksMeter` tells a request
 * for the meter from one that its modem answers.
 */
export function answerWindowMs(carrier: Carrier, answerBytesMax: number, asksMeter: boolean): number {
  return (
    2 * carrier.latencyMs +
    carrier.turnaroundMs +
    (asksMeter ? PROCESSING_MS : MODEM_MS) +
    occupiedMs(carrier, LINE_OVERHEAD_BYTES + answerBytesMax) +
    MARGIN_MS
  );
}

/**
 * Length of a minislot: one bid, and the time for the line to be free again. Where terminals have paths of their
 * own, all may speak at once.
 */
export function minislotMs(carrier: Carrier): number {
  if (!carrier.halfDuplex && !carrier.sharedUpstream) return 0;
  return occupiedMs(carrier, LINE_OVERHEAD_BYTES) + carrier.turnaroundMs + carrier.latencyMs;
}

/** From the last byte of a slot-open or roll-call frame to the end of its slot. */
export function slotWindowMs(carrier: Carrier, minislots: number): number {
  if (minislots === 0) return carrier.latencyMs + carrier.turnaroundMs;
  return (
    2 * carrier.latencyMs +
    carrier.turnaroundMs +
    occupiedMs(carrier, LINE_OVERHEAD_BYTES) +
    (minislots - 1) * minislotMs(carrier) +
    MARGIN_MS
  );
}

/** A silence of this length ends whatever frame had begun. */
export function gapMs(carrier: Carrier): number {
  return airtimeMs(carrier, 8) + carrier.latencyMs + GAP_MS;
}

export function later(now: Milliseconds, ms: number): Milliseconds {
  return (now + ms) as Milliseconds;
}
