import type { Carrier } from '../line/index.ts';
import {
  balanceOf,
  isForMeter,
  type Meter,
  type MeterOutputs,
  startMeter,
  stepFrame,
  stepLastGasp,
  stepOverheard,
  stepTime,
} from '../meter/index.ts';
import { type ModemAddress, svpmsnText } from '../units/index.ts';
import { clockIsLost, oscillator } from './board-clock.ts';
import { systemRandomness } from './demo-keys.ts';
import type { LineListener, LineSender } from './field-line.ts';
import { isVoice } from './line-voice.ts';
import type { KeptMeter } from './meter-file.ts';
import type { MeterSlot, SlottedMeter } from './meter-slot.ts';
import { RunningModem } from './running-modem.ts';
import type { say } from './say.ts';

const SECOND_MS = 1_000;
/** A local unit opens a slot every 4 s, and lets value go before it for as long. */
const LAST_GASP_MS = 12_000;

export interface RunningMeterOptions {
  readonly kept: Pick<KeptMeter, 'memory' | 'settle'>;
  readonly address: ModemAddress;
  readonly carrier: Carrier;
  readonly slot: MeterSlot | undefined;
  /** The latch of its supply is to move. */
  readonly relayMoved?: (open: boolean) => void;
  /** Speech at it, where its line carries any. */
  readonly voice?: LineListener & { readonly plugged: (line: LineSender) => void };
  /** After each step, to be looked at. */
  readonly stepped?: (meter: Meter) => void;
  readonly say: typeof say;
}

/**
 * A meter in a process of its own: its oscillator is that of the machine, its modem a line to its local unit, and what
 * measures steps it through `act`. Whatever it lets the outside know was kept before: relay, line and card hear of
 * nothing that a power cut could take back.
 */
export class RunningMeter {
  readonly slotted: SlottedMeter;
  /** Rejects when it cannot go on: its memory does not keep what it writes, or it has a bug. */
  readonly failed: Promise<never>;
  readonly #options: RunningMeterOptions;
  readonly #now = oscillator();
  readonly #meter: Meter;
  readonly #outputs: MeterOutputs;
  readonly #modem: RunningModem;
  readonly #second: NodeJS.Timeout;
  #reject!: (error: unknown) => void;
  #hasFailed = false;
  #gaspHeard: (() => void) | undefined;
  #said: string;

  constructor(options: RunningMeterOptions) {
    this.#options = options;
    const { say, slot, kept, address, carrier } = options;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Whoever waits for it is told.
    this.failed.catch(() => undefined);
    this.#outputs = {
      relay: (supply, open) => {
        kept.settle();
        say('info', `The relay of supply ${supply} is ${open ? 'open' : 'closed'}.`);
        options.relayMoved?.(open);
      },
      throttle: () => undefined,
      buzzer: (seconds) => {
        if (seconds > 0) say('info', 'The buzzer sounds.');
      },
      loadControl: (on) => say('info', `The output for cheap hours is ${on ? 'on' : 'off'}.`),
      attention: (frame) => {
        kept.settle();
        this.#modem.attention(frame);
      },
      card: (command) => {
        kept.settle();
        slot?.card(command);
      },
      // It is stepped every second anyway.
      wake: () => undefined,
    };
    this.#modem = new RunningModem({
      ...{ carrier, address, now: this.#now },
      guarded: (step) => this.#guarded(step),
      request: (frame) => this.#hear(frame),
      overheard: (frame) => this.#overhear(frame),
      attentionHeard: () => this.#gaspHeard?.(),
    });
    const now = this.#now();
    const clockLost = clockIsLost(kept.memory, { now, unixMs: now }, systemRandomness);
    if (clockLost) say('warn', 'The clocks of this board and its meter cannot both be right: the host sets the meter.');
    this.#meter = startMeter(kept.memory, 1, systemRandomness, { now, clockLost }, this.#outputs);
    kept.settle();
    this.#said = this.standing;
    this.slotted = { meter: this.#meter, out: this.#outputs, now: () => this.#now() };
    this.#second = setInterval(() => this.act((meter, now, out) => stepTime(meter, now, out)), SECOND_MS);
  }

  get number(): string {
    return svpmsnText(this.#meter.sam.svpmsn);
  }

  /** `balance 120, relay closed` */
  get standing(): string {
    return `balance ${balanceOf(this.#meter)}, relay ${this.relayIsOpen ? 'open' : 'closed'}`;
  }

  get relayIsOpen(): boolean {
    return this.#meter.supplies.some(({ relay }) => relay.reasons !== 0);
  }

  /** A step of the machine, from whatever hangs on it. What it wrote is kept when this returns. */
  act(step: (meter: Meter, now: number, out: MeterOutputs) => void): void {
    this.#guarded(() => {
      step(this.#meter, this.#now(), this.#outputs);
      this.#options.kept.settle();
      this.#sayStanding();
    });
  }

  /** Its modem has a line. */
  plugged(line: LineSender, at: string): LineListener {
    const { say } = this.#options;
    say('info', `Connected to the line at ${at}.`);
    this.#modem.plugged(line);
    const { voice } = this.#options;
    voice?.plugged(line);
    return {
      message: (bytes) => (voice !== undefined && isVoice(bytes) ? voice.message(bytes) : this.#modem.message(bytes)),
      ended: (why) => {
        this.#modem.unplugged();
        voice?.ended(why);
        say('warn', `The line at ${at} is away, because ${why}.`);
      },
    };
  }

  /**
   * The supply falls: what was used until now is kept with the last of the power, and the local unit is told while there
   * is a line. Until it has heard, or gives no slot in time, the line has to stay.
   */
  async lastGasp(): Promise<void> {
    clearInterval(this.#second);
    const heard = new Promise<void>((resolve) => {
      this.#gaspHeard = resolve;
    });
    this.act((meter, now, out) => stepLastGasp(meter, now, out));
    if (!this.#modem.isPlugged || this.#hasFailed) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), LAST_GASP_MS);
    });
    const came = await Promise.race([heard, late, this.failed.catch(() => undefined)]);
    clearTimeout(timer);
    const { say } = this.#options;
    if (came === 'late') say('warn', 'The local unit did not take the last sign of life.');
    else say('info', 'The local unit has taken the last sign of life.');
  }

  /** Whatever changed it: the line, the load, or a card in the slot. */
  #sayStanding(): void {
    this.#options.stepped?.(this.#meter);
    const { standing } = this;
    if (standing === this.#said) return;
    this.#said = standing;
    this.#options.say('info', `Now ${standing}.`);
  }

  /** Something that hangs on it cannot go on. */
  readonly fail = (error: unknown): void => {
    this.#hasFailed = true;
    clearInterval(this.#second);
    this.#reject(error);
  };

  /** Nothing that hangs on a timer or a socket throws: the first failure ends it, in one place. */
  #guarded(step: () => void): void {
    if (this.#hasFailed) return;
    try {
      step();
    } catch (error) {
      this.fail(error);
    }
  }

  #hear(frame: Uint8Array): readonly Uint8Array[] | undefined {
    if (!isForMeter(this.#meter, frame)) return undefined;
    const answer = stepFrame(this.#meter, frame, this.#now(), this.#outputs);
    this.#options.kept.settle();
    this.#sayStanding();
    return answer.type === 'frame' ? [answer.frame, ...(answer.following ?? [])] : [];
  }

  #overhear(frame: Uint8Array): void {
    stepOverheard(this.#meter, { frame, address: this.#options.address }, this.#now(), this.#outputs);
    this.#options.kept.settle();
  }
}
