/**
 * A sentence of docs/protocol.md that a check holds somebody to: the anchor of its heading, and words that stand below
 * it. A test looks each of them up in the page.
 */
export interface Rule {
  readonly section: string;
  readonly text: string;
}

export interface Check<Bench> {
  /** Short, for `--only`: group and name. */
  readonly id: string;
  /** What is seen when the rule is kept, as a sentence. */
  readonly title: string;
  readonly rule: Rule;
  /** Ends, or throws what was found instead. */
  readonly run: (bench: Bench) => Promise<void>;
}

/** Whether a name begins as one of these does; all, where there are none. */
export const isWanted =
  (only: readonly string[]) =>
  ({ id }: { readonly id: string }): boolean =>
    only.length === 0 || only.some((begins) => id.startsWith(begins));

/** What was found in place of what the rule asks for: a sentence. */
export class Found extends Error {
  override readonly name = 'Found';
}

/** A check that cannot be made here, and why: a sentence. It counts neither for nor against. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';
}

/** @throws Found with the sentence unless the condition holds */
export function expect(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Found(sentence);
}

export interface CheckReport {
  readonly id: string;
  readonly title: string;
  readonly rule: Rule;
  readonly outcome: 'passed' | 'failed' | 'left-out';
  /** Of a check that failed or was left out: a sentence. */
  readonly found: string | null;
}

export interface ConformanceReport {
  /** Who was tested. */
  readonly subject: 'terminal' | 'host' | 'card' | 'local-unit';
  readonly checks: readonly CheckReport[];
  readonly passed: number;
  readonly failed: number;
  readonly leftOut: number;
}

/** Makes checks one after the other; `told` hears of each as soon as it is over. */
export async function runChecks<Bench>(
  subject: ConformanceReport['subject'],
  checks: readonly Check<Bench>[],
  bench: Bench,
  told: (report: CheckReport) => void,
): Promise<ConformanceReport> {
  const reports: CheckReport[] = [];
  for (const check of checks) {
    const report = await reportOf(check, bench);
    reports.push(report);
    told(report);
  }
  const count = (outcome: CheckReport['outcome']) => reports.filter((report) => report.outcome === outcome).length;
  return { subject, checks: reports, passed: count('passed'), failed: count('failed'), leftOut: count('left-out') };
}

async function reportOf<Bench>({ id, title, rule, run }: Check<Bench>, bench: Bench): Promise<CheckReport> {
  try {
    await run(bench);
    return { id, title, rule, outcome: 'passed', found: null };
  } catch (error) {
    if (error instanceof Found) return { id, title, rule, outcome: 'failed', found: error.message };
    if (error instanceof LeftOut) return { id, title, rule, outcome: 'left-out', found: error.message };
    throw error;
  }
}
