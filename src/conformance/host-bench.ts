import { equalBytes, toHex } from '../bytes/index.ts';
import { hasPurpose, type KeyName, Purpose, Suite, suiteOf, type TerminalKey } from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeFrame,
  decodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  type HostAuthenticated,
  Message,
  Refusal,
  refusalFrame,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  type ValueCommand,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../exchange/index.ts';
import {
  decodeClockSet,
  decodePolicy,
  encodeClockSetAnswer,
  encodeControlStatus,
  encodePolicyAnswer,
  Result,
} from '../records/index.ts';
import { decodeModeTable } from '../tariff/index.ts';
import { milliseconds, type Randomness, type Svpmsn, tokens, U32_MAX, unixSeconds } from '../units/index.ts';
import { expect, Found } from './check.ts';

const TXID_BYTES = 8;
const NO_TXID = new Uint8Array(TXID_BYTES);
const STEP_MS = 250;

/** The host under test and its people, as the terminal sees them. */
export interface HostWorld {
  /** Has somebody sell value to the meter of the bench; how much is theirs to say. */
  sell(): Promise<void>;
  /** Lets time pass; frames are heard meanwhile. */
  pass(ms: number): Promise<void>;
  /** Milliseconds, only forward. */
  now(): number;
  /** How long a host is waited for, in ms. */
  readonly patienceMs: number;
  /** Milliseconds since 1970-01-01 UTC. */
  clock(): number;
}

interface HostBenchSettings {
  readonly svpmsn: Svpmsn;
  readonly keys: readonly TerminalKey[];
  readonly randomness: Randomness;
}

/** An order of value that came in a session whose tag was right. */
export interface Heard extends ValueCommand {
  /** The suite of its session, which the host has chosen. */
  readonly suite: Suite;
  /** The M1 of its session. */
  readonly first: Uint8Array;
}

type Frames = readonly Uint8Array[];

/** What the terminal does at a turn of the exchange of value, in place of what is right; `undefined` for what is right. */
export interface Conduct {
  /** M1 came; `right` is the M2 that is due. */
  readonly first?: (first: Uint8Array, right: () => Uint8Array) => Frames | undefined;
  /** M3 came and its tag was right; `right` carries it out and is M4. */
  readonly third?: (heard: Heard, right: () => Frames) => Frames | undefined;
  /** M3 came that belongs to no session, or whose tag was wrong. */
  readonly astray?: (third: Uint8Array) => void;
}

/** A terminal with a purse that counts, and does to a host whatever a check wants. */
export class HostBench {
  readonly world: HostWorld;
  readonly svpmsn: Svpmsn;
  /** The last TC, and all that was credited. */
  last = 0;
  credited = 0;
  conduct: Conduct = {};
  readonly heard: Heard[] = [];
  #found: Found | undefined;
  /** What was said to the last M3, which the same M3 gets again. */
  #said: Frames = [];
  readonly #receipts = new Map<number, ValueReceipt>();
  readonly #terminal: Terminal;
  #first: Uint8Array = NO_TXID;

  constructor({ svpmsn, keys, randomness }: HostBenchSettings, world: HostWorld) {
    this.world = world;
    this.svpmsn = svpmsn;
    const byName = new Map<KeyName, TerminalKey>(keys.map((key) => [key.n, key]));
    this.#terminal = createTerminal({ svpmsn, keyOf: (n) => byName.get(n), randomness });
  }

  /** A frame of the exchange from the host, and what the terminal says; what is wrong with it the check hears. */
  hear(bytes: Uint8Array): Frames {
    try {
      return this.#heard(bytes);
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      this.#found ??= error;
      return [];
    }
  }

  #heard(bytes: Uint8Array): Frames {
    const frame = decodeFrame(bytes);
    if ('reason' in frame || frame.svpmsn !== this.svpmsn) return [];
    const [ofValue, suite] = [hasPurpose(frame.n, Purpose.value), suiteOf(frame.n)];
    const { first, astray } = this.conduct;
    if (hasPurpose(frame.n, Purpose.monitoring) || hasPurpose(frame.n, Purpose.maintenance)) {
      return frame.message === Message.first ? [refusalFrame(frame, Refusal.busy)] : [];
    }
    const outcome = terminalReceive(this.#terminal, bytes, milliseconds(Math.floor(this.world.now())));
    switch (outcome.type) {
      case 'status-wanted': {
        const right = () => terminalStatus(this.#terminal, this.#status(ofValue, suite));
        if (!ofValue) return [right()];
        this.#first = bytes.slice();
        const second = right();
        return first?.(this.#first, () => second) ?? [second];
      }
      case 'command':
        if (!ofValue) return this.#control(outcome.proof);
        this.#said = this.#value(outcome.proof, suite);
        return this.#said;
      case 'again':
        if (!ofValue) return outcome.frames;
        if (frame.message !== Message.first) return this.#said;
        return first?.(this.#first, () => outcome.frames[0] as Uint8Array) ?? outcome.frames;
      case 'refuse':
        if (ofValue && frame.message === Message.third) astray?.(bytes.slice());
        return [outcome.frame];
      default:
        return [];
    }
  }

  /** Behaves as a check wants from here on, has value sold, and returns the first order that comes of it. */
  async sale(conduct: Conduct = {}): Promise<Heard> {
    this.conduct = conduct;
    const from = this.heard.length;
    await this.world.sell();
    const order = () =>
      this.heard.slice(from).find(({ op, counter }) => op !== ValueOp.query && counter > this.#lastAt(from));
    await this.until(() => order() !== undefined, 'no order of value has come after a sale');
    return order() as Heard;
  }

  /** @throws Found with the sentence when it does not come to hold in the patience of the bench */
  async until(holds: () => boolean, sentence: string): Promise<void> {
    const end = this.world.now() + this.world.patienceMs;
    while (!holds()) {
      if (this.world.now() >= end) throw new Found(`${sentence} within ${this.world.patienceMs / 1000} s`);
      await this.pass(STEP_MS);
    }
  }

  /** Lets time pass. @throws Found what was wrong with a frame that came */
  async pass(ms: number): Promise<void> {
    await this.world.pass(ms);
    const found = this.#found;
    this.#found = undefined;
    if (found !== undefined) throw found;
  }

  /** Behaves rightly again until the order is here; it may have come already with what was heard from that place on. */
  async right(order: Heard, from: number): Promise<void> {
    this.conduct = {};
    const due = () => this.heard.slice(from).some(({ counter }) => counter === order.counter || counter === 0);
    await this.until(due, `the order with TC ${order.counter} was not repeated`);
    // What the host has of it, it has by now, and says nothing more.
    await this.pass(2 * STEP_MS);
  }

  /** Everything that came since: none with another TXID or amount, and none beyond that TC. */
  onlyRepeated(order: Heard, from: number): void {
    for (const { op, counter, txid, amount } of this.heard.slice(from)) {
      if (op === ValueOp.query) continue;
      const what = `order TC ${order.counter}, ${toHex(order.txid)}, ${order.amount}`;
      expect(counter === order.counter, `before ${what} was answered, TC ${counter} came`);
      const same = equalBytes(txid, order.txid) && amount === order.amount;
      expect(same, `${what} came again as ${toHex(txid)}, ${amount}`);
    }
  }

  /** Credits what no host sold. */
  creditedFromElsewhere(amount: number): void {
    const txid = new Uint8Array(TXID_BYTES).fill(0xee);
    this.#carryOut({ op: ValueOp.credit, counter: this.last + 1, txid, amount: tokens(amount) });
  }

  /** The receipt of a refusal for want of room. */
  full({ counter, txid }: Heard): ValueReceipt {
    this.last = counter;
    const receipt = this.#receipt(ValueResult.full, counter, txid, 0);
    this.#receipts.set(counter, receipt);
    return receipt;
  }

  /** M4 with this receipt, in the session of what was heard last. */
  answer({ suite }: Heard, receipt: ValueReceipt): Frames {
    return terminalAnswer(this.#terminal, encodeValueReceipt(suite, this.svpmsn, receipt));
  }

  #lastAt(from: number): number {
    return this.heard.slice(0, from).reduce((last, { counter }) => Math.max(last, counter), 0);
  }

  #status(ofValue: boolean, suite: Suite): Uint8Array {
    if (suite === Suite.tripleDesXo) return new Uint8Array(0);
    if (ofValue) return encodeValueStatus({ lastCounter: this.last, creditedTotal: tokens(this.credited) });
    const clock = this.#clock();
    return encodeControlStatus({ clock, tableVersion: 0, nextTableVersion: 0, policyVersion: 0, flags: 0 });
  }

  #value({ h, command }: HostAuthenticated, suite: Suite): Frames {
    const decoded = decodeValueCommand(suite, h, command);
    if ('reason' in decoded) throw new Found(`${toHex(command)} under H ${h} is no body of value`);
    const heard: Heard = { ...decoded, suite, first: this.#first };
    this.heard.push(heard);
    const right = () => this.answer(heard, this.#carryOut(decoded));
    return this.conduct.third?.(heard, right) ?? right();
  }

  #carryOut({ op, counter, txid, amount }: ValueCommand): ValueReceipt {
    const asked = op === ValueOp.query && counter === 0 ? this.last : counter;
    if (op !== ValueOp.query && counter === this.last + 1) {
      this.last = counter;
      if (op === ValueOp.credit) this.credited += amount;
      const result = op === ValueOp.void ? ValueResult.voided : ValueResult.done;
      const receipt = this.#receipt(result, counter, txid, op === ValueOp.credit ? amount : 0);
      this.#receipts.set(counter, receipt);
      return receipt;
    }
    const kept = this.#receipts.get(asked);
    if (kept === undefined) return this.#receipt(ValueResult.gap, this.last, NO_TXID, 0);
    const result = kept.result === ValueResult.done ? ValueResult.alreadyDone : kept.result;
    return this.#receipt(result, kept.counter, kept.txid, kept.amount);
  }

  #receipt(result: ValueResult, counter: number, txid: Uint8Array, amount: number): ValueReceipt {
    const creditedTotal = tokens(this.credited);
    const balance = tokens(Math.min(this.credited, U32_MAX));
    const head = { result, counter, txid, amount: tokens(amount), balance, creditedTotal };
    return { ...head, clock: this.#clock(), flags: 0 };
  }

  #clock() {
    return unixSeconds(Math.floor(this.world.clock() / 1000));
  }

  /** What a host tells every new meter, taken as it comes. */
  #control({ h, command }: HostAuthenticated): Frames {
    const head = { result: Result.done, balance: tokens(Math.min(this.credited, U32_MAX)), clock: this.#clock() };
    if (h === Command.clockSet) {
      const set = decodeClockSet(command);
      const previous = 'reason' in set ? unixSeconds(0) : set.seconds;
      return terminalAnswer(this.#terminal, encodeClockSetAnswer({ head, previous }));
    }
    if (h === Command.hotList || h === Command.keyChange) return [];
    const told =
      h === Command.modeTable
        ? decodeModeTable(command)
        : h === Command.supplyPolicy
          ? decodePolicy(command)
          : undefined;
    const version = told === undefined || 'reason' in told ? 0 : told.version;
    return terminalAnswer(this.#terminal, encodePolicyAnswer({ head, version }));
  }
}
