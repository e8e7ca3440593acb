import { inspectSequences } from '../../meter/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import { FaultyMemory } from '../faulty-memory.ts';
import type { House } from '../house.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

/** Of the ring of slots, whose first byte is written twice a commit, and of the ring of use rows, whichever is shorter. */
const COMMITS_A_WRITE = 4;
/** What a journal writes before it has come round once. */
const WRITES_ALWAYS = 16;

/**
 * The purse's journal, commit by commit: no sequence number stands for two records, and no byte is written more often
 * than its rings allow, of which `wear.test.ts` has the budget (I13).
 */
export class Journals implements Checker {
  readonly watches = ['I13'] as const;
  readonly #findings: Findings;
  readonly #last = new Map<Svpmsn, { readonly sequence: number; readonly tag: number }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  heard(house: House): void {
    this.#look(house);
  }

  minute(house: House): void {
    this.#look(house);
  }

  started(house: House): void {
    this.#look(house);
  }

  async healed({ houses }: Utility): Promise<void> {
    for (const { svpmsn, meter, memory } of houses) {
      const numbers = inspectSequences(meter);
      const sentence = () => `two of its records and rows have one number among ${numbers.join(' ')}`;
      this.#findings.hold('I13', svpmsn, new Set(numbers).size === numbers.length, sentence);
      if (!(memory instanceof FaultyMemory)) continue;
      const { state } = meter.layout;
      const busiest = memory.writes.subarray(0, state).reduce((most, writes) => Math.max(most, writes), 0);
      const { sequence } = meter.svm.purse;
      this.#findings.hold(
        'I13',
        svpmsn,
        busiest <= WRITES_ALWAYS + sequence / COMMITS_A_WRITE,
        () => `a byte of its purse was written ${busiest} times in ${sequence} commits`,
      );
    }
  }

  #look({ svpmsn, meter, frozen }: House): void {
    if (frozen) return;
    const { purse, recordTag: tag } = meter.svm;
    const { sequence } = purse;
    const last = this.#last.get(svpmsn);
    this.#last.set(svpmsn, { sequence, tag });
    if (last === undefined || (last.sequence === sequence && last.tag === tag)) return;
    // Of a damaged one too: who believes what was put back gives out again what was spent since.
    this.#findings.holdAlways(
      'I13',
      svpmsn,
      sequence > last.sequence,
      () => `its journal went from record ${last.sequence} to ${sequence}`,
    );
  }
}
