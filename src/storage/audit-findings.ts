import type { BookFinding } from '../host/ports.ts';

const NAMED_MAX = 20;

/** Findings, and of each table so many one by one; the others are counted. */
export class Findings {
  readonly #named: BookFinding[] = [];
  readonly #counts = new Map<string, number>();

  add(table: string, row: string | undefined, what: string): void {
    const count = (this.#counts.get(table) ?? 0) + 1;
    this.#counts.set(table, count);
    if (count <= NAMED_MAX) this.#named.push({ table, row, what });
  }

  list(): readonly BookFinding[] {
    const more = [...this.#counts].filter(([, count]) => count > NAMED_MAX);
    return [
      ...this.#named,
      ...more.map(([table, count]) => ({
        table,
        row: undefined,
        what: `${count - NAMED_MAX} more places are wrong`,
      })),
    ];
  }
}
