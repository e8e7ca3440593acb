import type { BackhaulMessage } from '../backhaul/index.ts';
import { GENERATION_MAX, generationOf, type KeyName, Suite, type TerminalKey } from '../crypto/index.ts';
import {
  askForPart,
  Command,
  decodeValueReceipt,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
} from '../exchange/index.ts';
import { assertNever, type Milliseconds, type Svpmsn } from '../units/index.ts';
import type { CardDesk } from './card-desk.ts';
import { hasMoved } from './card-loads.ts';
import { cardFailed, cardRests, cardServed } from './card-slots.ts';
import { queueCommand } from './command-queue.ts';
import { commandBody } from './control.ts';
import type { ExchangeOutcome } from './exchange-port.ts';
import { type Asking, type Decision, decide, follow, type Settled, settleAnswer } from './exchange-steps.ts';
import { ExchangeWriter } from './exchange-trace.ts';
import { isFailure } from './failures.ts';
import { tellInterphone } from './interphone.ts';
import { type CardJob, claimWork, headerOf, type Job, keyOf, priorityOf } from './jobs.ts';
import { bookKey, keyChangeBody, keyChangeCommand, SEARCH_OF_MONITORING } from './key-change.ts';
import { MeterKeys } from './meter-keys.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { REFUSALS, refusalIn } from './refusal-names.ts';
import type { HostCounters } from './services.ts';
import type { SlotPayments } from './slot-payments.ts';
import { holdsNoValueKey } from './standing.ts';
import type { ControlCommand, Meter } from './types.ts';
import type { ValueHold } from './value-hold.ts';
import {
  IN_FLIGHT_PER_LOCAL_UNIT_MAX,
  wakeLine,
  workDone,
  workFailed,
  workGoesOn,
  workTriesOn,
  workWaits,
} from './work.ts';

type Carried = Extract<BackhaulMessage, { type: 'carried' }>;

/** A carry takes seconds on a line, also behind others: after so long whoever came anew has not had it. */
const DOUBTED_FOR_MS = 20_000;
const WOKEN_EVERY_MS = 60_000;

interface Claimed {
  readonly meter: Meter;
  readonly job: Job | CardJob;
}

/** An exchange under way. It lives in memory alone: a crash loses it, and the work row brings it again. */
interface UnderWay {
  readonly meter: Meter;
  /** Of the carry that is on its way; nothing while an answer is looked at. */
  ticket: number | undefined;
  readonly begunAt: Milliseconds;
  /** A carry that may be lost, because its local unit came anew, and since when that is known. */
  doubted: { readonly ticket: number; readonly since: Milliseconds } | undefined;
  /** Of an exchange that somebody watches. */
  readonly written: ExchangeWriter | undefined;
}

interface CardExchange extends UnderWay {
  readonly job: CardJob;
  /** Of the desk. */
  readonly id: string;
}

interface Exchange extends UnderWay, Asking {
  /** Of a key change: the key that goes into it. */
  readonly newKey: TerminalKey | undefined;
  /** The meter says that it knows no key of the name that was tried. */
  keyUnknown: boolean;
  /** And so it said of the one in the books. */
  searches: boolean;
}

/**
 * Carries orders and commands to the meters. It never waits for an answer: each step is one input, one transaction,
 * and then what is sent. What is to be done stands in the store before M1 leaves (X1).
 */
export class Dispatcher {
  readonly #ports: HostPorts;
  readonly #counters: HostCounters;
  readonly #desk: CardDesk;
  readonly #hold: ValueHold;
  readonly #slots: SlotPayments;
  /** One a meter. */
  readonly #exchanges = new Map<Svpmsn, Exchange | CardExchange>();
  readonly #keys: MeterKeys;
  /** By local unit: when what waited for it was made due because it came. */
  readonly #wokenAt = new Map<number, Milliseconds>();
  #ticket: number;

  constructor(
    ports: HostPorts,
    counters: HostCounters,
    { desk, hold, slots }: { readonly desk: CardDesk; readonly hold: ValueHold; readonly slots: SlotPayments },
  ) {
    this.#ports = ports;
    this.#counters = counters;
    this.#desk = desk;
    this.#hold = hold;
    this.#slots = slots;
    this.#keys = new MeterKeys(ports.keys);
    // Answers to a process before this one must not find a ticket of its own.
    const bytes = new Uint8Array(4);
    ports.randomness.fill(bytes);
    this.#ticket = bytes.reduce((ticket, byte) => ticket * 256 + byte, 0);
  }

  /** Meters with an exchange of this process. */
  get underWay(): ReadonlySet<Svpmsn> {
    return new Set(this.#exchanges.keys());
  }

  /** Begins whatever is due: everywhere, or on one local unit. */
  async dispatch(localUnit?: number): Promise<void> {
    const { store, clock, grid } = this.#ports;
    const now = clock.now();
    const units = localUnit === undefined ? await store.read((tx) => tx.dueUnits(now)) : [localUnit];
    for (const unit of units) {
      // Of several hosts over the same books the one to which a unit is connected serves it.
      if (grid.reaches?.(unit) !== false) await this.#dispatchUnit(unit, now);
    }
  }

  async #dispatchUnit(localUnit: number, now: Milliseconds): Promise<void> {
    const claim = (tx: StoreTransaction) => this.#claim(tx, localUnit, now);
    // Whatever was sold just now is work of the same unit, and other hosts begin it too.
    const claimed = await this.#ports.store.transaction(claim, { inTurn: true });
    for (const { meter, job } of claimed) {
      // Whoever held the lease before did not finish in time: what still comes for it is not for us.
      this.#exchanges.get(meter.svpmsn)?.written?.ended({ name: 'took-over' });
      this.#exchanges.delete(meter.svpmsn);
      await (job.type === 'card' ? this.#beginLoad(meter, job) : this.#begin(meter, job));
    }
  }

  async #claim(tx: StoreTransaction, localUnit: number, now: Milliseconds): Promise<readonly Claimed[]> {
    const limit = IN_FLIGHT_PER_LOCAL_UNIT_MAX - (await tx.leasedCount({ localUnit, now }));
    if (limit <= 0) return [];
    const jobs: Claimed[] = [];
    const isHeld = await this.#hold.holds(tx);
    for (const work of await tx.claimDueWork({ localUnit, now, limit })) {
      const claim = await claimWork(tx, work, { now, isHeld });
      if (claim !== undefined) jobs.push(claim);
    }
    return jobs;
  }

  async #begin(meter: Meter, job: Job): Promise<void> {
    const key = await this.#keys.toTry(keyOf(meter, job), meter.svpmsn, job.type === 'command' ? 'later' : 'any');
    const changes = job.type === 'command' && job.command.h === Command.keyChange;
    const newKey = changes ? await this.#keys.held(job.command.body[0] as KeyName, meter.svpmsn) : undefined;
    if (key === undefined || (changes && newKey === undefined)) {
      // The lease runs out and it is tried again: a keyring that is restored meanwhile heals it.
      this.#counters.keysMissing += 1;
      return;
    }
    const session = openHostSession(key, headerOf(job), this.#ports.randomness);
    const begunAt = this.#ports.clock.now();
    const exchange: Exchange = {
      meter,
      job,
      session,
      ticket: undefined,
      meterLast: undefined,
      newKey,
      begunAt,
      doubted: undefined,
      keyUnknown: false,
      searches: false,
      written: this.#writer(meter, job, session),
    };
    this.#exchanges.set(meter.svpmsn, exchange);
    this.#carry(exchange, [hostFirst(session)]);
  }

  #writer({ svpmsn, localUnit }: Meter, job: Job, { h, key }: HostSession): ExchangeWriter | undefined {
    const { exchanges, clock } = this.#ports;
    if (exchanges === undefined) return undefined;
    const value =
      job.type === 'value' ? { order: job.row.order, counter: job.row.counter, amount: job.row.amount } : undefined;
    return new ExchangeWriter(exchanges, clock, { svpmsn, localUnit, h, n: key.n, value });
  }

  /** M1 of the desk, for a card. */
  async #beginLoad(meter: Meter, job: CardJob): Promise<void> {
    const { svpmsn, localUnit } = meter;
    const begun = await this.#desk.begin({ csn: job.csn, region: job.purse.region, route: svpmsn });
    if (isFailure(begun)) {
      if (begun.reason === 'card-key-missing') this.#counters.keysMissing += 1;
      return this.#endLoad(svpmsn, 'failed');
    }
    const { exchange: id, frame } = begun;
    const { exchanges, clock } = this.#ports;
    const trace = { svpmsn, localUnit, h: Command.addedValue, n: frame[2] as KeyName, value: undefined };
    const written = exchanges && new ExchangeWriter(exchanges, clock, trace);
    const begunAt = clock.now();
    const exchange: CardExchange = { meter, job, id, ticket: undefined, begunAt, doubted: undefined, written };
    this.#exchanges.set(svpmsn, exchange);
    this.#carry(exchange, [frame]);
  }

  #carry(exchange: Exchange | CardExchange, frames: readonly Uint8Array[]): void {
    const { svpmsn, localUnit } = exchange.meter;
    exchange.written?.sent(frames);
    const ticket = this.#ticket;
    this.#ticket = (this.#ticket + 1) % 0x1_0000_0000;
    exchange.ticket = ticket;
    this.#counters.carries += 1;
    this.#ports.grid.send(localUnit, { type: 'carry', ticket, svpmsn, priority: priorityOf(exchange.job), frames });
  }

  /**
   * A local unit came up or was reached anew: what was on its way there may be lost, and what was put off because
   * nothing arrived there is due. A connection that comes and goes all the time changes nothing more.
   */
  async lineCame(localUnit: number): Promise<void> {
    const { store, clock } = this.#ports;
    const now = clock.now();
    for (const exchange of this.#exchanges.values()) {
      const { meter, ticket, doubted } = exchange;
      if (meter.localUnit !== localUnit || ticket === undefined || doubted?.ticket === ticket) continue;
      exchange.doubted = { ticket, since: now };
    }
    if (now < (this.#wokenAt.get(localUnit) ?? -Infinity) + WOKEN_EVERY_MS) return;
    this.#wokenAt.set(localUnit, now);
    await store.transaction((tx) => wakeLine(tx, localUnit, now));
    await this.dispatch(localUnit);
  }

  /** Time passed: carries that were doubted for long enough are lost, and whatever is due begins. */
  async tick(): Promise<void> {
    const now = this.#ports.clock.now();
    for (const { meter, ticket, doubted } of [...this.#exchanges.values()]) {
      if (doubted === undefined || doubted.ticket !== ticket || now < doubted.since + DOUBTED_FOR_MS) continue;
      const { localUnit, svpmsn } = meter;
      await this.carried(localUnit, { type: 'carried', ticket, svpmsn, outcome: 'no-answer', frames: [] });
    }
    await this.dispatch();
  }

  /** An answer from the grid: late, doubled and foreign ones find no exchange and change nothing. */
  async carried(localUnit: number, { ticket, svpmsn, outcome, frames }: Carried): Promise<void> {
    const exchange = this.#exchanges.get(svpmsn);
    if (exchange?.ticket !== ticket) return;
    if (exchange.meter.localUnit !== localUnit) {
      this.#counters.strayMessages += 1;
      return;
    }
    exchange.ticket = undefined;
    if (outcome !== 'answered') {
      this.#counters.noAnswers += 1;
      exchange.written?.ended({ name: 'no-answer' });
    }
    if (isLoad(exchange) && outcome === 'answered') {
      const end = await this.#receiveFromCard(exchange, frames);
      if (end === undefined || !this.#forget(exchange)) return;
      await this.#endLoad(svpmsn, end);
      return this.dispatch(localUnit);
    }
    const goesOn = outcome === 'answered' && !isLoad(exchange) && (await this.#receive(exchange, frames));
    if (goesOn || !this.#forget(exchange)) return;
    const { store, clock, randomness } = this.#ports;
    const { keyUnknown, searches } = isLoad(exchange) ? { keyUnknown: false, searches: false } : exchange;
    await store.transaction(async (tx) => {
      const now = clock.now();
      // Whoever says so proves nothing. What a meter told of its keys under the one that it kept is proved.
      const [known] = keyUnknown ? await tx.knowledgeOf([svpmsn]) : [];
      if (known !== undefined && holdsNoValueKey(known)) return workWaits(tx, svpmsn, now, randomness);
      return searches ? workTriesOn(tx, svpmsn, now) : workFailed(tx, svpmsn, now, randomness);
    });
  }

  /** Whether the exchange went on, or came to its end. */
  async #receive(exchange: Exchange, frames: readonly Uint8Array[]): Promise<boolean> {
    for (const frame of frames) {
      const outcome = hostReceive(exchange.session, frame);
      exchange.written?.received(frame, refusalIn(outcome), outcome.type === 'ignored' ? outcome.reason : undefined);
      switch (outcome.type) {
        case 'status':
          return this.#command(exchange, outcome.status);
        case 'answer':
          this.#counters.answers += 1;
          this.#ports.watcher?.exchanged(this.#ports.clock.now() - exchange.begunAt);
          return this.#book(exchange, outcome.answer);
        case 'part-again':
          this.#carry(exchange, [outcome.frame]);
          return true;
        case 'refused':
          this.#counters.refusals += 1;
          this.#ports.watcher?.refused(REFUSALS[outcome.refusal]);
          exchange.written?.ended({ name: 'refused', reason: REFUSALS[outcome.refusal] });
          if (outcome.refusal === Refusal.keyUnknown) {
            // The booked key had its turn and its delay: the others follow one another (X9).
            exchange.keyUnknown = true;
            exchange.searches = this.#keys.isUnknown(exchange.session.key);
          }
          return false;
        case 'ignored':
          this.#counters.ignoredFrames += 1;
          this.#ports.watcher?.refused(outcome.reason);
          break;
        case 'part':
          break;
        default:
          assertNever(outcome);
      }
    }
    const missing = askForPart(exchange.session);
    if (missing !== undefined) this.#carry(exchange, [missing]);
    else exchange.written?.ended({ name: 'nothing-believed' });
    return missing !== undefined;
  }

  /** How the load ended, or `undefined` when it goes on. */
  async #receiveFromCard(exchange: CardExchange, frames: readonly Uint8Array[]): Promise<LoadEnd | undefined> {
    const { written } = exchange;
    for (const frame of frames) {
      const step = await this.#desk.receive(exchange.id, frame);
      // Meanwhile the lease ran out, and the meter is spoken to in another exchange: this one has ended.
      if (!this.#isCurrent(exchange)) return undefined;
      if (isFailure(step)) {
        written?.ended({ name: 'turned', why: 'changed' });
        return 'failed';
      }
      const refused = step.type === 'refused' ? REFUSALS[step.refusal] : undefined;
      written?.received(frame, refused, step.type === 'ignored' ? step.reason : undefined);
      switch (step.type) {
        case 'send':
          this.#carry(exchange, [step.frame]);
          return undefined;
        case 'done':
          this.#counters.answers += 1;
          this.#ports.watcher?.exchanged(this.#ports.clock.now() - exchange.begunAt);
          written?.ended({ name: 'answered', result: step.receipt.result });
          return hasMoved(exchange.job.purse, step.purse) ? 'served' : 'failed';
        case 'frozen':
          written?.ended({ name: 'turned', why: 'freeze' });
          return 'served';
        case 'refused':
          this.#counters.refusals += 1;
          this.#ports.watcher?.refused(REFUSALS[step.refusal]);
          written?.ended({ name: 'refused', reason: REFUSALS[step.refusal] });
          return step.refusal === Refusal.cardAbsent ? 'absent' : 'failed';
        case 'ignored':
          this.#counters.ignoredFrames += 1;
          this.#ports.watcher?.refused(step.reason);
          break;
        default:
          assertNever(step);
      }
    }
    written?.ended({ name: 'nothing-believed' });
    return 'failed';
  }

  /** The meter answered, so nothing else that waits for it is put off because of its card. */
  async #endLoad(id: Svpmsn, end: LoadEnd): Promise<void> {
    const { store, clock, randomness } = this.#ports;
    await store.transaction(async (tx) => {
      const now = clock.now();
      if (end === 'served') await cardServed(tx, id, now);
      else if (end === 'absent') await cardRests(tx, id);
      else await cardFailed(tx, id, now, randomness);
      await workDone(tx, id, now);
    });
  }

  /** M2 is in hand: M3 leaves if what the store says still asks for it. FIG. 1, STEP 14 */
  async #command(exchange: Exchange, status: Uint8Array): Promise<boolean> {
    const { store, clock } = this.#ports;
    const { meter, job, session } = exchange;
    const next = await store.read((tx) => this.#decide(tx, exchange, status));
    // Meanwhile the lease ran out, and the meter is spoken to in another exchange: this one has ended.
    if (!this.#isCurrent(exchange)) return true;
    if (next.type === 'send') {
      // Stamped after the last wait, so that a clock set is as late as can be.
      const body =
        exchange.newKey !== undefined && job.type === 'command'
          ? keyChangeBody(session, exchange.newKey, job.command)
          : job.type === 'command' && !isCardPayment(job.command)
            ? commandBody(job.command, clock.now())
            : next.body;
      this.#carry(exchange, hostCommand(session, body));
      return true;
    }
    if (next.type === 'give-up') {
      exchange.written?.ended({ name: 'not-understood' });
      return false;
    }
    exchange.written?.ended({ name: 'turned', why: next.type });
    this.#forget(exchange);
    await store.transaction(async (tx) => {
      const now = clock.now();
      const [purse] = await tx.pursesOf([meter.svpmsn]);
      if (purse !== undefined) await follow(tx, purse, next, now);
      await workDone(tx, meter.svpmsn, now);
    });
    await this.dispatch(meter.localUnit);
    return true;
  }

  async #decide(tx: StoreReads, exchange: Exchange, status: Uint8Array): Promise<Decision> {
    const decision = await decide(tx, exchange, status);
    const { meter, job } = exchange;
    if (decision.type !== 'send' || job.type !== 'command' || !isCardPayment(job.command)) return decision;
    const body = await this.#slots.third(tx, meter, this.#ports.clock.now());
    return body === undefined ? { type: 'changed' } : { type: 'send', body };
  }

  /** M4 is in hand. FIG. 1, STEP 16 */
  async #book(exchange: Exchange, answer: Uint8Array): Promise<boolean> {
    const { store, clock } = this.#ports;
    const { meter } = exchange;
    const following = await this.#afterSearch(exchange);
    const settled = await store.transaction(async (tx) => {
      const now = clock.now();
      await bookKey(tx, meter.svpmsn, exchange.session.key.n);
      const meaning = await this.#settle(tx, exchange, answer, now);
      if (meaning === 'settled' && following !== undefined) {
        await queueCommand(tx, meter, keyChangeCommand('monitoring', following), now);
      }
      // The work of an exchange that began meanwhile is its own.
      if (meaning === 'settled' && this.#isCurrent(exchange)) await workDone(tx, meter.svpmsn, now);
      if (meaning === 'soon' && this.#isCurrent(exchange)) await workGoesOn(tx, meter.svpmsn, now);
      return meaning;
    });
    if (settled === 'not-understood') this.#counters.recordsNotUnderstood += 1;
    exchange.written?.ended(outcomeIn(exchange, answer, settled));
    if (settled !== 'settled' && settled !== 'soon') return false;
    this.#forget(exchange);
    this.#keys.hasWorked(exchange.session.key);
    if (exchange.job.type === 'command') tellInterphone(this.#ports, exchange.job.command, answer);
    await this.dispatch(meter.localUnit);
    return true;
  }

  async #settle(tx: StoreTransaction, exchange: Exchange, answer: Uint8Array, now: Milliseconds): Promise<Settled> {
    const { meter, job } = exchange;
    if (job.type !== 'command' || !isCardPayment(job.command)) return settleAnswer(tx, exchange, answer, now);
    return (await this.#slots.settle(tx, meter, { sent: job.command, answer }, now)) ? 'settled' : 'soon';
  }

  /** Of a search for the key that a meter serves: the one that follows it, which the meter may hold too. */
  async #afterSearch({ meter, job, session }: Exchange): Promise<KeyName | undefined> {
    if (job.type !== 'command' || job.command.slot !== SEARCH_OF_MONITORING.slot) return undefined;
    if (generationOf(session.key.n) === GENERATION_MAX) return undefined;
    return (await this.#keys.held((session.key.n + 1) as KeyName, meter.svpmsn))?.n;
  }

  #isCurrent(exchange: UnderWay): boolean {
    return this.#exchanges.get(exchange.meter.svpmsn) === exchange;
  }

  /** Whether it was still the meter's own. */
  #forget(exchange: UnderWay): boolean {
    return this.#isCurrent(exchange) && this.#exchanges.delete(exchange.meter.svpmsn);
  }
}

/** What became of a load: over and booked, nothing there to be loaded, or what is left of it tried after a while. */
type LoadEnd = 'served' | 'absent' | 'failed';

const isLoad = (exchange: Exchange | CardExchange): exchange is CardExchange => exchange.job.type === 'card';

/** What the meter says of itself in M4; suite `3des` says a balance alone. */
function outcomeIn({ meter: { suite, svpmsn }, job }: Exchange, answer: Uint8Array, settled: Settled): ExchangeOutcome {
  if (settled === 'not-understood') return { name: 'not-understood' };
  if (suite === Suite.tripleDes) return { name: 'answered', result: undefined };
  if (job.type === 'command') return { name: 'answered', result: answer[0] };
  const receipt = decodeValueReceipt(suite, svpmsn, answer);
  return { name: 'answered', result: 'reason' in receipt ? undefined : receipt.result };
}

const isCardPayment = ({ h }: ControlCommand): boolean => h === Command.cardPayment;
