import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/** What a meter finds at its start: a purse that holds (I12), and no more or less spent than flowed (I20). */
export class Memories implements Checker {
  readonly watches = ['I12', 'I20'] as const;
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  started(house: House): void {
    const { svpmsn } = house;
    const fault = house.secondMeter.started(house.meter);
    this.#findings.hold('I12', svpmsn, !house.frozen, () => 'its purse froze, and nothing in its memories was damaged');
    if (house.frozen) this.#findings.flagged.add(svpmsn);
    else this.#findings.hold('I20', svpmsn, fault === undefined, () => `${fault?.slice(0, -1)}`);
  }
}
