import {
  type AddressMapEntry,
  BACKHAUL_VERSION,
  type BackhaulMessage,
  type CarryPriority,
  decodeEnvelope,
  encodeEnvelope,
} from '../backhaul/index.ts';
import { toHex } from '../bytes/index.ts';
import { keyBytesOf, keyName, Purpose, Suite, terminalKeyFromBytes } from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  hostCommand,
  hostFirst,
  hostReceive,
  Message,
  openHostSession,
  terminalReceive,
  terminalStatus,
} from '../exchange/index.ts';
import { decodeLineFrame, encodeLineFrame, LineKind, type ReceivedLineFrame } from '../line/index.ts';
import { milliseconds, type Randomness, type Svpmsn, svpmsn } from '../units/index.ts';
import { expect, Found } from './check.ts';

const STEP_MS = 50;
/** Of all tries of one frame, with what it waits between them. */
const PATIENCE_MS = 60_000;
const HEADER_BYTES = 7;

/** A local unit between its area unit and its line, both of which are the bench. */
export interface LocalUnitWorld {
  /** A message of the backhaul, to the unit. */
  readonly down: (bytes: Uint8Array) => void;
  /** A frame of the line, from the modem that the bench is. */
  readonly modem: (bytes: Uint8Array) => void;
  /** Lets time pass; what the unit says is heard meanwhile. */
  readonly pass: (ms: number) => Promise<void>;
  readonly now: () => number;
}

type Heard<T extends BackhaulMessage['type']> = Extract<BackhaulMessage, { readonly type: T }>;

/** What the modem says to a request, as frames of the line; a request that comes again is one more. */
type ModemConduct = (request: ReceivedLineFrame, times: number) => readonly Uint8Array[];

/** The host's side and the modem's side of one local unit. */
export class LocalUnitBench {
  readonly world: LocalUnitWorld;
  readonly randomness: Randomness;
  /** Messages that came up, in order, and requests that went out on the line. */
  readonly up: BackhaulMessage[] = [];
  readonly requests: ReceivedLineFrame[] = [];
  conduct: ModemConduct = () => [];
  #localUnit = 0;
  #mapVersion = 0;
  #ticket = 0;
  #found: Found | undefined;

  constructor(world: LocalUnitWorld, randomness: Randomness) {
    this.world = world;
    this.randomness = randomness;
  }

  /** A meter of the bench, on the line or not. */
  meter(number: number): Svpmsn {
    return svpmsn(0xbe1000 + number);
  }

  random(bytes: number): Uint8Array {
    const drawn = new Uint8Array(bytes);
    this.randomness.fill(drawn);
    return drawn;
  }

  /** From the backhaul. */
  hearUp(bytes: Uint8Array): void {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope) {
      this.#found ??= new Found(`the local unit says ${toHex(bytes)}, which is no message of the backhaul`);
      return;
    }
    const { message, localUnit } = envelope;
    if (message.type === 'hello') this.#localUnit = localUnit;
    this.up.push(message);
  }

  /** From the line. Slots are let pass: the modem has no attention. */
  hearLine(bytes: Uint8Array): void {
    const frame = decodeLineFrame(bytes);
    if ('reason' in frame) {
      this.#found ??= new Found(`the local unit sends ${toHex(bytes)}, which is no frame of the line`);
      return;
    }
    if (frame.kind !== LineKind.request && frame.kind !== LineKind.nextPart) return;
    const before = this.requests.filter((each) => each.check === frame.check && each.sequence === frame.sequence);
    this.requests.push(frame);
    for (const answer of this.conduct(frame, before.length + 1)) this.world.modem(answer);
  }

  say(message: BackhaulMessage): void {
    this.world.down(encodeEnvelope({ localUnit: this.#localUnit, message }));
  }

  async until<T>(holds: () => T | undefined, sentence: string, withinMs = PATIENCE_MS): Promise<T> {
    const end = this.world.now() + withinMs;
    for (;;) {
      const held = holds();
      if (held !== undefined) return held;
      if (this.world.now() >= end) throw new Found(`${sentence} within ${withinMs / 1000} s`);
      await this.world.pass(STEP_MS);
      const found = this.#found;
      this.#found = undefined;
      if (found !== undefined) throw found;
    }
  }

  /** The hello of the unit, which the bench has answered. */
  async hello(): Promise<Heard<'hello'>> {
    const first = await this.until(() => this.up[0], 'the local unit says no hello');
    expect(first.type === 'hello', `the local unit says ${first.type} before its hello`);
    this.say({ type: 'hello', version: BACKHAUL_VERSION, kind: 'area-unit', id: 0 });
    return first;
  }

  /** Its answer to a map under the next version. */
  async map(entries: readonly AddressMapEntry[], version = this.#mapVersion + 1): Promise<Heard<'address-map-answer'>> {
    this.#mapVersion = Math.max(this.#mapVersion, version);
    const from = this.up.length;
    this.say({ type: 'address-map', version, entries });
    const answer = () => this.up.slice(from).find((each) => each.type === 'address-map-answer');
    return this.until(answer, 'the local unit does not answer an address map');
  }

  /** Meters 1 and 2, at addresses 1 and 2. */
  async mapped(): Promise<void> {
    this.conduct = () => [];
    const entries = [1, 2].map((number) => ({ svpmsn: this.meter(number), modemAddress: number }));
    const { refusal } = await this.map(entries);
    expect(refusal === undefined, `an address map of two meters is refused as ${refusal}`);
  }

  /** Gives it a carry. @returns its ticket */
  carry(meter: Svpmsn, frames: readonly Uint8Array[], priority: CarryPriority = 'value'): number {
    this.#ticket += 1;
    this.say({ type: 'carry', ticket: this.#ticket, svpmsn: meter, priority, frames });
    return this.#ticket;
  }

  carried(ticket: number): Promise<Heard<'carried'>> {
    const answer = () => this.up.find((each) => each.type === 'carried' && each.ticket === ticket);
    return this.until(answer as () => Heard<'carried'> | undefined, 'a carry is not answered');
  }

  /** A frame of the exchange whose body nobody can read. */
  frame(message: number, meter: Svpmsn, bytes: number, h: number = Command.valueStore): Uint8Array {
    const head = [0x10 | message, h, keyName(Purpose.value, Suite.aes128, 0), meter >>> 16, (meter >>> 8) & 0xff];
    const frame = new Uint8Array(HEADER_BYTES + bytes);
    frame.set([...head, meter & 0xff, bytes]);
    frame.set(this.random(bytes), HEADER_BYTES);
    return frame;
  }

  first = (meter: Svpmsn): Uint8Array => this.frame(Message.first, meter, 16);
  second = (meter: Svpmsn): Uint8Array => this.frame(Message.second, meter, 36);

  /** The parts of an M3 of control. */
  parts(meter: Svpmsn): readonly Uint8Array[] {
    const suite = Suite.aes128;
    const key = terminalKeyFromBytes(keyName(Purpose.control, suite, 0), meter, this.random(keyBytesOf(suite)));
    const session = openHostSession(key, Command.modeTable, this.randomness);
    const terminal = createTerminal({ svpmsn: meter, keyOf: () => key, randomness: this.randomness });
    terminalReceive(terminal, hostFirst(session), milliseconds(0));
    hostReceive(session, terminalStatus(terminal, new Uint8Array(18)));
    return hostCommand(session, this.random(600));
  }

  /** What a modem says to a request. */
  answer(request: ReceivedLineFrame, payload?: Uint8Array, changed: { address?: number; sequence?: number } = {}) {
    const { address, sequence } = { ...request, ...changed };
    const kind = payload === undefined ? LineKind.acknowledge : LineKind.answer;
    const none = new Uint8Array(0);
    return encodeLineFrame({
      ...{ kind, sequence, attentionWaiting: false, payload: payload ?? none },
      address: address as ReceivedLineFrame['address'],
    });
  }

  working({ address, sequence }: ReceivedLineFrame): Uint8Array {
    const payload = new Uint8Array(0);
    return encodeLineFrame({ kind: LineKind.working, address, sequence, attentionWaiting: false, payload });
  }
}
