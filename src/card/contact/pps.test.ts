import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../bytes/index.ts';
import { type Atr, buildAtr, parseAtr } from './atr.ts';
import { agreedBy, answerPps, encodePps, type PpsFailure, ppsLength } from './pps.ts';

const pck = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  return Uint8Array.from([...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)]);
};

/** A card of T=0 and T=1 whose TA1 is 95: Fi 512, Di 16. */
const CARD = parseAtr(
  buildAtr({ convention: 'direct', rounds: [{ ta: 0x95, td: 0 }, { td: 1 }], historical: new Uint8Array(0) }),
) as Atr;

test('a request says protocol and bit rate', () => {
  assert.equal(toHex(encodePps({ protocol: 1 })), 'ff01fe');
  assert.equal(toHex(encodePps({ protocol: 1, speed: 0x95 })), 'ff11957b');
  assert.equal(toHex(encodePps({ protocol: 0, speed: 0x11, spu: 0 })), 'ff301100de');
  for (const hex of ['ff01fe', 'ff11957b', 'ff301100de']) assert.equal(ppsLength(fromHex(hex)), hex.length / 2);
  assert.equal(ppsLength(fromHex('ff')), undefined);
});

test('a card agrees on what it offers, and says so in the same words', () => {
  for (const [hex, f, d] of [
    ['ff00', 372, 1],
    ['ff01', 372, 1],
    ['ff1195', 512, 16],
    ['ff1111', 372, 1],
    ['ff1114', 372, 8],
    ['ff1091', 512, 1],
  ] as const) {
    const request = pck(hex);
    const protocol = (request[1] as number) & 15;
    assert.deepEqual(answerPps(request, CARD), { answer: request, agreed: { protocol, rate: { f, d } } });
  }
});

test('a card leaves out what it does not use: C6, and what is reserved', () => {
  const plain = { answer: pck('ff01'), agreed: { protocol: 1, rate: { f: 372, d: 1 } } };
  assert.deepEqual(answerPps(pck('ff2100'), CARD), plain);
  assert.deepEqual(answerPps(pck('ff4100'), CARD), plain);
  assert.deepEqual(answerPps(pck('ff619900'), CARD), plain);
});

const UNANSWERED: readonly (readonly [why: PpsFailure['reason'], request: Uint8Array])[] = [
  ['pps-initial-wrong', pck('fe01')],
  ['pps-length-wrong', fromHex('ff')],
  ['pps-length-wrong', fromHex('ff01')],
  ['pps-length-wrong', pck('ff0111')],
  ['pps-length-wrong', fromHex('ff1195')],
  ['pps-check-wrong', fromHex('ff01ff')],
  ['pps-bit-reserved', pck('ff81')],
  ['pps-protocol-not-offered', pck('ff02')],
  ['pps-protocol-not-offered', pck('ff0f')],
  ['pps-speed-reserved', pck('ff1171')],
  ['pps-speed-reserved', pck('ff1110')],
  ['pps-speed-out-of-range', pck('ff1196')],
  ['pps-speed-out-of-range', pck('ff11a5')],
];

test('a wrong request is not answered, and why is known', () => {
  for (const [reason, request] of UNANSWERED) assert.deepEqual(answerPps(request, CARD), { reason }, toHex(request));
});

test('a card without a speed of its own speaks the default alone', () => {
  const slow = parseAtr(fromHex('3b00')) as Atr;
  assert.deepEqual(answerPps(pck('ff1012'), slow), { reason: 'pps-speed-out-of-range' });
  assert.ok('agreed' in answerPps(pck('ff1011'), slow));
});

test('a slot takes an answer that repeats its request, and one that declines the bit rate', () => {
  const request = { protocol: 1, speed: 0x95 };
  assert.deepEqual(agreedBy(request, pck('ff1195')), { protocol: 1, rate: { f: 512, d: 16 } });
  assert.deepEqual(agreedBy(request, pck('ff01')), { protocol: 1, rate: { f: 372, d: 1 } });
});

test('a slot takes no other answer', () => {
  const request = { protocol: 1, speed: 0x95 };
  for (const [reason, answer] of [
    ['pps-answer-differs', pck('ff1095')],
    ['pps-answer-differs', pck('ff1194')],
    ['pps-answer-differs', pck('ff319500')],
    ['pps-answer-differs', pck('ff519500')],
    ['pps-bit-reserved', pck('ff9195')],
    ['pps-check-wrong', fromHex('ff119500')],
    ['pps-length-wrong', fromHex('ff11957b00')],
    ['pps-initial-wrong', pck('3b1195')],
  ] as const) {
    assert.deepEqual(agreedBy(request, answer), { reason }, toHex(answer));
  }
});

test('every single bit of a request and of an answer is guarded', () => {
  const bytes = pck('ff1195');
  for (let bit = 0; bit < 32; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (0x80 >> (bit & 7));
    assert.ok('reason' in answerPps(flipped, CARD), `request, bit ${bit}`);
    assert.ok('reason' in agreedBy({ protocol: 1, speed: 0x95 }, flipped), `answer, bit ${bit}`);
  }
});
