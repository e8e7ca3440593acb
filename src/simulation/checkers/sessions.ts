import { toHex } from '../../bytes/index.ts';
import { Suite, suiteOf } from '../../crypto/index.ts';
import { Command, decodeFrame, type Frame, Message } from '../../exchange/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/**
 * The sessions of each meter: no random number of an M2 comes twice, and none is good once another was drawn (I14). What
 * passes through a meter to the card in its slot (0x18) is no session of the meter.
 */
export class Sessions implements Checker {
  readonly watches = ['I14'] as const;
  readonly #findings: Findings;
  /** By meter: which M1 each random number answered. */
  readonly #answered = new Map<Svpmsn, Map<string, string>>();

  /** Each M3 that a host sent and no meter carried out: how many sessions its meter had had by then. */
  readonly #thirds = new Map<string, number>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  sent(svpmsn: Svpmsn, frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      if (frame[0] === (0x10 | Message.third) && frame[1] !== Command.addedValue)
        this.#thirds.set(`${svpmsn} ${toHex(frame)}`, this.#sessionsOf(svpmsn));
    }
  }

  heard({ svpmsn }: House, request: Uint8Array, answer: Uint8Array | undefined): void {
    const frame = answer === undefined ? undefined : decodeFrame(answer);
    if (frame === undefined || 'reason' in frame || frame.h === Command.addedValue) return;
    if (frame.message === Message.fourth) this.#fourth(svpmsn, request);
    if (frame.message === Message.second) this.#second(svpmsn, request, frame);
  }

  /** Only the newest session takes an M3, once: a later M2 burnt those before (X6). */
  #fourth(svpmsn: Svpmsn, request: Uint8Array): void {
    const name = `${svpmsn} ${toHex(request)}`;
    const sessions = this.#thirds.get(name);
    // What was answered before is answered again from what was kept.
    if (sessions === undefined || !this.#thirds.delete(name)) return;
    this.#findings.hold(
      'I14',
      svpmsn,
      sessions === this.#sessionsOf(svpmsn),
      () => `it carried out an M3 of a session that ${this.#sessionsOf(svpmsn) - sessions} later ones had ended`,
    );
  }

  #sessionsOf(svpmsn: Svpmsn): number {
    return this.#answered.get(svpmsn)?.size ?? 0;
  }

  #second(svpmsn: Svpmsn, request: Uint8Array, frame: Frame): void {
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
