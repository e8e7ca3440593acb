/**
 * The local unit on the pole transformer and the area unit above it: polling, relaying, attention, check meter,
 * store and forward. Both are step machines; the caller owns time, line and backhaul.
 */

export { CARRIES_WAITING_MAX, HOLD_MS } from './agenda.ts';
export {
  type AreaConnection,
  AreaUnit,
  type AreaUnitInput,
  type AreaUnitOutput,
  STORED_FOR_HOST_BYTES_MAX,
  STORED_FOR_LOCAL_UNIT_BYTES_MAX,
} from './area-unit.ts';
export { LINE_HEALTH_EVERY_MS } from './health.ts';
export {
  DEFAULT_POLL_PLAN,
  LocalUnit,
  type LocalUnitInput,
  type LocalUnitOptions,
  type LocalUnitOutput,
} from './local-unit.ts';
export { METERS_PER_LOCAL_UNIT_MAX, type MonitoringRing } from './meter-map.ts';
export { EVENTS_PER_POLL } from './poll.ts';
export type { Traffic } from './traffic.ts';
