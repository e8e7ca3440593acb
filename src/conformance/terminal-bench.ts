import { toHex } from '../bytes/index.ts';
import {
  deriveTerminalKey,
  type KeyName,
  keyName,
  keyNameText,
  Purpose,
  type Suite,
  type TerminalKey,
} from '../crypto/index.ts';
import {
  askForPart,
  Command,
  decodeFrame,
  decodeRefusal,
  decodeValueReceipt,
  encodeValueCommand,
  type Frame,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  Message,
  openHostSession,
  Refusal,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../exchange/index.ts';
import type { Randomness, Svpmsn } from '../units/index.ts';
import { tokens } from '../units/index.ts';
import { expect, Found, LeftOut } from './check.ts';
import type { Heard, LineBench, Wire } from './line-bench.ts';

/** Longer than the longest delay after a wrong tag, and than the guard of a value session. */
const SLOWED_MS_MAX = 61_000;
const AGAIN_MS = 50;
const GUARD_MS = 5_000;

const COMMANDS_OF_OP = {
  [ValueOp.query]: Command.receiptQuery,
  [ValueOp.credit]: Command.valueStore,
  [ValueOp.void]: Command.void,
  [ValueOp.close]: Command.closePurse,
} as const;

export interface TerminalBenchSettings {
  readonly svpmsn: Svpmsn;
  /** The newest key of each purpose and suite that the terminal holds. */
  readonly keys: readonly TerminalKey[];
  readonly randomness: Randomness;
  /** Told of a key that the terminal has been given, as soon as it has worked: the older one is ended. */
  readonly renewed: (key: TerminalKey) => void;
}

/** A session of the bench's own, M2 in hand. */
export interface Begun {
  readonly session: HostSession;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly status: Uint8Array;
}

/** The host's place at one terminal, in one suite: it says what is right, and whatever else it is told to. */
export class TerminalBench {
  readonly line: LineBench;
  readonly suite: Suite;
  readonly svpmsn: Svpmsn;
  readonly randomness: Randomness;
  readonly #settings: TerminalBenchSettings;
  readonly #keys: Map<Purpose, TerminalKey>;

  constructor(line: LineBench, suite: Suite, settings: TerminalBenchSettings) {
    this.line = line;
    this.suite = suite;
    this.svpmsn = settings.svpmsn;
    this.randomness = settings.randomness;
    this.#settings = settings;
    this.#keys = new Map(settings.keys.filter((key) => key.suite === suite).map((key) => [key.purpose, key] as const));
  }

  get wire(): Wire {
    return this.line.wire;
  }

  /** @throws LeftOut when the terminal was given none */
  key(purpose: Purpose): TerminalKey {
    const key = this.#keys.get(purpose);
    if (key === undefined)
      throw new LeftOut(`the file of keys has none for ${keyNameText(keyName(purpose, this.suite, 0))}`);
    return key;
  }

  /** The key under which the terminal calls, before any is renewed: the highest of all its suites. */
  attentionKey(): TerminalKey {
    const keys = this.#settings.keys.filter(({ purpose }) => purpose === Purpose.monitoring);
    return keys.reduce((highest, key) => (key.n > highest.n ? key : highest), this.key(Purpose.monitoring));
  }

  renew(key: TerminalKey): void {
    this.#keys.set(key.purpose, key);
    this.#settings.renewed(key);
  }

  /** A key that the terminal does not hold. */
  foreignKey(n: KeyName): TerminalKey {
    const kh = new Uint8Array(this.key(Purpose.value).suite === 3 ? 32 : 16);
    this.randomness.fill(kh);
    return deriveTerminalKey(kh, n, this.svpmsn, 1);
  }

  random(bytes: number): Uint8Array {
    const drawn = new Uint8Array(bytes);
    this.randomness.fill(drawn);
    return drawn;
  }

  /** A frame with whatever in it. */
  frame(message: number, h: number, n: number, body: Uint8Array, svpmsn: number = this.svpmsn): Uint8Array {
    const header = [0x10 | message, h, n, svpmsn >>> 16, (svpmsn >>> 8) & 0xff, svpmsn & 0xff, body.length];
    return Uint8Array.of(...header, ...body);
  }

  /** What is said to a frame of the exchange, as a frame; `undefined` when the terminal has nothing to say. */
  async say(frame: Uint8Array): Promise<Frame | undefined> {
    return frameOf(await this.line.ask(frame));
  }

  /** @throws Found unless the frame is refused for this reason */
  async refused(frame: Uint8Array, refusal: Refusal): Promise<void> {
    const answer = await this.say(frame);
    expect(answer !== undefined, `the terminal says nothing, where refusal ${refusal} is due`);
    const told = refusalIn(answer);
    expect(
      told === refusal,
      `the terminal ${told === undefined ? shown(answer) : `refuses with ${told}`}, where refusal ${refusal} is due`,
    );
    expect(
      answer.h === frame[1] && answer.n === frame[2],
      `the refusal bears H ${answer.h} and n ${answer.n}, not those of the frame that it answers`,
    );
  }

  /** @throws Found unless the terminal says nothing to the frame */
  async ignored(frame: Uint8Array): Promise<void> {
    const answer = await this.say(frame);
    expect(answer === undefined, `the terminal ${answer && shown(answer)}, where it must say nothing`);
  }

  /** M1, and M2 in return, once the terminal is neither slowed down nor guarding another session. */
  async begin(purpose: Purpose, h: Command, key = this.key(purpose)): Promise<Begun> {
    const until = this.wire.now() + SLOWED_MS_MAX;
    const guardedUntil = this.wire.now() + GUARD_MS + 1000;
    for (;;) {
      const session = openHostSession(key, h, this.randomness);
      const first = hostFirst(session);
      const answer = await this.say(first);
      expect(answer !== undefined, 'the terminal says nothing to a right M1');
      const told = refusalIn(answer);
      if (told === undefined) return { session, first, second: answer.bytes, status: authentic(session, answer) };
      const waits =
        (told === Refusal.slowedDown && this.wire.now() < until) ||
        (told === Refusal.busy && this.wire.now() < guardedUntil);
      // R3 is the terminal's: one draw in 2^55 makes a weak key, and is drawn again.
      expect(waits || told === Refusal.randomWeak, `the terminal refuses a right M1 with ${told}`);
      await this.wire.pause(AGAIN_MS);
    }
  }

  /** M3, and the opened answer; `undefined` when the terminal answers nothing. */
  async command({ session }: Begun, command: Uint8Array): Promise<Uint8Array | undefined> {
    let answer: Frame | undefined;
    for (const frame of hostCommand(session, command)) answer = await this.say(frame);
    return this.opened(session, answer);
  }

  /** What a frame of M4 says, its further parts fetched. @throws Found for what is no answer */
  async opened(session: HostSession, first: Frame | undefined): Promise<Uint8Array | undefined> {
    let answer = first;
    while (answer !== undefined) {
      const outcome = hostReceive(session, answer.bytes);
      if (outcome.type === 'answer') return outcome.answer;
      expect(outcome.type === 'part', `the terminal ${shown(answer)}, where M4 is due`);
      answer = await this.say(askForPart(session) as Uint8Array);
      expect(answer !== undefined, 'the terminal says nothing when a part of M4 is asked for');
    }
    return undefined;
  }

  /** A whole exchange. @throws Found when it is not answered */
  async run(purpose: Purpose, h: Command, command: Uint8Array): Promise<Uint8Array> {
    const answer = await this.command(await this.begin(purpose, h), command);
    expect(answer !== undefined, 'the terminal answers no M4 to a right M3');
    return answer;
  }

  /** A right exchange of value that changes nothing: it ends what was under way, and sets the delay after wrong tags back. */
  async soothe(): Promise<void> {
    await this.value(ValueOp.query, 0);
  }

  async value(op: ValueOp, counter: number, amount = 0, txid: Uint8Array = NO_TXID): Promise<ValueReceipt> {
    const command = encodeValueCommand(this.suite, { op, counter, txid, amount: tokens(amount) });
    const answer = await this.run(Purpose.value, COMMANDS_OF_OP[op], command);
    const receipt = decodeValueReceipt(this.suite, this.svpmsn, answer);
    if ('reason' in receipt) throw new Found(`${toHex(answer)} is no receipt of value`);
    return receipt;
  }

  /** The last TC of the purse and what is in it. */
  async purse(): Promise<{ readonly last: number; readonly balance: number; readonly credited: number }> {
    const { result, counter, balance, creditedTotal } = await this.value(ValueOp.query, 0);
    if (result === ValueResult.frozen) throw new LeftOut('the value of the terminal is frozen');
    return { last: counter, balance, credited: creditedTotal };
  }
}

const NO_TXID = new Uint8Array(8);

function frameOf(heard: Heard): Frame | undefined {
  if (heard.type !== 'frame') return undefined;
  const frame = decodeFrame(heard.bytes);
  if ('reason' in frame) throw new Found(`the terminal says ${toHex(heard.bytes)}, which is no frame of the exchange`);
  return frame;
}

export function refusalIn(frame: Frame): Refusal | undefined {
  if (frame.message !== Message.refusal) return undefined;
  const decoded = decodeRefusal(frame);
  if ('reason' in decoded) throw new Found(`${toHex(frame.bytes)} is no refusal`);
  return decoded.refusal;
}

export function shown(frame: Frame): string {
  const refusal = refusalIn(frame);
  return refusal === undefined ? `says ${toHex(frame.bytes)}` : `refuses with ${refusal}`;
}

function authentic(session: HostSession, second: Frame): Uint8Array {
  const outcome = hostReceive(session, second.bytes);
  if (outcome.type === 'status') return outcome.status;
  throw new Found(
    `${toHex(second.bytes)} is no authentic M2${outcome.type === 'ignored' ? ` (${outcome.reason})` : ''}`,
  );
}
