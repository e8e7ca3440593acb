import { MINUTES_PER_DAY } from '../units/index.ts';

/** Between phase and neutral. */
export const MAINS_VOLTS = 230;

/** At the terminals of the transformer with nothing on its line, in millivolts. */
const NO_LOAD_MV = 236_000;
/** What the whole line takes off at its fullest, at its end: in the evening. */
const LINE_DROP_MV = 7_000;
const NIGHT_SHARE = 0.25;
const EVENING_MINUTE = 19 * 60 + 30;
const EVENING_WIDTH_MINUTES = 150;
/** Of a service line, there and back. */
const SERVICE_OHMS = 0.25;
const ADDRESSES = 256;

/**
 * Millivolts at a house: the line's own load takes the more the further down it the house is, and what the house draws
 * takes its part in the service line.
 * @param address its place along the line, 0 to 255; `watts` is what it draws, `localMinute` any minute of local time
 */
export function voltageAt({
  address,
  watts,
  localMinute,
}: {
  readonly address: number;
  readonly watts: number;
  readonly localMinute: number;
}): number {
  const fromEvening = Math.abs((localMinute % MINUTES_PER_DAY) - EVENING_MINUTE) / EVENING_WIDTH_MINUTES;
  const fullness = NIGHT_SHARE + (1 - NIGHT_SHARE) * Math.exp(-(fromEvening ** 2));
  const line = LINE_DROP_MV * fullness * ((1 + address) / ADDRESSES);
  const service = (1000 * SERVICE_OHMS * watts) / MAINS_VOLTS;
  return Math.round(NO_LOAD_MV - line - service);
}
