import { concat, equalBytes, fromHex, toHex } from '../bytes/index.ts';
import {
  CardOp,
  type CardPort,
  type CardReceipt,
  type CardSession,
  type CardStatus,
  decodeCardReceipt,
  decodeCardStatus,
  decodeResponseApdu,
  encodeCardCommand,
  encodeTicket,
  type Insertion,
  issueTicket,
  openLoadSession,
  openSpendSecond,
  PurseInstruction,
  purseCommand,
  type ResponseApdu,
  type SpendStatus,
  StatusWord,
  selectPurse,
  spendFirst,
} from '../card/index.ts';
import {
  type CardKey,
  keyBytesOf,
  keyName,
  type PairKey,
  Purpose,
  Suite,
  suiteOf,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import { type HostSession, hostCommand, hostFirst, hostReceive } from '../exchange/index.ts';
import {
  type Csn,
  isRegion,
  type Randomness,
  type Region,
  type Svpmsn,
  svpmsn,
  tokens,
  unixSeconds,
} from '../units/index.ts';
import { expect, Found } from './check.ts';

/** The meter in whose slot the card is said to be while it is loaded. */
const ROUTE = svpmsn(0xbe0000);
const NONCE_BYTES = 16;
const TXID_BYTES = 8;
const NO_TXID = new Uint8Array(TXID_BYTES);
/** Of the tickets that the bench gives: far beyond what it takes, and later than any card is tested. */
const TICKET_LIMIT = tokens(1_000_000);
const TICKET_EXPIRY = unixSeconds(4_000_000_000);

/** The keys that a card on a bench was given, and what it is to say of itself. */
export interface CardKeys {
  readonly csn: Csn;
  readonly utility: number;
  /** Of scope 0. */
  readonly issuer: CardKey;
  /** One of each region of the card. */
  readonly regions: readonly CardKey[];
}

export interface CardBenchSettings extends CardKeys {
  readonly slot: CardPort;
  readonly randomness: Randomness;
}

/** M2 of a load in hand. */
export interface LoadBegun {
  readonly session: HostSession;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly status: CardStatus;
}

/** An insertion into a meter, the answer to OPEN in hand. */
export interface SpendBegun {
  readonly pair: PairKey;
  readonly insertion: Insertion;
  readonly status: SpendStatus;
}

export interface Order {
  readonly op: CardOp;
  readonly counter: number;
  readonly amount?: number;
  readonly txid?: Uint8Array;
  readonly ticket?: Uint8Array;
}

/** Host and meters in one place, with a slot: they say to a card what is right, and whatever else they are told to. */
export class CardBench {
  readonly settings: CardBenchSettings;
  /** Of the region that is tested. */
  readonly key: CardKey;
  readonly region: Region;
  #session: CardSession | undefined;
  readonly #meterKeys = new Map<Svpmsn, TerminalKey<typeof Purpose.value>>();

  constructor(settings: CardBenchSettings, key: CardKey) {
    if (!isRegion(key.scope)) throw new RangeError('a bench tests one region of a card');
    this.settings = settings;
    this.key = key;
    this.region = key.scope;
  }

  get csn(): Csn {
    return this.settings.csn;
  }

  /** A meter of the bench, whose key the card never sees. */
  meter(number: number): Svpmsn {
    return svpmsn(ROUTE + 1 + number);
  }

  random(bytes: number): Uint8Array {
    const drawn = new Uint8Array(bytes);
    this.settings.randomness.fill(drawn);
    return drawn;
  }

  /** Takes the power from the card and gives it again: what it has not stored is gone. @throws Found where it is mute */
  async power(): Promise<void> {
    await this.#session?.eject();
    const session = await this.settings.slot.open();
    if ('sentence' in session) throw new Found(`after its power came again: ${unended(session.sentence)}`);
    this.#session = session;
  }

  /** Power, the purse selected, and nothing pending. */
  async fresh(): Promise<void> {
    await this.power();
    await this.select();
    const { lastCounter, debitCounter, pending } = await this.status();
    if (pending !== undefined) await this.load({ op: CardOp.release, counter: lastCounter + 1, amount: debitCounter });
  }

  async end(): Promise<void> {
    await this.#session?.eject();
    this.#session = undefined;
  }

  async select(): Promise<void> {
    await this.answers(selectPurse(), StatusWord.done, 'SELECT of the purse by its name');
  }

  /** What the card answers, or why its slot has none. */
  async tried(command: Uint8Array): Promise<ResponseApdu | { readonly sentence: string }> {
    if (this.#session === undefined) await this.power();
    const answer = await (this.#session as CardSession).transmit(command);
    if ('sentence' in answer) return answer;
    const decoded = decodeResponseApdu(answer);
    if ('reason' in decoded) throw new Found(`the card answers ${toHex(answer)}, which has no status word`);
    return decoded;
  }

  /** @throws Found where nothing comes back */
  async say(command: Uint8Array): Promise<ResponseApdu> {
    const answer = await this.tried(command);
    if ('sentence' in answer) throw new Found(`to ${toHex(command)} nothing came back: ${unended(answer.sentence)}`);
    return answer;
  }

  /** The data. @throws Found unless the command is answered with that status word */
  async answers(command: Uint8Array, due: number, what: string): Promise<Uint8Array> {
    const { status, data } = await this.say(command);
    expect(status === due, `${what} is answered with ${word(status)}, not ${word(due)}`);
    expect(due === StatusWord.done || data.length === 0, `${what} is refused with ${word(due)}, and data all the same`);
    return data;
  }

  /** A command of the region that is tested. */
  command(instruction: number, data: Uint8Array, options: { p1?: number; silent?: boolean } = {}): Uint8Array {
    return purseCommand(instruction, data, { ...options, p2: this.region });
  }

  /** STATUS. @throws Found where it cannot be read */
  async status(): Promise<CardStatus> {
    const asked = this.command(PurseInstruction.status, new Uint8Array(0));
    const data = await this.answers(asked, StatusWord.done, 'STATUS');
    const status = decodeCardStatus(data.subarray(3));
    if ('reason' in status) throw new Found(`STATUS is answered with ${toHex(data)}, which is none`);
    return status;
  }

  /** M1, and an authentic M2 in return. */
  async begin(key = this.key, route = ROUTE): Promise<LoadBegun> {
    const session = openLoadSession(key, route, this.settings.randomness);
    const first = hostFirst(session);
    const second = await this.answers(loadOpen(first), StatusWord.done, 'M1 of a load');
    const outcome = hostReceive(session, second);
    const told = outcome.type === 'ignored' ? ` (${outcome.reason})` : outcome.type === 'refused' ? ' (a refusal)' : '';
    expect(
      outcome.type === 'status',
      `M1 of a load is answered with ${toHex(second)}, which is no authentic M2${told}`,
    );
    const status = decodeCardStatus(outcome.status);
    if ('reason' in status) throw new Found(`the status in M2 is ${toHex(outcome.status)}, which is none`);
    return { session, first, second, status };
  }

  /** M3 of an order. */
  third({ session }: LoadBegun, order: Order): Uint8Array {
    const { op, counter, amount = 0, txid = op === CardOp.query ? NO_TXID : this.random(TXID_BYTES), ticket } = order;
    const [frame] = hostCommand(session, encodeCardCommand({ op, counter, amount, txid, ticket }));
    return frame as Uint8Array;
  }

  /** The receipt in M4. @throws Found for what is none */
  receipt({ session }: LoadBegun, fourth: Uint8Array): CardReceipt {
    const outcome = hostReceive(session, fourth);
    expect(outcome.type === 'answer', `M3 of a load is answered with ${toHex(fourth)}, which is no authentic M4`);
    const receipt = decodeCardReceipt(outcome.answer);
    if ('reason' in receipt) throw new Found(`${toHex(outcome.answer)} is no receipt of a card`);
    return receipt;
  }

  credit(third: Uint8Array): Promise<Uint8Array> {
    return this.answers(loadCredit(third), StatusWord.done, 'M3 of a load');
  }

  /** A whole load. */
  async load(order: Order, route = ROUTE): Promise<CardReceipt> {
    const begun = await this.begin(this.key, route);
    return this.receipt(begun, await this.credit(this.third(begun, order)));
  }

  /** The next LTC credited; the status after it. */
  async filled(amount: number, ticket?: Uint8Array): Promise<CardStatus> {
    const { lastCounter, balance } = await this.status();
    // A card that was tested often is emptied before it is full.
    const full = balance > FULL_BALANCE;
    if (full) await this.load({ op: CardOp.close, counter: lastCounter + 1 });
    const counter = lastCounter + (full ? 2 : 1);
    const more = ticket === undefined ? {} : { ticket };
    const { result } = await this.load({ op: CardOp.credit, counter, amount, ...more });
    expect(result === 0, `a credit of ${amount} has result ${result}, not 0`);
    return this.status();
  }

  /** A ticket of this card, region and meter, but for what is said otherwise. */
  ticket(meter: Svpmsn, version: number, key = this.key): Uint8Array {
    const terms = { version, limit: TICKET_LIMIT, expiry: TICKET_EXPIRY, epoch: 0 };
    return encodeTicket(issueTicket(key, this.#meterKey(meter), terms));
  }

  /** What the card has for a meter. */
  async ticketFor(meter: Svpmsn): Promise<Uint8Array | undefined> {
    const { status, data } = await this.say(this.command(PurseInstruction.ticket, idOf(meter)));
    if (status === StatusWord.referencedDataNotFound) return undefined;
    expect(status === StatusWord.done, `TICKET is answered with ${word(status)}, not with 9000 or 6A88`);
    return data;
  }

  /** OPEN by a meter. @throws Found where the answer is not this card's */
  async insert(meter: Svpmsn): Promise<SpendBegun> {
    const meterNonce = this.random(NONCE_BYTES);
    const data = await this.answers(this.spendOpen(meter, meterNonce), StatusWord.done, 'OPEN by a meter');
    const pair = this.key.pairKey(meter);
    const opened = openSpendSecond(pair, { csn: this.csn, region: this.region, meter, meterNonce }, data);
    expect(opened !== undefined, `OPEN by a meter is answered with ${toHex(data)}, whose tag is wrong`);
    return { pair, ...opened };
  }

  spendOpen(meter: Svpmsn, meterNonce = this.random(NONCE_BYTES)): Uint8Array {
    return this.command(PurseInstruction.open, spendFirst(meter, meterNonce), { p1: 1 });
  }

  #meterKey(meter: Svpmsn): TerminalKey<typeof Purpose.value> {
    const kept = this.#meterKeys.get(meter);
    if (kept !== undefined) return kept;
    const suite = suiteOf(this.key.n) === Suite.aes256 ? Suite.aes256 : Suite.aes128;
    const n = keyName(Purpose.value, suite, 0);
    const made = terminalKeyFromBytes(n, meter, this.random(keyBytesOf(suite))) as TerminalKey<typeof Purpose.value>;
    this.#meterKeys.set(meter, made);
    return made;
  }
}

const FULL_BALANCE = 2 ** 31;

export const loadOpen = (frame: Uint8Array): Uint8Array => purseCommand(PurseInstruction.open, frame);
export const loadCredit = (frame: Uint8Array): Uint8Array => purseCommand(PurseInstruction.credit, frame);
export const idOf = (meter: Svpmsn): Uint8Array => Uint8Array.of(meter >>> 16, meter >>> 8, meter);

/** A status word as people write it. */
export const word = (status: number): string => status.toString(16).toUpperCase().padStart(4, '0');

/** One bit of it wrong. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const wrong = bytes.slice();
  wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
  return wrong;
}

/** @throws Found where the bytes are others */
export const same = (bytes: Uint8Array, due: Uint8Array, what: string): void =>
  expect(equalBytes(bytes, due), `${what} is ${toHex(bytes)}, not ${toHex(due)}`);

/** A command as its bytes: header, and what is behind it. */
export const raw = (header: string, behind: Uint8Array = new Uint8Array(0)): Uint8Array =>
  concat(fromHex(header), behind);

/** A sentence within another one. */
const unended = (sentence: string): string => sentence.replace(/\.$/, '');
