import { SUITE_NAMES, type Suite } from '../crypto/index.ts';
import type { ModemAddress } from '../units/index.ts';
import { type Check, type CheckReport, type ConformanceReport, isWanted, runChecks } from './check.ts';
import { CONTROL_CHECKS } from './control-checks.ts';
import { KEY_CHECKS } from './key-checks.ts';
import { LineBench, type Wire } from './line-bench.ts';
import { LINE_CHECKS } from './line-checks.ts';
import { MONITORING_CHECKS } from './monitoring-checks.ts';
import { SESSION_CHECKS } from './session-checks.ts';
import { TerminalBench, type TerminalBenchSettings } from './terminal-bench.ts';
import { VALUE_CHECKS } from './value-checks.ts';

/** Of each suite that the terminal has keys for. */
export const TERMINAL_CHECKS: readonly Check<TerminalBench>[] = [
  ...SESSION_CHECKS,
  ...VALUE_CHECKS,
  ...CONTROL_CHECKS,
  ...MONITORING_CHECKS,
  ...KEY_CHECKS,
];
export { LINE_CHECKS };

export interface TerminalTest extends TerminalBenchSettings {
  readonly wire: Wire;
  readonly address: ModemAddress;
  /** What the longest frame takes on the wire. */
  readonly airMs: number;
  /** Beginnings of the names of checks that are wanted; none: all. */
  readonly only: readonly string[];
}

/**
 * Holds a terminal to the protocol, message by message: what is right, wrong, repeated, late, cut and hostile. It is
 * credited and closed, its clock is set, its keys are renewed: a terminal on a bench, not one in a house.
 *
 * @returns what was found; the names of the checks bear their suite, as `aes128 value.credit`
 */
export async function testTerminal(
  test: TerminalTest,
  told: (report: CheckReport) => void,
): Promise<ConformanceReport> {
  const { wire, address, airMs, only } = test;
  const line = new LineBench(wire, { address, airMs });
  const suites = [...new Set(test.keys.map(({ suite }) => suite))].sort();
  const checks = suites.flatMap((suite, index) => {
    const bench = new TerminalBench(line, suite, test);
    const all = index === 0 ? [...LINE_CHECKS, ...TERMINAL_CHECKS] : TERMINAL_CHECKS;
    return all.filter(isWanted(only)).map((check) => inSuite(check, suite, bench));
  });
  return runChecks('terminal', checks, undefined, told);
}

const inSuite = (check: Check<TerminalBench>, suite: Suite, bench: TerminalBench): Check<undefined> => ({
  ...check,
  id: `${SUITE_NAMES[suite]} ${check.id}`,
  run: () => check.run(bench),
});
