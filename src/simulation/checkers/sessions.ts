import { toHex } from '../../bytes/index.ts';
import { Suite, suiteOf } from '../../crypto/index.ts';
import { decodeFrame, Message } from '../../exchange/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/** The random number of each session, as it stands in M2 (I14). */
export class Sessions implements Checker {
  readonly watches = ['I14'] as const;
  readonly #findings: Findings;
  /** By meter: which M1 each random number answered. */
  readonly #answered = new Map<Svpmsn, Map<string, string>>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  heard({ svpmsn }: House, request: Uint8Array, answer: Uint8Array | undefined): void {
    const frame = answer === undefined ? undefined : decodeFrame(answer);
    if (frame === undefined || 'reason' in frame || frame.message !== Message.second) return;
    // M2 of suite 1 is S1 | R3, and of suites 2 and 3 begins with Nm.
    const random = suiteOf(frame.n) === Suite.tripleDesXo ? frame.body.subarray(8, 16) : frame.body.subarray(0, 16);
    const numbers = this.#answered.get(svpmsn) ?? new Map<string, string>();
    this.#answered.set(svpmsn, numbers);
    const first = toHex(request);
    const before = numbers.get(toHex(random));
    numbers.set(toHex(random), first);
    this.#findings.hold(
      'I14',
      svpmsn,
      before === undefined || before === first,
      () => `it drew ${toHex(random)} for two sessions`,
    );
  }
}
