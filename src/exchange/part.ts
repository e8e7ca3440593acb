import { HEADER_BYTES } from './frame.ts';

/** A part's body: index u8 from 0 | count u8 | at most 224 bytes | tag. */
export const PART_BYTES_MAX = 224;
export const PART_PREFIX_BYTES = 2;
export const PARTS_MAX = 255;

/** Cuts a long body; an empty one still travels as one empty part. @throws RangeError above 255 parts */
export function cutIntoParts(body: Uint8Array, chunkBytes: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(body.length / chunkBytes));
  if (count > PARTS_MAX) throw new RangeError(`a body of ${body.length} bytes does not fit into ${PARTS_MAX} parts`);
  return Array.from({ length: count }, (_, index) => body.subarray(index * chunkBytes, (index + 1) * chunkBytes));
}

/** Collects the parts of one message: in any order, doubled, with gaps. */
export interface PartCollection {
  readonly frames: (Uint8Array | undefined)[];
  readonly chunks: (Uint8Array | undefined)[];
}

export const emptyCollection = (): PartCollection => ({ frames: [], chunks: [] });

/** Of a frame that is a part: its index, from 0. */
export const partIndex = (frame: Uint8Array): number => frame[HEADER_BYTES] as number;
/** Of a frame that is a part: how many there are. */
export const partCount = (frame: Uint8Array): number => frame[HEADER_BYTES + 1] as number;

/** Whether the frame can be a part at all, and agrees with those that came before it about their number. */
export function partFits(collection: PartCollection, frame: Uint8Array): boolean {
  if (frame.length < HEADER_BYTES + PART_PREFIX_BYTES) return false;
  const count = partCount(frame);
  return partIndex(frame) < count && (collection.frames.length === 0 || collection.frames.length === count);
}

/** Keeps an authentic part; the first one fixes their number. */
export function keepPart(collection: PartCollection, frame: Uint8Array, chunk: Uint8Array): void {
  if (collection.frames.length === 0) {
    collection.frames.length = partCount(frame);
    collection.chunks.length = partCount(frame);
  }
  collection.frames[partIndex(frame)] = frame;
  collection.chunks[partIndex(frame)] = chunk;
}

/** Index of the first part that is missing, or -1 when all are there. */
export function missingPart(collection: PartCollection): number {
  for (let i = 0; i < collection.frames.length; i++) if (collection.frames[i] === undefined) return i;
  return collection.frames.length === 0 ? 0 : -1;
}
