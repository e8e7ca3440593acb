import { type BackhaulMessage, decodeEnvelope, encodeEnvelope } from '../backhaul/index.ts';
import {
  KeyRing,
  keyBytesOf,
  keyName,
  Purpose,
  Suite,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import {
  attentionFrame,
  Command,
  createTerminal,
  decodeValueCommand,
  encodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  type Terminal,
  type TerminalOutcome,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { type Carrier, type LineConditions, PERFECT_CONDITIONS, powerLine } from '../line/index.ts';
import { TestLine, type TestMeter, testRandom, VirtualTime } from '../line/line-world.testing.ts';
import {
  decodeClockSlew,
  decodeEventRequest,
  decodeUseRequest,
  type EventRecord,
  emptyDayProfile,
  emptyTotals,
  encodeAttention,
  encodeClockSlewAnswer,
  encodeEventAnswer,
  encodeMonitoringStatus,
  encodeSeedUse,
  encodeUseAnswer,
  isRecordFailure,
  MeterFlag,
  MINUTES_PER_DAY,
  Result,
} from '../records/index.ts';
import { assert, type Milliseconds, type Randomness, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import {
  LocalUnit,
  type LocalUnitInput,
  type LocalUnitOptions,
  type LocalUnitOutput,
  type MonitoringRing,
} from './index.ts';

/** Virtual time begins at this instant, 2026-01-15 12:00 UTC. */
export const WORLD_BEGINS_MS = Date.UTC(2026, 0, 15, 12);
const TODAY = Math.floor(WORLD_BEGINS_MS / 86_400_000);
/** One way over IP. */
const BACKHAUL_MS = 50;

export type MonitoringKey = TerminalKey<typeof Purpose.monitoring>;

/** A meter as far as this room needs one: the real terminal side, a purse that is a number, a profile made up. */
export class WorldMeter {
  readonly id: ReturnType<typeof svpmsn>;
  readonly terminal: Terminal;
  readonly valueKey: TerminalKey<typeof Purpose.value>;
  monitoringKey: MonitoringKey;
  /** One that it was given and that has not worked yet: it calls under it, and serves both. */
  nextKey: MonitoringKey | undefined;
  readonly controlKey: TerminalKey<typeof Purpose.control>;
  readonly modem: TestMeter;
  readonly #world: World;
  balance = 1000;
  lastCounter = 0;
  clockErrorMs = 0;
  clockSlewedS = 0;
  slewSpentS = 0;
  tableVersion = 1;
  lastDay = TODAY - 1;
  attentions = 0;
  clockUnset = false;
  /** Off line: hears nothing. */
  dark = false;
  readonly events: EventRecord[] = [];
  /** Mode tables that came, opaque here. */
  readonly tables: Uint8Array[] = [];
  /** Minutes with noise compress badly: a profile of many parts. */
  noisyProfile = false;
  /** Its modem is given all parts of an answer at once, and has each when it is asked for the next. */
  modemKeepsParts = false;

  constructor(world: World, address: number, id: number) {
    this.#world = world;
    this.id = svpmsn(id);
    this.valueKey = terminalKeyFromBytes(keyName(Purpose.value, Suite.aes128, 0), this.id, keyBytes(id, 1));
    this.monitoringKey = this.keyOfGeneration(0);
    this.controlKey = terminalKeyFromBytes(keyName(Purpose.control, Suite.aes128, 0), this.id, keyBytes(id, 3));
    this.terminal = createTerminal({
      svpmsn: this.id,
      randomness: world.randomness,
      keyOf: (n) => [this.valueKey, this.monitoringKey, this.nextKey, this.controlKey].find((key) => key?.n === n),
      ...(world.suite === Suite.tripleDes && { labSessions: 1 }),
    });
    this.modem = world.line.addMeter(address, 100, (payload) => ({
      frames: this.dark ? undefined : this.#say(payload),
    }));
  }

  keyOfGeneration(generation: number): MonitoringKey {
    const { suite } = this.#world;
    const bytes = keyBytes(this.id, 2 + 3 * generation, keyBytesOf(suite));
    return terminalKeyFromBytes(keyName(Purpose.monitoring, suite, generation), this.id, bytes);
  }

  /** Voltage on the output while the relay is open, or what `reasons` says. */
  raise(reasons: number): void {
    this.note();
    this.#world.line.stepMeter(this.modem, { type: 'attention', payload: this.attention(reasons) });
  }

  /** An event that no attention tells of. */
  note(): void {
    this.events.push({
      sequence: this.events.length + 1,
      time: unixSeconds(this.clock),
      kind: 24,
      supply: 1,
      detail: 0,
      value: 0,
    });
  }

  /** Flash gone: events, attentions and clock begin anew. */
  loseMemory(): void {
    this.events.length = 0;
    this.attentions = 0;
    this.clockUnset = true;
  }

  /** Its next message 6. */
  attention(reasons: number): Uint8Array {
    return attentionFrame(this.nextKey ?? this.monitoringKey, encodeAttention({ reasons, counter: ++this.attentions }));
  }

  get clock(): number {
    return Math.floor((WORLD_BEGINS_MS + this.#world.time.now + this.clockErrorMs) / 1000) + this.clockSlewedS;
  }

  get #flags(): number {
    return this.clockUnset ? MeterFlag.clockUnset : 0;
  }

  #say(payload: Uint8Array): readonly Uint8Array[] | undefined {
    return this.#act(terminalReceive(this.terminal, payload, this.#world.time.now));
  }

  #act(outcome: TerminalOutcome): readonly Uint8Array[] | undefined {
    switch (outcome.type) {
      case 'status-wanted':
        return [terminalStatus(this.terminal, outcome.key.purpose === Purpose.value ? this.#purse() : this.#status())];
      case 'command':
        if (outcome.proof.key === this.nextKey) {
          this.monitoringKey = this.nextKey;
          this.nextKey = undefined;
        }
        return this.#given(terminalAnswer(this.terminal, this.#obey(outcome.proof.h, outcome.proof.command)));
      case 'again':
        return this.#given(outcome.frames);
      case 'part-taken':
        return [];
      case 'refuse':
        return [outcome.frame];
      case 'silent':
        return outcome.reason === 'terminal-foreign' ? undefined : [];
    }
  }

  #given(frames: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.modemKeepsParts ? frames : frames.slice(0, 1);
  }

  #purse(): Uint8Array {
    return encodeValueStatus({ lastCounter: this.lastCounter, creditedTotal: tokens(this.balance) });
  }

  #status(): Uint8Array {
    return encodeMonitoringStatus({
      clock: unixSeconds(this.clock),
      flags: this.#flags,
      balance: tokens(this.balance),
      owed: tokens(0),
      tableVersion: this.tableVersion,
      nextEvent: this.events.length + 1,
      lastDay: this.lastDay,
    });
  }

  #obey(h: number, body: Uint8Array): Uint8Array {
    const clock = unixSeconds(this.clock);
    const head = { result: Result.done, balance: tokens(this.balance), clock };
    if (h === Command.valueStore) {
      const credit = decodeValueCommand(Suite.aes128, h, body);
      assert(!('reason' in credit), 'the world sends true credits');
      const fresh = credit.counter === this.lastCounter + 1;
      if (fresh) this.balance += credit.amount;
      this.lastCounter = credit.counter;
      const { counter, txid, amount } = credit;
      const balance = tokens(this.balance);
      const receipt = {
        result: fresh ? ValueResult.done : ValueResult.alreadyDone,
        counter,
        txid,
        amount,
        balance,
        creditedTotal: balance,
        clock,
        flags: 0,
      };
      return encodeValueReceipt(Suite.aes128, this.id, receipt);
    }
    if (h === Command.modeTable) {
      this.tables.push(body);
      return Uint8Array.of(Result.done);
    }
    if (h === Command.events) {
      const request = decodeEventRequest(body);
      assert(!isRecordFailure(request), 'a local unit asks for events in the right form');
      const events = this.events.filter(({ sequence }) => sequence >= request.from).slice(0, request.limit);
      return encodeEventAnswer({ head, oldest: 1, next: this.events.length + 1, events });
    }
    if (h === Command.clockSlew) {
      const slew = decodeClockSlew(body);
      assert(!isRecordFailure(slew), 'a local unit slews in the right form');
      this.clockSlewedS += slew.seconds;
      this.slewSpentS += Math.abs(slew.seconds);
      return encodeClockSlewAnswer({ head, spent: this.slewSpentS });
    }
    if (this.monitoringKey.suite === Suite.tripleDes) {
      const log = emptyTotals(1, { day: TODAY, month: 672 });
      return encodeSeedUse({ log, modeTable: Uint8Array.of(1), timer: clock, balance: head.balance, id: this.id });
    }
    const request = decodeUseRequest(body);
    assert(!isRecordFailure(request), 'a local unit asks for use in the right form');
    const profiles = request.profiles.map(({ day, supply }) => {
      const profile = emptyDayProfile(day, supply);
      for (let m = 0; m < MINUTES_PER_DAY; m++) {
        profile.energies[m] = this.noisyProfile ? this.#world.random.u32() & 0x3fff : 10 + (m >> 8);
      }
      return profile;
    });
    const { tableVersion, lastDay } = this;
    const info = {
      owed: tokens(0),
      flags: this.#flags,
      tableVersion,
      nextTableVersion: 0,
      policyVersion: 1,
      lastDay,
      daysHeld: 7,
      nextEvent: this.events.length + 1,
    };
    return encodeUseAnswer({ head, info, totals: [], modeTable: null, policy: null, profiles });
  }
}

export interface Sale {
  readonly orderedAt: number;
  receiptAt: number | undefined;
  tries: number;
}

export interface Said {
  readonly at: number;
  readonly message: BackhaulMessage;
}

/** One local unit on one line with meters, and a host that sells. All on virtual time, drawn from one seed. */
export class World {
  readonly time = new VirtualTime();
  readonly random;
  readonly randomness: Randomness;
  readonly carrier: Carrier;
  readonly line: TestLine;
  readonly suite: Suite;
  readonly keys: MonitoringRing;
  readonly meters: WorldMeter[] = [];
  readonly said: Said[] = [];
  readonly sales: Sale[] = [];
  readonly unit: LocalUnit;
  readonly #waiting = new Map<number, (message: Extract<BackhaulMessage, { type: 'carried' }>) => void>();
  #tickets = 0;

  constructor(settings: {
    seed: number;
    meters: number;
    conditions?: LineConditions;
    carrier?: Carrier;
    /** Of the monitoring keys. */
    suite?: Suite;
    keys?: MonitoringRing;
    unwrap?: LocalUnitOptions['unwrap'];
  }) {
    this.suite = settings.suite ?? Suite.aes128;
    this.keys = settings.keys ?? new KeyRing(Purpose.monitoring);
    this.random = testRandom(settings.seed);
    this.randomness = {
      fill: (bytes) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = this.random.u32() & 0xff;
      },
    };
    this.carrier = settings.carrier ?? powerLine();
    this.line = new TestLine(this.time, this.carrier, settings.conditions ?? PERFECT_CONDITIONS, settings.seed + 1);
    for (let i = 0; i < settings.meters; i++) {
      const meter = new WorldMeter(this, i, 0x10_0000 + 7 * i);
      this.meters.push(meter);
      this.keys.add(meter.monitoringKey);
    }
    this.unit = new LocalUnit({
      id: 3,
      carrier: this.carrier,
      keys: this.keys,
      unwrap: settings.unwrap ?? (() => undefined),
      randomness: this.randomness,
      addressMap: {
        version: 1,
        entries: this.meters.map(({ id, modem }) => ({ svpmsn: id, modemAddress: modem.link.address })),
      },
    });
    // The local unit takes the place of the bare schedule that the line's own tests have.
    this.line.step = (input) => {
      if (input.type === 'bytes') this.step({ type: 'line', now: this.now, bytes: input.bytes });
    };
  }

  get now(): Milliseconds {
    return (WORLD_BEGINS_MS + this.time.now) as Milliseconds;
  }

  connect(): void {
    this.step({ type: 'backhaul-up', now: this.now });
    this.tell({ type: 'hello', version: 1, kind: 'host', id: 1 });
  }

  /** A message of the host, which the local unit has after the backhaul's delay. */
  tell(message: BackhaulMessage, delayMs = BACKHAUL_MS): void {
    const bytes = encodeEnvelope({ localUnit: 3, message });
    this.time.at(this.time.now + delayMs, () => this.step({ type: 'backhaul', now: this.now, bytes }));
  }

  step(input: LocalUnitInput): void {
    const outputs: LocalUnitOutput[] = [];
    this.unit.step(input, outputs);
    for (const output of outputs) {
      if (output.type === 'line') this.line.transmit(0, output.bytes);
      else if (output.type === 'wake')
        this.time.at(output.at - WORLD_BEGINS_MS, () => this.step({ type: 'wake', now: this.now }));
      else if (output.type === 'backhaul') this.time.at(this.time.now + BACKHAUL_MS, () => this.#hear(output.bytes));
    }
  }

  of<T extends BackhaulMessage['type']>(type: T): (Extract<BackhaulMessage, { type: T }> & { at: number })[] {
    return this.said
      .filter(({ message }) => message.type === type)
      .map(({ at, message }) => ({ ...(message as Extract<BackhaulMessage, { type: T }>), at }));
  }

  /** Sends frames to a meter and hands on what came of it. */
  carry(
    meter: { readonly id: WorldMeter['id'] },
    priority: 'value' | 'control' | 'monitoring' | 'bulk',
    frames: readonly Uint8Array[],
    then: (message: Extract<BackhaulMessage, { type: 'carried' }>) => void,
  ): void {
    const ticket = ++this.#tickets;
    this.#waiting.set(ticket, then);
    this.tell({ type: 'carry', ticket, svpmsn: meter.id, priority, frames });
  }

  /** FIG. 1 from the host: sells `amount`, and tries again with a new session until the receipt is there. */
  sell(meter: WorldMeter, amount = 100): Sale {
    const sale: Sale = { orderedAt: this.time.now, receiptAt: undefined, tries: 0 };
    this.sales.push(sale);
    const counter = meter.lastCounter + 1;
    const attempt = () => {
      sale.tries += 1;
      const session = openHostSession(meter.valueKey, Command.valueStore, this.randomness);
      this.carry(meter, 'value', [hostFirst(session)], ({ frames }) => {
        if (!this.#receives(session, frames, 'status')) return attempt();
        const command = { op: ValueOp.credit, counter, txid: new Uint8Array(8).fill(counter), amount: tokens(amount) };
        const third = hostCommand(session, encodeValueCommand(Suite.aes128, command));
        this.carry(meter, 'value', third, (carried) => {
          if (!this.#receives(session, carried.frames, 'answer')) return attempt();
          sale.receiptAt = this.time.now;
        });
      });
    };
    attempt();
    return sale;
  }

  /** An exchange of the host with a command of its own; `then` gets the body of M4. */
  exchange(
    meter: WorldMeter,
    priority: 'control' | 'monitoring' | 'bulk',
    session: HostSession,
    command: Uint8Array,
    then: (answer: Uint8Array) => void,
  ): void {
    this.carry(meter, priority, [hostFirst(session)], ({ frames }) => {
      if (!this.#receives(session, frames, 'status')) return;
      this.carry(meter, priority, hostCommand(session, command), (carried) => {
        for (const frame of carried.frames) {
          const outcome = hostReceive(session, frame);
          if (outcome.type === 'answer') then(outcome.answer);
        }
      });
    });
  }

  /** A second meter with the same number and keys at the same modem address. */
  addTwin(meter: WorldMeter): WorldMeter {
    return new WorldMeter(this, meter.modem.link.address, meter.id);
  }

  #receives(session: HostSession, frames: readonly Uint8Array[], wanted: string): boolean {
    return frames.length === 1 && hostReceive(session, frames[0] as Uint8Array).type === wanted;
  }

  #hear(bytes: Uint8Array): void {
    const envelope = decodeEnvelope(bytes);
    assert(!('reason' in envelope), 'a local unit says what can be decoded');
    const { message } = envelope;
    this.said.push({ at: this.time.now, message });
    if (message.type !== 'carried') return;
    const then = this.#waiting.get(message.ticket);
    this.#waiting.delete(message.ticket);
    then?.(message);
  }
}

const keyBytes = (id: number, purpose: number, length = 16): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (id * (i + 3) + 31 * purpose) & 0xff);
