import { type Check, type CheckReport, type ConformanceReport, isWanted, runChecks } from './check.ts';
import type { HostBench } from './host-bench.ts';
import { HOST_CHECKS } from './host-checks.ts';

/**
 * Holds a host to the protocol, in the place of one of its meters: its orders are answered rightly, wrongly, late and
 * not at all, and it is judged by what it sends then. In the end it has stopped value for that meter.
 *
 * @param only beginnings of the names of checks that are wanted; none: all
 */
export function testHost(
  bench: HostBench,
  only: readonly string[],
  told: (report: CheckReport) => void,
): Promise<ConformanceReport> {
  const checks: readonly Check<HostBench>[] = HOST_CHECKS.filter(isWanted(only));
  return runChecks('host', checks, bench, told);
}
