import { assert, assertNever, type Milliseconds, type ModemAddress } from '../units/index.ts';
import { type Carrier, occupiedMs } from './carrier.ts';
import { Deframer } from './deframer.ts';
import { encodeLineFrame, LINE_OVERHEAD_BYTES, LineKind, type ReceivedLineFrame } from './frame.ts';
import { encodeSlotBody, HEARD_MAX, type Slot, type SlotOutcome } from './slot.ts';
import { countReceived, countSent, emptyStatistics, type LineStatistics } from './statistics.ts';
import { answerWindowMs, gapMs, later, minislotMs, PROCESSING_MS, slotWindowMs } from './timing.ts';
import { type Asking, type Numbering, type Transaction, transactionOf } from './transaction.ts';

export type MasterInput =
  | (Asking & { readonly now: Milliseconds })
  /** Opens a slot; `heard` names the attentions taken since the last one, at most `HEARD_MAX`. */
  | { readonly type: 'open-slot'; readonly now: Milliseconds; readonly slot: Slot; readonly heard: readonly number[] }
  /** Bytes from the line, whole frames or not. */
  | { readonly type: 'bytes'; readonly now: Milliseconds; readonly bytes: Uint8Array }
  /** The time of a wake output has come; too early or too often does no harm. */
  | { readonly type: 'wake'; readonly now: Milliseconds };

export type MasterOutput =
  /** To be sent at once; it lasts `airtimeMs`. */
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'wake'; readonly at: Milliseconds }
  | {
      readonly type: 'answered';
      readonly address: ModemAddress;
      readonly payload: Uint8Array;
      /** The meter has further parts: ask by `next-part`. */
      readonly more: boolean;
      readonly attentionWaiting: boolean;
    }
  /** The meter has it and says nothing. */
  | { readonly type: 'acknowledged'; readonly address: ModemAddress; readonly attentionWaiting: boolean }
  | {
      readonly type: 'no-answer';
      readonly address: ModemAddress;
      /** Tries after which something garbled came: where this repeats, two meters may have one address. */
      readonly garbledTries: number;
      /** The meter lives and was still at work when patience ended. */
      readonly working: boolean;
    }
  /** `check` names it in `heard`. */
  | {
      readonly type: 'attention';
      readonly address: ModemAddress;
      readonly payload: Uint8Array;
      readonly check: number;
    }
  | { readonly type: 'no-attention'; readonly address: ModemAddress }
  | { readonly type: 'bid'; readonly address: ModemAddress }
  | { readonly type: 'slot-closed'; readonly outcome: SlotOutcome };

/** Where outputs go, in their order; an array is one. */
export interface Sink<Output> {
  push(output: Output): unknown;
}

interface OpenSlot {
  readonly slot: Slot;
  readonly frame: Uint8Array;
  opensAt: Milliseconds;
  bids: number;
  /** Minislot in which bytes came last. */
  minislot: number;
  readonly garbledMinislots: Set<number>;
}

type State =
  | { readonly name: 'idle' }
  /** The other side still turns round to listen. */
  | { readonly name: 'awaiting-line'; readonly until: Milliseconds; readonly work: Transaction | OpenSlot }
  | {
      readonly name: 'awaiting-answer';
      readonly transaction: Transaction;
      readonly latest: Milliseconds;
      until: Milliseconds;
    }
  | { readonly name: 'awaiting-bids'; readonly open: OpenSlot; readonly until: Milliseconds };

/**
 * The local unit's side of the line: one transaction at a time, with one meter or with all. Between any two
 * transactions the caller is free to speak with another meter, so exchanges interleave frame by frame.
 */
export interface MasterLink extends Numbering {
  readonly deframer: Deframer;
  readonly statistics: (LineStatistics | undefined)[];
  /** Slot-open and roll-call frames and bids. */
  readonly lineWide: LineStatistics;
  state: State;
  quietUntil: Milliseconds;
  skippedBefore: number;
}

/** A local unit on a line that is free. */
export function createMasterLink(carrier: Carrier): MasterLink {
  return {
    carrier,
    deframer: new Deframer(),
    nextSequence: new Uint8Array(256),
    givenUp: [],
    statistics: [],
    lineWide: emptyStatistics(),
    state: IDLE,
    quietUntil: 0 as Milliseconds,
    skippedBefore: 0,
  };
}

/** Whether the next transaction may be given. */
export const masterIsIdle = (link: MasterLink): boolean => link.state.name === 'idle';

function addressStatistics(link: MasterLink, address: ModemAddress): LineStatistics {
  link.statistics[address] ??= emptyStatistics();
  return link.statistics[address];
}

/** A transaction begun before the last one ended is a fault of the caller and throws. */
export function stepMasterLink(link: MasterLink, input: MasterInput, out: Sink<MasterOutput>): void {
  switch (input.type) {
    case 'request':
    case 'next-part':
    case 'attention-request':
      begin(link, transactionOf(link, input), input.now, out);
      return;
    case 'open-slot':
      begin(link, openSlotOf(input.slot, input.heard), input.now, out);
      return;
    case 'bytes':
      receive(link, input.bytes, input.now, out);
      return;
    case 'wake':
      wake(link, input.now, out);
      return;
    default:
      assertNever(input);
  }
}

function openSlotOf(slot: Slot, heard: readonly number[]): OpenSlot {
  assert(heard.length <= HEARD_MAX, 'a slot names no more attentions than it has room for');
  const frame = encodeLineFrame({
    kind: slot.type === 'roll-call' ? LineKind.rollCall : LineKind.slotOpen,
    address: slot.type === 'roll-call' ? slot.first : ALL_METERS,
    sequence: 0,
    attentionWaiting: false,
    payload: encodeSlotBody({ minislots: slot.minislots, heard }),
  });
  return { slot, frame, opensAt: 0 as Milliseconds, bids: 0, minislot: 0, garbledMinislots: new Set() };
}

function begin(link: MasterLink, work: Transaction | OpenSlot, now: Milliseconds, out: Sink<MasterOutput>): void {
  assert(link.state.name === 'idle', 'the master has one transaction at a time');
  // Noise from before must not swallow the head of the answer.
  if (link.deframer.heldBytes > 0) link.deframer.flush([]);
  if (now < link.quietUntil) {
    link.state = { name: 'awaiting-line', until: link.quietUntil, work };
    out.push({ type: 'wake', at: link.quietUntil });
  } else if ('slot' in work) {
    sendSlot(link, work, now, out);
  } else {
    sendTransaction(link, work, now, out);
  }
}

function sendTransaction(link: MasterLink, transaction: Transaction, now: Milliseconds, out: Sink<MasterOutput>): void {
  const statistics = addressStatistics(link, transaction.address);
  if (transaction.tries > 0 || transaction.again) statistics.retries++;
  transaction.again = false;
  transaction.tries++;
  countSent(statistics, link.carrier, transaction.frame.length);
  const window = answerWindowMs(link.carrier, transaction.answerBytesMax, transaction.kind === LineKind.request);
  const until = later(now, occupiedMs(link.carrier, transaction.frame.length) + window);
  link.skippedBefore = link.deframer.skippedBytes;
  link.state = { name: 'awaiting-answer', transaction, latest: until, until };
  out.push({ type: 'send', bytes: transaction.frame });
  out.push({ type: 'wake', at: until });
}

function sendSlot(link: MasterLink, open: OpenSlot, now: Milliseconds, out: Sink<MasterOutput>): void {
  countSent(link.lineWide, link.carrier, open.frame.length);
  open.opensAt = later(now, occupiedMs(link.carrier, open.frame.length));
  const until = later(open.opensAt, slotWindowMs(link.carrier, open.slot.minislots));
  link.state = { name: 'awaiting-bids', open, until };
  out.push({ type: 'send', bytes: open.frame });
  out.push({ type: 'wake', at: until });
}

function receive(link: MasterLink, bytes: Uint8Array, now: Milliseconds, out: Sink<MasterOutput>): void {
  link.quietUntil = later(now, link.carrier.turnaroundMs);
  if (link.state.name === 'awaiting-bids') {
    receiveBids(link, link.state.open, bytes, now, out);
    return;
  }
  const frames: ReceivedLineFrame[] = [];
  link.deframer.push(bytes, frames);
  for (const frame of frames) hear(link, frame, now, out);
  if (link.state.name === 'awaiting-answer') endSooner(link, link.state, now, out);
}

/** What came is as long as a frame and is none: when it has ended, so has the answer, damaged. */
function endSooner(
  link: MasterLink,
  state: Extract<State, { name: 'awaiting-answer' }>,
  now: Milliseconds,
  out: Sink<MasterOutput>,
): void {
  const { heldBytes, skippedBytes } = link.deframer;
  if (heldBytes + skippedBytes - link.skippedBefore < LINE_OVERHEAD_BYTES) return;
  state.until = Math.min(state.latest, later(now, gapMs(link.carrier))) as Milliseconds;
  out.push({ type: 'wake', at: state.until });
}

function receiveBids(
  link: MasterLink,
  open: OpenSlot,
  bytes: Uint8Array,
  now: Milliseconds,
  out: Sink<MasterOutput>,
): void {
  const minislot = minislotAt(link, open, now);
  // A frame never reaches into the next minislot: a damaged bid must not swallow the one after it.
  if (minislot !== open.minislot) flushBids(link, open, now, out);
  open.minislot = minislot;
  const frames: ReceivedLineFrame[] = [];
  const skipped = link.deframer.skippedBytes;
  link.deframer.push(bytes, frames);
  if (link.deframer.skippedBytes > skipped) open.garbledMinislots.add(minislot);
  for (const frame of frames) hear(link, frame, now, out);
}

function flushBids(link: MasterLink, open: OpenSlot, now: Milliseconds, out: Sink<MasterOutput>): void {
  const skipped = link.deframer.skippedBytes;
  flush(link, now, out);
  if (link.deframer.skippedBytes > skipped) open.garbledMinislots.add(open.minislot);
}

function minislotAt(link: MasterLink, open: OpenSlot, now: Milliseconds): number {
  const length = minislotMs(link.carrier);
  if (length === 0) return 0;
  const sinceFirst = now - open.opensAt - link.carrier.latencyMs - link.carrier.turnaroundMs + CLOCKS_DIFFER_MS;
  return Math.max(0, Math.floor(sinceFirst / length));
}

function hear(link: MasterLink, frame: ReceivedLineFrame, now: Milliseconds, out: Sink<MasterOutput>): void {
  if (frame.kind < FROM_METER) return;
  const bytes = LINE_OVERHEAD_BYTES + frame.payload.length;
  if (frame.kind === LineKind.bid) {
    countReceived(link.lineWide, link.carrier, bytes);
    if (link.state.name === 'awaiting-bids') link.state.open.bids++;
    out.push({ type: 'bid', address: frame.address });
    return;
  }
  if (link.state.name !== 'awaiting-answer') return;
  const { transaction } = link.state;
  if (frame.address !== transaction.address || frame.sequence !== transaction.sequence) return;
  const { address } = transaction;
  if ((frame.kind === LineKind.attention) !== (transaction.kind === LineKind.attentionRequest)) return;
  countReceived(addressStatistics(link, address), link.carrier, bytes);
  if (frame.kind === LineKind.working) {
    rest(link, transaction, now, out);
    return;
  }
  link.state = IDLE;
  if (frame.kind === LineKind.acknowledge) {
    out.push({ type: 'acknowledged', address, attentionWaiting: frame.attentionWaiting });
  } else if (frame.kind !== LineKind.attention) {
    const more = frame.kind === LineKind.answerMore;
    out.push({ type: 'answered', address, payload: frame.payload, more, attentionWaiting: frame.attentionWaiting });
  } else if (frame.payload.length === 0) {
    out.push({ type: 'no-attention', address });
  } else {
    out.push({ type: 'attention', address, payload: frame.payload, check: frame.check });
  }
}

/** The meter works at the request: its answer is asked for again after a while, and no try is counted. */
function rest(link: MasterLink, transaction: Transaction, now: Milliseconds, out: Sink<MasterOutput>): void {
  transaction.workingSince ??= now;
  if (now - transaction.workingSince >= transaction.waitMs) {
    giveUp(link, transaction, true, out);
    return;
  }
  transaction.tries = 0;
  const until = later(now, PROCESSING_MS);
  link.state = { name: 'awaiting-line', until, work: transaction };
  out.push({ type: 'wake', at: until });
}

function wake(link: MasterLink, now: Milliseconds, out: Sink<MasterOutput>): void {
  const { state } = link;
  if (state.name === 'idle' || now < state.until) return;
  if (state.name === 'awaiting-line') {
    if ('slot' in state.work) sendSlot(link, state.work, now, out);
    else sendTransaction(link, state.work, now, out);
    return;
  }
  if (state.name === 'awaiting-bids') {
    closeSlot(link, state.open, now, out);
    return;
  }
  flush(link, now, out);
  // What was held back may have been the answer.
  if (link.state !== state) return;
  const { transaction } = state;
  if (link.deframer.skippedBytes > link.skippedBefore) {
    transaction.garbledTries++;
    addressStatistics(link, transaction.address).garbled++;
  }
  if (transaction.tries >= transaction.triesMax) {
    giveUp(link, transaction, false, out);
  } else {
    sendTransaction(link, transaction, now, out);
  }
}

function flush(link: MasterLink, now: Milliseconds, out: Sink<MasterOutput>): void {
  if (link.deframer.heldBytes === 0) return;
  const frames: ReceivedLineFrame[] = [];
  link.deframer.flush(frames);
  for (const frame of frames) hear(link, frame, now, out);
}

function closeSlot(link: MasterLink, open: OpenSlot, now: Milliseconds, out: Sink<MasterOutput>): void {
  flushBids(link, open, now, out);
  link.state = IDLE;
  const { slot, bids, garbledMinislots } = open;
  if (garbledMinislots.size > 0) link.lineWide.garbled++;
  out.push({ type: 'slot-closed', outcome: { slot, bids, garbledMinislots: garbledMinislots.size, closedAt: now } });
}

function giveUp(link: MasterLink, transaction: Transaction, working: boolean, out: Sink<MasterOutput>): void {
  link.state = IDLE;
  if (transaction.kind !== LineKind.attentionRequest && !working) link.givenUp[transaction.address] = transaction;
  addressStatistics(link, transaction.address).unanswered++;
  out.push({ type: 'no-answer', address: transaction.address, garbledTries: transaction.garbledTries, working });
}

const IDLE: State = { name: 'idle' };
const ALL_METERS = 0 as ModemAddress;
const FROM_METER = 0x80;
/** A bid may come so much before its minislot by the local unit's clock. */
const CLOCKS_DIFFER_MS = 5;
