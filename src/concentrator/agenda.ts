import { CARRY_PRIORITIES, type CarryPriority } from '../backhaul/index.ts';
import { Message } from '../exchange/index.ts';
import { LinePriority } from '../line/index.ts';
import type { DueQueue } from './due-queue.ts';
import type { MeterPlace } from './meter-map.ts';
import type { Poll, PollCause } from './poll.ts';
import type { Relay } from './relay.ts';

/** Carries of one priority that may wait. */
const CARRIES_WAITING_MAX = 256;
/** After M2 went up the line stays free of bulk so long: M3 is on its way, and a part of a profile takes 1.8 s. */
export const HOLD_MS = 1_000;
/** After the host's last frame to a meter in mid-exchange this unit opens no session there: it would end the host's. */
export const RESERVED_MS = 6_000;
/** A carry that has come and has not been served reserves its meter so long. */
const RESERVED_WAITING_MS = 60_000;

/** What speaks to a meter: a poll of this unit, or a carry of the host. Each has one frame to send next. */
export type Work = Poll | Relay;
export const isRelay = (work: Work): work is Relay => 'carry' in work;

interface Alarm {
  readonly meter: MeterPlace;
  readonly emergency: boolean;
}

export type BeginPoll = (meter: MeterPlace, cause: PollCause) => Poll | undefined;

/**
 * Who speaks next. Asked anew before every frame, so that value goes before bulk at every frame boundary:
 * emergency poll, value, control, poll after another attention, monitoring, polls in turn with bulk.
 */
export class Agenda {
  readonly #due: DueQueue<MeterPlace>;
  readonly #relays: { readonly [P in CarryPriority]: Relay[] } = { value: [], control: [], monitoring: [], bulk: [] };
  readonly #alarms: Alarm[] = [];
  readonly #held: MeterPlace[] = [];
  #poll: Poll | undefined;
  #urgent: { readonly poll: Poll; readonly emergency: boolean } | undefined;
  #bulkHadItsTurn = false;

  constructor(due: DueQueue<MeterPlace>) {
    this.#due = due;
  }

  /** Whether the carry found room. */
  addRelay(relay: Relay, now: number): boolean {
    const queue = this.#relays[relay.carry.priority];
    if (queue.length >= CARRIES_WAITING_MAX) return false;
    enqueue(queue, relay);
    this.release(relay.meter);
    relay.meter.reservedUntil = now + RESERVED_WAITING_MS;
    this.dropPolls(relay.meter, now + RESERVED_MS);
    return true;
  }

  /** The carry is over; `awaitsHost` when it brought an M2, which M3 follows. */
  endRelay(relay: Relay, now: number, awaitsHost: boolean): void {
    const queue = this.#relays[relay.carry.priority];
    queue.splice(queue.indexOf(relay), 1);
    const { meter } = relay;
    meter.reservedUntil = awaitsHost ? now + RESERVED_MS : now;
    if (awaitsHost && isHurried(relay)) {
      meter.heldUntil = now + HOLD_MS;
      this.#held.push(meter);
    }
  }

  /** Its meter was silent: others that are as far go first. */
  goesBehind(relay: Relay): void {
    const queue = this.#relays[relay.carry.priority];
    queue.splice(queue.indexOf(relay), 1);
    enqueue(queue, relay);
  }

  /** The value carry that goes before everything else. */
  firstValue(now: number): Relay | undefined {
    const waits = this.#alarms.some(({ emergency, meter }) => emergency && meter.reservedUntil <= now);
    return waits || this.#urgent?.emergency ? undefined : firstReady(this.#relays.value, now);
  }

  addAlarm(alarm: Alarm): void {
    const index = this.#alarms.findIndex(({ meter }) => meter === alarm.meter);
    if (index < 0) this.#alarms.push(alarm);
    else if (alarm.emergency) this.#alarms[index] = alarm;
  }

  endPoll(poll: Poll): void {
    if (this.#poll === poll) this.#poll = undefined;
    if (this.#urgent?.poll === poll) this.#urgent = undefined;
  }

  /** Ends the polls of this meter; it is due again at `dueAt`, and its alarm stands. */
  dropPolls(meter: MeterPlace, dueAt: number): void {
    if (this.#poll?.meter === meter) {
      this.endPoll(this.#poll);
      this.#due.schedule(meter, dueAt);
    }
    if (this.#urgent?.poll.meter === meter) {
      const { emergency } = this.#urgent;
      this.#urgent = undefined;
      this.addAlarm({ meter, emergency });
    }
  }

  /** Takes out everything about a meter that has left; returns its carries. */
  removeMeter(meter: MeterPlace): Relay[] {
    this.release(meter);
    this.dropPolls(meter, 0);
    this.#due.remove(meter);
    const alarm = this.#alarms.findIndex((other) => other.meter === meter);
    if (alarm >= 0) this.#alarms.splice(alarm, 1);
    const gone: Relay[] = [];
    for (const priority of CARRY_PRIORITIES) {
      const queue = this.#relays[priority];
      for (let i = queue.length - 1; i >= 0; i--) {
        if (queue[i]?.meter === meter) gone.push(...queue.splice(i, 1));
      }
    }
    return gone;
  }

  /** Whether this work is still to be done. */
  holds(work: Work): boolean {
    if (isRelay(work)) return this.#relays[work.carry.priority].includes(work);
    return this.#poll === work || this.#urgent?.poll === work;
  }

  /** The line waits no longer for the host's word to this meter. */
  release(meter: MeterPlace): void {
    const index = this.#held.indexOf(meter);
    if (index >= 0) this.#held.splice(index, 1);
    meter.heldUntil = 0;
  }

  /** When something may begin that cannot begin now; infinite when nothing waits. */
  nextAt(now: number, polling: boolean): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { heldUntil } of this.#held) at = Math.min(at, heldUntil);
    for (const priority of CARRY_PRIORITIES) {
      for (const { readyAt } of this.#relays[priority]) if (readyAt > now) at = Math.min(at, readyAt);
    }
    return this.#held.length > 0 || !polling ? at : Math.min(this.#due.first()?.dueAt ?? at, at);
  }

  /** What speaks next. Without `begin` no poll begins: nobody would take its result. */
  next(now: number, begin: BeginPoll | undefined): Work | undefined {
    if (this.#urgent === undefined && begin !== undefined && this.#alarms.length > 0) this.#beginUrgent(now, begin);
    if (this.#urgent?.emergency) return this.#urgent.poll;
    const { value, control, monitoring, bulk } = this.#relays;
    const sale = firstReady(value, now);
    if (sale !== undefined) return sale;
    if (this.#isHeld(now)) return undefined;
    const command = firstReady(control, now);
    if (command !== undefined) return command;
    if (this.#urgent !== undefined) return this.#urgent.poll;
    const reading = firstReady(monitoring, now);
    if (reading !== undefined) return reading;
    const part = firstReady(bulk, now);
    if (part !== undefined && !this.#bulkHadItsTurn) {
      this.#bulkHadItsTurn = true;
      return part;
    }
    this.#bulkHadItsTurn = false;
    if (this.#poll === undefined && begin !== undefined) this.#beginDue(now, begin);
    return this.#poll ?? part;
  }

  /** Place of the work in the line's own order. */
  priorityOf(work: Work): LinePriority {
    if (!isRelay(work)) {
      if (work === this.#urgent?.poll && this.#urgent.emergency) return LinePriority.emergency;
      return work.bulk ? LinePriority.bulk : LinePriority.poll;
    }
    return RELAY_PRIORITIES[work.carry.priority];
  }

  /** Whether the line is to be held after the answer, which is M2: M3 follows. */
  holdsAfter(work: Work): boolean {
    return isRelay(work) && isHurried(work) && beginsExchange(work);
  }

  isUrgent(poll: Poll): boolean {
    return this.#urgent?.poll === poll;
  }

  #isHeld(now: number): boolean {
    for (let i = this.#held.length - 1; i >= 0; i--) {
      const meter = this.#held[i] as MeterPlace;
      if (meter.heldUntil <= now) this.release(meter);
    }
    return this.#held.length > 0;
  }

  #beginUrgent(now: number, begin: BeginPoll): void {
    // Where the host speaks with this very meter, its events come as soon as that is over.
    const ready = this.#alarms.filter(({ meter }) => meter.reservedUntil <= now);
    const alarm = ready.find(({ emergency }) => emergency) ?? ready[0];
    if (alarm === undefined) return;
    this.#alarms.splice(this.#alarms.indexOf(alarm), 1);
    const { meter, emergency } = alarm;
    this.dropPolls(meter, now + RESERVED_MS);
    const poll = begin(meter, 'attention');
    if (poll !== undefined) this.#urgent = { poll, emergency };
  }

  #beginDue(now: number, begin: BeginPoll): void {
    for (let meter = this.#due.first(); meter !== undefined && meter.dueAt <= now; meter = this.#due.first()) {
      const busy = meter.reservedUntil > now || this.#urgent?.poll.meter === meter;
      if (busy) {
        this.#due.schedule(meter, now + RESERVED_MS);
        continue;
      }
      this.#due.remove(meter);
      this.#poll = begin(meter, 'round');
      if (this.#poll !== undefined) return;
    }
  }
}

/** An exchange that has begun is brought to its end before another of its priority begins. */
function enqueue(queue: Relay[], relay: Relay): void {
  const index = beginsExchange(relay) ? -1 : queue.findIndex(beginsExchange);
  queue.splice(index < 0 ? queue.length : index, 0, relay);
}

/** The first that is not waiting for a card. */
const firstReady = (queue: readonly Relay[], now: number): Relay | undefined =>
  queue.find(({ readyAt }) => readyAt <= now);

const beginsExchange = ({ next }: Relay): boolean => ((next[0] as number) & 0x0f) === Message.first;
const isHurried = ({ carry }: Relay): boolean => carry.priority === 'value' || carry.priority === 'control';

const RELAY_PRIORITIES: { readonly [P in CarryPriority]: LinePriority } = {
  value: LinePriority.value,
  control: LinePriority.control,
  monitoring: LinePriority.poll,
  bulk: LinePriority.bulk,
};
