import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/** The purse's journal, commit by commit: no sequence number stands for two records (I13). */
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

  #look({ svpmsn, meter, frozen }: House): void {
    if (frozen) return;
    const { purse, recordTag: tag } = meter.svm;
    const { sequence } = purse;
    const last = this.#last.get(svpmsn);
    this.#last.set(svpmsn, { sequence, tag });
    if (last === undefined || (last.sequence === sequence && last.tag === tag)) return;
    this.#findings.hold(
      'I13',
      svpmsn,
      sequence > last.sequence,
      () => `its journal went from record ${last.sequence} to ${sequence}`,
    );
  }
}
