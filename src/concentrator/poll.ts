import { type Collect, clippedOffset, type PollPlan, type PollResult } from '../backhaul/index.ts';
import { Suite } from '../crypto/index.ts';
import {
  askForPart,
  Command,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
} from '../exchange/index.ts';
import {
  decodeClockSlewAnswer,
  decodeEventAnswer,
  decodeMonitoringStatus,
  decodeSeedUse,
  decodeUseAnswer,
  encodeBcdTime,
  encodeClockSlew,
  encodeEventRequest,
  encodeUseRequest,
  isBcdTime,
  isRecordFailure,
  MeterFlag,
  PROFILE_DAYS_KEPT,
  type ProfileSelector,
  Result,
  SLEW_SECONDS_MAX,
} from '../records/index.ts';
import { assert, assertNever, type Randomness, type SupplyIndex } from '../units/index.ts';
import { type Attempt, newAttempt } from './attempt.ts';
import type { MeterPlace } from './meter-map.ts';

/** Events of one poll: with 18 bytes before them three parts. What is left comes with the next poll. */
const EVENTS_PER_POLL = 40;
/** A frame that was answered with something useless is sent again so often. */
const USELESS_ANSWERS_MAX = 3;
const SECONDS_PER_DAY = 86_400;

/** `round` is the turn of the meter; `attention` brings the events first. */
export type PollCause = 'round' | 'attention';

/** The commands of monitoring: what the exchanges of a poll carry. */
type PollCommand = typeof Command.useAndLog | typeof Command.events | typeof Command.clockSlew;

export interface PollTime {
  /** Unix milliseconds. */
  readonly unixMs: number;
  /** Since the meter read its clock: the least that it can be, and the most, where the answer was fetched by a repetition. */
  readonly transitMinMs: number;
  readonly transitMaxMs: number;
}

/**
 * One poll of one meter: FIG. 3 seen from the host's side, up to three exchanges under the monitoring key. The
 * status in M2 says whether there is anything to fetch; a poll of a meter with nothing new ends there.
 */
export interface Poll {
  readonly meter: MeterPlace;
  readonly cause: PollCause;
  readonly plan: PollPlan;
  readonly randomness: Randomness;
  session: HostSession;
  /** Of the session. */
  command: PollCommand;
  /** The frame that goes to the meter next. */
  next: Uint8Array;
  readonly attempt: Attempt;
  /** Whether the meter has answered since the poll began. */
  answered: boolean;
  /** Whether the meter has carried a command out under the key. */
  keyUsed: boolean;
  /** Whether the answer is a part of a long body. */
  bulk: boolean;
  /** The modem has the part that is missing: it is asked for it, and the meter is not. */
  nextPart: boolean;
  /** What the meter's state calls for; `undefined` until that is known. */
  wants: Wants | undefined;
  uselessAnswers: number;
  /** What the host asked for of this meter, once the poll goes about it. */
  collect: Collect | undefined;
  /** First event after those in hand, and last day of the profiles in hand; `undefined` while there are none. */
  eventsFrom: number | undefined;
  profileDay: number | undefined;
  atMs: number;
  clockOffsetMs: number;
  status: Uint8Array | undefined;
  use: Uint8Array | undefined;
  events: Uint8Array | undefined;
}

interface Wants {
  use: Uint8Array | undefined;
  /** Set when `use` brings profiles up to this day. */
  readonly profileDay: number | undefined;
  eventsFrom: number | undefined;
  slewSeconds: number | undefined;
}

/** `later`: the meter lives and cannot serve a session now. `key-unknown`: it says that it has no key of this name. */
export type PollStep = 'ask' | 'done' | 'failed' | 'later' | 'key-unknown';

/** @throws Error when the meter has no key: asking is a bug */
export function beginPoll(
  meter: MeterPlace,
  cause: PollCause,
  { plan, randomness, unixMs }: { plan: PollPlan; randomness: Randomness; unixMs: number },
): Poll {
  const key = meter.keys[meter.keyIndex];
  assert(key !== undefined, 'a meter is polled under a key');
  const eventsFirst = cause === 'attention' && key.suite !== Suite.tripleDes;
  const command = eventsFirst ? Command.events : Command.useAndLog;
  const session = openHostSession(key, command, randomness);
  return {
    meter,
    cause,
    plan,
    randomness,
    session,
    command,
    next: hostFirst(session),
    attempt: newAttempt(),
    answered: false,
    keyUsed: false,
    bulk: false,
    nextPart: false,
    wants: undefined,
    uselessAnswers: 0,
    collect: undefined,
    eventsFrom: undefined,
    profileDay: undefined,
    atMs: unixMs,
    clockOffsetMs: 0,
    status: undefined,
    use: undefined,
    events: undefined,
  };
}

/** The meter answered with this frame, or acknowledged and said nothing; `more` where its modem has a further part. */
export function pollAnswered(poll: Poll, payload: Uint8Array | undefined, more: boolean, time: PollTime): PollStep {
  poll.nextPart = false;
  if (payload === undefined) return useless(poll);
  const outcome = hostReceive(poll.session, payload);
  switch (outcome.type) {
    case 'status':
      poll.uselessAnswers = 0;
      poll.meter.keysRefused = 0;
      return takeStatus(poll, outcome.status, time);
    case 'answer':
      poll.uselessAnswers = 0;
      poll.keyUsed = true;
      return takeAnswer(poll, outcome.answer, time);
    case 'part': {
      poll.uselessAnswers = 0;
      const asking = askForPart(poll.session);
      assert(asking !== undefined, 'a part is missing while the answer is not whole');
      poll.next = asking;
      poll.nextPart = more;
      poll.bulk = true;
      return 'ask';
    }
    case 'part-again':
      return again(poll, outcome.frame);
    case 'refused':
      return refused(outcome.refusal);
    case 'ignored':
      return useless(poll);
    default:
      return assertNever(outcome);
  }
}

/** Whether anything was learned that the host should have. */
export const pollHasResult = (poll: Poll): boolean =>
  poll.status !== undefined || poll.use !== undefined || poll.events !== undefined;

export const pollResult = (poll: Poll): PollResult => ({
  type: 'poll-result',
  svpmsn: poll.meter.svpmsn,
  atMs: poll.atMs,
  clockOffsetMs: clippedOffset(poll.clockOffsetMs),
  ...(poll.status && { status: poll.status }),
  ...(poll.use && { use: poll.use }),
  ...(poll.events && { events: poll.events }),
});

/**
 * The result is on its way to the host. Only now is the meter not asked again for what is in it: a poll that the host
 * came between, or whose result nobody took, is as if it had not been.
 */
export function pollIsSaid({ meter, wants, collect, eventsFrom, profileDay }: Poll): void {
  if (eventsFrom !== undefined) meter.eventsFrom = eventsFrom;
  if (profileDay !== undefined) meter.profileDay = profileDay;
  const collected = wants !== undefined && wants.use === undefined && wants.eventsFrom === undefined;
  if (collected && meter.collect === collect) meter.collect = undefined;
}

interface MeterFacts {
  readonly clock: number;
  readonly flags: number;
  readonly tableVersion: number;
  readonly nextEvent: number;
  readonly lastDay: number;
}

function takeStatus(poll: Poll, status: Uint8Array, time: PollTime): PollStep {
  if (status.length > 0 && poll.wants === undefined) {
    const decoded = decodeMonitoringStatus(status);
    if (isRecordFailure(decoded)) return 'failed';
    poll.status = status.slice();
    noteClock(poll, decoded.clock, time);
    poll.wants = wantsOf(poll, decoded, time);
  }
  if (poll.session.key.suite === Suite.tripleDes && !isBcdTime(wholeSeconds(time.unixMs))) {
    // M3 sets the clock of such a meter, and this unit's is certainly wrong.
    return 'done';
  }
  // The suites 3des and 3des-xo carry no status: Info, which every M4 of 0x30 begins with, tells what is new.
  const command = poll.wants === undefined ? blindCommand(poll, time) : wantedCommand(poll);
  if (command === undefined) return openNext(poll);
  const [third] = hostCommand(poll.session, command);
  poll.next = third as Uint8Array;
  return 'ask';
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000);

function blindCommand(poll: Poll, time: PollTime): Uint8Array | undefined {
  if (poll.session.key.suite === Suite.tripleDes) return encodeBcdTime(wholeSeconds(time.unixMs));
  if (poll.command === Command.useAndLog) return INFO_ONLY;
  return encodeEventRequest({ from: firstWanted(poll.meter), limit: EVENTS_PER_POLL });
}

function wantedCommand({ wants, command }: Poll): Uint8Array | undefined {
  switch (command) {
    case Command.useAndLog:
      return wants?.use;
    case Command.events:
      if (wants?.eventsFrom === undefined) return undefined;
      return encodeEventRequest({ from: wants.eventsFrom, limit: EVENTS_PER_POLL });
    case Command.clockSlew:
      return wants?.slewSeconds === undefined ? undefined : encodeClockSlew({ seconds: wants.slewSeconds });
    default:
      return assertNever(command);
  }
}

function takeAnswer(poll: Poll, answer: Uint8Array, time: PollTime): PollStep {
  const { meter, session } = poll;
  if (session.key.suite === Suite.tripleDes) {
    const use = decodeSeedUse(answer);
    if (isRecordFailure(use)) return 'failed';
    noteClock(poll, use.timer, time);
    poll.use = answer;
    return 'done';
  }
  switch (poll.command) {
    case Command.useAndLog: {
      poll.use = answer;
      if (poll.wants !== undefined) {
        poll.profileDay = poll.wants.profileDay;
        poll.wants.use = undefined;
        return openNext(poll);
      }
      const use = decodeUseAnswer(answer);
      if (isRecordFailure(use)) return 'failed';
      noteClock(poll, use.head.clock, time);
      poll.wants = wantsOf(poll, { ...use.info, clock: use.head.clock }, time);
      return openNext(poll);
    }
    case Command.events: {
      const events = decodeEventAnswer(answer);
      if (isRecordFailure(events)) return 'failed';
      if (poll.wants === undefined && events.next < firstWanted(meter)) {
        // Info, which is asked for next, tells the same, and the events are fetched from the first.
        numbersFell(meter);
        return openNext(poll);
      }
      poll.events = answer;
      poll.eventsFrom = (events.events.at(-1)?.sequence ?? events.next - 1) + 1;
      if (poll.wants !== undefined) poll.wants.eventsFrom = undefined;
      return openNext(poll);
    }
    case Command.clockSlew: {
      const slew = decodeClockSlewAnswer(answer);
      if (isRecordFailure(slew)) return 'failed';
      const granted = slew.head.result === Result.done;
      // The meter's own count holds: this unit may have started anew within the day.
      meter.slewSeconds = slew.head.result === Result.slewSpent ? SLEW_SECONDS_MAX : slew.spent;
      if (granted) poll.clockOffsetMs += 1000 * (poll.wants?.slewSeconds ?? 0);
      if (poll.wants !== undefined) poll.wants.slewSeconds = undefined;
      return openNext(poll);
    }
    default:
      return assertNever(poll.command);
  }
}

/** The next exchange of this poll, or its end. After an attention the events come first. */
function openNext(poll: Poll): PollStep {
  const { wants, session } = poll;
  let next: PollCommand | undefined;
  // Only 3des-xo gets here without knowing what is new, after the events of an attention.
  if (wants === undefined || wants.use !== undefined) next = Command.useAndLog;
  if (wants?.slewSeconds !== undefined) next = Command.clockSlew;
  if (wants?.eventsFrom !== undefined) next = Command.events;
  if (next === undefined) return 'done';
  poll.session = openHostSession(session.key, next, poll.randomness);
  poll.command = next;
  poll.next = hostFirst(poll.session);
  poll.bulk = false;
  return 'ask';
}

function wantsOf(poll: Poll, facts: MeterFacts, time: PollTime): Wants {
  const { meter, plan } = poll;
  const { collect } = meter;
  poll.collect = collect;
  noteState(meter, facts);
  const from = firstWanted(meter);
  let eventsFrom = facts.nextEvent > from && poll.events === undefined ? from : undefined;
  if (collect !== undefined && collect.eventsFrom > 0) eventsFrom = collect.eventsFrom;
  const slewSeconds = slewOf(poll, facts, time);
  if (collect !== undefined && collect.use.length > 0) {
    return { use: collect.use, profileDay: undefined, eventsFrom, slewSeconds };
  }
  // A profile is bulk, and an attention is urgent.
  if (plan.profiles && poll.cause === 'round' && facts.lastDay > meter.profileDay) {
    return { use: profileRequest(poll, facts.lastDay), profileDay: facts.lastDay, eventsFrom, slewSeconds };
  }
  const otherTable = plan.tableVersion !== 0 && facts.tableVersion !== plan.tableVersion;
  const use = otherTable && poll.use === undefined ? INFO_ONLY : undefined;
  return { use, profileDay: undefined, eventsFrom, slewSeconds };
}

/** Sees that the meter has lost its memory: its numbers fell, or its clock went. */
function noteState(meter: MeterPlace, { nextEvent, lastDay, flags }: MeterFacts): void {
  const clockUnset = (flags & MeterFlag.clockUnset) !== 0;
  if (nextEvent < meter.eventsFrom) numbersFell(meter);
  // Once, and not while it lasts: as long as the counter is not known, an old attention passes for a new one.
  else if (clockUnset && !meter.clockUnset) meter.attentionCounter = -1;
  if (lastDay < meter.profileDay) meter.profileDay = 0;
  meter.clockUnset = clockUnset;
}

/** Another meter stands here, or its memory was lost: it numbers its events and its attentions from the beginning. */
function numbersFell(meter: MeterPlace): void {
  meter.eventsFrom = 0;
  meter.attentionCounter = -1;
}

const firstWanted = ({ eventsFrom }: MeterPlace): number => Math.max(1, eventsFrom);

/**
 * A meter's totals are what its days add up to: a check on what was brought, and as long as a third of a day. They come
 * once in so many days, each meter's in another night.
 */
const TOTALS_EVERY_DAYS = 91;

/**
 * The complete days not brought yet, and with one of them in 91 the totals. A unit that has just started brings the last day
 * only: the host has most of the others, and asks for those that it lacks.
 */
function profileRequest({ meter, plan }: Poll, lastDay: number): Uint8Array {
  const first = meter.profileDay === 0 ? lastDay : Math.max(meter.profileDay + 1, lastDay - PROFILE_DAYS_KEPT + 1);
  const profiles: ProfileSelector[] = [];
  let totals = false;
  for (let day = first; day <= lastDay; day++) {
    totals ||= (day + meter.address) % TOTALS_EVERY_DAYS === 0;
    for (let supply = 1; supply <= plan.supplies; supply++) profiles.push({ day, supply: supply as SupplyIndex });
  }
  return encodeUseRequest({ totals, modeTable: false, policy: false, profiles });
}

/** Seconds to slew, or `undefined`: what is off by more than a day's slew is the host's to set. */
function slewOf({ meter, plan, clockOffsetMs }: Poll, facts: MeterFacts, { unixMs }: PollTime): number | undefined {
  const day = Math.floor(unixMs / (1000 * SECONDS_PER_DAY));
  if (meter.slewDay !== day) {
    meter.slewDay = day;
    meter.slewSeconds = 0;
  }
  const offset = Math.abs(clockOffsetMs);
  if (offset <= plan.slewAboveMs || offset > 1000 * SLEW_SECONDS_MAX) return undefined;
  if ((facts.flags & MeterFlag.clockUnset) !== 0) return undefined;
  const seconds = Math.min(Math.round(offset / 1000), SLEW_SECONDS_MAX - meter.slewSeconds);
  return seconds > 0 ? -Math.sign(clockOffsetMs) * seconds : undefined;
}

/** Of the offsets that the answer allows the one nearest to 0: a lost frame must not move a clock. */
function noteClock(poll: Poll, clock: number, { unixMs, transitMinMs, transitMaxMs }: PollTime): void {
  poll.atMs = unixMs;
  // A meter tells whole seconds: on average its clock stands half a second further.
  const heard = 1000 * clock + 500 - unixMs;
  poll.clockOffsetMs = Math.max(heard + transitMinMs, Math.min(heard + transitMaxMs, 0));
}

function refused(refusal: Refusal): PollStep {
  if (refusal === Refusal.busy || refusal === Refusal.slowedDown) return 'later';
  // The meter has gone on to another generation, or has not yet.
  if (refusal === Refusal.keyUnknown || refusal === Refusal.suiteNotServed) return 'key-unknown';
  return 'failed';
}

const useless = (poll: Poll): PollStep => again(poll, poll.next);

function again(poll: Poll, frame: Uint8Array): PollStep {
  poll.next = frame;
  return ++poll.uselessAnswers > USELESS_ANSWERS_MAX ? 'failed' : 'ask';
}

const INFO_ONLY = encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles: [] });
