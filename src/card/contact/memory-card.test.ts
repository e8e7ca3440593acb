import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '../../bytes/index.ts';
import { parseMemoryAnswer } from './memory-card.ts';

test('the four bytes of a memory card say how large it is and how it is spoken to', () => {
  // What chips of 256 bytes on two wires, and of 1,024 bytes on three, say.
  assert.deepEqual(parseMemoryAnswer(fromHex('a2131091')), { protocol: 'two-wire', units: 256, bitsPerUnit: 8 });
  assert.deepEqual(parseMemoryAnswer(fromHex('92231091')), { protocol: 'three-wire', units: 1024, bitsPerUnit: 8 });
  assert.deepEqual(parseMemoryAnswer(fromHex('80000000')), {
    protocol: 'serial-data',
    units: undefined,
    bitsPerUnit: 1,
  });
  assert.equal(parseMemoryAnswer(fromHex('12131091'))?.protocol, 'other');
});

test('a line that nothing drives, or that something holds, is no memory card', () => {
  for (const hex of ['ffffffff', '00000000', '', 'a21310', 'a213109100']) {
    assert.equal(parseMemoryAnswer(fromHex(hex)), undefined, hex);
  }
});
