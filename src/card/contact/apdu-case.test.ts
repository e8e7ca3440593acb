import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex } from '../../bytes/index.ts';
import { shapeOf, statusBytes, statusOf } from './apdu-case.ts';
import { command, pattern } from './card.testing.ts';

const CASES: readonly (readonly [hex: string, data: number, expected: number, extended: boolean])[] = [
  ['80100000', 0, 0, false],
  ['8010000001', 0, 1, false],
  ['8010000000', 0, 256, false],
  ['8010000001aa', 1, 0, false],
  ['8010000001aa05', 1, 5, false],
  ['8010000001aa00', 1, 256, false],
  ['80100000000001', 0, 1, true],
  ['80100000000000', 0, 65_536, true],
  ['80100000000001aa', 1, 0, true],
  ['80100000000001aa0100', 1, 256, true],
  ['80100000000001aa0000', 1, 65_536, true],
];

test('a command of each case says what it carries and what it expects', () => {
  for (const [hex, data, expected, extended] of CASES) {
    const shape = shapeOf(fromHex(hex));
    if ('reason' in shape) assert.fail(hex);
    assert.deepEqual([shape.data.length, shape.expected, shape.extended], [data, expected, extended], hex);
  }
});

test('a command of another length is none', () => {
  for (const hex of ['', '80', '801000']) assert.deepEqual(shapeOf(fromHex(hex)), { reason: 'command-too-short' });
  for (const hex of [
    '8010000002aa',
    '8010000001aa0500',
    '801000000000',
    '8010000000000000',
    '80100000000002aa',
    '80100000000001aa01',
    '80100000000001aa010000',
  ]) {
    assert.deepEqual(shapeOf(fromHex(hex)), { reason: 'command-length-wrong' }, hex);
  }
});

test('a command of any length of data and any expectation is read as it was meant', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.option(fc.integer({ min: 1, max: 65_536 })), (bytes, le) => {
      const shape = shapeOf(command(0x40, 0, pattern(bytes), le ?? undefined));
      if ('reason' in shape) assert.fail(shape.reason);
      assert.deepEqual([shape.data, shape.expected], [pattern(bytes), le ?? 0]);
    }),
  );
});

test('a status is the last two bytes of a response', () => {
  assert.equal(statusOf(fromHex('aabb6985')), 0x6985);
  assert.deepEqual(statusBytes(0x9000), fromHex('9000'));
});
