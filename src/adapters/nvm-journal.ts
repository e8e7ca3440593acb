import { crc32 } from '../bytes/index.ts';
import type { Nvm } from '../meter/index.ts';

/**
 * A file on a disk as a journal needs it. A disk may keep writes in any order, whole or torn, until `sync` returns;
 * what `sync` was given stays.
 */
export interface DiskFile {
  /** What is there of these bytes: fewer at the end of the file. */
  read(position: number, length: number): Uint8Array;
  write(position: number, bytes: Uint8Array): void;
  sync(): void;
  close(): void;
}

/** What a disk never tears into what lies beside it: nothing that was confirmed shares a block with what comes later. */
const BLOCK_BYTES = 4_096;
/** About two hours: a meter settles one record a minute, and what comes over its line. */
const JOURNAL_BLOCKS = 128;
/** epoch u32 | CRC-32 of epoch and memory u32 */
const IMAGE_HEAD_BYTES = 8;
/** epoch u32 | index u32 | length of the body u32; behind the body stands the CRC-32 of all of it */
const RECORD_HEAD_BYTES = 12;
const CRC_BYTES = 4;
/** address u32 | length u32, then the bytes */
const WRITE_HEAD_BYTES = 8;

const blocksOf = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES);
const imageBytes = (length: number): number => blocksOf(IMAGE_HEAD_BYTES + length) * BLOCK_BYTES;
const imageAt = (slot: number, length: number): number => BLOCK_BYTES + slot * imageBytes(length);
const journalAt = (length: number): number => imageAt(2, length);

/** Of a file that keeps a memory of so many bytes. */
export const journalFileBytes = (length: number): number => journalAt(length) + JOURNAL_BLOCKS * BLOCK_BYTES;

/** A file as it begins: a block for its owner's own head, two places for the memory, and an empty journal. */
export function newJournalFile(head: Uint8Array, memory: Uint8Array): Uint8Array {
  const file = new Uint8Array(journalFileBytes(memory.length));
  file.set(head);
  file.set(imageOf(memory, 1), imageAt(0, memory.length));
  return file;
}

/** What was confirmed is not there any more: no power cut leaves this. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged';
}

/**
 * Non-volatile memory in one file, which a power cut at any byte leaves as it was when something was settled last, or
 * as it was to be settled next. Writes are in force at once, and gathered; `settle` appends them to the journal as one
 * record with a check sum, and returns when the disk has it. When the journal is full the whole memory goes into the
 * one of two places that does not hold, and the journal begins anew under another number (its epoch), so that no record
 * of before is ever taken for one of now. The file never grows, and no block is written again while it counts.
 */
export class NvmJournal {
  readonly memory: Nvm;
  readonly #file: DiskFile;
  readonly #length: number;
  #epoch: number;
  #slot: number;
  #records = 0;
  #block = 0;
  #gathered: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  #failure: unknown;

  /** @throws JournalDamaged; errors of the disk */
  constructor(file: DiskFile, length: number) {
    this.#file = file;
    this.#length = length;
    const found = recovered(file, length);
    this.#epoch = found.epoch;
    this.#slot = found.slot;
    this.memory = { bytes: found.bytes, write: (...write) => this.#write(...write) };
    // What was read may be in the disk's cache alone; from here on it is kept, and what was torn is forgotten.
    this.#keepWhole();
  }

  /**
   * Everything that was written is kept. Whoever lets the outside know of something calls this before.
   * @throws errors of the disk: the first one for good, because no later write may stand behind one that is missing
   */
  settle(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#gathered.length === 0) return;
    const record = recordOf(this.#gathered, this.#epoch, this.#records);
    if (this.#block + blocksOf(record.length) > JOURNAL_BLOCKS) {
      this.#keepWhole();
      return;
    }
    this.#orFail(() => {
      this.#file.write(journalAt(this.#length) + this.#block * BLOCK_BYTES, record);
      this.#file.sync();
    });
    this.#block += blocksOf(record.length);
    this.#records += 1;
    this.#gathered = [];
  }

  /** Settles what can be settled. */
  close(): void {
    try {
      if (this.#failure === undefined) this.settle();
    } finally {
      this.#file.close();
    }
  }

  #write(address: number, source: Uint8Array, from: number, length: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = source.slice(from, from + length);
    this.memory.bytes.set(bytes, address);
    this.#gathered.push({ address, bytes });
  }

  #keepWhole(): void {
    const slot = 1 - this.#slot;
    this.#orFail(() => {
      this.#file.write(imageAt(slot, this.#length), imageOf(this.memory.bytes, this.#epoch + 1));
      this.#file.sync();
    });
    this.#epoch += 1;
    this.#slot = slot;
    this.#records = 0;
    this.#block = 0;
    this.#gathered = [];
  }

  #orFail(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}

function imageOf(memory: Uint8Array, epoch: number): Uint8Array {
  const image = new Uint8Array(IMAGE_HEAD_BYTES + memory.length);
  const view = new DataView(image.buffer);
  view.setUint32(0, epoch);
  image.set(memory, IMAGE_HEAD_BYTES);
  view.setUint32(4, imageCheck(image));
  return image;
}

/** Over epoch and memory, without the check itself. */
function imageCheck(image: Uint8Array): number {
  const covered = image.slice();
  covered.fill(0, 4, IMAGE_HEAD_BYTES);
  return crc32(covered);
}

function recordOf(
  writes: readonly { readonly address: number; readonly bytes: Uint8Array }[],
  epoch: number,
  index: number,
): Uint8Array {
  const length = writes.reduce((sum, { bytes }) => sum + WRITE_HEAD_BYTES + bytes.length, 0);
  const record = new Uint8Array(RECORD_HEAD_BYTES + length + CRC_BYTES);
  const view = new DataView(record.buffer);
  view.setUint32(0, epoch);
  view.setUint32(4, index);
  view.setUint32(8, length);
  let at = RECORD_HEAD_BYTES;
  for (const { address, bytes } of writes) {
    view.setUint32(at, address);
    view.setUint32(at + 4, bytes.length);
    record.set(bytes, at + WRITE_HEAD_BYTES);
    at += WRITE_HEAD_BYTES + bytes.length;
  }
  view.setUint32(at, crc32(record, 0, at));
  return record;
}

interface JournalRecord {
  readonly epoch: number;
  readonly index: number;
  readonly body: Uint8Array;
}

function recordAt(journal: Uint8Array, block: number): JournalRecord | undefined {
  const at = block * BLOCK_BYTES;
  const view = new DataView(journal.buffer, journal.byteOffset + at, journal.length - at);
  const length = view.getUint32(8);
  const end = RECORD_HEAD_BYTES + length;
  if (length === 0 || end + CRC_BYTES > view.byteLength) return undefined;
  if (crc32(journal, at, at + end) !== view.getUint32(end)) return undefined;
  const body = journal.subarray(at + RECORD_HEAD_BYTES, at + end);
  return { epoch: view.getUint32(0), index: view.getUint32(4), body };
}

function recovered(file: DiskFile, length: number): { epoch: number; slot: number; bytes: Uint8Array } {
  const images = [0, 1].flatMap((slot) => {
    const image = file.read(imageAt(slot, length), IMAGE_HEAD_BYTES + length);
    if (image.length < IMAGE_HEAD_BYTES + length) return [];
    const view = new DataView(image.buffer, image.byteOffset);
    const epoch = view.getUint32(0);
    return epoch > 0 && view.getUint32(4) === imageCheck(image) ? [{ slot, epoch, image }] : [];
  });
  const [held] = images.sort((a, b) => b.epoch - a.epoch);
  if (held === undefined) throw new JournalDamaged('neither copy of its memory is whole');
  const { epoch, slot } = held;
  const bytes = held.image.slice(IMAGE_HEAD_BYTES);
  const read = file.read(journalAt(length), JOURNAL_BLOCKS * BLOCK_BYTES);
  const journal = new Uint8Array(JOURNAL_BLOCKS * BLOCK_BYTES);
  journal.set(read);
  let block = 0;
  let records = 0;
  for (; block < JOURNAL_BLOCKS; records++) {
    const record = recordAt(journal, block);
    if (record === undefined || record.epoch !== epoch || record.index !== records) break;
    apply(bytes, record.body);
    block += blocksOf(RECORD_HEAD_BYTES + record.body.length + CRC_BYTES);
  }
  // A record is written when the one before it is kept, and an epoch begun when its memory is: what stands behind
  // something that is missing is no power cut, and to go on from here would give back value that was spent.
  for (; block < JOURNAL_BLOCKS; block++) {
    const later = recordAt(journal, block);
    if (later !== undefined && (later.epoch > epoch || (later.epoch === epoch && later.index >= records))) {
      throw new JournalDamaged('something that it had kept is missing');
    }
  }
  return { epoch, slot, bytes };
}

function apply(bytes: Uint8Array, body: Uint8Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  for (let at = 0; at < body.length; ) {
    const address = view.getUint32(at);
    const length = view.getUint32(at + 4);
    bytes.set(body.subarray(at + WRITE_HEAD_BYTES, at + WRITE_HEAD_BYTES + length), address);
    at += WRITE_HEAD_BYTES + length;
  }
}
