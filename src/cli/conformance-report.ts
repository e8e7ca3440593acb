import type { Check, CheckReport, ConformanceReport } from '../conformance/index.ts';
import { WrongUse } from './usage.ts';

/** @throws WrongUse for a name with which no check begins */
export function checksNamed(only: readonly string[], checks: readonly Pick<Check<never>, 'id'>[]): readonly string[] {
  const all = checks.map(({ id }) => id);
  for (const begins of only) {
    if (all.some((id) => id.startsWith(begins))) continue;
    const groups = [...new Set(all.map((id) => id.split('.')[0]))];
    throw new WrongUse(`No check begins with "${begins}": the groups are ${groups.join(', ')}.`);
  }
  return only;
}

/** Makes a test and tells of it as it goes on, or at its end in JSON. @returns the exit code */
export async function reported(
  json: boolean,
  test: (told: (report: CheckReport) => void) => Promise<ConformanceReport>,
): Promise<number> {
  const report = await test((check) => json || process.stdout.write(lineOf(check)));
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : summary(report));
  return report.failed === 0 ? 0 : 1;
}

const MARKS = { passed: 'ok  ', failed: 'FAIL', 'left-out': '-   ' } as const;

function lineOf({ id, title, rule, outcome, found }: CheckReport): string {
  const line = `${MARKS[outcome]} ${id}: ${title}.\n`;
  if (found === null) return line;
  const where = outcome === 'failed' ? `     docs/protocol.md#${rule.section}: "${rule.text}"\n` : '';
  return `${line}     ${found}.\n${where}`;
}

const summary = ({ passed, failed, leftOut }: ConformanceReport): string =>
  `${passed} checks passed, ${failed} failed${leftOut === 0 ? '' : `, ${leftOut} could not be made`}.\n`;
