import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankMemory, type MeterMemory } from '../meter/index.ts';
import { MemoryPages } from './paged-memory.ts';
import { seededRandom } from './random.ts';

const PARTS = ['nvm', 'sam', 'svm'] as const;

const imageOf = (memory: MeterMemory): Buffer => Buffer.concat(PARTS.map((part) => memory[part].bytes));

test('memories in pages hold what memories in one piece hold, whatever is written where, shared or not', () => {
  const random = seededRandom('pages');
  const pages = new MemoryPages();
  const paged = Array.from({ length: 3 }, () => pages.newMemory());
  const plain = paged.map(() => blankMemory());
  for (let i = 0; i < 3_000; i++) {
    const place = random.below(paged.length);
    const part = PARTS[random.below(3)] as (typeof PARTS)[number];
    const { length } = (plain[place] as MeterMemory)[part].bytes;
    const source = new Uint8Array(1 + random.below(300));
    // Of few values and at few places, so that pages become alike, and differ again.
    source.fill(random.below(3) === 0 ? 0xff : random.below(3));
    const address = 50 * random.below(Math.floor((length - source.length) / 50));
    for (const memory of [paged[place], plain[place]]) memory?.[part].write(address, source, 0, source.length);
    if (i % 100 === 0) {
      pages.beginSharing();
      for (const memory of paged) memory.share();
      pages.endSharing();
    }
    if (i % 50 > 0) continue;
    for (const [at, memory] of paged.entries()) {
      assert.ok(imageOf(memory).equals(imageOf(plain[at] as MeterMemory)), `step ${i}`);
    }
  }
  const [first] = paged;
  assert.equal(first?.nvm.byteAt(1_234), plain[0]?.nvm.bytes[1_234]);
  assert.deepEqual(first?.nvm.bytesAt(120, 300), plain[0]?.nvm.bytes.slice(120, 420));
});

test('what was never written takes no page, and what many have alike takes one', () => {
  const pages = new MemoryPages();
  const memories = Array.from({ length: 10 }, () => pages.newMemory());
  assert.equal(pages.used, 1);
  const alike = new Uint8Array(128).fill(7);
  for (const { nvm } of memories) {
    nvm.write(256, alike, 0, 128);
    nvm.write(1_024, new Uint8Array(500).fill(0xff), 0, 500);
  }
  assert.equal(pages.used, 1 + 10);
  pages.beginSharing();
  for (const memory of memories) memory.share();
  pages.endSharing();
  assert.equal(pages.used, 1 + 1);
  memories[3]?.nvm.write(300, Uint8Array.of(8), 0, 1);
  assert.equal(pages.used, 1 + 2);
  assert.deepEqual(
    memories.map(({ nvm }) => nvm.byteAt(300)),
    [7, 7, 7, 8, 7, 7, 7, 7, 7, 7],
  );
  // The same again is no page of one's own.
  memories[5]?.nvm.write(300, alike, 0, 3);
  assert.equal(pages.used, 1 + 2);
});

test('what has become alike again is one page again, and the other is used for what comes next', () => {
  const pages = new MemoryPages();
  const [one, other] = [pages.newMemory(), pages.newMemory()];
  one.nvm.write(0, Uint8Array.of(1), 0, 1);
  other.nvm.write(0, Uint8Array.of(2), 0, 1);
  const share = () => {
    pages.beginSharing();
    one.share();
    other.share();
    pages.endSharing();
  };
  share();
  assert.equal(pages.used, 3);
  other.nvm.write(0, Uint8Array.of(1), 0, 1);
  share();
  assert.equal(pages.used, 2);
  other.sam.write(0, Uint8Array.of(5), 0, 1);
  assert.deepEqual([pages.used, one.nvm.byteAt(0), other.nvm.byteAt(0), other.sam.byteAt(0)], [3, 1, 1, 5]);
  assert.throws(() => one.share(), /the sharing has begun/);
  assert.throws(() => one.svm.write(801, Uint8Array.of(1), 0, 1), /what is written lies in the memory/);
  assert.throws(() => one.svm.bytesAt(800, 2), /what is read lies in the memory/);
});

test('the pages of a profile are counted where they are one’s own', () => {
  const pages = new MemoryPages();
  const memory = pages.newMemory();
  assert.equal(memory.profileBytes, 0);
  memory.nvm.write(10_000, Uint8Array.of(0, 1), 0, 2);
  memory.nvm.write(10, Uint8Array.of(0), 0, 1);
  assert.equal(memory.profileBytes, 128);
});
