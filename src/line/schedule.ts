import { assertNever, type Milliseconds, type ModemAddress } from '../units/index.ts';
import type { Carrier } from './carrier.ts';
import {
  createMasterLink,
  type MasterLink,
  type MasterOutput,
  masterIsIdle,
  type Sink,
  stepMasterLink,
} from './master-link.ts';
import { HEARD_MAX, HEARD_TELLINGS, HEARD_WITH_SLOT_MAX, SLOT_MINISLOTS, type Slot, slotAfter } from './slot.ts';
import { later } from './timing.ts';
import type { Asking } from './transaction.ts';

/** Who goes first when the line is free. The order is strict: bulk waits for everything else. */
export const LinePriority = { emergency: 0, value: 1, control: 2, poll: 3, bulk: 4 } as const;
export type LinePriority = (typeof LinePriority)[keyof typeof LinePriority];

/** A slot opens at least so often, whatever else is waiting; 4 % of the line at 1,200 bit/s. */
export const SLOT_INTERVAL_MS = 4_000;
/** A routine slot lets value go first for so long: whoever waits for his credit does not wait for a slot too. */
const SLOT_DEFERRED_MS = 4_000;
/** Requests waiting in one priority. */
export const LINE_QUEUE_MAX = 1_024;

/** A request or a next part with its place in the queue; `id` is the caller's and comes back with the outcome. */
export type LineJob = Exclude<Asking, { type: 'attention-request' }> & {
  readonly id: number;
  readonly priority: LinePriority;
  /**
   * For so long after the answer nothing less urgent begins: the next pass of this exchange is on its way from the
   * host, and would else wait for a whole bulk part.
   */
  readonly holdMs?: number;
};

export type ScheduleInput =
  | { readonly type: 'ask'; readonly now: Milliseconds; readonly job: LineJob }
  /** A poll is over: open a slot at the next free moment. */
  | { readonly type: 'open-slot'; readonly now: Milliseconds }
  /** The attention with this check was authentic and is taken: its meter is told in the next slot. */
  | { readonly type: 'attention-heard'; readonly check: number }
  | { readonly type: 'bytes'; readonly now: Milliseconds; readonly bytes: Uint8Array }
  /** The time of a wake output has come. The first one starts the schedule. */
  | { readonly type: 'wake'; readonly now: Milliseconds };

export type ScheduleOutput =
  | Extract<MasterOutput, { type: 'send' | 'wake' | 'attention' }>
  | (Extract<MasterOutput, { type: 'answered' | 'acknowledged' | 'no-answer' }> & { readonly id: number })
  /** The queue of this priority is full: the job was not taken. */
  | { readonly type: 'queue-full'; readonly id: number };

/**
 * What the local unit puts on the line, and when. Priorities are looked at again before each job, so the parts of a
 * long body make way for a value exchange with another meter; who wants that before each repetition too asks for one
 * try at a time. First come attentions already announced, then slots that are due, then the queues.
 */
export interface LineSchedule {
  readonly link: MasterLink;
  readonly queues: readonly LineJob[][];
  /** Meters that bid, or said in an answer that an attention waits. */
  readonly bidders: Set<ModemAddress>;
  /** Attentions given to the caller: their meters are not asked again before a slot has told them. */
  readonly given: Map<number, ModemAddress>;
  /** Checks of attentions that the caller took, and how many slots are still to name them. */
  readonly heard: Map<number, number>;
  /** The slot that follows a crowded one. */
  nextSlot: Slot | undefined;
  nextSlotAt: Milliseconds;
  /** The job whose answer is awaited. */
  current: LineJob | undefined;
  /** Until when the line is held for jobs at least as urgent as this. */
  hold: { readonly priority: LinePriority; readonly until: Milliseconds } | undefined;
}

/** A local unit's queues, empty, on a line that is free. */
export function createLineSchedule(carrier: Carrier): LineSchedule {
  return {
    link: createMasterLink(carrier),
    queues: [[], [], [], [], []],
    bidders: new Set(),
    given: new Map(),
    heard: new Map(),
    nextSlot: undefined,
    nextSlotAt: 0 as Milliseconds,
    current: undefined,
    hold: undefined,
  };
}

/** What is asked for, heard or due, and what the line is to do. */
export function stepLineSchedule(schedule: LineSchedule, input: ScheduleInput, out: Sink<ScheduleOutput>): void {
  switch (input.type) {
    case 'ask': {
      const queue = schedule.queues[input.job.priority] as LineJob[];
      if (queue.length >= LINE_QUEUE_MAX) {
        out.push({ type: 'queue-full', id: input.job.id });
        return;
      }
      queue.push(input.job);
      beginNext(schedule, input.now, out);
      return;
    }
    case 'open-slot':
      if (input.now < schedule.nextSlotAt) schedule.nextSlotAt = input.now;
      beginNext(schedule, input.now, out);
      return;
    case 'attention-heard':
      schedule.heard.set(input.check, HEARD_TELLINGS);
      return;
    case 'bytes':
    case 'wake': {
      const outcomes: MasterOutput[] = [];
      stepMasterLink(schedule.link, input, outcomes);
      for (const outcome of outcomes) takeOutcome(schedule, outcome, input.now, out);
      beginNext(schedule, input.now, out);
      return;
    }
    default:
      assertNever(input);
  }
}

/** When an idle line has something to do by itself: a hold ends, or else a slot is due. */
export function idleUntil({ hold, nextSlotAt }: LineSchedule, now: Milliseconds): Milliseconds {
  return hold !== undefined && now < hold.until ? hold.until : nextSlotAt;
}

function takeOutcome(
  schedule: LineSchedule,
  outcome: MasterOutput,
  now: Milliseconds,
  out: Sink<ScheduleOutput>,
): void {
  switch (outcome.type) {
    case 'send':
    case 'wake':
      out.push(outcome);
      return;
    case 'answered':
    case 'acknowledged':
      if (outcome.attentionWaiting) noteBidder(schedule, outcome.address);
      endJob(schedule, outcome, now, out);
      return;
    case 'no-answer':
      // An attention request has no job: its meter will bid again.
      if (schedule.current !== undefined) endJob(schedule, outcome, now, out);
      return;
    case 'attention':
      schedule.given.set(outcome.check, outcome.address);
      out.push(outcome);
      return;
    case 'no-attention':
      return;
    case 'bid':
      noteBidder(schedule, outcome.address);
      return;
    case 'slot-closed':
      if (outcome.outcome.slot.minislots === 0) return;
      schedule.nextSlot = slotAfter(outcome.outcome);
      schedule.nextSlotAt = later(outcome.outcome.closedAt, SLOT_INTERVAL_MS);
      return;
    default:
      assertNever(outcome);
  }
}

function noteBidder(schedule: LineSchedule, address: ModemAddress): void {
  for (const given of schedule.given.values()) if (given === address) return;
  schedule.bidders.add(address);
}

function endJob(
  schedule: LineSchedule,
  outcome: Extract<MasterOutput, { type: 'answered' | 'acknowledged' | 'no-answer' }>,
  now: Milliseconds,
  out: Sink<ScheduleOutput>,
): void {
  const job = schedule.current as LineJob;
  schedule.current = undefined;
  if (job.holdMs !== undefined && outcome.type === 'answered') {
    schedule.hold = { priority: job.priority, until: later(now, job.holdMs) };
  } else if (outcome.type === 'no-answer' && job.priority <= LinePriority.value) {
    // Who asked may ask again at once, before a slot opens.
    schedule.hold = { priority: job.priority, until: later(now, 1) };
  }
  out.push({ ...outcome, id: job.id });
}

function beginNext(schedule: LineSchedule, now: Milliseconds, out: Sink<ScheduleOutput>): void {
  if (!masterIsIdle(schedule.link)) return;
  const outcomes: MasterOutput[] = [];
  const bidder = firstOf(schedule.bidders);
  if (bidder !== undefined) {
    schedule.bidders.delete(bidder);
    stepMasterLink(schedule.link, { type: 'attention-request', address: bidder, now }, outcomes);
  } else if (slotGoesFirst(schedule, now)) {
    openSlot(schedule, now, outcomes);
  } else {
    const priority = nextPriority(schedule);
    const { hold } = schedule;
    if (hold !== undefined && priority > hold.priority && now < hold.until) {
      out.push({ type: 'wake', at: hold.until });
      return;
    }
    if (priority > LinePriority.bulk) {
      out.push({ type: 'wake', at: schedule.nextSlotAt });
      return;
    }
    schedule.hold = undefined;
    const job = schedule.queues[priority]?.shift() as LineJob;
    schedule.current = job;
    stepMasterLink(schedule.link, { ...job, now }, outcomes);
  }
  for (const outcome of outcomes) takeOutcome(schedule, outcome, now, out);
}

function openSlot(schedule: LineSchedule, now: Milliseconds, out: Sink<MasterOutput>): void {
  let slot = schedule.nextSlot ?? { type: 'contention', minislots: SLOT_MINISLOTS };
  let heard: number[] = [];
  if (slot.type === 'contention') {
    // Who has been heard must know it before the others may speak: else all would bid again.
    if (schedule.heard.size > HEARD_WITH_SLOT_MAX) slot = { type: 'contention', minislots: 0 };
    heard = takeHeard(schedule);
  }
  if (slot.minislots > 0) schedule.nextSlot = undefined;
  stepMasterLink(schedule.link, { type: 'open-slot', now, slot, heard }, out);
}

/** The next attentions to be named; those that are to be named again go to the end. */
function takeHeard(schedule: LineSchedule): number[] {
  const heard = [...schedule.heard.keys()].slice(0, HEARD_MAX);
  for (const check of heard) {
    const tellings = (schedule.heard.get(check) as number) - 1;
    schedule.heard.delete(check);
    if (tellings > 0) schedule.heard.set(check, tellings);
  }
  for (const check of schedule.given.keys()) if (!schedule.heard.has(check)) schedule.given.delete(check);
  return heard;
}

/** The most urgent priority in which something waits, or one above all. */
function nextPriority(schedule: LineSchedule): number {
  const { queues } = schedule;
  const first = queues.findIndex((queue) => queue.length > 0);
  return first < 0 ? queues.length : first;
}

function slotGoesFirst(schedule: LineSchedule, now: Milliseconds): boolean {
  if (schedule.nextSlot !== undefined) return true;
  if (now < schedule.nextSlotAt) return false;
  if (now >= schedule.nextSlotAt + SLOT_DEFERRED_MS) return true;
  const { hold } = schedule;
  const held = hold !== undefined && now < hold.until && hold.priority <= LinePriority.value;
  return !held && nextPriority(schedule) > LinePriority.value;
}

function firstOf<T>(set: Set<T>): T | undefined {
  for (const member of set) return member;
  return undefined;
}
