import type { BackhaulMessage, CarryPriority } from '../backhaul/index.ts';
import { type KeyName, KeyStoreError, keyName, Purpose, Suite } from '../crypto/index.ts';
import {
  askForPart,
  COMMAND_OF_OP,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  judgeStatus,
  openHostSession,
  TXID_BYTES,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { assertNever, type Milliseconds, type Svpmsn, tokens } from '../units/index.ts';
import { commandBody, settleCommand } from './control.ts';
import { believeReceipt } from './monitoring.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { accountOf, asOutstanding, bookInStep, bookReceipt, bookSeedAnswer, freeze, nextRow } from './receipts.ts';
import type { HostCounters } from './services.ts';
import { type ControlCommand, Lane, type Meter, type OutstandingRow, type Purse, type Work } from './types.ts';
import { ANSWER_WITHIN_MS, IN_FLIGHT_PER_LOCAL_UNIT_MAX, workDone, workFailed } from './work.ts';

type Carried = Extract<BackhaulMessage, { type: 'carried' }>;

/** What one exchange is for. */
type Job =
  | { readonly type: 'value'; readonly row: OutstandingRow }
  /** After a restore, or when the meter is ahead: its receipts, one by one, before anything else (X9). */
  | { readonly type: 'query' }
  | { readonly type: 'command'; readonly command: ControlCommand };

/** An exchange under way. It lives in memory alone: a crash loses it, and the work row brings it again. */
interface Exchange {
  readonly meter: Meter;
  readonly job: Job;
  readonly session: HostSession;
  /** Of M2, in the suites that name it. */
  meterLast: number | undefined;
}

/**
 * Carries orders and commands to the meters. It never waits for an answer: each step is one input, one transaction,
 * and then what is sent. What is to be done stands in the store before M1 leaves (X1).
 */
export class Dispatcher {
  readonly #ports: HostPorts;
  readonly #counters: HostCounters;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #tickets = new Map<Svpmsn, number>();
  #ticket: number;

  constructor(ports: HostPorts, counters: HostCounters) {
    this.#ports = ports;
    this.#counters = counters;
    // Answers to a process before this one must not find a ticket of its own.
    const bytes = new Uint8Array(4);
    ports.randomness.fill(bytes);
    this.#ticket = bytes.reduce((ticket, byte) => ticket * 256 + byte, 0);
  }

  /** Begins whatever is due: everywhere, or on one local unit. */
  async dispatch(localUnit?: number): Promise<void> {
    const { store, clock } = this.#ports;
    const now = clock.now();
    const units = localUnit === undefined ? await store.read((tx) => tx.dueUnits(now)) : [localUnit];
    for (const unit of units) await this.#dispatchUnit(unit, now);
  }

  async #dispatchUnit(localUnit: number, now: Milliseconds): Promise<void> {
    const claimed = await this.#ports.store.transaction(async (tx) => {
      const limit = IN_FLIGHT_PER_LOCAL_UNIT_MAX - (await tx.leasedCount({ localUnit, now }));
      const jobs: { readonly meter: Meter; readonly job: Job }[] = [];
      if (limit <= 0) return jobs;
      for (const work of await tx.dueWork({ localUnit, now, limit })) {
        const claim = await claimWork(tx, work, now);
        if (claim !== undefined) jobs.push(claim);
      }
      return jobs;
    });
    for (const { meter, job } of claimed) await this.#begin(meter, job);
  }

  async #begin(meter: Meter, job: Job): Promise<void> {
    const { keys, randomness } = this.#ports;
    const key = await keys.terminalKey(keyOf(meter, job), meter.svpmsn).catch((error: unknown) => {
      if (error instanceof KeyStoreError) return undefined;
      throw error;
    });
    if (key === undefined) {
      // The lease runs out and it is tried again: a keyring that is restored meanwhile heals it.
      this.#counters.keysMissing += 1;
      return;
    }
    const session = openHostSession(key, headerOf(job), randomness);
    // Whoever held the lease before did not finish in time: what still comes for it is not for us.
    const old = this.#tickets.get(meter.svpmsn);
    if (old !== undefined) this.#exchanges.delete(old);
    this.#carry({ meter, job, session, meterLast: undefined }, [hostFirst(session)]);
  }

  #carry(exchange: Exchange, frames: readonly Uint8Array[]): void {
    const { svpmsn, localUnit } = exchange.meter;
    const ticket = this.#ticket;
    this.#ticket = (this.#ticket + 1) % 0x1_0000_0000;
    this.#exchanges.set(ticket, exchange);
    this.#tickets.set(svpmsn, ticket);
    this.#counters.carries += 1;
    this.#ports.grid.send(localUnit, { type: 'carry', ticket, svpmsn, priority: priorityOf(exchange.job), frames });
  }

  /** An answer from the grid: late, doubled and foreign ones find no exchange and change nothing. */
  async carried({ ticket, svpmsn, outcome, frames }: Carried): Promise<void> {
    const exchange = this.#exchanges.get(ticket);
    if (exchange === undefined || exchange.meter.svpmsn !== svpmsn) return;
    this.#forget(ticket, svpmsn);
    if (outcome !== 'answered') this.#counters.noAnswers += 1;
    const goesOn = outcome === 'answered' && (await this.#receive(exchange, frames));
    if (goesOn) return;
    const { store, clock, randomness } = this.#ports;
    await store.transaction((tx) => workFailed(tx, svpmsn, clock.now(), randomness));
  }

  /** Whether the exchange went on, or came to its end. */
  async #receive(exchange: Exchange, frames: readonly Uint8Array[]): Promise<boolean> {
    for (const frame of frames) {
      const outcome = hostReceive(exchange.session, frame);
      switch (outcome.type) {
        case 'status':
          return this.#command(exchange, outcome.status);
        case 'answer':
          this.#counters.answers += 1;
          return this.#book(exchange, outcome.answer);
        case 'part-again':
          this.#carry(exchange, [outcome.frame]);
          return true;
        case 'refused':
          this.#counters.refusals += 1;
          return false;
        case 'ignored':
          this.#counters.ignoredFrames += 1;
          break;
        case 'part':
          break;
        default:
          assertNever(outcome);
      }
    }
    const missing = askForPart(exchange.session);
    if (missing !== undefined) this.#carry(exchange, [missing]);
    return missing !== undefined;
  }

  /** M2 is in hand: M3 leaves if what the store says still asks for it. FIG. 1, STEP 14 */
  async #command(exchange: Exchange, status: Uint8Array): Promise<boolean> {
    const { store, clock } = this.#ports;
    const { meter, job, session } = exchange;
    const next = await store.read((tx) => decide(tx, exchange, status));
    if (next.type === 'send') {
      // Stamped after the last wait, so that a clock set is as late as can be.
      const body = job.type === 'command' ? commandBody(job.command, clock.now()) : next.body;
      this.#carry(exchange, hostCommand(session, body));
      return true;
    }
    if (next.type === 'give-up') return false;
    await store.transaction(async (tx) => {
      const now = clock.now();
      const [purse] = await tx.pursesOf([meter.svpmsn]);
      if (purse !== undefined) await follow(tx, purse, next, now);
      await workDone(tx, meter.svpmsn, now);
    });
    await this.dispatch(meter.localUnit);
    return true;
  }

  /** M4 is in hand. FIG. 1, STEP 16 */
  async #book(exchange: Exchange, answer: Uint8Array): Promise<boolean> {
    const { store, clock } = this.#ports;
    const { meter, job } = exchange;
    const booked = await store.transaction(async (tx) => {
      const now = clock.now();
      const settled = await settleAnswer(tx, exchange, answer, now);
      if (settled) await workDone(tx, meter.svpmsn, now);
      return settled;
    });
    if (!booked && job.type !== 'command') this.#counters.recordsNotUnderstood += 1;
    if (booked) await this.dispatch(meter.localUnit);
    return booked;
  }

  #forget(ticket: number, svpmsn: Svpmsn): void {
    this.#exchanges.delete(ticket);
    if (this.#tickets.get(svpmsn) === ticket) this.#tickets.delete(svpmsn);
  }
}

/** Takes the next job of a meter for this host, until the lease runs out; the TC is durable from here on (X1). */
async function claimWork(
  tx: StoreTransaction,
  work: Work,
  now: Milliseconds,
): Promise<{ readonly meter: Meter; readonly job: Job } | undefined> {
  const [meter] = await tx.metersOf([work.svpmsn]);
  const [purse] = await tx.pursesOf([work.svpmsn]);
  const job = meter === undefined || purse === undefined ? undefined : await nextJob(tx, purse);
  if (meter === undefined || job === undefined) {
    await tx.deleteWork(work.svpmsn);
    return undefined;
  }
  const lane = job.type === 'command' ? Lane.control : Lane.value;
  const dueAt = (now + ANSWER_WITHIN_MS) as Milliseconds;
  // A lease that ran out was a try without an answer.
  const attempts = work.leased ? work.attempts + 1 : work.attempts;
  await tx.putWork([{ ...work, lane, dueAt, attempts, leased: true }]);
  return { meter, job };
}

async function nextJob(tx: StoreTransaction, purse: Purse): Promise<Job | undefined> {
  if (purse.freeze === undefined) {
    if (purse.queryWanted) return { type: 'query' };
    const outstanding = await tx.outstanding(purse.svpmsn);
    if (outstanding !== undefined) return { type: 'value', row: outstanding };
    const order = await tx.nextWaiting(purse.svpmsn);
    if (order !== undefined) {
      const row = nextRow(purse, outstanding, order);
      await tx.putOutstanding(row);
      await tx.putOrder({ ...order, state: 'outstanding', counter: row.counter });
      return { type: 'value', row };
    }
  }
  const command = await tx.nextCommand(purse.svpmsn);
  return command === undefined ? undefined : { type: 'command', command };
}

type Decision = { readonly type: 'send'; readonly body: Uint8Array } | { readonly type: 'give-up' } | Turn;

/** Nothing is sent: what the exchange was begun for is not what comes next. */
type Turn =
  | { readonly type: 'query' | 'in-step' | 'changed' }
  | { readonly type: 'freeze'; readonly doubt: NonNullable<Purse['freeze']> };

async function follow(tx: StoreTransaction, purse: Purse, turn: Turn, now: Milliseconds): Promise<void> {
  switch (turn.type) {
    case 'freeze':
      return freeze(tx, purse, turn.doubt, now);
    case 'query':
      return tx.putPurse({ ...purse, queryWanted: true });
    case 'in-step':
      return bookInStep(tx, purse, now);
    case 'changed':
      return;
    default:
      assertNever(turn);
  }
}

/** What M2 and the store, together, say of M3. */
async function decide(tx: StoreReads, exchange: Exchange, bytes: Uint8Array): Promise<Decision> {
  const { meter, job } = exchange;
  if (job.type === 'command') {
    const { slot, sequence, body } = job.command;
    const current = await tx.command(meter.svpmsn, slot);
    const stands = current?.sequence === sequence && current.state === 'waiting';
    return stands ? { type: 'send', body } : { type: 'changed' };
  }
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  const row = await tx.outstanding(meter.svpmsn);
  if (purse === undefined || purse.freeze !== undefined) return { type: 'changed' };
  // Since M1 left, the order may have been turned into a void, or booked by another host.
  if (job.type === 'value' && (row === undefined || !sameRow(row, job.row))) return { type: 'changed' };
  // X9: no M3 while the meter's receipts are still to be asked for.
  if (job.type === 'value' && purse.queryWanted) return { type: 'changed' };
  if (meter.suite === Suite.aes128 || meter.suite === Suite.aes256) {
    const status = decodeValueStatus(bytes);
    if ('reason' in status) return { type: 'give-up' };
    exchange.meterLast = status.lastCounter;
    const judged = judgeStatus(accountOf(purse, job.type === 'query' ? undefined : row), status);
    if (judged.type === 'freeze') return judged;
    if (job.type === 'query' && judged.type === 'send') return { type: 'in-step' };
    if (job.type === 'value' && judged.type === 'query') return { type: 'query' };
  }
  const command =
    job.type === 'value'
      ? asOutstanding(job.row)
      : { op: ValueOp.query, counter: purse.lastCounter + 1, txid: new Uint8Array(TXID_BYTES), amount: tokens(0) };
  return { type: 'send', body: encodeValueCommand(meter.suite, command) };
}

const sameRow = (a: OutstandingRow, b: OutstandingRow): boolean =>
  a.order === b.order && a.counter === b.counter && a.op === b.op;

/** Books M4. Whether it settled what was asked; if not, it is asked again later. */
async function settleAnswer(
  tx: StoreTransaction,
  { meter, job, meterLast }: Exchange,
  answer: Uint8Array,
  now: Milliseconds,
): Promise<boolean> {
  if (job.type === 'command') return settleCommand(tx, meter, job.command, answer, now);
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  if (purse === undefined) return false;
  if (meter.suite === Suite.tripleDes) {
    // The body is an authentic balance; whether it holds the amount, this suite cannot tell.
    await bookSeedAnswer(tx, purse, now);
    return true;
  }
  const receipt = decodeValueReceipt(meter.suite, meter.svpmsn, answer);
  if ('reason' in receipt) return false;
  const judgement = await bookReceipt(tx, purse, { receipt, meterLast }, now);
  await believeReceipt(tx, meter.svpmsn, receipt, now);
  if (judgement.type !== 'nothing-new') return true;
  // Asked for the receipt after the last one booked, the meter has none: both have booked the same.
  const inStep = job.type === 'query' && receipt.result === ValueResult.gap && receipt.counter === purse.lastCounter;
  if (inStep) await bookInStep(tx, purse, now);
  const lost = job.type === 'query' && receipt.result === ValueResult.gap && receipt.counter > purse.lastCounter;
  if (lost) await freeze(tx, purse, 'gap-longer-than-ring', now);
  return inStep || lost;
}

function headerOf(job: Job): HostSession['h'] {
  switch (job.type) {
    case 'value':
      return COMMAND_OF_OP[asOutstanding(job.row).op];
    case 'query':
      return COMMAND_OF_OP[ValueOp.query];
    case 'command':
      return job.command.h;
    default:
      return assertNever(job);
  }
}

/** The key that carries the job: a command of 0x3x travels under monitoring, of 0x2x under control. */
function keyOf(meter: Meter, job: Job): KeyName {
  if (job.type !== 'command') return keyName(Purpose.value, meter.suite, meter.valueGeneration);
  return job.command.h >= 0x30
    ? keyName(Purpose.monitoring, meter.suite, meter.monitoringGeneration)
    : keyName(Purpose.control, meter.suite, meter.controlGeneration);
}

function priorityOf(job: Job): CarryPriority {
  return job.type === 'command' ? 'control' : 'value';
}
