import { Reader, Writer } from '../bytes/index.ts';
import type { Milliseconds, ModemAddress } from '../units/index.ts';

/*
 * The contention slot. A meter with an attention does not send the attention itself, but a bid of six bytes: on a
 * shared line a collision then costs a quarter, and the attention comes by a request of its own, which is repeated
 * until it is heard whole.
 *
 * - slot open: each meter with an attention draws one of the minislots and bids in it.
 * - roll call: minislot j belongs to the meter with address first + j. Nobody collides, however many meters have
 *   an emergency at once; calling all 256 takes 13 s at 1,200 bit/s.
 *
 * Slot open also lists the attentions that the local unit has taken, each by the CRC of its frame. That CRC covers the modem
 * address and the meter's number, so a word about a meter on the next transformer quiets nobody here.
 */

/** Minislots of a slot on a quiet line: a lone meter is heard at once, and more of them are heard in the next slot. */
export const SLOT_MINISLOTS = 2;
/** Four times as many follow a slot in which more was garbled than understood, up to this. */
export const SLOT_MINISLOTS_MAX = 32;
/** Meters called by one roll-call frame: 1.7 s at 1,200 bit/s, after which other frames may go. */
export const ROLL_CALL_MINISLOTS = 32;
/** Attentions named as heard in one frame: short enough to slip between two bursts. */
export const HEARD_MAX = 24;
/** With more than so many to name, they are named before the slot, in frames without minislots. */
export const HEARD_WITH_SLOT_MAX = 8;
/** Frames that name each of them: where one is lost to a burst, the next one quiets the meters. */
export const HEARD_TELLINGS = 2;

export type Slot =
  /** Without minislots it only names what was heard. */
  | { readonly type: 'contention'; readonly minislots: number }
  | {
      readonly type: 'roll-call';
      readonly first: ModemAddress;
      readonly minislots: number;
      /** Called once more, because the first time nobody spoke. */
      readonly again: boolean;
    };

export interface SlotBody {
  readonly minislots: number;
  /** CRCs of the attentions that were heard. */
  readonly heard: readonly number[];
}

export function encodeSlotBody(body: SlotBody): Uint8Array {
  const writer = new Writer(1 + 2 * body.heard.length).u8(body.minislots);
  for (const check of body.heard) writer.u16(check);
  return writer.done();
}

/** The body of a valid slot-open or roll-call frame. */
export function decodeSlotBody(payload: Uint8Array): SlotBody {
  const reader = new Reader(payload);
  const minislots = reader.u8();
  const heard: number[] = [];
  while (reader.left >= 2) heard.push(reader.u16());
  return { minislots, heard };
}

/** What a slot brought: the meters that bid, and in how many minislots something was heard and not understood. */
export interface SlotOutcome {
  readonly slot: Slot;
  readonly bids: number;
  readonly garbledMinislots: number;
  readonly closedAt: Milliseconds;
}

const ROLL_CALL_BEGIN = 0 as ModemAddress;

/**
 * The slot that should follow at once, or `undefined` when all seem heard. One garbled minislot may be noise and
 * is met with more minislots; if the most are crowded too, many meters bid, and every address is called in turn.
 */
export function slotAfter({ slot, bids, garbledMinislots }: SlotOutcome): Slot | undefined {
  if (slot.type === 'roll-call') {
    // Nobody, in the middle of a storm: a burst may have taken the call itself.
    if (bids === 0 && garbledMinislots === 0 && !slot.again) return { ...slot, again: true };
    const next = slot.first + slot.minislots;
    // Bids that noise took are made good in one more slot.
    return next > 255 ? contention(SLOT_MINISLOTS_MAX) : rollCall(next as ModemAddress);
  }
  if (garbledMinislots === 0) return undefined;
  if (garbledMinislots <= bids) return contention(slot.minislots);
  return slot.minislots < SLOT_MINISLOTS_MAX ? contention(4 * slot.minislots) : rollCall(ROLL_CALL_BEGIN);
}

function contention(minislots: number): Slot {
  return { type: 'contention', minislots };
}

function rollCall(first: ModemAddress): Slot {
  return { type: 'roll-call', first, minislots: Math.min(ROLL_CALL_MINISLOTS, 256 - first), again: false };
}
