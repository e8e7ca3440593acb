import {
  BACKHAUL_VERSION,
  type BackhaulMessage,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
} from '../backhaul/index.ts';
import {
  AreaUnit,
  type AreaUnitInput,
  type AreaUnitOutput,
  type MonitoringRing,
  type Traffic,
} from '../concentrator/index.ts';
import {
  type Carrier,
  type LineConditions,
  PERFECT_CONDITIONS,
  powerLine,
  powerLineConditions,
} from '../line/index.ts';
import type { SeededRandom } from './random.ts';
import { Transformer } from './transformer.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One way over IP, host to area unit and area unit to local unit. */
const BACKHAUL_MS = 20;

export interface GridOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly carrier: Carrier | undefined;
  readonly conditions: LineConditions | undefined;
  /** What a local unit says to the host. */
  readonly hear: (envelope: Envelope) => Promise<void>;
}

/** What lies between the host and the meters' modems: one area unit, its local units, and their power lines. */
export class Grid {
  readonly transformers: Transformer[] = [];
  readonly #options: GridOptions;
  readonly #area = new AreaUnit(0);

  constructor(options: GridOptions) {
    this.#options = options;
  }

  /** One transformer for each ring of keys, each beside the next. */
  build(rings: readonly MonitoringRing[]): void {
    const { time, random } = this.#options;
    const carrier = this.#options.carrier ?? powerLine();
    for (const [id, keys] of rings.entries()) {
      this.transformers.push(
        new Transformer({
          id,
          time,
          carrier,
          conditions: this.#options.conditions ?? workingConditions(carrier),
          random: random.fork(`transformer ${id}`),
          keys,
          say: (bytes) => time.after(BACKHAUL_MS, () => this.#stepArea({ type: 'message', connection: id, bytes })),
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
    const bytes = encodeEnvelope({ localUnit, message });
    this.#options.time.after(BACKHAUL_MS, () => this.#stepArea({ type: 'message', connection: 'host', bytes }));
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

  #stepArea(input: DistributiveOmit<AreaUnitInput, 'now'>): void {
    const { time } = this.#options;
    const outputs: AreaUnitOutput[] = [];
    this.#area.step({ ...input, now: time.now }, outputs);
    for (const output of outputs) {
      if (output.type === 'close') throw new Error(output.sentence);
      const { bytes, connection } = output;
      if (connection === 'host') time.after(BACKHAUL_MS, () => this.#hostHears(bytes));
      else {
        const transformer = this.transformers[connection] as Transformer;
        time.after(BACKHAUL_MS, () => transformer.step({ type: 'backhaul', now: time.now, bytes }));
      }
    }
  }

  async #hostHears(bytes: Uint8Array): Promise<void> {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope) throw new Error(`an area unit said what cannot be decoded: ${envelope.reason}`);
    await this.#options.hear(envelope);
  }
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

const workingConditions = (carrier: Carrier): LineConditions =>
  carrier.name === 'power-line' ? powerLineConditions(carrier.bitsPerSecond) : PERFECT_CONDITIONS;
