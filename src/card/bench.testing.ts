import assert from 'node:assert/strict';
import { type CardKey, deriveCardKey, keyBytesOf, keyName, Purpose, Suite, type TerminalKey } from '../crypto/index.ts';
import {
  Command,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  judgeReceipt,
  judgeStatus,
  nextOutstanding,
  type PurseAccount,
  txidOf,
  ValueOp,
} from '../exchange/index.ts';
import { drawing, keyFor } from '../exchange/sides.testing.ts';
import { type Csn, csn, Region, type Svpmsn, svpmsn, type Tokens, tokens, unixSeconds } from '../units/index.ts';
import type { CaseOf, CommandCase } from './contact/t0-card.ts';
import {
  beginTaking,
  type Card,
  type CardCommand,
  CardOp,
  type CardReceipt,
  type CardRow,
  type CardStatus,
  decodeCardReceipt,
  decodeCardStatus,
  decodeLoadResponse,
  decodeResponseApdu,
  encodeCardCommand,
  encodeTicket,
  Instruction,
  issueTicket,
  loadCommand,
  type OwnReport,
  openLoadSession,
  openTicket,
  PurseInstruction,
  personaliseCard,
  resetCard,
  selectPurse,
  stepCard,
  type TakingOutcome,
  type Ticket,
  takingAmount,
  takingReceive,
  takingReport,
  takingStored,
} from './index.ts';

/** A card, its provider's host and meters on one bench, with power that goes wherever a test wants it to. */
export const CSN = csn('04a1b2c3d4e5f6');
export const OTHER_CSN = csn('04a1b2c3d4e5f7');
export const HOME = svpmsn(0x0a1b2c);
export const GAS = svpmsn(0x0a1b2d);
export const OTHER_GAS = svpmsn(0x0a1b2e);
export const UTILITY = 7;
export const REGION = Region.gas;
export const AT = unixSeconds(1_800_000_000);

const masterKey = (suite: Suite, seed: number): Uint8Array => {
  const kh = new Uint8Array(keyBytesOf(suite));
  drawing(seed).fill(kh);
  return kh;
};

const CARD_KEYS = new Map<string, CardKey>();

/** KC of a region; each provider has a KH of its own. */
export function cardKey(region: Region | 0 = REGION, id: Csn = CSN, suite: Suite = Suite.aes128): CardKey {
  const place = `${region} ${id} ${suite}`;
  const kept = CARD_KEYS.get(place);
  if (kept !== undefined) return kept;
  const n = keyName(Purpose.value, suite, 0);
  const key = deriveCardKey(masterKey(suite, 0x4b43 + region), n, id, region, UTILITY);
  CARD_KEYS.set(place, key);
  return key;
}

export const meterKey = (meter: Svpmsn, suite: Suite = Suite.aes128) =>
  keyFor(suite, Command.valueStore, meter) as TerminalKey<typeof Purpose.value>;

/** The terms of a ticket that is good, but for what is said otherwise. */
export const terms = (changed: Partial<Pick<Ticket, 'version' | 'limit' | 'expiry' | 'epoch'>> = {}) => ({
  ...{ version: 1, limit: tokens(1_000_000), expiry: unixSeconds(AT + 86_400), epoch: 0 },
  ...changed,
});

export const ticketOf = (
  meter: Svpmsn = GAS,
  changed: Parameters<typeof terms>[0] = {},
  { key = cardKey(), suite = Suite.aes128 as Suite } = {},
): Uint8Array => encodeTicket(issueTicket(key, meterKey(meter, suite), terms(changed)));

/** What T=0 must know of the purse's commands: with data in, out, or both. */
export const purseCaseOf: CaseOf = ([, instruction]) => PURSE_CASES[instruction as number];
const PURSE_CASES: Readonly<Record<number, CommandCase>> = {
  [Instruction.select]: 3,
  [Instruction.getData]: 2,
  [PurseInstruction.ticket]: 4,
  [PurseInstruction.open]: 4,
  [PurseInstruction.debit]: 4,
  [PurseInstruction.credit]: 4,
  [PurseInstruction.acknowledge]: 3,
  [PurseInstruction.report]: 3,
};

/** The power went, or the card was pulled, while a byte was being written. */
export class PowerCut extends Error {}

/** A card that somebody holds: its memory outlives the power, all else does not. */
export class CardInHand {
  readonly memory: Uint8Array;
  readonly #randomness;
  card: Card;
  /** Bytes that are still written before the power goes; the next one is left as `torn` says. */
  bytesLeft = Number.POSITIVE_INFINITY;
  torn: (old: number, next: number) => number = (old) => old;
  written = 0;

  constructor(memory: Uint8Array, seed = 1) {
    this.memory = memory;
    this.#randomness = drawing(seed);
    this.card = this.#reset();
  }

  /** The response to a command. @throws PowerCut when the power went before it was given */
  send(command: Uint8Array): Uint8Array {
    const responses: Uint8Array[] = [];
    stepCard(this.card, command, {
      store: (address, bytes) => {
        assert.equal(responses.length, 0, 'a card stores before it answers');
        this.#write(address, bytes);
      },
      respond: (response) => responses.push(response),
    });
    assert.equal(responses.length, 1, 'a card answers once');
    return responses[0] as Uint8Array;
  }

  /** Out, and in again: what was not stored is gone. */
  pull(): void {
    this.bytesLeft = Number.POSITIVE_INFINITY;
    this.card = this.#reset();
  }

  status(command: Uint8Array): number {
    return statusOf(this.send(command));
  }

  #reset(): Card {
    const card = resetCard(this.memory, this.#randomness);
    assert.ok(!('reason' in card), 'a card begins with its memory whole');
    return card;
  }

  #write(address: number, bytes: Uint8Array): void {
    for (const [i, byte] of bytes.entries()) {
      if (this.bytesLeft === 0) {
        this.memory[address + i] = this.torn(this.memory[address + i] as number, byte);
        throw new PowerCut();
      }
      this.bytesLeft -= 1;
      this.written += 1;
      this.memory[address + i] = byte;
    }
  }
}

export function statusOf(response: Uint8Array): number {
  const answer = decodeResponseApdu(response);
  assert.ok(!('reason' in answer));
  return answer.status;
}

export function dataOf(response: Uint8Array): Uint8Array {
  const answer = decodeResponseApdu(response);
  assert.ok(!('reason' in answer));
  assert.equal(answer.status.toString(16), '9000');
  return answer.data;
}

/** A new card with these regions. */
export const newCard = (regions: readonly Region[] = [REGION], id: Csn = CSN, suite: Suite = Suite.aes128, seed = 1) =>
  new CardInHand(
    personaliseCard({
      issuerKey: cardKey(0, id, suite),
      regions: regions.map((region) => ({ utility: UTILITY, key: cardKey(region, id, suite) })),
    }),
    seed,
  );

export const purseOf = ({ card }: CardInHand, region: Region = REGION) => {
  const purse = card.regions.get(region)?.purse;
  assert.ok(purse !== undefined);
  return purse;
};

const NO_TXID = new Uint8Array(8);
export const order = (
  op: CardOp,
  counter: number,
  amount: number,
  changed: Partial<CardCommand> = {},
): CardCommand => ({
  ...{ op, counter, amount, ticket: undefined },
  txid: op === CardOp.query ? NO_TXID : txidOf(`load ${counter}`),
  ...changed,
});

/** One exchange 0x18 as the host has it: M2 by `first`, M4 by `third`. */
export class LoadExchange {
  readonly session: HostSession;
  readonly #hand: CardInHand;

  constructor(hand: CardInHand, seed: number, { key = cardKey(), route = HOME } = {}) {
    this.#hand = hand;
    this.session = openLoadSession(key, route, drawing(seed));
  }

  first(): CardStatus {
    const outcome = hostReceive(this.session, this.pass(hostFirst(this.session)));
    assert.ok(outcome.type === 'status', JSON.stringify(outcome));
    const status = decodeCardStatus(outcome.status);
    assert.ok(!('reason' in status));
    return status;
  }

  third(command: CardCommand): CardReceipt {
    const [frame] = hostCommand(this.session, encodeCardCommand(command)) as [Uint8Array];
    const outcome = hostReceive(this.session, this.pass(frame));
    assert.ok(outcome.type === 'answer', JSON.stringify(outcome));
    const receipt = decodeCardReceipt(outcome.answer);
    assert.ok(!('reason' in receipt));
    return receipt;
  }

  /** A frame through the meter, which is a pipe. */
  pass(frame: Uint8Array): Uint8Array {
    const answer = decodeLoadResponse(this.#hand.send(loadCommand(frame) as Uint8Array));
    assert.ok('frame' in answer, JSON.stringify(answer));
    return answer.frame;
  }
}

let exchanges = 0;

/** A whole exchange with a card whose purse is selected. */
export function load(
  hand: CardInHand,
  command: CardCommand,
  options: { key?: CardKey; route?: Svpmsn } = {},
): CardReceipt {
  hand.send(selectPurse());
  exchanges += 1;
  const exchange = new LoadExchange(hand, exchanges, options);
  exchange.first();
  return exchange.third(command);
}

/** The provider's book of one card and region, kept by the rule of exactly once. */
export class LoadBook {
  account: PurseAccount = { lastCounter: 0, outstanding: undefined };
  stored = 0;
  refunded = 0;
  released = 0;

  begin(amount: number, name: string): void {
    this.account = {
      ...this.account,
      outstanding: nextOutstanding(this.account, { txid: txidOf(name), amount: tokens(amount), op: ValueOp.credit }),
    };
  }

  judge(status: CardStatus): void {
    assert.equal(judgeStatus(this.account, status).type, 'send');
  }

  book(receipt: CardReceipt): void {
    const judgement = judgeReceipt(this.account, receipt);
    const { outstanding, lastCounter } = this.account;
    if (judgement.type === 'nothing-new') return;
    assert.ok(
      outstanding !== undefined && (judgement.type === 'stored' || judgement.type === 'not-stored'),
      judgement.type,
    );
    if (judgement.type === 'stored') this.stored += judgement.amount;
    else this.refunded += outstanding.amount;
    this.account = { lastCounter: lastCounter + 1, outstanding: undefined };
  }
}

/** An off-line meter: what it has committed, and what it does with a card that is put in. */
export class MeterOnBench {
  readonly svpmsn: Svpmsn;
  readonly region: Region;
  readonly suite: Suite;
  readonly rows = new Map<Csn, CardRow>();
  credited = 0;
  /** CSN and DTC of everything that was credited. */
  readonly taken: { csn: Csn; debitCounter: number; amount: number }[] = [];
  epoch = 0;
  now = AT;
  room = tokens(0xffff_ffff);
  /** What it leaves on a card, if anything. */
  report: OwnReport | undefined;
  readonly #randomness;

  constructor(id: Svpmsn, { region = REGION as Region, suite = Suite.aes128 as Suite, seed = id as number } = {}) {
    this.svpmsn = id;
    this.region = region;
    this.suite = suite;
    this.#randomness = drawing(seed);
  }

  begin() {
    const { svpmsn: id, region, now, epoch, room } = this;
    const key = meterKey(id, this.suite);
    return beginTaking({
      ...{ svpmsn: id, region, now, epoch, room, randomness: this.#randomness },
      rowOf: (card) => this.rows.get(card),
      pairOf: (ticket) => openTicket(key, ticket),
    });
  }

  /** One insertion to its end, or until `steps` are over: a step is a command to the card, or a commit of the meter. */
  take(
    hand: Pick<CardInHand, 'send'>,
    wanted: number | 'all',
    steps = Number.POSITIVE_INFINITY,
  ): TakingOutcome | undefined {
    const { taking, command } = this.begin();
    let outcome: TakingOutcome = { type: 'send', command };
    for (let step = 0; ; step++) {
      if (outcome.type === 'done' || outcome.type === 'refused') return outcome;
      if (step === steps) return undefined;
      switch (outcome.type) {
        case 'send':
          outcome = takingReceive(taking, hand.send(outcome.command));
          break;
        case 'report-wanted':
          outcome = takingReport(taking, this.report);
          break;
        case 'store-epoch':
          this.epoch = outcome.epoch;
          outcome = takingStored(taking);
          break;
        case 'store-credit':
          this.credit(outcome);
          outcome = takingStored(taking);
          break;
        case 'amount-wanted': {
          const most: Tokens = outcome.most;
          outcome = takingAmount(taking, tokens(wanted === 'all' ? most : Math.min(wanted, most)));
          break;
        }
      }
    }
  }

  credit({ amount, row }: Extract<TakingOutcome, { type: 'store-credit' }>): void {
    this.credited += amount;
    this.rows.set(row.csn, row);
    this.taken.push({ csn: row.csn, debitCounter: row.debitCounter, amount });
  }
}

/** A card with value and a ticket for the gas meter. */
export function loadedCard(amount = 1_000, ...regions: readonly Region[]): CardInHand {
  const hand = newCard(regions.length === 0 ? [REGION] : regions);
  assert.equal(load(hand, order(CardOp.credit, 1, amount, { ticket: ticketOf() })).result, 0);
  hand.pull();
  return hand;
}
