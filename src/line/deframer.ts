import { concat } from '../bytes/index.ts';
import {
  controlKnown,
  decodeLineFrame,
  headPlausible,
  LINE_FRAME_BYTES_MAX,
  LINE_OVERHEAD_BYTES,
  LINE_SYNC,
  type ReceivedLineFrame,
} from './frame.ts';

/**
 * Finds line frames in a stream of any bytes. After a refused candidate it goes on at the next sync byte, so noise
 * costs at most the frame it hit. Holds at most one unfinished frame.
 */
export class Deframer {
  #held: Uint8Array = NOTHING;
  #skippedBytes = 0;

  /** Bytes that belonged to no frame, since the beginning: noise, or damaged frames. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Bytes of a frame that has begun and not ended. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** Appends every whole frame to `frames`. Payloads are views of `bytes` wherever a frame lies in them whole. */
  push(bytes: Uint8Array, frames: ReceivedLineFrame[]): void {
    this.#scan(this.#held.length === 0 ? bytes : concat(this.#held, bytes), frames, false);
  }

  /**
   * The line has fallen silent: what has begun will not end. A noise byte equal to sync may have swallowed the
   * head of a real frame; that frame is found now.
   */
  flush(frames: ReceivedLineFrame[]): void {
    if (this.#held.length > 0) this.#scan(this.#held, frames, true);
  }

  #scan(bytes: Uint8Array, frames: ReceivedLineFrame[], ended: boolean): void {
    let at = 0;
    this.#held = NOTHING;
    while (at < bytes.length) {
      const sync = bytes.indexOf(LINE_SYNC, at);
      this.#skippedBytes += (sync < 0 ? bytes.length : sync) - at;
      if (sync < 0) return;
      at = sync;
      const size = candidateSize(bytes, at);
      if (size > 0 && at + size > bytes.length && !ended) {
        // A copy: the caller may reuse its buffer before the rest of the frame comes.
        this.#held = bytes.slice(at);
        return;
      }
      const frame = size > 0 && at + size <= bytes.length ? decodeLineFrame(bytes.subarray(at, at + size)) : undefined;
      if (frame === undefined || 'reason' in frame) {
        this.#skippedBytes++;
        at++;
      } else {
        frames.push(frame);
        at += size;
      }
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Bytes of the frame that may begin at `at`, as far as its head is there; 0 when none begins here. */
function candidateSize(bytes: Uint8Array, at: number): number {
  const left = bytes.length - at;
  if (left < 3) return LINE_OVERHEAD_BYTES;
  const control = bytes[at + 2] as number;
  if (left < 4) return controlKnown(control) ? LINE_FRAME_BYTES_MAX : 0;
  const length = bytes[at + 3] as number;
  return headPlausible(control, length) ? LINE_OVERHEAD_BYTES + length : 0;
}
