import { toHex } from '../bytes/index.ts';
import type { CallerServices, CallStep, PhoneCall } from '../host/index.ts';
import { assertNever, type Milliseconds, type Randomness, type Svpmsn, type WallClock } from '../units/index.ts';
import type { Call } from './call-state.ts';
import { createCall, step } from './dialogue.ts';
import { answerOf, type OfficePorts } from './office.ts';
import { type Hear, Switchboard } from './switchboard.ts';
import type { CallBegun, CallInput, CallOutput } from './types.ts';

/** More at once are told that all lines are busy. */
const CALLS_MAX = 400;
/** Of one number: whoever calls twenty times at once is no household. */
const CALLS_OF_ONE_MAX = 4;
/** No call lasts longer: one that stands as live after it is served by nobody. */
export const CALL_MS_MAX = 20 * 60_000;
/** A call that has more steps is kept without the rest. */
const STEPS_MAX = 100;
const ID_BYTES = 8;
const ID_TIME_DIGITS = 13;
const ID_TIME_MAX = 10 ** ID_TIME_DIGITS - 1;
const NUMBER_FORM = /^[1-9]\d{6,14}$/;

export interface DeskPorts extends OfficePorts {
  readonly callers: OfficePorts['callers'] & Pick<CallerServices, 'noteCall'>;
  readonly clock: WallClock;
  readonly randomness: Randomness;
  /** Does something after so many milliseconds, unless what it answers is called before. */
  readonly later: (ms: number, work: () => void) => () => void;
  /** That a call could not be kept in the books: once for each call. */
  readonly trouble: (sentence: string) => void;
}

/** The side of a carrier: what a caller hears, and the end. */
export interface CallLine {
  say(said: Extract<CallOutput, { type: 'say' }>): void;
  close(to: Extract<CallOutput, { type: 'close' }>['to']): void;
  /**
   * Hands on what the caller says, until something is said, and gives what says something to the caller. A line that
   * carries no speech of people now has none.
   */
  readonly talk?: ((hear: Hear) => Hear) | undefined;
}

/** A call as it comes in. */
export interface NewCall extends Pick<CallBegun, 'carrier' | 'from'> {
  readonly meter?: Svpmsn;
  readonly canTransfer?: boolean;
}

/** A call as its carrier has it. */
export interface CallHandle {
  /** The desk's own, in the books too. */
  readonly id: string;
  /** What came from the caller, or became of what was said to them. */
  input(input: Exclude<CallInput, { type: 'begun' | 'answered' | 'woken' }>): void;
}

interface Live {
  readonly call: Call;
  readonly line: CallLine;
  row: PhoneCall;
  cancel: () => void;
  readonly cancelEnd: () => void;
  /** Whether a row is being written, and whether a newer one waits; `lost` once one could not be. */
  writing: 'no' | 'yes' | 'again';
  lost: boolean;
}

/** All calls of a host, whatever brings them: drives their dialogues, and keeps what was done in the books. */
export class CallDesk {
  /** Where people take calls. */
  readonly switchboard: Switchboard = new Switchboard();
  readonly #ports: DeskPorts;
  readonly #live = new Map<string, Live>();
  readonly #byNumber = new Map<string, number>();
  readonly #work = new Set<Promise<void>>();

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** Begins a call; nothing where all lines are busy, or those of one number. */
  begin({ carrier, from, meter, canTransfer = false }: NewCall, line: CallLine): CallHandle | undefined {
    const number = from !== undefined && NUMBER_FORM.test(from) ? from : undefined;
    const ofOne = number === undefined ? 0 : (this.#byNumber.get(number) ?? 0);
    if (this.#live.size >= CALLS_MAX || ofOne >= CALLS_OF_ONE_MAX) return undefined;
    if (number !== undefined) this.#byNumber.set(number, ofOne + 1);
    const begunAt = this.#ports.clock.now();
    const id = this.#drawId(begunAt);
    const begun: CallBegun = { id, carrier, from: number, meter, canTransfer };
    const row: PhoneCall = {
      ...{ id, carrier, from: number, svpmsn: undefined, language: undefined, state: 'live', begunAt },
      ...{ endedAt: undefined, callBack: undefined, steps: [] },
    };
    const live: Live = {
      ...{ call: createCall(begun), line, row, cancel: () => undefined, writing: 'no', lost: false },
      cancelEnd: this.#ports.later(CALL_MS_MAX, () => {
        this.#input(live, { type: 'hung-up' });
        line.close('nobody');
      }),
    };
    this.#live.set(id, live);
    this.#input(live, { type: 'begun' });
    return { id, input: (input) => this.#input(live, input) };
  }

  /** Calls that have not ended. */
  get size(): number {
    return this.#live.size;
  }

  /** Everybody is hung up on; resolves when what they did is in the books. */
  async close(): Promise<void> {
    for (const live of [...this.#live.values()]) {
      this.#input(live, { type: 'hung-up' });
      live.line.close('nobody');
    }
    await this.settled();
  }

  /** Resolves when nothing that was asked or written is under way. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #input(live: Live, input: CallInput): void {
    const out: CallOutput[] = [];
    step(live.call, input, this.#ports.clock.now(), out);
    for (const output of out) this.#carryOut(live, output);
    if (live.call.state.name === 'ended') this.#ended(live);
  }

  #carryOut(live: Live, output: CallOutput): void {
    switch (output.type) {
      case 'say':
        live.line.say(output);
        return;
      case 'close':
        live.line.close(output.to);
        return;
      case 'wake':
        live.cancel();
        live.cancel = this.#ports.later(Math.max(0, output.at - this.#ports.clock.now()), () =>
          this.#input(live, { type: 'woken' }),
        );
        return;
      case 'ask':
        this.#do(
          answerOf(this.#ports, live.call.begun.id, output.question).then((answer) =>
            this.#input(live, { type: 'answered', number: output.number, answer }),
          ),
        );
        return;
      case 'note':
        this.#noted(live, output);
        return;
      case 'seek-person':
        if (live.line.talk === undefined) this.#input(live, { type: 'nobody-there' });
        else this.switchboard.seek(live.row.id, { call: () => live.row, tell: (news) => this.#input(live, news) });
        return;
      case 'leave-queue':
        this.switchboard.gone(live.row.id);
        return;
      case 'talk':
        this.#connect(live);
        return;
      default:
        assertNever(output);
    }
  }

  #connect({ line, row: { id } }: Live): void {
    const say = line.talk?.((sound) => this.switchboard.heard(id, sound));
    if (say !== undefined) this.switchboard.connect(id, say);
  }

  #noted(live: Live, { name, subject }: Extract<CallOutput, { type: 'note' }>): void {
    const { row, call } = live;
    const at = this.#ports.clock.now();
    const isPerson = name === 'person-wanted';
    const step: CallStep = { at, name, ...(isPerson || subject === undefined ? {} : { subject }) };
    live.row = {
      ...row,
      steps: row.steps.length < STEPS_MAX ? [...row.steps, step] : row.steps,
      ...(isPerson ? { callBack: subject ?? row.from } : {}),
      ...(isPerson && subject !== undefined ? { state: 'wants-person' } : {}),
    };
    if (call.who !== undefined) live.row = { ...live.row, svpmsn: call.who.meter, language: call.language };
    this.#write(live);
  }

  #ended(live: Live): void {
    const { id, from } = live.row;
    if (!this.#live.delete(id)) return;
    live.cancel();
    live.cancelEnd();
    this.switchboard.gone(id);
    if (from !== undefined) {
      const left = (this.#byNumber.get(from) ?? 1) - 1;
      if (left === 0) this.#byNumber.delete(from);
      else this.#byNumber.set(from, left);
    }
    const state = live.row.state === 'live' ? 'ended' : live.row.state;
    const { who, language } = live.call;
    live.row = { ...live.row, state, endedAt: this.#ports.clock.now(), svpmsn: who?.meter, language };
    this.#write(live);
  }

  /** The books are behind what happens by one row at most; a call goes on when they cannot be written. */
  #write(live: Live): void {
    if (live.writing !== 'no') {
      live.writing = 'again';
      return;
    }
    live.writing = 'yes';
    this.#do(this.#written(live));
  }

  async #written(live: Live): Promise<void> {
    const { callers, trouble } = this.#ports;
    do {
      live.writing = 'yes';
      const kept = await callers.noteCall(live.row).catch(() => undefined);
      if ((kept === undefined || 'reason' in kept) && !live.lost) {
        live.lost = true;
        trouble(`A step of call ${live.row.id} could not be kept in the books: the call goes on.`);
      }
    } while ((live.writing as Live['writing']) === 'again');
    live.writing = 'no';
  }

  #do(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  #drawId(now: Milliseconds): string {
    const bytes = new Uint8Array(ID_BYTES);
    this.#ports.randomness.fill(bytes);
    return `${String(ID_TIME_MAX - now).padStart(ID_TIME_DIGITS, '0')}-${toHex(bytes)}`;
  }
}
