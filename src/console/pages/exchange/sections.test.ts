import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sectionsOf } from './sections.ts';

test('each section has its own bytes of the frame, and together they are the whole of it', () => {
  const found = sectionsOf('1110200a1b8004aabbccdd', [
    { kind: 'header', bytes: 7 },
    { kind: 'nonce', bytes: 4 },
  ]);
  assert.deepEqual(
    found.map(({ kind, hex }) => [kind, hex]),
    [
      ['header', '1110200a 1b8004'],
      ['nonce', 'aabbccdd'],
    ],
  );
});

test('a frame that was cut short has no bytes where none are', () => {
  assert.deepEqual(
    sectionsOf('1110', [
      { kind: 'header', bytes: 7 },
      { kind: 'tag', bytes: 8 },
    ]).map(({ hex }) => hex),
    ['1110', ''],
  );
});
