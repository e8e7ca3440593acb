import type { BackhaulMessage } from '../backhaul/index.ts';
import { toHex } from '../bytes/index.ts';
import {
  deriveTerminalKey,
  deriveTransportKey,
  exportTerminalKey,
  generationOf,
  type KeyName,
  type KeyStore,
  keyName,
  Purpose,
  purposeOf,
  SoftwareKeyStore,
  Suite,
  TRANSPORT_KEY_BYTES,
  type TransportKey,
} from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeSeedTokens,
  decodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  type HostAuthenticated,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../exchange/index.ts';
import {
  type AnswerHead,
  decodeClockSet,
  decodeHotList,
  decodeKeyChange,
  decodePolicy,
  encodeClockSetAnswer,
  encodeControlStatus,
  encodeHotListAnswer,
  encodeKeyChangeAnswer,
  encodePolicyAnswer,
  MeterFlag,
  Result,
} from '../records/index.ts';
import { decodeModeTable } from '../tariff/index.ts';
import {
  assert,
  type BusinessClock,
  type Milliseconds,
  milliseconds,
  type Randomness,
  type Svpmsn,
  svpmsn,
  tokens,
  U32_MAX,
  unixSeconds,
} from '../units/index.ts';
import type { Enrolment, GridLink, HostPorts, HostServices, Store } from './index.ts';
import { createHost } from './index.ts';

/** Seeded: the same seed draws the same bytes. */
class SeededRandomness implements Randomness {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2 + 1) >>> 0;
  }
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 8;
  }
  chance(oneIn: number): boolean {
    return this.next() % oneIn === 0;
  }
  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.next() & 0xff;
  }
}

class ManualClock implements BusinessClock {
  ms = Date.UTC(2026, 0, 5, 12);
  now(): Milliseconds {
    return milliseconds(this.ms);
  }
}

export const UTILITY = 1;
const TRANSPORT = new Uint8Array(TRANSPORT_KEY_BYTES).fill(5);
/** What a local unit opens the keys of its meters with. */
export const transportKeyOf = (localUnit: number): TransportKey => deriveTransportKey(TRANSPORT, localUnit, UTILITY);
const masterKeys = new Map<KeyName, Uint8Array>();
/** For whoever personalises a card of this utility. */
export const masterKeyOf = (n: KeyName): Uint8Array => masterKeys.get(n) as Uint8Array;
/** The newest generation of each key: only in suite aes256 were keys changed more often than once. */
const newestOf = (suite: Suite): number => (suite === Suite.aes256 ? 9 : 1);
for (const purpose of [Purpose.value, Purpose.control, Purpose.monitoring]) {
  for (const suite of Object.values(Suite)) {
    for (let generation = 0; generation <= newestOf(suite); generation++) {
      const kh = new Uint8Array(suite === Suite.aes256 ? 32 : 16);
      new SeededRandomness((generation * 4 + purpose) * 4 + suite).fill(kh);
      masterKeys.set(keyName(purpose, suite, generation), kh);
    }
  }
}

/** Those of the host, for whoever personalises its cards. */
export const cardKeys: Pick<KeyStore, 'cardKey'> = new SoftwareKeyStore(
  { utility: UTILITY, keys: masterKeys },
  new SeededRandomness(0),
);

/** A meter as the host sees one: the exchange's real terminal side over a purse that keeps the rule of exactly once. */
class TinyMeter {
  readonly id: Svpmsn;
  readonly suite: Suite;
  last = 0;
  credited = 0;
  balance = 0;
  closed = 0;
  /** Used on emergency credit: what comes next repays it first. */
  owed = 0;
  readonly receipts = new Map<number, { txid: Uint8Array; amount: number; result: ValueResult }>();
  readonly controlled: { h: Command; body: Uint8Array }[] = [];
  /** Commands of value that were carried out or answered, in order. */
  readonly valueOps: ValueOp[] = [];
  clockRefusals = 0;
  /** What it says to every new key, where it takes none. */
  keyRefusal: Result | undefined;
  /** Its memory is not what it was left as: it answers so under the value key, and carries nothing out. */
  frozen = false;
  /** Versions of the policy (supply 0) and of the tables, by supply. */
  readonly held = new Map<number, number>();
  /** What it says that it has of cards. */
  cards = { fromCards: 0, epoch: 0 };
  /** By purpose: the generations that it serves, the lowest and the highest. */
  readonly generations = [0, 1, 2, 3].map(() => ({ floor: 0, newest: 0 }));
  #terminal;

  constructor(id: number, suite: Suite, randomness: Randomness) {
    this.id = svpmsn(id);
    this.suite = suite;
    const keyOf = (n: KeyName) => {
      const kh = masterKeys.get(n);
      const { floor, newest } = this.#served(n);
      if (generationOf(n) < floor || generationOf(n) > newest) return undefined;
      return kh === undefined ? undefined : deriveTerminalKey(kh, n, this.id, UTILITY);
    };
    const lab = suite === Suite.tripleDes ? { labSessions: 1 } : {};
    this.#terminal = createTerminal({ svpmsn: this.id, keyOf, randomness, ...lab });
  }

  receive(frame: Uint8Array, now: Milliseconds): readonly Uint8Array[] {
    const outcome = terminalReceive(this.#terminal, frame, now);
    switch (outcome.type) {
      case 'status-wanted':
        return [terminalStatus(this.#terminal, this.#status(outcome.key.n))];
      case 'command':
        return terminalAnswer(this.#terminal, this.#carryOut(outcome.proof, now));
      case 'again':
        return outcome.frames;
      case 'refuse':
        return [outcome.frame];
      default:
        return [];
    }
  }

  #status(n: KeyName): Uint8Array {
    if (this.suite === Suite.tripleDes || this.suite === Suite.tripleDesXo) return new Uint8Array(0);
    if (purposeOf(n) === Purpose.value) {
      return encodeValueStatus({ lastCounter: this.last, creditedTotal: tokens(this.credited) });
    }
    const clock = unixSeconds(0);
    return encodeControlStatus({ clock, tableVersion: 0, nextTableVersion: 0, policyVersion: 0, flags: 0 });
  }

  #served(n: KeyName): { floor: number; newest: number } {
    return this.generations[purposeOf(n)] as { floor: number; newest: number };
  }

  #carryOut({ h, command, key }: HostAuthenticated, now: Milliseconds): Uint8Array {
    this.#served(key.n).floor = generationOf(key.n);
    if (h < 0x20) return this.#value(h, command);
    this.controlled.push({ h, body: command.slice() });
    const head = {
      result: 0 as const,
      balance: tokens(this.balance),
      clock: unixSeconds(Math.min(Math.floor(now / 1000), U32_MAX)),
    };
    if (this.suite === Suite.tripleDes) return this.#seedBalance();
    if (h === Command.keyChange) return this.#changeKey(command, head);
    if (h === Command.hotList) return this.#takeEpoch(command, head);
    if (h !== Command.clockSet) return this.#takeVersion(h, command, head);
    if (this.clockRefusals > 0) {
      this.clockRefusals -= 1;
      return encodeClockSetAnswer({ head: { ...head, result: 8 }, previous: unixSeconds(0) });
    }
    const set = decodeClockSet(command);
    return encodeClockSetAnswer({ head, previous: 'reason' in set ? unixSeconds(0) : set.seconds });
  }

  #changeKey(command: Uint8Array, head: AnswerHead): Uint8Array {
    const change = decodeKeyChange(command);
    if ('reason' in change) throw new Error('the host sent a body that is none');
    const n = change.n as KeyName;
    if (this.keyRefusal !== undefined) {
      return encodeKeyChangeAnswer({ head: { ...head, result: this.keyRefusal }, n, floor: 0 });
    }
    const opened = terminalUnwrapKey(this.#terminal, change.wrappedKey);
    const wanted = exportTerminalKey(deriveTerminalKey(masterKeys.get(n) as Uint8Array, n, this.id, UTILITY));
    assert(opened !== undefined && toHex(opened) === toHex(wanted), 'the key that was sent is that of its name');
    this.#served(n).newest = generationOf(n);
    return encodeKeyChangeAnswer({ head, n, floor: change.floor });
  }

  #takeEpoch(command: Uint8Array, head: AnswerHead): Uint8Array {
    const told = decodeHotList(command);
    if ('reason' in told) throw new Error('the host sent a body that is none');
    const { fromCards } = this.cards;
    if (this.frozen) {
      return encodeHotListAnswer({
        head: { ...head, result: Result.frozen },
        cards: { fromCards: tokens(0), epoch: 0 },
      });
    }
    const result = told.epoch > this.cards.epoch ? Result.done : Result.versionNotNewer;
    this.cards.epoch = Math.max(this.cards.epoch, told.epoch);
    const cards = { fromCards: tokens(fromCards), epoch: this.cards.epoch };
    return encodeHotListAnswer({ head: { ...head, result }, cards });
  }

  #takeVersion(h: Command, command: Uint8Array, head: AnswerHead): Uint8Array {
    const told = h === Command.modeTable ? decodeModeTable(command) : decodePolicy(command);
    if (h === Command.relay || 'reason' in told) return encodePolicyAnswer({ head, version: 0 });
    const place = 'supply' in told ? told.supply : 0;
    const before = this.held.get(place) ?? 0;
    const newer = told.version > before;
    if (newer) this.held.set(place, told.version);
    const result = newer ? Result.done : Result.versionNotNewer;
    return encodePolicyAnswer({ head: { ...head, result }, version: Math.max(before, told.version) });
  }

  #seedBalance(): Uint8Array {
    return encodeValueReceipt(this.suite, this.id, this.#receipt(ValueResult.done, 0));
  }

  #value(h: Command, bytes: Uint8Array): Uint8Array {
    if (this.suite === Suite.tripleDes) {
      const amount = decodeSeedTokens(bytes);
      if (typeof amount === 'number') this.credit(amount);
      this.valueOps.push(ValueOp.credit);
      return this.#seedBalance();
    }
    const command = decodeValueCommand(this.suite, h, bytes);
    if ('reason' in command) throw new Error('the host sent a body that is none');
    const { op, counter, txid, amount } = command;
    this.valueOps.push(op);
    if (this.frozen) return this.#answer(this.#receipt(ValueResult.frozen, this.last));
    if (op === ValueOp.query || counter <= this.last)
      return this.#answer(this.#old(counter === 0 ? this.last : counter));
    if (counter !== this.last + 1) return this.#answer(this.#receipt(ValueResult.gap, this.last));
    this.last = counter;
    if (op === ValueOp.void) this.receipts.set(counter, { txid, amount: 0, result: ValueResult.voided });
    else if (op === ValueOp.close) {
      this.receipts.set(counter, { txid, amount: this.balance, result: ValueResult.done });
      this.closed += this.balance;
      this.balance = 0;
    } else if (this.balance + amount > 0xffff_ffff)
      this.receipts.set(counter, { txid, amount: 0, result: ValueResult.full });
    else {
      this.receipts.set(counter, { txid, amount, result: ValueResult.done });
      this.credit(amount);
    }
    const { result } = this.receipts.get(counter) as { result: ValueResult };
    return this.#answer(this.#receipt(result, counter));
  }

  #old(counter: number): ValueReceipt {
    const kept = this.receipts.get(counter);
    if (kept === undefined) return this.#receipt(ValueResult.gap, this.last);
    return this.#receipt(kept.result === ValueResult.done ? ValueResult.alreadyDone : kept.result, counter);
  }

  #receipt(result: ValueResult, counter: number): ValueReceipt {
    const kept = this.receipts.get(counter) ?? { txid: new Uint8Array(8), amount: 0 };
    const { txid, amount } = kept;
    const creditedTotal = tokens(this.credited);
    const base = { result, counter, txid, amount: tokens(amount), balance: tokens(this.balance), creditedTotal };
    return { ...base, clock: unixSeconds(0), flags: this.owed > 0 ? MeterFlag.emergencyCredit : 0 };
  }

  #answer(receipt: ValueReceipt): Uint8Array {
    return encodeValueReceipt(this.suite, this.id, receipt);
  }

  credit(amount: number): void {
    const repaid = Math.min(this.owed, amount);
    this.credited += amount;
    this.owed -= repaid;
    this.balance += amount - repaid;
  }

  /** Applies a credit that these books never sold. */
  creditFromElsewhere(amount: number, txid: Uint8Array): void {
    this.last += 1;
    this.receipts.set(this.last, { txid, amount, result: ValueResult.done });
    this.credit(amount);
  }

  spend(amount: number): void {
    this.balance -= amount;
  }
}

/** How bad the way is: each fault happens once in so many messages. */
interface Faults {
  readonly oneIn: number;
}

/** A host, its meters and a way between them that loses, doubles and cuts off answers by its seed. */
/** What was asked of a bank before a restore has arrived there by then. */
export const UNDER_WAY_MS = 300_000;

export class Rig implements GridLink {
  readonly clock = new ManualClock();
  readonly randomness: SeededRandomness;
  readonly meters = new Map<Svpmsn, TinyMeter>();
  /** What a local unit is told beside carries. */
  readonly told: BackhaulMessage[] = [];
  store: Store;
  host: HostServices;
  faults: Faults | undefined;
  #way: { localUnit: number; message: BackhaulMessage }[] = [];

  readonly #more: Partial<HostPorts>;

  constructor(store: Store, { seed = 1, ...more }: { seed?: number } & Partial<HostPorts> = {}) {
    this.store = store;
    this.#more = more;
    this.randomness = new SeededRandomness(seed);
    this.host = this.newHost();
  }

  newHost(store = this.store, kh: ReadonlyMap<KeyName, Uint8Array> = masterKeys): HostServices {
    this.#way = [];
    return createHost(this.portsOf(store, kh), { zone: 'Europe/Berlin', metersMax: 1000 });
  }

  /** Of a host that sends by the lines of this rig. */
  portsOf(store = this.store, kh: ReadonlyMap<KeyName, Uint8Array> = masterKeys): HostPorts {
    const keys = new SoftwareKeyStore({ utility: UTILITY, keys: kh, transport: TRANSPORT }, this.randomness);
    return {
      store,
      keys,
      clock: this.clock,
      randomness: this.randomness,
      grid: this,
      ...this.#more,
    };
  }

  /** As when the store has found itself to be an older copy. */
  async startRestored({ reconciled = true } = {}): Promise<void> {
    await this.store.transaction((tx) => tx.setFact('restored', 1));
    await this.host.start();
    if (!reconciled) return;
    this.clock.ms += UNDER_WAY_MS;
    for (const { name } of this.host.paymentPorts()) await this.host.reconciled(name);
  }

  send(localUnit: number, message: BackhaulMessage): void {
    if (message.type === 'carry') this.#way.push({ localUnit, message });
    else this.told.push(message);
  }

  async enrol(id: number, more: Partial<Enrolment> = {}): Promise<TinyMeter> {
    await this.host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
    const enrolment = {
      svpmsn: id,
      subscriber: 'kim',
      localUnit: 1,
      modemAddress: id % 256,
      suite: Suite.aes128,
      ...more,
    };
    const enrolled = await this.host.enrol(enrolment);
    if ('reason' in enrolled) throw new Error(enrolled.sentence);
    return this.connect(id, enrolment.suite);
  }

  connect(id: number, suite: Suite = Suite.aes128): TinyMeter {
    const meter = new TinyMeter(id, suite, this.randomness);
    this.meters.set(meter.id, meter);
    return meter;
  }

  /** Delivers everything that is on its way, and what follows from it. */
  async pump(): Promise<void> {
    for (let sent = this.#way.shift(); sent !== undefined; sent = this.#way.shift()) {
      const { localUnit, message } = sent;
      if (message.type !== 'carry' || this.#fault()) continue;
      for (const answer of this.#deliver(message)) await this.host.handle({ type: 'grid', localUnit, message: answer });
    }
  }

  #fault(): boolean {
    return this.faults !== undefined && this.randomness.chance(this.faults.oneIn);
  }

  #deliver({ ticket, svpmsn: id, frames }: Extract<BackhaulMessage, { type: 'carry' }>): BackhaulMessage[] {
    const meter = this.meters.get(id);
    const silent: BackhaulMessage = { type: 'carried', ticket, svpmsn: id, outcome: 'no-answer', frames: [] };
    if (meter === undefined || this.#fault()) return [silent];
    const answers = frames.flatMap((frame) => meter.receive(frame, this.clock.now()));
    // The meter did what it was told, and nobody hears of it.
    if (answers.length === 0 || this.#fault()) return this.#fault() ? [] : [silent];
    const carried: BackhaulMessage = { type: 'carried', ticket, svpmsn: id, outcome: 'answered', frames: answers };
    return this.#fault() ? [carried, carried] : [carried];
  }

  /** Lets time pass in steps, with ticks, until nothing is left to do or the patience ends. */
  async settle(patienceMs = 3_600_000, stepMs = 1_000): Promise<void> {
    const until = this.clock.ms + patienceMs;
    await this.pump();
    while (this.clock.ms < until && (await this.#busy())) {
      this.clock.ms += stepMs;
      await this.host.handle({ type: 'tick' });
      await this.pump();
    }
  }

  async #busy(): Promise<boolean> {
    const work = await this.store.read((tx) => tx.workOf([...this.meters.keys()]));
    return work.some((row) => row !== undefined);
  }

  poll(id: Svpmsn, bodies: Partial<Extract<BackhaulMessage, { type: 'poll-result' }>>, localUnit = 1): Promise<void> {
    const message: BackhaulMessage = {
      type: 'poll-result',
      svpmsn: id,
      atMs: this.clock.ms,
      clockOffsetMs: 0,
      ...bodies,
    };
    return this.host.handle({ type: 'grid', localUnit, message });
  }
}

/** Narrows an answer that must not be a failure. */
export function made<T extends object>(answer: T): Exclude<T, { reason: unknown; sentence: unknown }> {
  if ('sentence' in answer) throw new Error(String(answer.sentence));
  return answer as Exclude<T, { reason: unknown; sentence: unknown }>;
}
