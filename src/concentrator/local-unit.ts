import {
  type AddressMap,
  type BackhaulMessage,
  type Carry,
  type CheckMeterMinute,
  clippedTime,
  type PollPlan,
} from '../backhaul/index.ts';
import { Purpose } from '../crypto/index.ts';
import { decodeFrame, Message, openAttention } from '../exchange/index.ts';
import {
  airtimeMs,
  type Carrier,
  createLineSchedule,
  idleUntil,
  LINE_OVERHEAD_BYTES,
  type LineSchedule,
  masterIsIdle,
  type ScheduleInput,
  type ScheduleOutput,
  type Sink,
  stepLineSchedule,
} from '../line/index.ts';
import {
  ATTENTION_EMERGENCIES,
  AttentionReason,
  decodeAttention,
  decodeUseRequest,
  isRecordFailure,
} from '../records/index.ts';
import { assertNever, type Milliseconds, type MilliwattHours, type Randomness, type Svpmsn } from '../units/index.ts';
import { Agenda, HOLD_MS, isRelay, type Work } from './agenda.ts';
import { answerBytesMax, TRIES_IN_TURN, triesMax } from './attempt.ts';
import { CheckMeter } from './check-meter.ts';
import { HealthReports } from './health.ts';
import { type MapRefusal, MeterMap, type MeterPlace, type MonitoringRing } from './meter-map.ts';
import { forgetOlderKeys, MissingKeys, takeKeys, turnToKey, turnToNextKey, type Unwrap } from './monitoring-keys.ts';
import {
  beginPoll,
  type Poll,
  type PollCause,
  type PollTime,
  pollAnswered,
  pollHasResult,
  pollIsSaid,
  pollResult,
} from './poll.ts';
import { beginRelay, carriedWith, isRelayable, type Relay, relayAnswered } from './relay.ts';
import { isDark, Silence } from './silence.ts';
import { Suspicions } from './suspicion.ts';
import { type Traffic, trafficOf } from './traffic.ts';
import { Uplink, type UplinkOutput } from './uplink.ts';

/** Until the host sends another. */
export const DEFAULT_POLL_PLAN: PollPlan = {
  type: 'poll-plan',
  roundMs: 15 * 60_000,
  profiles: true,
  supplies: 1,
  tableVersion: 0,
  slewAboveMs: 2_000,
};
/** A meter that was busy, or failed in mid-poll, is asked again after this time. */
const AGAIN_MS = 6_000;
/** So seldom does a meter's attention with too low a counter bring a poll: whoever plays an old one again gets no more. */
const DOUBTED_EVERY_MS = 60_000;

export interface LocalUnitOptions {
  /** Number of this unit in its area, 0 to 255. */
  readonly id: number;
  readonly carrier: Carrier;
  /** The only keys that a local unit has. */
  readonly keys: MonitoringRing;
  readonly unwrap: Unwrap;
  readonly randomness: Randomness;
  readonly addressMap?: Omit<AddressMap, 'type'>;
}

/** `now` is this unit's clock in Unix milliseconds; the host's `time` corrects it. It only goes forward. */
export type LocalUnitInput =
  | { readonly type: 'wake'; readonly now: Milliseconds }
  /** Bytes from the power line. */
  | { readonly type: 'line'; readonly now: Milliseconds; readonly bytes: Uint8Array }
  /** One message from the area unit, or straight from the host. */
  | { readonly type: 'backhaul'; readonly now: Milliseconds; readonly bytes: Uint8Array }
  | { readonly type: 'backhaul-up'; readonly now: Milliseconds }
  | { readonly type: 'backhaul-down'; readonly now: Milliseconds }
  /** Speech at a meter, or that somebody could speak there: beside the line, where that is fast enough for it. */
  | { readonly type: 'voice'; readonly now: Milliseconds; readonly svpmsn: Svpmsn; readonly sound: Uint8Array }
  /** Energy through the transformer since the last of these, from the unit's own meter. */
  | { readonly type: 'measured'; readonly now: Milliseconds; readonly energy: MilliwattHours };

export type LocalUnitOutput =
  | UplinkOutput
  /** To be sent on the power line at once. */
  | { readonly type: 'line'; readonly bytes: Uint8Array }
  /** To be heard at a meter, where somebody can. */
  | { readonly type: 'voice'; readonly svpmsn: Svpmsn; readonly sound: Uint8Array }
  /** Step again at this time at the latest. */
  | { readonly type: 'wake'; readonly at: Milliseconds };

/**
 * The local unit on one pole transformer: polls its meters in turn, relays what the host says to them, hears their
 * attentions, and keeps a check meter. It holds monitoring keys and nothing else: of value and control it sees
 * sealed frames.
 */
export class LocalUnit {
  readonly #options: LocalUnitOptions;
  readonly #map = new MeterMap();
  readonly #agenda = new Agenda(this.#map.due);
  readonly #schedule: LineSchedule;
  readonly #silence = new Silence(this.#map);
  readonly #suspicions = new Suspicions(this.#map);
  readonly #checkMeter = new CheckMeter();
  readonly #health = new HealthReports();
  readonly #missingKeys = new MissingKeys();
  readonly #uplink: Uplink;
  readonly #lineOutputs: ScheduleOutput[] = [];
  #plan = DEFAULT_POLL_PLAN;
  /** Host's clock less this unit's. */
  #correctionMs = 0;
  /** What the line works at, by the number of its job, and value carries that go before anything else. */
  readonly #asked = new Map<number, Work>();
  #jobs = 0;
  #armedAt = -1;

  /** @throws TypeError for a ring of another purpose; RangeError for an address map that is refused */
  constructor(options: LocalUnitOptions) {
    if (options.keys.purpose !== Purpose.monitoring) {
      throw new TypeError('a local unit is built with monitoring keys and no others');
    }
    this.#options = options;
    this.#uplink = new Uplink(options.id);
    this.#schedule = createLineSchedule(options.carrier);
    if (options.addressMap !== undefined) {
      const taken = this.#map.take(options.addressMap, options.keys, 0);
      if ('refusal' in taken) throw new RangeError(taken.sentence);
      this.#missKeys();
    }
  }

  /** What the line has carried since this unit began. */
  get traffic(): Traffic {
    return trafficOf(this.#schedule.link);
  }

  get meters(): number {
    return this.#map.size;
  }

  /** Messages from the backhaul that were none. */
  get damagedMessages(): number {
    return this.#uplink.damagedMessages;
  }

  step(input: LocalUnitInput, out: Sink<LocalUnitOutput>): void {
    const { now } = input;
    switch (input.type) {
      case 'wake':
        this.#line(input, now, out);
        break;
      case 'line':
        this.#line({ type: 'bytes', now, bytes: input.bytes }, now, out);
        break;
      case 'backhaul': {
        const message = this.#uplink.hear(input.bytes, out);
        if (message !== undefined) this.#obey(message, now, out);
        break;
      }
      case 'backhaul-up':
        this.#missingKeys.askAtOnce();
        this.#uplink.up(out);
        break;
      case 'backhaul-down':
        this.#uplink.down();
        break;
      case 'voice':
        if (this.#map.bySvpmsn(input.svpmsn) === undefined || !this.#uplink.connected) break;
        this.#uplink.say({ type: 'voice', svpmsn: input.svpmsn, sound: input.sound }, out);
        break;
      case 'measured':
        this.#sayMinute(this.#checkMeter.measured(input.energy, this.#unix(now)), out);
        break;
      default:
        assertNever(input);
    }
    this.#sayMinute(this.#checkMeter.turn(this.#unix(now)), out);
    this.#reportHealth(now, out);
    this.#askForKeys(now, out);
    this.#begin(now, out);
    this.#arm(now, out);
  }

  // The line

  #line(input: ScheduleInput, now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    stepLineSchedule(this.#schedule, input, this.#lineOutputs);
    // Taken out one by one: what is done about an outcome may put the line to work again.
    for (let output = this.#lineOutputs.shift(); output !== undefined; output = this.#lineOutputs.shift()) {
      switch (output.type) {
        case 'send':
          out.push({ type: 'line', bytes: output.bytes });
          break;
        case 'wake':
          // One wake for all timers: see #arm.
          break;
        case 'attention':
          this.#attention(output.payload, output.address, output.check, now, out);
          break;
        case 'answered':
          this.#outcome(output.id, 'answered', output, now, out);
          break;
        case 'acknowledged':
          this.#outcome(output.id, 'answered', undefined, now, out);
          break;
        case 'no-answer':
          this.#noAnswer(output, now, out);
          break;
        case 'queue-full':
          throw new Error('the line is given a few jobs at a time');
        default:
          assertNever(output);
      }
    }
  }

  /** Gives the line its next frame, if it is free; a value carry at once, so that it goes before slots and repetitions. */
  #begin(now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    const value = this.#agenda.firstValue(now);
    if (value !== undefined && !this.#isAsked(value)) this.#ask(value, now, out);
    if (this.#asked.size > 0 || !masterIsIdle(this.#schedule.link)) return;
    if (now >= idleUntil(this.#schedule, now)) {
      this.#line({ type: 'wake', now }, now, out);
      return;
    }
    const begin = (meter: MeterPlace, cause: PollCause) => this.#beginPoll(meter, cause, now);
    const work = this.#agenda.next(now, this.#uplink.connected ? begin : undefined);
    if (work !== undefined) this.#ask(work, now, out);
  }

  #isAsked(work: Work): boolean {
    for (const asked of this.#asked.values()) if (asked === work) return true;
    return false;
  }

  #ask(work: Work, now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    const { next: payload, meter, attempt } = work;
    const id = ++this.#jobs;
    this.#asked.set(id, work);
    if (attempt.failed === 0) attempt.askedAt = now;
    const asking = isNextPart(work) ? ({ type: 'next-part' } as const) : ({ type: 'request', payload } as const);
    const job = {
      ...asking,
      id,
      address: meter.address,
      priority: this.#agenda.priorityOf(work),
      answerBytesMax: answerBytesMax(payload),
      triesMax: 1,
      ...(this.#agenda.holdsAfter(work) && { holdMs: HOLD_MS }),
    } as const;
    this.#line({ type: 'ask', now, job }, now, out);
  }

  #beginPoll(meter: MeterPlace, cause: PollCause, now: number): Poll | undefined {
    // It is due again when its keys come.
    if (meter.keys.length === 0) return undefined;
    // An alarm does not take the meter's turn, in which its profile comes.
    if (cause === 'round') this.#map.due.schedule(meter, this.#silence.nextTurn(meter, now, this.#plan.roundMs));
    const { randomness } = this.#options;
    return beginPoll(meter, cause, { plan: this.#plan, randomness, unixMs: this.#unix(now) });
  }

  #noAnswer(
    silence: Extract<ScheduleOutput, { type: 'no-answer' }>,
    now: Milliseconds,
    out: Sink<LocalUnitOutput>,
  ): void {
    const { id, working } = silence;
    const work = this.#asked.get(id);
    if (working || work === undefined || !this.#agenda.holds(work)) {
      this.#outcome(id, working ? 'working' : 'silent', undefined, now, out);
      return;
    }
    this.#suspicions.silent(work.meter, silence.garbledTries, this.#unix(now));
    work.attempt.failed += 1;
    const triedOnce = !isRelay(work) && !work.answered && isDark(work.meter);
    if (triedOnce || work.attempt.failed >= triesMax(this.#agenda.priorityOf(work))) {
      this.#outcome(id, 'silent', undefined, now, out);
      return;
    }
    this.#asked.delete(id);
    if (isRelay(work) && work.attempt.failed % TRIES_IN_TURN === 0) this.#agenda.goesBehind(work);
  }

  #outcome(
    id: number,
    how: 'answered' | 'working' | 'silent',
    heard: Extract<ScheduleOutput, { type: 'answered' }> | undefined,
    now: Milliseconds,
    out: Sink<LocalUnitOutput>,
  ): void {
    const payload = heard?.payload;
    const work = this.#asked.get(id);
    this.#asked.delete(id);
    // The meter may have left the map, or the host may have come between.
    if (work === undefined || !this.#agenda.holds(work)) return;
    work.attempt.failed = 0;
    if (how === 'answered') {
      work.meter.heardAt = this.#unix(now);
      this.#suspicions.answered(work.meter, payload, this.#unix(now));
      this.#silence.lineHeard(now, this.#plan.roundMs);
    }
    if (isRelay(work)) {
      if (how === 'answered') this.#silence.meterHeard(work.meter, now, this.#plan.roundMs);
      this.#relayOutcome(work, payload, how, now, out);
      return;
    }
    if (how !== 'answered') {
      if (how === 'silent') work.meter.silentPolls += 1;
      this.#endPoll(work, how === 'working' ? AGAIN_MS : undefined, now, out);
      return;
    }
    work.answered = true;
    const step = pollAnswered(work, payload, heard?.more === true, this.#timeOf(work, payload, now));
    if (work.keyUsed) forgetOlderKeys(work.meter, work.session.key, this.#options.keys);
    if (step === 'ask') return;
    if (step === 'done') this.#silence.meterHeard(work.meter, now, this.#plan.roundMs);
    // What the host asked for may be what the meter will not give.
    else if (step === 'failed' && work.meter.collect === work.collect) work.meter.collect = undefined;
    const againMs = step === 'key-unknown' ? this.#keyRefused(work) : AGAIN_MS;
    this.#endPoll(work, step === 'done' ? undefined : againMs, now, out);
  }

  /** When the meter is asked again: at once, as long as a key of its own has not had its turn. */
  #keyRefused({ meter, session }: Poll): number {
    if (!turnToNextKey(meter, session.key)) return 0;
    this.#missingKeys.add(meter);
    return AGAIN_MS;
  }

  #timeOf(poll: Poll, payload: Uint8Array | undefined, now: Milliseconds): PollTime {
    const { carrier } = this.#options;
    const { turnaroundMs, latencyMs } = carrier;
    const transitMinMs = airtimeMs(carrier, LINE_OVERHEAD_BYTES + (payload?.length ?? 0)) + turnaroundMs + latencyMs;
    const asked = isNextPart(poll) ? 0 : poll.next.length;
    const since = now - poll.attempt.askedAt - airtimeMs(carrier, LINE_OVERHEAD_BYTES + asked);
    return { unixMs: this.#unix(now), transitMinMs, transitMaxMs: Math.max(transitMinMs, since) };
  }

  #endPoll(poll: Poll, againMs: number | undefined, now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    const hasResult = pollHasResult(poll);
    if (hasResult && !this.#uplink.connected) {
      // Nobody would take it: when the connection is back the meter is polled again, and its alarm stands.
      this.#agenda.dropPolls(poll.meter, now);
      return;
    }
    const urgent = this.#agenda.isUrgent(poll);
    this.#agenda.endPoll(poll);
    if (againMs !== undefined) this.#map.due.schedule(poll.meter, now + againMs);
    // An alarm whose facts did not come is asked after again soon, silent or not.
    else if (urgent && poll.events === undefined && poll.status === undefined) {
      this.#map.due.schedule(poll.meter, now + AGAIN_MS);
    }
    if (hasResult) {
      this.#uplink.say(pollResult(poll), out);
      pollIsSaid(poll);
    }
    this.#line({ type: 'open-slot', now }, now, out);
  }

  #relayOutcome(
    relay: Relay,
    payload: Uint8Array | undefined,
    how: 'answered' | 'working' | 'silent',
    now: Milliseconds,
    out: Sink<LocalUnitOutput>,
  ): void {
    const step =
      how === 'answered'
        ? relayAnswered(relay, payload)
        : ({ type: 'ended', carried: carriedWith(relay.carry, 'no-answer') } as const);
    if (step.type === 'ask') return;
    if (step.type === 'ask-later') {
      relay.readyAt = now + step.afterMs;
      return;
    }
    const { frames } = step.carried;
    const awaitsHost = frames.length === 1 && ((frames[0]?.[0] ?? 0) & 0x0f) === Message.second;
    this.#agenda.endRelay(relay, now, awaitsHost);
    this.#uplink.say(step.carried, out);
  }

  #attention(payload: Uint8Array, address: number, check: number, now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    const frame = decodeFrame(payload);
    if ('reason' in frame || frame.message !== Message.attention) return;
    const meter = this.#map.bySvpmsn(frame.svpmsn);
    const unixMs = this.#unix(now);
    if (meter === undefined || meter.address !== address) this.#suspicions.stranger(frame.svpmsn, address, unixMs);
    const key = meter && this.#options.keys.get(frame.n, meter.svpmsn);
    // It calls under the newest key that it holds, or somebody says so: the host knows which it is.
    if (meter !== undefined && key === undefined) this.#missingKeys.add(meter);
    const notice = key && openAttention(key, frame);
    const attention = notice && decodeAttention(notice);
    if (meter === undefined || key === undefined || attention === undefined || isRecordFailure(attention)) return;
    if (attention.counter < meter.attentionCounter) {
      this.#doubt(meter, now);
      return;
    }
    // The last one again means that the meter does not know it was heard.
    this.#line({ type: 'attention-heard', check }, now, out);
    if (attention.counter === meter.attentionCounter) return;
    const { reasons, counter } = attention;
    meter.attentionCounter = counter;
    turnToKey(meter, key);
    meter.heardAt = unixMs;
    this.#silence.lineHeard(now, this.#plan.roundMs);
    this.#silence.meterHeard(meter, now, this.#plan.roundMs);
    this.#uplink.sayOrKeep({ type: 'attention', svpmsn: meter.svpmsn, reasons, counter, atMs: unixMs }, out);
    // One whose power went has nothing more to tell, and whoever asks it waits.
    if ((reasons & AttentionReason.lastGasp) !== 0) return;
    this.#agenda.addAlarm({ meter, emergency: (reasons & ATTENTION_EMERGENCIES) !== 0 });
  }

  /** Played again by somebody, or the meter counts anew because it has lost its memory: a poll tells which. */
  #doubt(meter: MeterPlace, now: number): void {
    if (now < meter.doubtedUntil) return;
    meter.doubtedUntil = now + DOUBTED_EVERY_MS;
    this.#map.due.schedule(meter, now);
  }

  // The backhaul

  #obey(message: BackhaulMessage, now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    switch (message.type) {
      case 'carry':
        this.#carry(message, now, out);
        return;
      case 'address-map': {
        const refused = this.#takeMap(message, now, out);
        const { version } = message;
        const sentence = refused?.sentence ?? '';
        const why = refused && { refusal: refused.refusal };
        this.#uplink.say({ type: 'address-map-answer', version, ...why, sentence }, out);
        return;
      }
      case 'monitoring-keys': {
        const { keys: ring, unwrap } = this.#options;
        const missing = this.#missingKeys;
        this.#uplink.say(takeKeys(message, { map: this.#map, ring, missing, unwrap, now }), out);
        return;
      }
      case 'time':
        this.#correctionMs = message.unixMs - now;
        return;
      case 'poll-plan':
        this.#plan = message;
        // A shorter round holds from now on, not only from each meter's next turn.
        for (const meter of this.#map.values()) {
          if (meter.dueAt > now + message.roundMs) this.#map.due.schedule(meter, now + message.roundMs);
        }
        return;
      case 'collect': {
        const meter = this.#map.bySvpmsn(message.svpmsn);
        if (meter === undefined) return;
        // A request that no meter understands is not carried to one.
        if (message.use.length > 0 && isRecordFailure(decodeUseRequest(message.use))) return;
        meter.collect = message;
        this.#map.due.schedule(meter, 0);
        return;
      }
      case 'voice':
        if (this.#map.bySvpmsn(message.svpmsn) === undefined) return;
        out.push({ type: 'voice', svpmsn: message.svpmsn, sound: message.sound });
        return;
      case 'hello':
      case 'hello-refused':
        // Heard by the uplink.
        return;
      case 'carried':
      case 'address-map-answer':
      case 'monitoring-keys-answer':
      case 'monitoring-keys-wanted':
      case 'poll-result':
      case 'attention':
      case 'check-meter':
      case 'line-health':
        // What only goes upwards.
        return;
      default:
        assertNever(message);
    }
  }

  #carry(carry: Carry, now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    const meter = this.#map.bySvpmsn(carry.svpmsn);
    if (meter === undefined) {
      this.#uplink.say(carriedWith(carry, 'unknown-meter'), out);
      return;
    }
    if (!isRelayable(carry, this.#options.carrier) || !this.#agenda.addRelay(beginRelay(carry, meter), now)) {
      this.#uplink.say(carriedWith(carry, 'refused'), out);
    }
  }

  #takeMap(map: AddressMap, now: Milliseconds, out: Sink<LocalUnitOutput>): MapRefusal | undefined {
    const { keys } = this.#options;
    const taken = this.#map.take(map, keys, now);
    if ('refusal' in taken) return taken;
    for (const meter of taken.gone) {
      for (const { carry } of this.#agenda.removeMeter(meter))
        this.#uplink.say(carriedWith(carry, 'unknown-meter'), out);
      this.#missingKeys.delete(meter);
      if (this.#map.bySvpmsn(meter.svpmsn) !== undefined) continue;
      for (const { n, svpmsn: id } of meter.keys) keys.delete(n, id);
    }
    this.#missKeys();
    return undefined;
  }

  /** Of a map that came: those that it has no key of. */
  #missKeys(): void {
    for (const meter of this.#map.values()) {
      if (meter.keys.length === 0 && this.#missingKeys.add(meter)) this.#missingKeys.askAtOnce();
    }
  }

  #askForKeys(now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    if (!this.#uplink.connected || now < this.#missingKeys.dueAt) return;
    this.#uplink.say(this.#missingKeys.ask(now), out);
  }

  #reportHealth(now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    if (now < this.#health.dueAt(now) || !this.#uplink.connected) return;
    const suspicions = this.#suspicions.report(this.#unix(now));
    const unixOf = (at: number) => this.#unix(at);
    this.#uplink.say(this.#health.report(this.traffic, suspicions, { now, unixOf }), out);
  }

  #sayMinute(minute: CheckMeterMinute | undefined, out: Sink<LocalUnitOutput>): void {
    if (minute !== undefined) this.#uplink.sayOrKeep(minute, out);
  }

  #unix(now: number): number {
    return clippedTime(now + this.#correctionMs);
  }

  /** Asks for one wake, unless one is coming that is soon enough. */
  #arm(now: Milliseconds, out: Sink<LocalUnitOutput>): void {
    const { link } = this.#schedule;
    let at: number;
    if (link.state.name !== 'idle') at = link.state.until;
    else {
      const minuteEndsAt = this.#checkMeter.endsAt - this.#correctionMs;
      // A clock that stands at its end ends no minute.
      const timers = minuteEndsAt > now ? minuteEndsAt : Number.POSITIVE_INFINITY;
      const { connected } = this.#uplink;
      const said = connected ? Math.min(this.#health.dueAt(now), this.#missingKeys.dueAt) : timers;
      // What the line holds back it sends by itself, and nothing else begins before that.
      const work = this.#asked.size > 0 ? Number.POSITIVE_INFINITY : this.#agenda.nextAt(now, connected);
      at = Math.min(idleUntil(this.#schedule, now), work, timers, said);
    }
    at = Math.max(at, now + 1);
    if (this.#armedAt > now && this.#armedAt <= at) return;
    this.#armedAt = at;
    out.push({ type: 'wake', at: at as Milliseconds });
  }
}

const isNextPart = (work: Work): boolean => !isRelay(work) && work.nextPart;
