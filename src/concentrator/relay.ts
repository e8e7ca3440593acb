import type { Carried, Carry, CarryOutcome } from '../backhaul/index.ts';
import {
  Command,
  decodeFrame,
  decodeRefusal,
  type Frame,
  HEADER_BYTES,
  isLong,
  Message,
  partCount,
  partIndex,
  Refusal,
  refusalFrame,
} from '../exchange/index.ts';
import { type Carrier, LINE_OVERHEAD_BYTES } from '../line/index.ts';
import { type Attempt, newAttempt } from './attempt.ts';
import type { MeterPlace } from './meter-map.ts';

/** Parts of M3 that a meter asked for again, and useless answers, in one carry. */
const REPEATS_MAX = 8;
/** A card takes up to a second for a frame, and a meter that takes value from one a few of them. */
export const CARD_ASKED_MAX = 12;
/** Between two times that a card is asked: others have the line meanwhile. */
export const CARD_ASKED_EVERY_MS = 250;

/**
 * A carry on its way: host's frames to a meter and its answer back, without a key. The local unit can lose frames
 * and can do nothing else to them that the two ends would not notice.
 */
export interface Relay {
  readonly carry: Carry;
  readonly meter: MeterPlace;
  /** The frame that goes to the meter next. */
  next: Uint8Array;
  readonly attempt: Attempt;
  /** Index in the carry's frames of the last one sent in its turn. */
  index: number;
  repeats: number;
  /** How often the meter said of this frame that its card works. */
  cardWorked: number;
  /** Not before this does the frame go to the meter. */
  readyAt: number;
  /** Parts of M4. */
  readonly parts: (Uint8Array | undefined)[];
}

export type RelayStep =
  | { readonly type: 'ask' }
  /** The card in the meter works: the same frame again after a while, and others before it. */
  | { readonly type: 'ask-later'; readonly afterMs: number }
  | { readonly type: 'ended'; readonly carried: Carried };

/** Whether every frame is M1, M3 or a request for a part, names this meter, and is not too long for the carrier. */
export function isRelayable({ svpmsn, frames }: Carry, { frameBytesMax }: Carrier): boolean {
  return frames.every((bytes) => {
    const frame = decodeFrame(bytes);
    if ('reason' in frame || frame.svpmsn !== svpmsn) return false;
    if (bytes.length > frameBytesMax - LINE_OVERHEAD_BYTES) return false;
    return frame.message === Message.first || frame.message === Message.third || frame.message === Message.refusal;
  });
}

/** The carry's frames must be relayable. */
export function beginRelay(carry: Carry, meter: MeterPlace): Relay {
  const next = carry.frames[0] as Uint8Array;
  return { carry, meter, next, attempt: newAttempt(), index: 0, repeats: 0, cardWorked: 0, readyAt: 0, parts: [] };
}

export const carriedWith = (carry: Carry, outcome: CarryOutcome, frames: readonly Uint8Array[] = []): Carried => ({
  type: 'carried',
  ticket: carry.ticket,
  svpmsn: carry.svpmsn,
  outcome,
  frames,
});

/** The meter answered with this frame, or acknowledged and said nothing. */
export function relayAnswered(relay: Relay, payload: Uint8Array | undefined): RelayStep {
  const { carry } = relay;
  if (payload === undefined) {
    const following = carry.frames[relay.index + 1];
    // After the last frame a meter that says nothing has nothing to say.
    if (following === undefined) return end(relay, 'no-answer');
    relay.index += 1;
    return ask(relay, following);
  }
  const frame = decodeFrame(payload);
  if ('reason' in frame || frame.svpmsn !== carry.svpmsn) return repeat(relay, relay.next);
  if (frame.message === Message.refusal) return takeRefusal(relay, frame);
  if (frame.message === Message.fourth && isLongAnswer(frame)) return takePart(relay, frame);
  return end(relay, 'answered', [frame.bytes]);
}

function takeRefusal(relay: Relay, frame: Frame): RelayStep {
  const decoded = decodeRefusal(frame);
  if (!('reason' in decoded) && decoded.refusal === Refusal.partMissing && relay.carry.frames.length > 1) {
    const wanted = relay.carry.frames[decoded.part ?? 0];
    if (wanted !== undefined) return repeat(relay, wanted);
  }
  if (!('reason' in decoded) && decoded.refusal === Refusal.cardWorks && frame.h === Command.addedValue) {
    relay.cardWorked += 1;
    // Then it goes up: the host knows how long to wait, and the next carry begins anew.
    if (relay.cardWorked < CARD_ASKED_MAX) return { type: 'ask-later', afterMs: CARD_ASKED_EVERY_MS };
  }
  return end(relay, 'answered', [frame.bytes]);
}

/** One request, one part: the next is fetched by the refusal `part-missing`, which anyone can write. */
function takePart(relay: Relay, frame: Frame): RelayStep {
  const count = partCount(frame.bytes);
  const index = partIndex(frame.bytes);
  if (relay.parts.length === 0) for (let i = 0; i < count; i++) relay.parts.push(undefined);
  // Part numbers are not authentic here. What does not agree goes up as it is, and the host judges it.
  if (index >= count || relay.parts.length !== count) return end(relay, 'answered', [frame.bytes]);
  if (relay.parts[index] !== undefined) relay.repeats += 1;
  if (relay.repeats > REPEATS_MAX) return end(relay, 'no-answer');
  relay.parts[index] = frame.bytes;
  const missing = relay.parts.indexOf(undefined);
  if (missing < 0) return end(relay, 'answered', relay.parts as Uint8Array[]);
  return ask(relay, refusalFrame(frame, Refusal.partMissing, missing));
}

function repeat(relay: Relay, frame: Uint8Array): RelayStep {
  relay.repeats += 1;
  return relay.repeats > REPEATS_MAX ? end(relay, 'no-answer') : ask(relay, frame);
}

function ask(relay: Relay, frame: Uint8Array): RelayStep {
  relay.next = frame;
  return { type: 'ask' };
}

const end = (relay: Relay, outcome: CarryOutcome, frames: readonly Uint8Array[] = []): RelayStep => ({
  type: 'ended',
  carried: carriedWith(relay.carry, outcome, frames),
});

const isLongAnswer = ({ h, bytes }: Frame): boolean => isLong(Message.fourth, h) && bytes.length >= HEADER_BYTES + 2;
