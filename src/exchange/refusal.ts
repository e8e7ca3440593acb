import { blankFrame, type Frame, Message } from './frame.ts';

/**
 * Why a side does not go on: the one byte of message 5. It proves nothing, because anyone can send it,
 * and changes nothing at the host but a counter. `part-missing` is followed by the part's index.
 */
export const Refusal = {
  busy: 1,
  keyUnknown: 2,
  suiteNotServed: 3,
  commandOutsidePurpose: 4,
  sessionUnknown: 5,
  tagWrong: 6,
  bodyWrong: 7,
  partMissing: 8,
  slowedDown: 9,
  randomWeak: 10,
  /** Of a meter, for a card: in its slot there is none. */
  cardAbsent: 11,
  /** The card is at work with this frame, or with another: the same frame is to be asked again. */
  cardWorks: 12,
  /** The card in the slot does not serve this frame, or is none that can be understood. */
  cardRefused: 13,
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

const REASONS: ReadonlySet<number> = new Set(Object.values(Refusal));

/** The refusal of a frame: H, n and SVPMSN are those of the frame that it answers. */
export function refusalFrame(refused: Pick<Frame, 'h' | 'n' | 'svpmsn'>, reason: Refusal, part?: number): Uint8Array {
  const frame = blankFrame(Message.refusal, refused, part === undefined ? 1 : 2);
  frame[7] = reason;
  if (part !== undefined) frame[8] = part;
  return frame;
}

export interface DecodedRefusal {
  readonly refusal: Refusal;
  readonly part: number | undefined;
}

export function decodeRefusal(frame: Frame): DecodedRefusal | { readonly reason: 'refusal-unknown' } {
  const [refusal = 0, part] = frame.body;
  if (!REASONS.has(refusal)) return { reason: 'refusal-unknown' };
  const length = refusal === Refusal.partMissing ? 2 : 1;
  if (frame.body.length !== length) return { reason: 'refusal-unknown' };
  return { refusal: refusal as Refusal, part };
}
