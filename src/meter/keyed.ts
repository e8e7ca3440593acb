import type { MeterOutputs } from './outputs.ts';
import type { Meter } from './state.ts';

export const REQUEST_DIGITS_MAX = 9;

export const isTooLong = (digits: string): boolean => digits.length > REQUEST_DIGITS_MAX;

/** What was keyed in and not ended is nobody's after so long without a key. */
export const KEYED_MS = 60_000;

/** A key was pressed: what is keyed stands for so long. */
export function keepKeyed({ display, now }: Meter, silenceMs: number, out: MeterOutputs): void {
  if (display.digits === '') return;
  display.keyedUntil = now + silenceMs;
  out.wake(display.keyedUntil);
}

/** Whoever comes next goes on with nothing that somebody else began. */
export function forgetOldKeyed({ display, now }: Meter): void {
  if (now >= display.keyedUntil) display.digits = '';
}
