import { Deframer, encodeLineFrame, type ReceivedLineFrame } from '../line/index.ts';

/** Finds the frames of the line in what comes from a serial one. */
export function frameFinder() {
  const deframer = new Deframer();
  return {
    push(bytes: Uint8Array): readonly Uint8Array[] {
      const frames: ReceivedLineFrame[] = [];
      deframer.push(bytes, frames);
      return frames.map((frame) => encodeLineFrame(frame));
    },
  };
}
