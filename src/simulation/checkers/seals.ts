import type { Checker, Findings } from './checker.ts';

/** I34: whoever audits the books as they lie finds them as the hosts wrote them, copies that were put back and all. */
export class Seals implements Checker {
  readonly watches = ['I34'] as const;
  readonly #findings: Findings;
  readonly #auditBooks: () => Promise<readonly string[]> | undefined;

  readonly #mayBeFound: (clause: string) => boolean;

  /**
   * @param auditBooks what an auditor finds, a clause each; nothing where the books bear no seals
   * @param mayBeFound whether that is so in books that are as they were written
   */
  constructor(
    findings: Findings,
    auditBooks: () => Promise<readonly string[]> | undefined,
    mayBeFound: (clause: string) => boolean = () => false,
  ) {
    this.#findings = findings;
    this.#auditBooks = auditBooks;
    this.#mayBeFound = mayBeFound;
  }

  async healed(): Promise<void> {
    const all = await this.#auditBooks();
    if (all === undefined) return;
    const found = all.filter((clause) => !this.#mayBeFound(clause));
    this.#findings.hold('I34', undefined, found.length === 0, () => `an audit finds ${found.join('; ')}`);
  }
}
