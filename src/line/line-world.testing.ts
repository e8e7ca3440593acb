import { type Milliseconds, type ModemAddress, milliseconds, modemAddress } from '../units/index.ts';
import { Channel, FOREIGN_STATION, LOCAL_UNIT_STATION, type Transmission } from './channel.ts';
import {
  type Carrier,
  createLineSchedule,
  createSlaveLink,
  type LineConditions,
  type LineJob,
  type LineSchedule,
  type RandomSource,
  type ScheduleInput,
  type ScheduleOutput,
  type SlaveInput,
  type SlaveLink,
  type SlaveOutput,
  stepLineSchedule,
  stepSlaveLink,
} from './index.ts';

/** A small generator for tests (xorshift32): the same seed gives the same world. */
export function testRandom(seed: number): RandomSource {
  let state = Math.imul(seed + 1, 0x9e37_79b1) | 1;
  return {
    u32() {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    },
  };
}

/** Virtual time: events in the order of their time, and of their announcement at the same time. */
export class VirtualTime {
  now = milliseconds(0);
  #count = 0;
  readonly #heap: { at: number; order: number; run: () => void }[] = [];

  at(time: number, run: () => void): void {
    const heap = this.#heap;
    let i = heap.push({ at: Math.max(time, this.now), order: this.#count++, run }) - 1;
    while (i > 0 && this.#before(i, (i - 1) >> 1)) i = this.#swap(i, (i - 1) >> 1);
  }

  runUntil(time: number): void {
    while (this.#heap.length > 0 && (this.#heap[0]?.at as number) <= time) {
      const event = this.#pop();
      this.now = milliseconds(event.at);
      event.run();
    }
    this.now = milliseconds(time);
  }

  #pop(): { at: number; run: () => void } {
    const heap = this.#heap;
    this.#swap(0, heap.length - 1);
    const event = heap.pop() as { at: number; run: () => void };
    let i = 0;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && this.#before(child, least)) least = child;
      if (least === i) return event;
      i = this.#swap(i, least);
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) throw new Error('no such event');
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  #swap(a: number, b: number): number {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) throw new Error('no such event');
    [this.#heap[a], this.#heap[b]] = [y, x];
    return b;
  }
}

/** What a test meter says to a frame: frames, or `undefined` to ignore it; `delayMs` later. */
export type Saying = { readonly frames: readonly Uint8Array[] | undefined; readonly delayMs?: number };

export interface TestMeter {
  link: SlaveLink;
  readonly station: number;
  readonly requests: Uint8Array[];
  attentionsHeard: number;
  sent: number;
  say(payload: Uint8Array): Saying;
}

/** One transformer: a local unit's schedule, a channel, and meters that answer as the test says. */
export class TestLine {
  readonly time: VirtualTime;
  readonly channel: Channel;
  readonly schedule: LineSchedule;
  readonly meters: TestMeter[] = [];
  readonly outputs: (ScheduleOutput & { at: Milliseconds })[] = [];
  /** The neighbouring transformer that hears what crosses over. */
  neighbour: TestLine | undefined;
  /** What the local unit does about each output. */
  onOutput: (output: ScheduleOutput) => void = () => {};
  readonly #carrier: Carrier;
  readonly #random: RandomSource;

  constructor(time: VirtualTime, carrier: Carrier, conditions: LineConditions, seed: number) {
    this.time = time;
    this.#carrier = carrier;
    this.#random = testRandom(seed);
    this.channel = new Channel({ carrier, conditions, random: this.#random });
    this.schedule = createLineSchedule(carrier);
  }

  start(): void {
    this.step({ type: 'wake', now: this.time.now });
  }

  addMeter(address: number, distanceM: number, say: TestMeter['say']): TestMeter {
    const meter: TestMeter = {
      link: this.#newLink(modemAddress(address)),
      station: this.channel.attach(distanceM),
      requests: [],
      attentionsHeard: 0,
      sent: 0,
      say,
    };
    this.meters.push(meter);
    return meter;
  }

  /** The meter's supply was off and is back: its link has forgotten everything. */
  powerCycle(meter: TestMeter): void {
    meter.link = this.#newLink(meter.link.address);
  }

  ask(job: LineJob): void {
    this.step({ type: 'ask', now: this.time.now, job });
  }

  step(input: ScheduleInput): void {
    const outputs: ScheduleOutput[] = [];
    stepLineSchedule(this.schedule, input, outputs);
    for (const output of outputs) {
      if (output.type === 'send') {
        this.transmit(LOCAL_UNIT_STATION, output.bytes);
      } else if (output.type === 'wake') {
        this.time.at(output.at, () => this.step({ type: 'wake', now: this.time.now }));
      } else {
        this.outputs.push({ ...output, at: this.time.now });
        this.onOutput(output);
      }
    }
  }

  stepMeter(meter: TestMeter, input: SlaveInput): void {
    const outputs: SlaveOutput[] = [];
    const { link } = meter;
    stepSlaveLink(link, input, outputs);
    for (const output of outputs) {
      switch (output.type) {
        case 'send':
          meter.sent++;
          this.transmit(meter.station, output.bytes);
          break;
        case 'wake':
          this.time.at(output.at, () => this.stepMeter(meter, { type: 'wake', now: this.time.now }));
          break;
        case 'request': {
          meter.requests.push(output.payload.slice());
          const { frames, delayMs = 0 } = meter.say(output.payload);
          const { ticket } = output;
          this.time.at(this.time.now + delayMs, () => {
            if (meter.link !== link) return;
            const now = this.time.now;
            this.stepMeter(meter, frames ? { type: 'answer', now, ticket, frames } : { type: 'ignore', ticket });
          });
          break;
        }
        case 'attention-heard':
          meter.attentionsHeard++;
          break;
      }
    }
  }

  transmit(station: number, bytes: Uint8Array): void {
    const transmission = this.channel.begin(this.time.now, station, bytes);
    this.time.at(transmission.arrivesAt, () => this.#deliver(transmission));
    if (this.neighbour !== undefined && this.channel.crossesOver(transmission)) {
      this.neighbour.transmit(FOREIGN_STATION, bytes);
    }
  }

  #deliver(transmission: Transmission): void {
    const heard = this.channel.receive(transmission, LOCAL_UNIT_STATION);
    if (heard !== undefined) this.step({ type: 'bytes', now: this.time.now, bytes: heard });
    for (const meter of this.meters) {
      const bytes = this.channel.receive(transmission, meter.station);
      if (bytes !== undefined) this.stepMeter(meter, { type: 'bytes', now: this.time.now, bytes });
    }
  }

  #newLink(address: ModemAddress): SlaveLink {
    return createSlaveLink({ carrier: this.#carrier, address, random: this.#random });
  }
}
