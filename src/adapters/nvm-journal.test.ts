import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aftermaths, CuttableDisk, DiskCut, drawing } from './disk.testing.ts';
import { JournalDamaged, journalFileBytes, NvmJournal, newJournalFile } from './nvm-journal.ts';

const LENGTH = 6_000;
const HEAD = new TextEncoder().encode('head');
const fresh = () => newJournalFile(HEAD, new Uint8Array(LENGTH).fill(0xff));
const put = ({ memory }: NvmJournal, address: number, ...bytes: number[]) =>
  memory.write(address, Uint8Array.from(bytes), 0, bytes.length);
const SEED = 20_261_124;

/** More than a sector. */
const STRIP = { at: 2_000, length: 1_200 };

/** Settled again and again, one more each time, in three places of the memory at once. */
function count(
  journal: NvmJournal,
  from: number,
  to: number,
  settled: (value: number) => void = () => undefined,
): void {
  for (let value = from; value <= to; value++) {
    put(journal, 10, value >> 8, value);
    journal.memory.write(STRIP.at, new Uint8Array(STRIP.length).fill(value), 0, STRIP.length);
    put(journal, 5_000, value >> 8, value);
    journal.settle();
    settled(value);
  }
}
const counted = ({ memory: { bytes } }: NvmJournal): number => {
  const at = (address: number) => ((bytes[address] as number) << 8) | (bytes[address + 1] as number);
  assert.equal(at(10), at(5_000), 'all places, or none');
  const strip = bytes.subarray(STRIP.at, STRIP.at + STRIP.length);
  assert.ok(
    strip.every((byte) => byte === (at(10) & 0xff)),
    'all places, or none',
  );
  return at(10);
};

test('what was settled is there when the file is opened again, and what was not is gone with the process', () => {
  const disk = new CuttableDisk(fresh());
  const journal = new NvmJournal(disk, LENGTH);
  put(journal, 0, 1, 2, 3);
  journal.settle();
  put(journal, 1, 9);
  assert.equal(journal.memory.bytes[1], 9, 'a write is in force at once');
  const after = new NvmJournal(new CuttableDisk(disk.after(() => 'old')), LENGTH);
  assert.deepEqual([...after.memory.bytes.subarray(0, 4)], [1, 2, 3, 0xff]);
  journal.close();
  const closed = new NvmJournal(new CuttableDisk(disk.after(() => 'old')), LENGTH);
  assert.deepEqual([...closed.memory.bytes.subarray(0, 4)], [1, 9, 3, 0xff]);
});

test('the power may go before any write or confirmation, with any sector kept, lost or torn: all that was settled is there', () => {
  const draw = drawing(SEED);
  // Over the end of a journal of 128 blocks, in which the memory is written whole.
  let cuts = 0;
  let aftermathsSeen = 0;
  for (let operations = 0; ; operations++) {
    const disk = new CuttableDisk(fresh());
    const journal = new NvmJournal(disk, LENGTH);
    count(journal, 1, 124);
    let settled = 124;
    const settles = (value: number) => {
      settled = value;
    };
    disk.operationsLeft = operations;
    try {
      count(journal, 125, 132, settles);
      // Opened a second time: what is left of the first time is never taken for the second's.
      count(new NvmJournal(disk, LENGTH), 133, 136, settles);
      break;
    } catch (error) {
      assert.ok(error instanceof DiskCut, `seed ${SEED}: ${error}`);
    }
    cuts += 1;
    for (const left of aftermaths(disk, draw)) {
      aftermathsSeen += 1;
      const found = counted(new NvmJournal(new CuttableDisk(left), LENGTH));
      assert.ok(
        found === settled || found === settled + 1,
        `seed ${SEED}, cut ${operations}: ${found}, not ${settled}`,
      );
    }
  }
  assert.ok(cuts >= 40 && aftermathsSeen > 5 * cuts, `${cuts} cuts, ${aftermathsSeen} aftermaths`);
});

test('a journal that runs full is written whole, again and again, and the file keeps its length', () => {
  const disk = new CuttableDisk(fresh());
  const journal = new NvmJournal(disk, LENGTH);
  count(journal, 1, 1_000);
  const left = disk.after(() => 'old');
  assert.equal(left.length, journalFileBytes(LENGTH));
  assert.equal(counted(new NvmJournal(new CuttableDisk(left), LENGTH)), 1_000);
  assert.deepEqual(left.subarray(0, HEAD.length), HEAD);
});

test('a record that is longer than what is left of the journal goes in whole', () => {
  const disk = new CuttableDisk(fresh());
  const journal = new NvmJournal(disk, LENGTH);
  count(journal, 1, 126);
  for (let i = 0; i < 4; i++) journal.memory.write(0, new Uint8Array(LENGTH).fill(i), 0, LENGTH);
  journal.settle();
  assert.ok(new NvmJournal(new CuttableDisk(disk.after(() => 'old')), LENGTH).memory.bytes.every((byte) => byte === 3));
});

test('after a failure nothing more is taken, and what was settled before it is there', () => {
  const disk = new CuttableDisk(fresh());
  const journal = new NvmJournal(disk, LENGTH);
  count(journal, 1, 5);
  disk.operationsLeft = 1;
  assert.throws(() => count(journal, 6, 6), DiskCut);
  disk.operationsLeft = Number.POSITIVE_INFINITY;
  assert.throws(() => journal.settle(), DiskCut);
  assert.throws(() => put(journal, 0, 1), DiskCut);
  journal.close();
  assert.equal(counted(new NvmJournal(new CuttableDisk(disk.after(() => 'old')), LENGTH)), 5);
});

test('what was confirmed and is gone is damage: nobody goes on from what was there before', () => {
  const disk = new CuttableDisk(fresh());
  count(new NvmJournal(disk, LENGTH), 1, 20);
  const whole = disk.after(() => 'old');
  const block = (n: number) => journalFileBytes(LENGTH) - (128 - n) * 4_096;
  const spoilt = (...at: number[]) => {
    const bytes = whole.slice();
    for (const each of at) bytes[each] = (bytes[each] as number) ^ 0x10;
    return () => new NvmJournal(new CuttableDisk(bytes), LENGTH);
  };
  assert.equal(counted(spoilt()()), 20);
  // A record in the middle; the memory that the journal follows.
  assert.throws(spoilt(block(7) + 20), JournalDamaged);
  assert.throws(spoilt(block(0) + 20), JournalDamaged);
  const image = 4_096 + 8_192 + 100;
  assert.throws(
    spoilt(image),
    JournalDamaged,
    'the other place has an older memory, and is not taken for the newer one',
  );
  assert.throws(spoilt(image, image - 8_192), JournalDamaged);
  // The last one may have been torn by a power cut, and is as if it had not come.
  assert.equal(counted(spoilt(block(19) + 20)()), 19);
});
