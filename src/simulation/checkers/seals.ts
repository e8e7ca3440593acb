import type { Checker, Findings } from './checker.ts';

/** I34: whoever audits the books as they lie finds them as the hosts wrote them, copies that were put back and all. */
export class Seals implements Checker {
  readonly watches = ['I34'] as const;
  readonly #findings: Findings;
  readonly #auditBooks: () => Promise<readonly string[]> | undefined;

  /** @param auditBooks what an auditor finds, a clause each; nothing where the books bear no seals */
  constructor(findings: Findings, auditBooks: () => Promise<readonly string[]> | undefined) {
    this.#findings = findings;
    this.#auditBooks = auditBooks;
  }

  async healed(): Promise<void> {
    const found = await this.#auditBooks();
    if (found === undefined) return;
    this.#findings.hold('I34', undefined, found.length === 0, () => `an audit finds ${found.join('; ')}`);
  }
}
