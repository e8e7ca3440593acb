import { toHex } from '../../bytes/index.ts';
import type { MonitoringRing } from '../../concentrator/index.ts';
import { generationOf, hasPurpose, type KeyName, keyNameFromByte, Purpose } from '../../crypto/index.ts';
import { Command, decodeFrame, Message } from '../../exchange/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

type MonitoringName = KeyName<typeof Purpose.monitoring>;

const HEALING_MS = 10 * 60_000;

/**
 * What a local unit reads its meters with. A meter calls under the newest monitoring key that it holds, so its local
 * unit holds that key too, at every moment of a change (I22). Ten minutes after the last fault every change has come to
 * its end: the meter holds its newest key alone, and was polled under it (I28).
 */
export class Monitoring implements Checker {
  readonly watches = ['I22', 'I28'] as const;
  readonly #findings: Findings;
  readonly #ringOf: (house: House) => MonitoringRing;
  /** Where the newest key of each meter was seen; a local unit that starts anew has another ring. */
  readonly #held = new Map<Svpmsn, MonitoringRing>();
  /** When each meter last answered a poll, and under which key. */
  readonly #polled = new Map<Svpmsn, { readonly n: number; readonly at: number }>();
  /** What hosts say to meters under monitoring: no polls. */
  readonly #ofHosts = new Set<string>();

  constructor(findings: Findings, ringOf: (house: House) => MonitoringRing) {
    this.#findings = findings;
    this.#ringOf = ringOf;
  }

  /** The books may have forgotten a change, and a local unit that starts anew is given what they know. */
  storeRestored(): void {
    this.#held.clear();
  }

  sent(_: Svpmsn, frames: readonly Uint8Array[]): void {
    for (const frame of frames) if (isPoll(frame)) this.#ofHosts.add(toHex(frame));
  }

  heard({ svpmsn }: House, request: Uint8Array, answer: Uint8Array | undefined): void {
    if (!isPoll(request) || answer?.[0] !== (0x10 | Message.second) || this.#ofHosts.has(toHex(request))) return;
    this.#polled.set(svpmsn, { n: request[2] as number, at: this.#findings.now });
  }

  minute(house: House): void {
    const { svpmsn } = house;
    const newest = keysOf(house).at(-1);
    const ring = this.#ringOf(house);
    const holds = newest !== undefined && ring.get(newest, svpmsn) !== undefined;
    if (holds) this.#held.set(svpmsn, ring);
    this.#findings.hold('I22', svpmsn, holds || this.#held.get(svpmsn) !== ring, () => {
      const generation = newest === undefined ? 'none' : generationOf(newest);
      return `its local unit lacks the monitoring key that it calls under, generation ${generation}`;
    });
  }

  async healed({ houses, host, options }: Utility): Promise<void> {
    // A round may be longer than the time that healing takes.
    const within = HEALING_MS + options.roundMs;
    for (const house of houses) {
      if (house.frozen) continue;
      const { svpmsn } = house;
      const keys = keysOf(house);
      const generations = keys.map(generationOf).join(', ');
      const sentence = () =>
        `a change of its monitoring key has not come to its end: it holds generations ${generations}`;
      this.#findings.hold('I28', svpmsn, keys.length === 1, sentence);
      const open = (await host.commands(svpmsn)).find(
        ({ slot, state }) =>
          slot.startsWith('key-monitoring') && (state === 'waiting' || state === 'awaiting-local-unit'),
      );
      this.#findings.hold('I28', svpmsn, open === undefined, () => `${open?.slot} is ${open?.state} still`);
      const polled = this.#polled.get(svpmsn);
      const isRead = polled !== undefined && polled.n === keys.at(-1) && this.#findings.now - polled.at <= within;
      this.#findings.hold('I28', svpmsn, isRead, () => 'it was not polled under its newest monitoring key');
    }
  }
}

/** M1 of what a local unit polls with. */
function isPoll(bytes: Uint8Array): boolean {
  const frame = decodeFrame(bytes);
  if ('reason' in frame || frame.message !== Message.first) return false;
  return frame.h === Command.useAndLog || frame.h === Command.events;
}

/** The monitoring keys that a meter holds, the newest last. */
const keysOf = ({ meter }: House): MonitoringName[] =>
  [...meter.sam.keys.keys()]
    .map(keyNameFromByte)
    .filter((n) => hasPurpose(n, Purpose.monitoring))
    .sort((a, b) => a - b);
