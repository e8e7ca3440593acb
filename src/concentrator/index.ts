/**
 * The local unit on the pole transformer and the area unit above it: polling, relaying, attention, check meter,
 * store and forward. Both are step machines; the caller owns time, line and backhaul.
 */

export { HOLD_MS } from './agenda.ts';
export {
  type AreaConnection,
  AreaUnit,
  type AreaUnitInput,
  type AreaUnitOutput,
} from './area-unit.ts';
export {
  DEFAULT_POLL_PLAN,
  LocalUnit,
  type LocalUnitInput,
  type LocalUnitOptions,
  type LocalUnitOutput,
} from './local-unit.ts';
export { METERS_PER_LOCAL_UNIT_MAX, type MonitoringRing } from './meter-map.ts';
export type { Traffic } from './traffic.ts';
