import type { MeterOutputs } from '../meter/index.ts';

/** Of a meter that is only looked into or worked at: nothing hangs on it. */
export const UNWIRED: MeterOutputs = {
  relay: () => undefined,
  throttle: () => undefined,
  buzzer: () => undefined,
  loadControl: () => undefined,
  attention: () => undefined,
  card: () => undefined,
  wake: () => undefined,
};
