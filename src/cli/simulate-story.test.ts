import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storyOf } from './simulate-story.ts';

const IDS = ['0a1b2c', '0a1b33', '0a1b3a'];
const lines = (from: number, count: number, text: string) =>
  Array.from({ length: count }, (_, i) => `2026-03-02T00:00:${String(from + i).padStart(2, '0')}.000Z ${text}`);

test('a story tells of the meters that are struck or wronged, and of nobody else', () => {
  const story = storyOf(
    [
      '2026-03-02T23:59:58.000Z 0a1b2c bought 5',
      '2026-03-02T23:59:58.000Z 0a1b33 bought 5',
      '2026-03-02T23:59:59.000Z fault: power-cut#1 of meter 0a1b33',
      '2026-03-02T23:59:59.400Z cut: meter 0a1b33 writes its purse at 7, and 1 of 2 bytes are there, the next is garbage',
      '2026-03-02T23:59:59.500Z host to unit 0: time',
      '2026-03-03T00:00:00.000Z the database is replaced by its older copy',
      '2026-03-03T00:00:01.000Z 0a1b3a bought 5',
      '2026-03-03T00:00:01.000Z broken: I1 Meter 0a1b2c: it is poor.',
      '2026-03-03T00:00:01.000Z broken: I1 Meter 0a1b3a: it is poor too.',
      '2026-03-03T00:00:02.000Z 0a1b2c bought 5',
    ],
    IDS,
  );
  assert.deepEqual(story, [
    '2026-03-02',
    '  23:59:58.000Z 0a1b2c bought 5',
    '  23:59:58.000Z 0a1b33 bought 5',
    '* 23:59:59.000Z fault: power-cut#1 of meter 0a1b33',
    '* 23:59:59.400Z cut: meter 0a1b33 writes its purse at 7, and 1 of 2 bytes are there, the next is garbage',
    '2026-03-03',
    '* 00:00:00.000Z the database is replaced by its older copy',
    '* 00:00:01.000Z broken: I1 Meter 0a1b2c: it is poor.',
    '* 00:00:01.000Z broken: I1 Meter 0a1b3a: it is poor too.',
  ]);
});

test('a story leaves out what is far from every turn', () => {
  const story = storyOf(
    [...lines(0, 40, '0a1b2c bought 5'), ...lines(40, 1, 'broken: I1 Meter 0a1b2c: it is poor.')],
    IDS,
  );
  assert.deepEqual(story.slice(0, 3), ['  … 10 lines', '2026-03-02', '  00:00:10.000Z 0a1b2c bought 5']);
  assert.equal(story.length, 33);
});

test('what is wrong with the books as a whole is told with every meter', () => {
  const all = IDS.flatMap((id) => lines(0, 1, `${id} bought 5`));
  const story = storyOf([...all, ...lines(1, 1, 'broken: I8 The books do not balance in themselves.')], IDS);
  assert.equal(story.length, 5);
});
