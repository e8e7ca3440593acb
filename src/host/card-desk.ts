import { toHex } from '../bytes/index.ts';
import {
  CardOp,
  type CardReceipt,
  decodeCardReceipt,
  decodeCardStatus,
  encodeCardCommand,
  encodeTicket,
  issueTicket,
  openLoadSession,
  openMeterReport,
} from '../card/index.ts';
import { type CardKey, type KeyName, KeyStoreError, type Purpose } from '../crypto/index.ts';
import {
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  judgeStatus,
  type Refusal,
  TXID_BYTES,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { assertNever, type Csn, type Milliseconds, type Region } from '../units/index.ts';
import { purseIdOf } from './card-ids.ts';
import { firstWaiting, isWanted, wantedRegions } from './card-loads.ts';
import { type CardAt, COUNTER_ROUTE, cardsByTail, openRegion } from './card-lookup.ts';
import {
  accountOfCard,
  bookCardReceipt,
  cardInStep,
  doubtOf,
  doubtOfStatus,
  freezeCard,
  outstandingOf,
} from './card-receipts.ts';
import { reportHeard, takeMeterReport } from './card-reports.ts';
import { keyOfTicket, nextTicket, ticketTerms } from './card-tickets.ts';
import { fail, isFailure, orStoreFailure } from './failures.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { REFUSALS } from './refusal-names.ts';
import type { CardFreeze, CardOrder, CardPurse, CardTicket, HostFailure } from './types.ts';
import { ValueHold } from './value-hold.ts';
import { type Act, witnessed } from './witness.ts';

/** An exchange 0x18 has begun: the frame is M1. */
export interface CardBegun {
  readonly exchange: string;
  readonly frame: Uint8Array;
}

/** What became of a frame of a card. */
export type CardStep =
  /** Give this frame to the card: M3. */
  | { readonly type: 'send'; readonly frame: Uint8Array }
  /** The exchange is over, and its receipt is booked. */
  | {
      readonly type: 'done';
      readonly receipt: CardReceipt;
      /** The region as the books have it now; frozen, if the receipt cannot be true. */
      readonly purse: CardPurse;
      /** There is more to do for this region: begin again while the card is there. */
      readonly more: boolean;
    }
  /** The region is frozen from now on: the exchange is over, and nothing was sent. */
  | { readonly type: 'frozen'; readonly why: CardFreeze }
  /** The card, or somebody in its name, refuses. It proves nothing: begin again. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** Not what was waited for; the right frame may still come. */
  | { readonly type: 'ignored'; readonly reason: string };

/** What the desk offers to those who carry frames to cards. */
export interface CardCarrying {
  /** The regions of a card for which there is something to do; none for a card that is not active. */
  wanted(csn: Csn): Promise<readonly Region[]>;
  /** The active cards whose number ends in these six bytes, 12 hex digits, as an event of a meter names a card. */
  byTail(tail: string): Promise<readonly Csn[]>;
  begin(at: CardAt, act?: Act): Promise<CardBegun | HostFailure>;
  /** @param csn of the card that it is with, by whoever names it: an exchange with another is none */
  receive(exchange: string, frame: Uint8Array, csn?: string): Promise<CardStep | HostFailure>;
}

type Job =
  /** Its receipts after the last one booked, before anything else. */
  | { readonly type: 'query' }
  | { readonly type: 'order'; readonly id: string }
  /** Only to hear what the card tells, and to give it a ticket if it lacks one. */
  | { readonly type: 'hear' };

interface Exchange {
  readonly at: CardAt;
  readonly job: Job;
  readonly session: HostSession;
  readonly key: CardKey;
  readonly begunAt: Milliseconds;
  /** What the books knew of the region when M1 left: the card answers with no less. */
  readonly known: Known;
  /** Of M2. */
  told: { readonly cardLast: number; readonly ticketVersion: number } | undefined;
  /** The frame that came last, and what became of it: whoever asks again is told the same. */
  last: { readonly frame: string; readonly step: Promise<CardStep | HostFailure> } | undefined;
}

type Known = Pick<CardPurse, 'lastCounter' | 'debitCounter' | 'debited' | 'handed'>;

/** An exchange that nobody goes on with is forgotten. The card's order stays outstanding. */
const EXCHANGE_MS = 300_000;
const EXCHANGES_MAX = 4_096;

/** What a desk needs of the world. */
type DeskPorts = Pick<HostPorts, 'store' | 'keys' | 'clock' | 'randomness' | 'watcher'>;

/**
 * The desk at which cards are loaded, wherever they are: in a meter on the line, in a reader at a counter, or at the
 * end of another host's line. It makes M1 and M3 and takes M2 and M4; somebody else carries them. What M3 asks for
 * stands in the store before M1 leaves; an exchange lives in memory alone, and a crash loses it and nothing else.
 */
export class CardDesk implements CardCarrying {
  readonly #ports: DeskPorts;
  readonly #hold: ValueHold;
  readonly #exchanges = new Map<string, Exchange>();
  /** One for each region of a card: of two the later one goes on. */
  readonly #current = new Map<string, string>();

  constructor(ports: DeskPorts, hold = new ValueHold({})) {
    this.#ports = ports;
    this.#hold = hold;
  }

  async wanted(csn: Csn): Promise<readonly Region[]> {
    const { store, clock } = this.#ports;
    return store.read((tx) => wantedRegions(tx, { csn, route: COUNTER_ROUTE }, clock.now()));
  }

  async byTail(tail: string): Promise<readonly Csn[]> {
    return this.#ports.store.read((tx) => cardsByTail(tx, tail));
  }

  async begin(at: CardAt, act?: Act): Promise<CardBegun | HostFailure> {
    const { store, keys, clock, randomness } = this.#ports;
    const claimed = await orStoreFailure(
      store.transaction(async (tx) => {
        const isHeld = await this.#hold.holds(tx);
        return witnessed(tx, act, () => claim(tx, at, isHeld));
      }),
    );
    if (isFailure(claimed)) return claimed;
    const { utility, n, job, known } = claimed;
    const key = await orKeyFailure(keys.cardKey({ utility, n, csn: at.csn, scope: at.region }));
    if (isFailure(key)) return key;
    const session = openLoadSession(key, at.route, randomness);
    const exchange = this.#keep({
      at,
      job,
      session,
      key,
      known,
      begunAt: clock.now(),
      told: undefined,
      last: undefined,
    });
    return { exchange, frame: hostFirst(session) };
  }

  async receive(id: string, frame: Uint8Array, csn?: string): Promise<CardStep | HostFailure> {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined || (csn !== undefined && csn !== exchange.at.csn)) return TAKEN_OVER;
    const text = toHex(frame);
    if (exchange.last?.frame === text) return exchange.last.step;
    // One after the other: a session has one place to be at.
    const before = exchange.last?.step ?? Promise.resolve();
    const step = before.catch(() => undefined).then(() => this.#receive(exchange, frame));
    const last = { frame: text, step };
    exchange.last = last;
    const done = await step.catch((error: unknown) => {
      if (exchange.last === last) exchange.last = undefined;
      throw error;
    });
    if ((isFailure(done) || ('type' in done && done.type === 'ignored')) && exchange.last === last) {
      exchange.last = undefined;
    }
    return done;
  }

  async #receive(exchange: Exchange, frame: Uint8Array): Promise<CardStep | HostFailure> {
    const outcome = hostReceive(exchange.session, frame);
    switch (outcome.type) {
      case 'status':
        return this.#command(exchange, outcome.status);
      case 'answer':
        return this.#book(exchange, outcome.answer);
      case 'refused':
        this.#ports.watcher?.refused(REFUSALS[outcome.refusal]);
        return { type: 'refused', refusal: outcome.refusal };
      case 'ignored':
        this.#ports.watcher?.refused(outcome.reason);
        return { type: 'ignored', reason: outcome.reason };
      case 'part':
      case 'part-again':
        // No frame of a card has parts.
        return { type: 'ignored', reason: 'message-unexpected' };
      default:
        return assertNever(outcome);
    }
  }

  /** M2 is in hand: what M3 asks for is decided in one step with the store, and so is the ticket that goes with it. */
  async #command(exchange: Exchange, bytes: Uint8Array): Promise<CardStep | HostFailure> {
    const { store, keys, clock } = this.#ports;
    const status = decodeCardStatus(bytes);
    if ('reason' in status) return { type: 'ignored', reason: status.reason };
    exchange.told = { cardLast: status.lastCounter, ticketVersion: status.ticketVersion };
    const decided = await orStoreFailure(
      store.transaction(async (tx): Promise<Decided | HostFailure> => {
        const found = await openRegion(tx, exchange.at);
        if (isFailure(found)) return found;
        const { purse } = found;
        const now = clock.now();
        const next = await decide(tx, purse, exchange.job, status.lastCounter, doubtOfStatus(purse, status));
        if (next.type === 'freeze') {
          if (heardSince(exchange, purse)) return TAKEN_OVER;
          await freezeCard(tx, purse, next.doubt, now);
          return next;
        }
        const loads = next.type === 'order' && next.order.op === 'credit' && next.order.state === 'outstanding';
        const { route } = exchange.at;
        const ticket = await nextTicket(tx, { ...found, route, version: status.ticketVersion, loads }, now);
        return { ...next, purse, ticket };
      }),
    );
    if (isFailure(decided)) return decided;
    if (decided.type === 'freeze') return { type: 'frozen', why: decided.doubt };
    const ticket = decided.ticket && (await this.#sealed(exchange.key, decided.ticket, keys));
    const [sealed] = hostCommand(exchange.session, encodeCardCommand({ ...commandOf(decided), ticket }));
    return { type: 'send', frame: sealed as Uint8Array };
  }

  /** Without the meter's key there is none: value goes to the card all the same. */
  async #sealed(key: CardKey, ticket: CardTicket, keys: HostPorts['keys']): Promise<Uint8Array | undefined> {
    const kt = await orKeyFailure(keys.terminalKey(keyOfTicket(ticket), ticket.meter));
    return isFailure(kt) ? undefined : encodeTicket(issueTicket(key, kt, ticketTerms(ticket)));
  }

  /** M4 is in hand. */
  async #book(exchange: Exchange, bytes: Uint8Array): Promise<CardStep | HostFailure> {
    const { store, clock, watcher } = this.#ports;
    const receipt = decodeCardReceipt(bytes);
    if ('reason' in receipt) return { type: 'ignored', reason: receipt.reason };
    const { at, told, job } = exchange;
    const id = purseIdOf(at.csn, at.region);
    const booked = await orStoreFailure(
      store.transaction(async (tx): Promise<CardStep> => {
        const now = clock.now();
        const [before] = await tx.cardPurses.of([id]);
        if (before === undefined) throw new Error(`region ${id} was there when its exchange began`);
        const asked = before.queryWanted && job.type === 'query';
        const report = receipt.report && openMeterReport(exchange.key, receipt.report);
        // Before the card is heard: what it told until now says which ticket the meter has seen.
        const doubt = report && (await takeMeterReport(tx, before, { report, receipt }, now));
        const isLate = heardSince(exchange, before);
        const booked = await bookCardReceipt(tx, before, { receipt, cardLast: told?.cardLast ?? 0, isLate }, now);
        if (report) await reportHeard(tx, before, { report, receipt });
        if (doubt !== undefined) await freezeCard(tx, before, doubt, now);
        if (asked && booked.type === 'nothing-new' && receipt.result === ValueResult.gap) {
          // Asked for the receipt after the last one booked, the card has none: both have booked the same.
          if (receipt.counter === before.lastCounter) await cardInStep(tx, id, now);
          else if (!isLate) await freezeCard(tx, before, 'gap-longer-than-ring', now);
        }
        const [purse] = await tx.cardPurses.of([id]);
        const isBehind = purse !== undefined && purse.lastCounter < (told?.cardLast ?? 0);
        const more = isBehind ? purse.freeze === undefined : await isWanted(tx, at, now);
        return { type: 'done', receipt, purse: purse as CardPurse, more };
      }),
    );
    if (!isFailure(booked)) watcher?.cardExchanged(clock.now() - exchange.begunAt);
    return booked;
  }

  #keep(exchange: Exchange): string {
    const bytes = new Uint8Array(8);
    this.#ports.randomness.fill(bytes);
    const id = toHex(bytes);
    const place = purseIdOf(exchange.at.csn, exchange.at.region);
    this.#exchanges.delete(this.#current.get(place) ?? '');
    this.#current.set(place, id);
    this.#exchanges.set(id, exchange);
    for (const [old, { at, begunAt }] of this.#exchanges) {
      if (begunAt + EXCHANGE_MS > exchange.begunAt && this.#exchanges.size <= EXCHANGES_MAX) break;
      this.#exchanges.delete(old);
      const itsPlace = purseIdOf(at.csn, at.region);
      if (this.#current.get(itsPlace) === old) this.#current.delete(itsPlace);
    }
    return id;
  }
}

/** In another exchange, perhaps of another host: what the card said in this one may be older than what is known. */
const heardSince = ({ known }: Exchange, purse: CardPurse): boolean =>
  purse.lastCounter !== known.lastCounter ||
  purse.debitCounter !== known.debitCounter ||
  purse.debited !== known.debited ||
  purse.handed !== known.handed;

const TAKEN_OVER = fail('card-exchange-unknown', 'There is no such exchange, or it was taken over: begin another one.');

interface Claimed {
  readonly utility: number;
  readonly n: KeyName<typeof Purpose.value>;
  readonly job: Job;
  readonly known: Known;
}

/** Takes the next job of a region; an order's LTC is durable from here on. */
async function claim(tx: StoreTransaction, at: CardAt, isHeld: boolean): Promise<Claimed | HostFailure> {
  const found = await openRegion(tx, at);
  if (isFailure(found)) return found;
  const { purse, provider } = found;
  const of = { utility: provider.utility, n: purse.n as Claimed['n'], known: purse };
  if (purse.queryWanted) return { ...of, job: { type: 'query' } };
  // X9: its order waits until the books were compared with those of the payment ports.
  if (isHeld) return { ...of, job: { type: 'hear' } };
  if (purse.outstanding !== undefined) return { ...of, job: { type: 'order', id: purse.outstanding } };
  const order = await firstWaiting(tx, purse.id);
  if (order === undefined) return { ...of, job: { type: 'hear' } };
  await tx.cardOrders.put([{ ...order, state: 'outstanding', counter: purse.lastCounter + 1 }]);
  await tx.cardPurses.put([{ ...purse, outstanding: order.id }]);
  return { ...of, job: { type: 'order', id: order.id } };
}

type Decision =
  | { readonly type: 'order'; readonly order: CardOrder }
  | { readonly type: 'query'; readonly counter: number }
  | { readonly type: 'freeze'; readonly doubt: CardFreeze };
type Decided =
  | (Exclude<Decision, { readonly type: 'freeze' }> & {
      readonly purse: CardPurse;
      readonly ticket: CardTicket | undefined;
    })
  | Extract<Decision, { readonly type: 'freeze' }>;

/** What M2 and the store, together, say of M3. Since M1 left, the order may have been booked, or be a void by now. */
async function decide(
  tx: StoreReads,
  purse: CardPurse,
  job: Job,
  lastCounter: number,
  doubt: CardFreeze | undefined,
): Promise<Decision> {
  if (doubt !== undefined) return { type: 'freeze', doubt };
  const order = purse.outstanding === undefined ? undefined : (await tx.cardOrders.of([purse.outstanding]))[0];
  const judged = judgeStatus(accountOfCard(purse, order), { lastCounter, creditedTotal: 0 as never });
  if (judged.type === 'freeze') return { type: 'freeze', doubt: doubtOf(judged.doubt) };
  if (judged.type === 'query') return judged;
  if (purse.queryWanted) return { type: 'query', counter: purse.lastCounter + 1 };
  if (job.type === 'order' && order?.id === job.id) return { type: 'order', order };
  // Its last receipt, which says nothing new.
  return { type: 'query', counter: 0 };
}

function commandOf(decided: Exclude<Decided, { readonly type: 'freeze' }>) {
  const nothing = { txid: new Uint8Array(TXID_BYTES), amount: 0 };
  if (decided.type === 'query') return { op: CardOp.query, counter: decided.counter, ...nothing };
  const { order, purse } = decided;
  const { counter, txid, amount, op } = outstandingOf(purse, order);
  if (order.op === 'release') return { op: CardOp.release, counter, txid, amount: order.debitCounter ?? 0 };
  return { op, counter, txid, amount: op === ValueOp.close ? 0 : amount };
}

/** A key that the store lacks is a failure of the request. */
export async function orKeyFailure<T>(asked: Promise<T>): Promise<T | HostFailure> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KeyStoreError) return fail('card-key-missing', error.message);
    throw error;
  }
}
