import {
  type Carrier,
  createSlaveLink,
  type SlaveInput,
  type SlaveLink,
  type SlaveOutput,
  stepSlaveLink,
} from '../line/index.ts';
import type { Milliseconds, ModemAddress } from '../units/index.ts';
import { ringAt } from './alarm.ts';
import { systemRandomness } from './demo-keys.ts';
import type { LineSender } from './field-line.ts';

/** What hangs on a modem: a meter, or a bench in its place. */
export interface ModemSide {
  readonly carrier: Carrier;
  readonly address: ModemAddress;
  /** Its oscillator. */
  readonly now: () => Milliseconds;
  /** Every step that a socket or a timer begins; what throws in it ends there. */
  readonly guarded: (step: () => void) => void;
  /** What is answered to a request; `undefined` for one that is not for it. */
  readonly request: (frame: Uint8Array) => readonly Uint8Array[] | undefined;
  /** A frame for somebody else on the line. */
  readonly overheard?: (frame: Uint8Array) => void;
  readonly attentionHeard?: () => void;
}

/** A modem of this machine, on a line that comes and goes. */
export class RunningModem {
  readonly #side: ModemSide;
  readonly #link: SlaveLink;
  #line: LineSender | undefined;

  constructor(side: ModemSide) {
    this.#side = side;
    const random = {
      u32: () => {
        const bytes = new Uint8Array(4);
        systemRandomness.fill(bytes);
        return new DataView(bytes.buffer).getUint32(0);
      },
    };
    this.#link = createSlaveLink({ carrier: side.carrier, address: side.address, random });
  }

  get isPlugged(): boolean {
    return this.#line !== undefined;
  }

  plugged(line: LineSender): void {
    this.#line = line;
  }

  unplugged(): void {
    this.#line = undefined;
  }

  /** From the line. */
  message(bytes: Uint8Array): void {
    this.#side.guarded(() => this.#step({ type: 'bytes', now: this.#side.now(), bytes }));
  }

  attention(frame: Uint8Array): void {
    this.#step({ type: 'attention', payload: frame });
  }

  #step(input: SlaveInput): void {
    const { overheard, attentionHeard } = this.#side;
    const outputs: SlaveOutput[] = [];
    stepSlaveLink(this.#link, input, outputs);
    for (const output of outputs) {
      if (output.type === 'send') this.#line?.send(output.bytes);
      else if (output.type === 'wake') this.#wake(output.at);
      else if (output.type === 'request') this.#hear(output.ticket, output.payload);
      else if (output.type === 'attention-heard') attentionHeard?.();
      else overheard?.(output.payload);
    }
  }

  /** Each wake that the link asks for comes. */
  #wake(at: number): void {
    const { now, guarded } = this.#side;
    ringAt(now, at, () => guarded(() => this.#step({ type: 'wake', now: now() })));
  }

  #hear(ticket: number, payload: Uint8Array): void {
    const frames = this.#side.request(payload);
    if (frames === undefined) this.#step({ type: 'ignore', ticket });
    else this.#step({ type: 'answer', now: this.#side.now(), ticket, frames });
  }
}
