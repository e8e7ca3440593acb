import {
  BACKHAUL_VERSION,
  type BackhaulMessage,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
} from '../backhaul/index.ts';
import { AreaUnit, type AreaUnitInput, type AreaUnitOutput, type Traffic } from '../concentrator/index.ts';
import type { TransportKey } from '../crypto/index.ts';
import {
  type Carrier,
  type LineConditions,
  PERFECT_CONDITIONS,
  powerLine,
  powerLineConditions,
} from '../line/index.ts';
import type { Untimed } from '../units/index.ts';
import { Disturbance } from './disturbance.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './random.ts';
import { Transformer } from './transformer.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One way over IP, host to area unit and area unit to local unit. */
const BACKHAUL_MS = 20;
/** From a connection that broke to its next. */
const RECONNECTED_AFTER_MS = 2_000;

export interface GridOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly carrier: Carrier | undefined;
  readonly conditions: LineConditions | undefined;
  /** What strikes frames and messages beyond the noise of the line; nothing where absent. */
  readonly faults?: Faults | undefined;
  /** What a local unit says to the host. */
  readonly hear: (envelope: Envelope) => Promise<void>;
}

/** What lies between the host and the meters' modems: one area unit, its local units, and their power lines. */
export class Grid {
  readonly transformers: Transformer[] = [];
  readonly #options: GridOptions;
  readonly #disturbance: Disturbance | undefined;
  #area = new AreaUnit(0);
  /** Connections of the area unit over which nothing passes: the host's, or those of local units. */
  readonly #parted = new Set<'host' | number>();

  constructor(options: GridOptions) {
    this.#options = options;
    this.#disturbance = options.faults && new Disturbance(options.faults);
  }

  /** One transformer for each transport key, each beside the next. */
  build(transportKeys: readonly TransportKey[]): void {
    const { time, random } = this.#options;
    const carrier = this.#options.carrier ?? powerLine();
    for (const [id, transport] of transportKeys.entries()) {
      this.transformers.push(
        new Transformer({
          id,
          time,
          carrier,
          conditions: this.#options.conditions ?? workingConditions(carrier),
          random: random.fork(`transformer ${id}`),
          transport,
          ...(this.#options.faults && { disturbance: new Disturbance(this.#options.faults) }),
          say: (bytes) =>
            this.#parted.has(id)
              ? undefined
              : this.#convey(id, bytes, (heard) => this.#stepArea({ type: 'message', connection: id, bytes: heard })),
        }),
      );
    }
    for (const [i, transformer] of this.transformers.entries()) {
      const next = this.transformers[(i + 1) % this.transformers.length];
      if (next !== transformer) transformer.neighbour = next;
    }
  }

  /** All connections come up, and the local units begin their rounds. */
  connect(): void {
    const { now } = this.#options.time;
    this.#stepArea({ type: 'up', connection: 'host' });
    this.send(0, { type: 'hello', version: BACKHAUL_VERSION, kind: 'host', id: 1 });
    for (const [id, transformer] of this.transformers.entries()) {
      this.#stepArea({ type: 'up', connection: id });
      transformer.step({ type: 'backhaul-up', now });
    }
  }

  /** From the host to a local unit. */
  send(localUnit: number, message: BackhaulMessage): void {
    if (this.#parted.has('host')) return;
    const bytes = encodeEnvelope({ localUnit, message });
    this.#convey(localUnit, bytes, (heard) => this.#stepArea({ type: 'message', connection: 'host', bytes: heard }));
  }

  /** The area unit was off: every connection breaks and comes again. */
  restartAreaUnit(): void {
    this.#area = new AreaUnit(0);
    this.reconnectHost();
    for (const id of this.transformers.keys()) this.reconnect(id);
  }

  /** A host came anew: it hears of every local unit that is there. */
  reconnectHost(): void {
    this.#stepArea({ type: 'down', connection: 'host' });
    if (this.#parted.has('host')) return;
    this.#stepArea({ type: 'up', connection: 'host' });
    this.send(0, { type: 'hello', version: BACKHAUL_VERSION, kind: 'host', id: 1 });
  }

  /** The connection of one local unit breaks and comes again, with what is told to one that comes. */
  reconnect(id: number): void {
    const { now } = this.#options.time;
    this.#stepArea({ type: 'down', connection: id });
    if (this.#parted.has(id)) return;
    this.#stepArea({ type: 'up', connection: id });
    this.transformers[id]?.step({ type: 'backhaul-up', now });
  }

  /** Nothing passes between the area unit and the host, or one local unit, until they are joined. */
  part(from: 'host' | number): void {
    this.#parted.add(from);
    this.#stepArea({ type: 'down', connection: from });
    if (from !== 'host') this.transformers[from]?.step({ type: 'backhaul-down', now: this.#options.time.now });
  }

  join(to: 'host' | number): void {
    if (!this.#parted.delete(to)) return;
    if (to === 'host') this.reconnectHost();
    else this.reconnect(to);
  }

  /** What all lines have carried since this process began. */
  traffic(): Traffic {
    const sum = { frames: 0, bytes: 0, airtimeMs: 0, retries: 0, garbled: 0 };
    for (const { localUnit } of this.transformers) {
      const { traffic } = localUnit;
      for (const key of Object.keys(sum) as (keyof Traffic)[]) sum[key] += traffic[key];
    }
    return sum;
  }

  /**
   * One way over IP. A connection that loses a message is none any more: the local unit's comes again, with
   * all that is told to one that comes. A hello arrives as it is.
   */
  #convey(
    localUnit: number | undefined,
    bytes: Uint8Array,
    deliver: (bytes: Uint8Array) => void | Promise<void>,
  ): void {
    const { time } = this.#options;
    const whole = this.#disturbance === undefined || isHello(bytes);
    const arrivals = whole ? [{ afterMs: 0, bytes }] : (this.#disturbance as Disturbance).ofMessage(bytes);
    for (const { afterMs, bytes: heard } of arrivals) time.after(BACKHAUL_MS + afterMs, () => deliver(heard));
    if (localUnit !== undefined && !arrivals.some(({ bytes: heard }) => heard === bytes)) {
      time.after(RECONNECTED_AFTER_MS, () => this.reconnect(localUnit));
    }
  }

  #stepArea(input: Untimed<AreaUnitInput>): void {
    const { time } = this.#options;
    const outputs: AreaUnitOutput[] = [];
    this.#area.step({ ...input, now: time.now }, outputs);
    for (const output of outputs) {
      if (output.type === 'close') {
        if (this.#disturbance === undefined) throw new Error(output.sentence);
        continue;
      }
      const { bytes, connection } = output;
      if (this.#parted.has(connection)) continue;
      if (connection === 'host') this.#convey(undefined, bytes, (heard) => this.#hostHears(heard));
      else {
        const transformer = this.transformers[connection] as Transformer;
        this.#convey(connection, bytes, (heard) => transformer.step({ type: 'backhaul', now: time.now, bytes: heard }));
      }
    }
  }

  async #hostHears(bytes: Uint8Array): Promise<void> {
    const envelope = decodeEnvelope(bytes);
    // Only what was damaged on its way.
    if ('reason' in envelope) return;
    await this.#options.hear(envelope);
  }
}

function isHello(bytes: Uint8Array): boolean {
  const envelope = decodeEnvelope(bytes);
  return !('reason' in envelope) && envelope.message.type === 'hello';
}

const workingConditions = (carrier: Carrier): LineConditions =>
  carrier.name === 'power-line' ? powerLineConditions(carrier.bitsPerSecond) : PERFECT_CONDITIONS;
