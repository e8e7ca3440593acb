import { type Check, type CheckReport, type ConformanceReport, isWanted, runChecks } from './check.ts';
import type { LocalUnitBench } from './local-unit-bench.ts';
import { LOCAL_UNIT_CHECKS } from './local-unit-checks.ts';

/**
 * Holds a local unit to the protocol, as its area unit and as the modems of its line. It gets an address map of its own
 * and no key, so that it polls nobody.
 *
 * @param only beginnings of the names of checks that are wanted; none: all
 */
export async function testLocalUnit(
  bench: LocalUnitBench,
  only: readonly string[],
  told: (report: CheckReport) => void,
): Promise<ConformanceReport> {
  const checks: readonly Check<LocalUnitBench>[] = LOCAL_UNIT_CHECKS.filter(isWanted(only));
  // Nothing is said before hello.
  const greeted = checks.some(({ id }) => id === 'backhaul.hello');
  const first: Check<LocalUnitBench> | undefined = greeted ? undefined : LOCAL_UNIT_CHECKS[0];
  return runChecks('local-unit', first === undefined ? checks : [first, ...checks], bench, told);
}
