import { assert, assertNever, type Milliseconds, type ModemAddress } from '../units/index.ts';
import type { Carrier } from './carrier.ts';
import { Deframer } from './deframer.ts';
import {
  encodeLineFrame,
  isForOthers,
  LINE_OVERHEAD_BYTES,
  LineKind,
  lineCheck,
  type ReceivedLineFrame,
} from './frame.ts';
import type { Sink } from './master-link.ts';
import { drawBelow, type RandomSource } from './random.ts';
import { decodeSlotBody } from './slot.ts';
import { gapMs, later, minislotMs, PROCESSING_MS } from './timing.ts';
import { ATTENTION_BYTES_MAX } from './transaction.ts';

/** After each attention handed over and not taken, a meter stays out of more slots, at most so many. */
const SLOTS_SKIPPED_MAX = 15;

export type SlaveInput =
  /** Bytes from the line, whole frames or not. */
  | { readonly type: 'bytes'; readonly now: Milliseconds; readonly bytes: Uint8Array }
  | { readonly type: 'wake'; readonly now: Milliseconds }
  /** What the meter says to the request with this ticket: nothing (acknowledge), one frame, or the parts of a long body. */
  | {
      readonly type: 'answer';
      readonly now: Milliseconds;
      readonly ticket: number;
      readonly frames: readonly Uint8Array[];
    }
  /** The request with this ticket is not for this meter (crosstalk: another SVPMSN). It is as if it had not come. */
  | { readonly type: 'ignore'; readonly ticket: number }
  /** An attention for the local unit; a newer one takes the place of an older, an empty one withdraws it. */
  | { readonly type: 'attention'; readonly payload: Uint8Array };

export type SlaveOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'wake'; readonly at: Milliseconds }
  /** A frame for the meter. It is to say `answer` or `ignore` with this ticket, now or later. */
  | { readonly type: 'request'; readonly ticket: number; readonly payload: Uint8Array }
  /** The local unit has taken the attention. */
  | { readonly type: 'attention-heard' }
  /** Somebody else sent this from the address of this modem. */
  | { readonly type: 'overheard'; readonly payload: Uint8Array };

/**
 * Modem 13 of a meter: speaks only when spoken to. A request that comes again with the same sequence number and
 * the same CRC is answered as before and not passed up a second time. That memory does not survive a reset: the
 * exchange above is safe against a request that comes twice.
 */
export interface SlaveLink {
  readonly carrier: Carrier;
  readonly address: ModemAddress;
  readonly random: RandomSource;
  readonly deframer: Deframer;
  /** The request answered last, and what was said. */
  last: Said | undefined;
  /** The request that the meter works at. */
  working: { readonly from: RequestName; readonly ticket: number; readonly since: Milliseconds } | undefined;
  tickets: number;
  /** Parts of the last answer that were not asked for yet. */
  parts: Uint8Array[];
  /** A frame to be sent when the other side listens, or when its minislot comes. */
  planned: { readonly at: Milliseconds; readonly bytes: Uint8Array } | undefined;
  attention: { readonly frame: Uint8Array; handedOver: number; slotsToSkip: number } | undefined;
  /** When the frame that has begun must have ended. */
  gapEnds: Milliseconds | undefined;
}

interface RequestName {
  readonly kind: LineKind;
  readonly sequence: number;
  readonly check: number;
}

interface Said {
  readonly from: RequestName;
  readonly kind: AnswerKind;
  readonly payload: Uint8Array;
}

type AnswerKind = typeof LineKind.answer | typeof LineKind.answerMore | typeof LineKind.acknowledge;

/** A modem with power, which remembers nothing. */
export function createSlaveLink(settings: {
  readonly carrier: Carrier;
  readonly address: ModemAddress;
  readonly random: RandomSource;
}): SlaveLink {
  return {
    carrier: settings.carrier,
    address: settings.address,
    random: settings.random,
    deframer: new Deframer(),
    last: undefined,
    working: undefined,
    tickets: 0,
    parts: [],
    planned: undefined,
    attention: undefined,
    gapEnds: undefined,
  };
}

/** What is heard, said by the meter or due, and what the modem is to do. */
export function stepSlaveLink(link: SlaveLink, input: SlaveInput, out: Sink<SlaveOutput>): void {
  switch (input.type) {
    case 'bytes':
      receive(link, input.bytes, input.now, out);
      return;
    case 'wake':
      wake(link, input.now, out);
      return;
    case 'answer':
      answer(link, input.ticket, input.frames, input.now, out);
      return;
    case 'ignore':
      if (link.working?.ticket === input.ticket) link.working = undefined;
      return;
    case 'attention':
      setAttention(link, input.payload);
      return;
    default:
      assertNever(input);
  }
}

function receive(link: SlaveLink, bytes: Uint8Array, now: Milliseconds, out: Sink<SlaveOutput>): void {
  if (link.deframer.heldBytes === 0 && isForOthers(bytes, link.address)) return;
  const frames: ReceivedLineFrame[] = [];
  link.deframer.push(bytes, frames);
  for (const frame of frames) hear(link, frame, now, now, out);
  if (link.deframer.heldBytes === 0) {
    link.gapEnds = undefined;
  } else {
    link.gapEnds = later(now, gapMs(link.carrier));
    out.push({ type: 'wake', at: link.gapEnds });
  }
}

function wake(link: SlaveLink, now: Milliseconds, out: Sink<SlaveOutput>): void {
  if (link.gapEnds !== undefined && now >= link.gapEnds) {
    const cameAt = (link.gapEnds - gapMs(link.carrier)) as Milliseconds;
    link.gapEnds = undefined;
    const frames: ReceivedLineFrame[] = [];
    link.deframer.flush(frames);
    for (const frame of frames) hear(link, frame, cameAt, now, out);
  }
  if (link.planned !== undefined && now >= link.planned.at) {
    const { bytes } = link.planned;
    link.planned = undefined;
    out.push({ type: 'send', bytes });
  }
}

/** A frame that came at `cameAt`, and was perhaps found later. */
function hear(
  link: SlaveLink,
  frame: ReceivedLineFrame,
  cameAt: Milliseconds,
  now: Milliseconds,
  out: Sink<SlaveOutput>,
): void {
  switch (frame.kind) {
    case LineKind.slotOpen:
    case LineKind.rollCall:
      hearSlot(link, frame, cameAt, now, out);
      return;
    case LineKind.request:
    case LineKind.nextPart:
      if (frame.address === link.address) hearRequest(link, frame, cameAt, now, out);
      return;
    case LineKind.attentionRequest:
      if (frame.address === link.address) handOverAttention(link, now, out);
      return;
    case LineKind.answer:
    case LineKind.answerMore:
    case LineKind.attention:
      // Others' frames: what this modem sends it does not hear.
      if (frame.address === link.address && frame.payload.length > 0) {
        out.push({ type: 'overheard', payload: frame.payload });
      }
      return;
    case LineKind.acknowledge:
    case LineKind.working:
    case LineKind.bid:
      // Others' frames, in which nobody is named.
      return;
    default:
      assertNever(frame.kind);
  }
}

function hearRequest(
  link: SlaveLink,
  frame: ReceivedLineFrame,
  cameAt: Milliseconds,
  now: Milliseconds,
  out: Sink<SlaveOutput>,
): void {
  if (link.last !== undefined && sameRequest(link.last.from, frame)) {
    planAnswer(link, link.last.kind, link.last.payload, link.last.from, now, out);
    return;
  }
  const { kind, sequence, check } = frame;
  const from = { kind, sequence, check };
  if (link.working !== undefined && sameRequest(link.working.from, frame)) {
    planAnswer(link, LineKind.working, NOTHING, from, now, out);
    return;
  }
  link.planned = undefined;
  if (kind === LineKind.nextPart) {
    const said = takeNextPart(link, from);
    planAnswer(link, said.kind, said.payload, from, now, out);
    return;
  }
  link.working = { from, ticket: ++link.tickets, since: cameAt };
  out.push({ type: 'request', ticket: link.working.ticket, payload: frame.payload });
}

function sameRequest(name: RequestName, frame: ReceivedLineFrame): boolean {
  return name.check === frame.check && name.sequence === frame.sequence && name.kind === frame.kind;
}

function answer(
  link: SlaveLink,
  ticket: number,
  frames: readonly Uint8Array[],
  now: Milliseconds,
  out: Sink<SlaveOutput>,
): void {
  const { working } = link;
  // Another request has come since: nobody waits for this answer any more.
  if (working?.ticket !== ticket) return;
  for (const frame of frames) {
    assert(
      frame.length <= link.carrier.frameBytesMax - LINE_OVERHEAD_BYTES,
      'an answer fits into a frame of the carrier',
    );
  }
  link.working = undefined;
  link.parts = [...frames];
  const said = takeNextPart(link, working.from);
  // Late: the local unit has begun to ask again, and an answer now would collide with that. The repetition gets it.
  if (now <= working.since + PROCESSING_MS) planAnswer(link, said.kind, said.payload, said.from, now, out);
}

/** Takes the next part of what the meter has to say, or an acknowledge, and keeps it for a repetition. */
function takeNextPart(link: SlaveLink, from: RequestName): Said {
  const payload = link.parts.shift();
  let kind: AnswerKind = LineKind.acknowledge;
  if (payload !== undefined) kind = link.parts.length > 0 ? LineKind.answerMore : LineKind.answer;
  link.last = { from, kind, payload: payload ?? NOTHING };
  return link.last;
}

function planAnswer(
  link: SlaveLink,
  kind: AnswerKind | typeof LineKind.working,
  payload: Uint8Array,
  from: RequestName,
  now: Milliseconds,
  out: Sink<SlaveOutput>,
): void {
  const attentionWaiting = link.attention !== undefined && link.attention.slotsToSkip === 0;
  const { sequence } = from;
  const bytes = encodeLineFrame({ kind, address: link.address, sequence, attentionWaiting, payload });
  plan(link, bytes, later(now, link.carrier.turnaroundMs), now, out);
}

function plan(link: SlaveLink, bytes: Uint8Array, at: Milliseconds, now: Milliseconds, out: Sink<SlaveOutput>): void {
  if (at <= now) {
    out.push({ type: 'send', bytes });
  } else {
    link.planned = { at, bytes };
    out.push({ type: 'wake', at });
  }
}

function setAttention(link: SlaveLink, payload: Uint8Array): void {
  assert(payload.length <= ATTENTION_BYTES_MAX, 'an attention fits into its frame');
  if (payload.length === 0) link.attention = undefined;
  else link.attention = { frame: attentionFrame(link, payload), handedOver: 0, slotsToSkip: 0 };
}

function handOverAttention(link: SlaveLink, now: Milliseconds, out: Sink<SlaveOutput>): void {
  const { attention } = link;
  const bytes = attention?.frame ?? attentionFrame(link, NOTHING);
  if (attention !== undefined) {
    attention.slotsToSkip = Math.min(2 ** attention.handedOver - 1, SLOTS_SKIPPED_MAX);
    attention.handedOver++;
  }
  plan(link, bytes, later(now, link.carrier.turnaroundMs), now, out);
}

function attentionFrame(link: SlaveLink, payload: Uint8Array): Uint8Array {
  return encodeLineFrame({
    kind: LineKind.attention,
    address: link.address,
    sequence: 0,
    attentionWaiting: false,
    payload,
  });
}

function hearSlot(
  link: SlaveLink,
  frame: ReceivedLineFrame,
  cameAt: Milliseconds,
  now: Milliseconds,
  out: Sink<SlaveOutput>,
): void {
  link.planned = undefined;
  const { attention } = link;
  if (attention === undefined) return;
  const { minislots, heard } = decodeSlotBody(frame.payload);
  if (heard.includes(lineCheck(attention.frame))) {
    link.attention = undefined;
    out.push({ type: 'attention-heard' });
    return;
  }
  if (minislots === 0) return;
  if (attention.slotsToSkip > 0) {
    attention.slotsToSkip--;
    return;
  }
  const minislot = frame.kind === LineKind.rollCall ? link.address - frame.address : drawBelow(link.random, minislots);
  if (minislot < 0 || minislot >= minislots) return;
  const at = later(cameAt, link.carrier.turnaroundMs + minislot * minislotMs(link.carrier));
  // A bid in another's minislot, or behind the slot, is worse than none.
  if (at < now) return;
  const bytes = encodeLineFrame({
    kind: LineKind.bid,
    address: link.address,
    sequence: 0,
    attentionWaiting: false,
    payload: NOTHING,
  });
  plan(link, bytes, at, now, out);
}

const NOTHING = new Uint8Array(0);

/**
 * Whether a modem that is given these bytes, whole and undamaged, would do anything: a simulator asks this before it
 * troubles 255 modems with a frame for the 256th.
 */
export function concerns(link: SlaveLink, bytes: Uint8Array): boolean {
  if (link.deframer.heldBytes > 0) return true;
  if (isForOthers(bytes, link.address)) return false;
  const kind = (bytes[2] as number) & 0xf8;
  return link.attention !== undefined || (kind !== LineKind.slotOpen && kind !== LineKind.rollCall);
}
