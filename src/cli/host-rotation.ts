import type { RotationTiming, RotationTimings } from '../host/index.ts';
import type { HostConfiguration } from './host-configuration.ts';

const DAY_MS = 86_400_000;
/** Where a configuration does not say. */
const METERS_AT_ONCE = 100;

/** When the host rotates keys by itself; nothing where its configuration does not say so. */
export function rotationOf({ rotation }: HostConfiguration): RotationTimings | undefined {
  if (rotation === undefined) return undefined;
  const { value, control, monitoring } = rotation;
  return {
    ...(value && { value: timingOf(value) }),
    ...(control && { control: timingOf(control) }),
    ...(monitoring && { monitoring: timingOf(monitoring) }),
  };
}

type Configured = NonNullable<NonNullable<HostConfiguration['rotation']>['value']>;

function timingOf({ everyDays, metersAtOnce, refusedMax, hours, raiseAfterDays }: Configured): RotationTiming {
  return {
    everyMs: everyDays * DAY_MS,
    metersAtOnce: metersAtOnce ?? METERS_AT_ONCE,
    refusedMax: refusedMax ?? 0,
    ...(hours && { hours }),
    ...(raiseAfterDays !== undefined && { raiseAfterMs: raiseAfterDays * DAY_MS }),
  };
}
