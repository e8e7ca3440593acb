import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharing } from './sharing.ts';

test('the same bytes give the same object, other bytes another, and a failure is decoded anew', () => {
  let decoded = 0;
  const read = sharing((bytes: Uint8Array): { first: number } | { reason: 'empty' } => {
    decoded += 1;
    return bytes.length === 0 ? { reason: 'empty' } : { first: bytes[0] as number };
  });
  const bytes = Uint8Array.of(1, 2);
  const first = read(bytes);
  assert.equal(read(Uint8Array.of(1, 2)), first);
  assert.equal(decoded, 1);
  // What was decoded does not follow the memory that it came from.
  bytes[0] = 7;
  assert.deepEqual(read(bytes), { first: 7 });
  assert.deepEqual(read(Uint8Array.of(1, 2)), { first: 1 });
  assert.deepEqual([read(new Uint8Array(0)), read(new Uint8Array(0))], [{ reason: 'empty' }, { reason: 'empty' }]);
  assert.equal(decoded, 4);
});

test('only the last sixteen are kept', () => {
  const read = sharing((bytes: Uint8Array) => ({ first: bytes[0] as number }));
  const first = read(Uint8Array.of(0));
  for (let i = 1; i < 16; i++) read(Uint8Array.of(i));
  assert.equal(read(Uint8Array.of(0)), first);
  read(Uint8Array.of(16));
  assert.notEqual(read(Uint8Array.of(0)), first);
});
