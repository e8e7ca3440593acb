import type { BackhaulMessage } from '../../src/backhaul/index.ts';
import { deriveTerminalKey, type KeyName, keyName, Purpose, SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import { createHost, type GridLink, type HostServices, MemoryStore } from '../../src/host/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  countingRandomness,
  masterKey,
  STRICT_POLICY,
  startBench,
} from '../../src/meter/board.testing.ts';
import { blankMemory, personalise, stepFrame } from '../../src/meter/index.ts';
import { assert, type Milliseconds, milliseconds, type Svpmsn, svpmsn } from '../../src/units/index.ts';

export type Carry = Extract<BackhaulMessage, { type: 'carry' }>;
export type Carried = Extract<BackhaulMessage, { type: 'carried' }>;

/** What stands between host and meters: an honest local unit, or whoever took its place. */
export type LocalUnit = (carry: Carry, meter: StreetMeter) => readonly BackhaulMessage[];

export interface StreetMeter {
  readonly id: Svpmsn;
  readonly suite: Suite;
  readonly bench: Bench;
}

const UNIT = 1;
const UTILITY = 1;

/** Real meters and their real host with its books in memory; between them a local unit that a test puts there. */
export class Street implements GridLink {
  readonly meters: StreetMeter[] = [];
  readonly store = new MemoryStore();
  readonly host: HostServices;
  readonly randomness = countingRandomness();
  /** Milliseconds of everybody's oscillator. */
  now = 0;
  unit: LocalUnit = (carry, meter) => [carriedBy(carry, this.said(meter, carry.frames))];
  readonly #way: Carry[] = [];

  constructor() {
    const masters = new Map<KeyName, Uint8Array>();
    for (const purpose of [Purpose.value, Purpose.control, Purpose.monitoring]) {
      for (const suite of Object.values(Suite)) {
        const n = keyName(purpose, suite, 0);
        masters.set(n, masterKey(n));
      }
    }
    const keys = new SoftwareKeyStore({ utility: UTILITY, keys: masters }, this.randomness);
    const clock = { now: (): Milliseconds => milliseconds(BENCH_UNIX_MS + this.now) };
    const ports = { store: this.store, keys, clock, randomness: this.randomness, grid: this };
    this.host = createHost(ports, { zone: 'UTC', metersMax: 100 });
  }

  send(_localUnit: number, message: BackhaulMessage): void {
    if (message.type === 'carry') this.#way.push(message);
  }

  /** A meter fresh from the workshop, enrolled at the host, with the keys of one suite. */
  async enrol(number: number, suite: Suite): Promise<StreetMeter> {
    const id = svpmsn(number);
    const memory = blankMemory();
    const keys = Object.values(Purpose)
      .filter((purpose) => suite !== Suite.tripleDes || purpose !== Purpose.maintenance)
      .map((purpose) => keyName(purpose, suite, 0))
      .map((n) => deriveTerminalKey(masterKey(n), n, id, UTILITY));
    const { now, randomness } = this;
    const unixMs = BENCH_UNIX_MS + now;
    personalise(memory, { svpmsn: id, keys, tables: [benchTable()], policy: STRICT_POLICY, unixMs, now }, randomness);
    const lab = suite === Suite.tripleDes ? { labSessions: 1 } : {};
    const meter = { id, suite, bench: startBench(memory, { randomness, now, ...lab }) };
    this.meters.push(meter);
    await this.host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
    const place = { localUnit: UNIT, modemAddress: this.meters.length - 1, suite };
    const enrolled = await this.host.enrol({ svpmsn: number, subscriber: 'kim', ...place });
    assert(!('reason' in enrolled), 'the host takes the meter');
    return meter;
  }

  /** What a meter says to these frames, one after the other. */
  said({ bench }: StreetMeter, frames: readonly Uint8Array[]): Uint8Array[] {
    const answers: Uint8Array[] = [];
    bench.now = this.now;
    for (const frame of frames) {
      const answer = stepFrame(bench.meter, frame, this.now, bench.out);
      if (answer.type === 'frame') answers.push(answer.frame);
    }
    return answers;
  }

  tell(message: BackhaulMessage): Promise<void> {
    return this.host.handle({ type: 'grid', localUnit: UNIT, message });
  }

  /** Carries what the host sent, and what follows from it. */
  async pump(): Promise<void> {
    for (let carry = this.#way.shift(); carry !== undefined; carry = this.#way.shift()) {
      const { svpmsn: id } = carry;
      const meter = this.meters.find((known) => known.id === id);
      assert(meter !== undefined, 'the host speaks to its meters');
      for (const message of this.unit(carry, meter)) await this.tell(message);
    }
  }

  /** Lets time pass until the host has nothing left to do. */
  async settle(patienceMs = 7_200_000): Promise<void> {
    await this.pump();
    for (const until = this.now + patienceMs; await this.#isBusy(); ) {
      assert(this.now < until, 'the host comes to an end of its work');
      this.now += 1_000;
      await this.host.handle({ type: 'tick' });
      await this.pump();
    }
  }

  async #isBusy(): Promise<boolean> {
    const work = await this.store.read((tx) => tx.workOf(this.meters.map(({ id }) => id)));
    return work.some((row) => row !== undefined);
  }
}

/** What a local unit makes of a meter's frames. */
export function carriedBy({ ticket, svpmsn: id }: Carry, frames: readonly Uint8Array[]): Carried {
  const outcome = frames.length === 0 ? 'no-answer' : 'answered';
  return { type: 'carried', ticket, svpmsn: id, outcome, frames };
}
