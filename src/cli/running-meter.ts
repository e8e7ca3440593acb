import type { FramedConnection } from '../adapters/framed-tcp.ts';
import {
  createSlaveLink,
  type SlaveInput,
  type SlaveLink,
  type SlaveOutput,
  stepSlaveLink,
  tcp,
} from '../line/index.ts';
import {
  balanceOf,
  isForMeter,
  type Meter,
  type MeterMemory,
  type MeterOutputs,
  startMeter,
  stepEnergy,
  stepFrame,
  stepLastGasp,
  stepMeasured,
} from '../meter/index.ts';
import { type ModemAddress, milliwattHours, svpmsnText } from '../units/index.ts';
import { ringAt } from './alarm.ts';
import { businessClock } from './business-clock.ts';
import { systemRandomness } from './demo-keys.ts';
import type { MeterSlot, SlottedMeter } from './meter-slot.ts';
import type { say } from './say.ts';

const SECOND_MS = 1_000;
const WATT_MILLISECONDS_PER_MILLIWATT_HOUR = 3_600;
const MAINS_VOLTS = 230;

/** What the household asks for at an instant, in Unix milliseconds. */
export type WattsAt = (unixMs: number) => number;

export interface RunningMeterOptions {
  readonly memory: MeterMemory;
  readonly address: ModemAddress;
  readonly load: WattsAt;
  readonly slot: MeterSlot | undefined;
  readonly say: typeof say;
}

/**
 * A meter in a process of its own: its oscillator is the machine's clock, its modem a connection to its local unit,
 * and once a second its power circuit tells what flowed.
 */
export class RunningMeter {
  readonly slotted: SlottedMeter;
  readonly #options: RunningMeterOptions;
  readonly #clock = businessClock(0);
  readonly #meter: Meter;
  readonly #outputs: MeterOutputs;
  readonly #link: SlaveLink;
  readonly #second: NodeJS.Timeout;
  #line: FramedConnection | undefined;
  #measuredAt: number;
  /** Of what was asked for, what is below 1 mWh. */
  #wattMilliseconds = 0;

  constructor(options: RunningMeterOptions) {
    this.#options = options;
    const { say, slot, memory, address } = options;
    this.#outputs = {
      relay: (supply, open) => say('info', `The relay of supply ${supply} is ${open ? 'open' : 'closed'}.`),
      throttle: () => undefined,
      buzzer: (seconds) => {
        if (seconds > 0) say('info', 'The buzzer sounds.');
      },
      loadControl: (on) => say('info', `The output for cheap hours is ${on ? 'on' : 'off'}.`),
      attention: (frame) => this.#stepLink({ type: 'attention', payload: frame }),
      card: (command) => slot?.card(command),
      // It is stepped every second anyway.
      wake: () => undefined,
    };
    const random = {
      u32: () => {
        const bytes = new Uint8Array(4);
        systemRandomness.fill(bytes);
        return new DataView(bytes.buffer).getUint32(0);
      },
    };
    this.#link = createSlaveLink({ carrier: tcp(), address, random });
    this.#measuredAt = this.#now();
    this.#meter = startMeter(memory, 1, systemRandomness, { now: this.#measuredAt }, this.#outputs);
    this.slotted = { meter: this.#meter, out: this.#outputs, now: () => this.#now() };
    this.#second = setInterval(() => this.#measure(), SECOND_MS);
  }

  get number(): string {
    return svpmsnText(this.#meter.sam.svpmsn);
  }

  /** `balance 120, relay closed` */
  get standing(): string {
    const open = this.#meter.supplies.some(({ relay }) => relay.reasons !== 0);
    return `balance ${balanceOf(this.#meter)}, relay ${open ? 'open' : 'closed'}`;
  }

  /** Its modem has a line. */
  plugged(connection: FramedConnection, at: string) {
    const { say } = this.#options;
    say('info', `Connected to the line at ${at}.`);
    this.#line = connection;
    return {
      message: (bytes: Uint8Array) => this.#stepLink({ type: 'bytes', now: this.#clock.now(), bytes }),
      ended: (why: string) => {
        this.#line = undefined;
        say('warn', `The line at ${at} is away, because ${why}.`);
      },
    };
  }

  /** The supply falls: what was used until now is kept with the last of the power. */
  lastGasp(): void {
    clearInterval(this.#second);
    this.#measure();
    stepLastGasp(this.#meter, this.#now(), this.#outputs);
    this.#line = undefined;
  }

  #now(): number {
    return this.#clock.now();
  }

  #measure(): void {
    const { load, say } = this.#options;
    const now = this.#now();
    const before = this.standing;
    const watts = load(now);
    this.#wattMilliseconds += watts * (now - this.#measuredAt);
    this.#measuredAt = now;
    const wanted = Math.floor(this.#wattMilliseconds / WATT_MILLISECONDS_PER_MILLIWATT_HOUR);
    this.#wattMilliseconds -= wanted * WATT_MILLISECONDS_PER_MILLIWATT_HOUR;
    const flowed = stepEnergy(this.#meter, 1, milliwattHours(wanted), now, this.#outputs);
    const measured = Math.round(flowed < wanted ? (watts * flowed) / wanted : watts);
    const deciAmperes = Math.round((10 * measured) / MAINS_VOLTS);
    stepMeasured(this.#meter, 1, { watts: measured, deciAmperes, degreesOfLag: 0 }, now, this.#outputs);
    if (this.standing !== before) say('info', `Now ${this.standing}.`);
  }

  #stepLink(input: SlaveInput): void {
    const outputs: SlaveOutput[] = [];
    stepSlaveLink(this.#link, input, outputs);
    for (const output of outputs) {
      if (output.type === 'send') this.#line?.send(output.bytes);
      else if (output.type === 'wake') this.#wake(output.at);
      else if (output.type === 'request') this.#hear(output.ticket, output.payload);
    }
  }

  /** Each wake that the modem asks for comes. */
  #wake(at: number): void {
    ringAt(
      () => this.#now(),
      at,
      () => this.#stepLink({ type: 'wake', now: this.#clock.now() }),
    );
  }

  #hear(ticket: number, frame: Uint8Array): void {
    if (!isForMeter(this.#meter, frame)) {
      this.#stepLink({ type: 'ignore', ticket });
      return;
    }
    const before = this.standing;
    const answer = stepFrame(this.#meter, frame, this.#now(), this.#outputs);
    if (this.standing !== before) this.#options.say('info', `Now ${this.standing}.`);
    const frames = answer.type === 'frame' ? [answer.frame] : [];
    this.#stepLink({ type: 'answer', now: this.#clock.now(), ticket, frames });
  }
}
