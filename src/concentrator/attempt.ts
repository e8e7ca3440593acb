import { Command, HEADER_BYTES, Message, PART_BYTES_MAX } from '../exchange/index.ts';
import { LinePriority, TRIES_MAX } from '../line/index.ts';

/**
 * How it goes with the frame that is to be sent next. Each try is a job of its own for the line: before every
 * repetition the agenda decides anew what goes first.
 */
export interface Attempt {
  /** When the line had the frame first. */
  askedAt: number;
  /** Tries in vain. */
  failed: number;
}

export const newAttempt = (): Attempt => ({ askedAt: 0, failed: 0 });

/** A buyer waits, and after a silence the host does not ask again for seconds: value is tried harder. */
export const VALUE_TRIES_MAX = 6;
/** A carry's tries in a row: then others of its priority go first, so that a dark meter keeps nobody waiting long. */
export const TRIES_IN_TURN = 2;

/** After so many tries in vain the meter is silent. */
export const triesMax = (priority: LinePriority): number =>
  priority === LinePriority.value ? VALUE_TRIES_MAX : TRIES_MAX;

/** M2 and M4 of value, the longest of all suites: 7 + 16 + 12 + 8, and 7 + 35 + 8. */
const VALUE_SECOND_BYTES = 43;
const VALUE_FOURTH_BYTES = 50;
/** M2 and M4 of added value to a card: 7 + 16 + 29 + 8, and 7 + 42 + 8 with a report of 63 between. */
const CARD_SECOND_BYTES = 60;
const CARD_FOURTH_BYTES = 120;
/** Header, index and count, the part, its tag. */
const PART_FRAME_BYTES = HEADER_BYTES + 2 + PART_BYTES_MAX + 8;
/** All other answers; M2 of monitoring has 55 bytes. */
const SHORT_ANSWER_BYTES = 64;

/** Longest answer that a meter can give to this frame. A lost frame costs the wait for just that. */
export function answerBytesMax(frame: Uint8Array): number {
  const first = ((frame[0] as number) & 0x0f) === Message.first;
  switch (frame[1]) {
    case Command.valueStore:
    case Command.void:
    case Command.receiptQuery:
    case Command.closePurse:
      return first ? VALUE_SECOND_BYTES : VALUE_FOURTH_BYTES;
    case Command.addedValue:
      return first ? CARD_SECOND_BYTES : CARD_FOURTH_BYTES;
    case Command.useAndLog:
    case Command.events:
    case Command.cardPayment:
      return first ? SHORT_ANSWER_BYTES : PART_FRAME_BYTES;
    default:
      return SHORT_ANSWER_BYTES;
  }
}
