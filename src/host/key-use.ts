import type { Suite } from '../crypto/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { GENERATIONS, ROTATED_PURPOSES, type RotatedPurpose } from './key-change.ts';
import type { Meter } from './types.ts';

/** How far the changes of one key have come, over all meters of a suite. */
export interface KeyUse {
  readonly purpose: RotatedPurpose;
  readonly suite: Suite;
  /** In use, the newest first, and by how many meters. */
  readonly generations: readonly { readonly generation: number; readonly meters: number }[];
  /** Meters that use an older one than the newest, by number. */
  readonly behind: readonly { readonly svpmsn: Svpmsn; readonly generation: number }[];
}

/** By purpose and suite. @param meters by number */
export function keyUse(meters: readonly Meter[]): KeyUse[] {
  const suites = [...new Set(meters.map(({ suite }) => suite))].sort((a, b) => a - b);
  return (Object.keys(ROTATED_PURPOSES) as RotatedPurpose[]).flatMap((purpose) =>
    suites.map((suite) => {
      const used = meters
        .filter((meter) => meter.suite === suite)
        .map((meter) => ({ svpmsn: meter.svpmsn, generation: meter[GENERATIONS[purpose]] }));
      const generations = [...Map.groupBy(used, ({ generation }) => generation)]
        .map(([generation, of]) => ({ generation, meters: of.length }))
        .sort((a, b) => b.generation - a.generation);
      const newest = generations[0]?.generation ?? 0;
      return { purpose, suite, generations, behind: used.filter(({ generation }) => generation < newest) };
    }),
  );
}
