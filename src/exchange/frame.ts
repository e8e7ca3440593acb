import type { KeyName } from '../crypto/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { type Command, isCommand } from './command.ts';

/**
 * A frame of the exchange, all suites, big-endian:
 * `[0]` 0x10 | message · `[1]` H · `[2]` n · `[3..5]` SVPMSN · `[6]` body length · body.
 * The line adds modem address, sync and CRC of its own.
 */
export const Message = { first: 1, second: 2, third: 3, fourth: 4, refusal: 5, attention: 6 } as const;
export type Message = (typeof Message)[keyof typeof Message];

export const HEADER_BYTES = 7;
export const BODY_BYTES_MAX = 255;

/** A decoded frame, which owns its bytes; `bytes` is the whole of it, because tags cover frames as they were sent. */
export interface Frame {
  readonly message: Message;
  readonly h: Command;
  readonly n: KeyName;
  readonly svpmsn: Svpmsn;
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface FrameFailure {
  readonly reason: 'frame-length-wrong' | 'message-unknown' | 'command-unknown';
}

/** Any bytes to a frame or a named failure. The frame holds copies: a line uses its buffer again. */
export function decodeFrame(bytes: Uint8Array): Frame | FrameFailure {
  if (bytes.length < HEADER_BYTES || bytes.length !== HEADER_BYTES + (bytes[6] as number)) {
    return { reason: 'frame-length-wrong' };
  }
  const first = bytes[0] as number;
  const message = first & 0x0f;
  if (first >> 4 !== 1 || message < Message.first || message > Message.attention) return { reason: 'message-unknown' };
  const h = bytes[1] as number;
  if (!isCommand(h)) return { reason: 'command-unknown' };
  // Not slice(), which is a view when a socket gave a Buffer. And the body is no view of the copy: the engine keeps a
  // short array without a buffer of its own, and a first view of it costs as much as twenty copies.
  const own = new Uint8Array(bytes);
  return {
    message: message as Message,
    h,
    n: bytes[2] as KeyName,
    svpmsn: (((bytes[3] as number) << 16) | ((bytes[4] as number) << 8) | (bytes[5] as number)) as Svpmsn,
    body: own.slice(HEADER_BYTES),
    bytes: own,
  };
}

/** A new frame with its header written and its body still zero. */
export function blankFrame(
  message: Message,
  to: { readonly h: Command; readonly n: KeyName; readonly svpmsn: Svpmsn },
  bodyBytes: number,
): Uint8Array {
  if (bodyBytes > BODY_BYTES_MAX) throw new RangeError(`a frame's body has at most 255 bytes, not ${bodyBytes}`);
  const frame = new Uint8Array(HEADER_BYTES + bodyBytes);
  frame[0] = 0x10 | message;
  frame[1] = to.h;
  frame[2] = to.n;
  frame[3] = to.svpmsn >> 16;
  frame[4] = to.svpmsn >> 8;
  frame[5] = to.svpmsn;
  frame[6] = bodyBytes;
  return frame;
}
