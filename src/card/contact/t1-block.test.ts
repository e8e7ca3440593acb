import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../bytes/index.ts';
import { pattern } from './card.testing.ts';
import {
  type Block,
  type BlockCheck,
  type BlockFailure,
  createBlockReceiver,
  decodeBlock,
  encodeBlock,
  endBlock,
  hearBlockByte,
  mirrored,
} from './t1-block.ts';

const CHECKS: readonly BlockCheck[] = ['lrc', 'crc'];
const nad = 0;

const EXAMPLES: readonly (readonly [Block, string])[] = [
  [{ type: 'I', nad, number: 0, more: false, information: fromHex('00a40400') }, '00000400a40400a4'],
  [{ type: 'I', nad, number: 1, more: true, information: fromHex('9000') }, '0060029000f2'],
  [{ type: 'R', nad, number: 0, error: 0 }, '00800080'],
  [{ type: 'R', nad, number: 1, error: 1 }, '00910091'],
  [{ type: 'R', nad, number: 1, error: 2 }, '00920092'],
  [{ type: 'S', nad, kind: 'resynch', isResponse: false, value: 0 }, '00c000c0'],
  [{ type: 'S', nad, kind: 'resynch', isResponse: true, value: 0 }, '00e000e0'],
  [{ type: 'S', nad, kind: 'ifs', isResponse: false, value: 254 }, '00c101fe3e'],
  [{ type: 'S', nad, kind: 'ifs', isResponse: true, value: 254 }, '00e101fe1e'],
  [{ type: 'S', nad, kind: 'abort', isResponse: false, value: 0 }, '00c200c2'],
  [{ type: 'S', nad, kind: 'wtx', isResponse: true, value: 3 }, '00e30103e1'],
];

test('blocks have the bytes of the standard, and come back', () => {
  for (const [block, hex] of EXAMPLES) {
    assert.equal(toHex(encodeBlock(block, 'lrc')), hex);
    for (const check of CHECKS) assert.deepEqual(decodeBlock(encodeBlock(block, check), check, nad), block);
  }
});

test('the CRC is that of ISO/IEC 13239 before its complement, the high byte first', () => {
  const block: Block = { type: 'S', nad, kind: 'resynch', isResponse: false, value: 0 };
  const bytes = encodeBlock(block, 'crc');
  // Computed bit by bit: x^16 + x^12 + x^5 + 1, reflected, from FFFF.
  let crc = 0xffff;
  for (const byte of bytes.subarray(0, 3)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  assert.deepEqual([...bytes.subarray(3)], [crc >> 8, crc & 0xff]);
});

const lrc = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  return Uint8Array.from([...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)]);
};

const REFUSED: readonly (readonly [why: BlockFailure['reason'], bytes: Uint8Array])[] = [
  ['block-cut', fromHex('')],
  ['block-cut', fromHex('0000')],
  ['block-cut', fromHex('000001')],
  ['block-cut', fromHex('00000100')],
  ['block-length-wrong', fromHex('0080008000')],
  ['block-check-wrong', fromHex('00800081')],
  ['block-address-wrong', lrc('118000')],
  ['block-control-unknown', lrc('000100')],
  ['block-control-unknown', lrc('008300')],
  ['block-control-unknown', lrc('00a000')],
  ['block-control-unknown', lrc('00c400')],
  ['block-control-unknown', lrc('00df00')],
  ['block-control-unknown', lrc('00c10100')],
  ['block-control-unknown', lrc('00c101ff')],
  ['block-control-unknown', lrc('00c30100')],
  ['block-length-wrong', lrc('00800100')],
  ['block-length-wrong', lrc('00c100')],
  ['block-length-wrong', lrc('00c20100')],
  ['block-length-wrong', lrc(`0000ff${'00'.repeat(255)}`)],
];

for (const [index, [reason, bytes]] of REFUSED.entries()) {
  test(`a block is refused: ${reason} (${index})`, () => {
    assert.deepEqual(decodeBlock(bytes, 'lrc', nad), { reason });
  });
}

test('every single bit of a block is guarded by its check, without the help of parity', () => {
  for (const check of CHECKS) {
    for (const [block] of [
      ...EXAMPLES,
      [{ type: 'I', nad, number: 0, more: false, information: pattern(254) }] as const,
    ]) {
      const bytes = encodeBlock(block, check);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (0x80 >> (bit & 7));
        assert.ok('reason' in decodeBlock(flipped, check, nad), `${block.type}, ${check}, bit ${bit}`);
      }
    }
  }
});

test('a CRC finds any two wrong bits of a block, which an LRC does not', () => {
  const block: Block = { type: 'I', nad, number: 0, more: false, information: pattern(20) };
  const missed = { lrc: 0, crc: 0 };
  for (const check of CHECKS) {
    const bytes = encodeBlock(block, check);
    for (let a = 24; a < 8 * bytes.length; a++) {
      for (let b = a + 1; b < 8 * bytes.length; b++) {
        const flipped = bytes.slice();
        for (const bit of [a, b]) flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (0x80 >> (bit & 7));
        if (!('reason' in decodeBlock(flipped, check, nad))) missed[check]++;
      }
    }
  }
  assert.equal(missed.crc, 0);
  assert.ok(missed.lrc > 0);
});

test('any bytes are a block or a failure, and a block has those bytes alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(...CHECKS), (bytes, check) => {
      const block = decodeBlock(bytes, check, bytes[0] ?? 0);
      if (!('reason' in block)) assert.deepEqual(encodeBlock(block, check), bytes);
    }),
  );
});

test('a receiver gives a block with its last byte, and nothing of one that is damaged before the line is silent', () => {
  for (const check of CHECKS) {
    const receiver = createBlockReceiver(check, nad);
    const block: Block = { type: 'I', nad, number: 0, more: false, information: pattern(5) };
    const bytes = encodeBlock(block, check);
    const hear = (at: number, damaged: boolean) =>
      Array.from(bytes, (byte, index) => hearBlockByte(receiver, damaged && index === at ? undefined : byte));
    for (let at = 0; at < bytes.length; at++) {
      assert.deepEqual(
        hear(at, true).filter((heard) => heard !== undefined),
        [],
      );
      assert.deepEqual(endBlock(receiver), { reason: 'block-parity-wrong' });
      const heard = hear(at, false);
      assert.deepEqual(heard.pop(), block);
      assert.deepEqual(
        heard.filter((one) => one !== undefined),
        [],
      );
      for (const byte of bytes.subarray(0, at)) hearBlockByte(receiver, byte);
      assert.deepEqual(endBlock(receiver), { reason: 'block-cut' });
    }
  }
});

test('an address is mirrored on its way back', () => {
  assert.equal(mirrored(0x12), 0x21);
  assert.equal(mirrored(0), 0);
  for (let address = 0; address < 128; address++) {
    if ((address & 8) === 0) assert.equal(mirrored(mirrored(address)), address);
  }
});
