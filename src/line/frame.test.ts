import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc16X25, fromHex, toHex } from '../bytes/index.ts';
import { modemAddress } from '../units/index.ts';
import { Deframer, decodeLineFrame, encodeLineFrame, isForOthers, LineKind, lineCheck } from './index.ts';

interface Vectors {
  frames: {
    note: string;
    kind: keyof typeof LineKind;
    address: number;
    sequence: number;
    attentionWaiting: boolean;
    payload: string;
    bytes: string;
  }[];
  refused: { note: string; bytes: string; reason: string }[];
  streams: { note: string; bytes: string; frames: string[] }[];
}

const vectors = JSON.parse(readFileSync(new URL('../../test/vectors/line.json', import.meta.url), 'utf8')) as Vectors;

test('every published frame encodes to its bytes and decodes back', () => {
  assert.deepEqual(new Set(vectors.frames.map((vector) => vector.kind)), new Set(Object.keys(LineKind)));
  for (const { note, bytes, ...vector } of vectors.frames) {
    const { sequence, attentionWaiting } = vector;
    const address = modemAddress(vector.address);
    const frame = {
      kind: LineKind[vector.kind],
      address,
      sequence,
      attentionWaiting,
      payload: fromHex(vector.payload),
    };
    assert.equal(toHex(encodeLineFrame(frame)), bytes, note);
    assert.deepEqual(decodeLineFrame(fromHex(bytes)), { ...frame, check: lineCheck(fromHex(bytes)) }, note);
  }
});

test('every published refusal is refused with its reason', () => {
  for (const { note, bytes, reason } of vectors.refused) {
    assert.deepEqual(decodeLineFrame(fromHex(bytes)), { reason }, note);
  }
});

test('from every published stream its frames are taken, however the stream is cut', () => {
  for (const { note, bytes, frames } of vectors.streams) {
    const stream = fromHex(bytes);
    for (const chunk of [1, 2, 3, 7, stream.length]) {
      const deframer = new Deframer();
      const found: string[] = [];
      const take = (some: readonly { check: number }[]) => {
        for (const { check } of some) found.push(check.toString(16).padStart(4, '0'));
      };
      for (let at = 0; at < stream.length; at += chunk) {
        const some: Parameters<Deframer['push']>[1] = [];
        deframer.push(stream.subarray(at, at + chunk), some);
        take(some);
      }
      const rest: Parameters<Deframer['push']>[1] = [];
      deframer.flush(rest);
      take(rest);
      assert.deepEqual(
        found,
        frames.map((frame) => frame.slice(-4)),
        `${note}, ${chunk} bytes at a time`,
      );
      assert.equal(deframer.skippedBytes, stream.length - frames.join('').length / 2, note);
    }
  }
});

test('every single-bit change of a frame is refused', () => {
  for (const { bytes } of vectors.frames) {
    const frame = fromHex(bytes);
    for (let bit = 0; bit < 8 * frame.length; bit++) {
      const changed = frame.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.ok('reason' in decodeLineFrame(changed), `bit ${bit} of ${bytes}`);
    }
  }
});

test('every change of two bits behind the sync byte, and every burst of up to 16 bits, is refused', () => {
  const frame = fromHex(vectors.frames[0]?.bytes as string);
  const flip = (bytes: Uint8Array, bit: number) => {
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  };
  for (let a = 8; a < 8 * frame.length; a++) {
    for (let b = a + 1; b < 8 * frame.length; b++) {
      const changed = frame.slice();
      flip(changed, a);
      flip(changed, b);
      assert.ok('reason' in decodeLineFrame(changed), `bits ${a} and ${b}`);
    }
    const burst = frame.slice();
    for (let bit = a; bit < Math.min(a + 16, 8 * frame.length); bit++) flip(burst, bit);
    assert.ok('reason' in decodeLineFrame(burst), `burst at ${a}`);
  }
});

test('a control byte is known if and only if the table of kinds lists it', () => {
  const sequenced = [0x00, 0x08, 0x80, 0x84, 0x88, 0x8c, 0x90, 0x94, 0x98, 0x9c];
  const known = new Set([
    0x10,
    0x40,
    0x48,
    0xa0,
    0xa8,
    ...sequenced.flatMap((base) => [0, 1, 2, 3].map((s) => base + s)),
  ]);
  for (let control = 0; control < 256; control++) {
    const odd = control === 0x40 || control === 0x48;
    const body = odd ? [7, control, 1, 4] : [7, control, 0];
    const check = crc16X25(Uint8Array.from(body));
    const decoded = decodeLineFrame(Uint8Array.from([0x7e, ...body, check >> 8, check & 0xff]));
    assert.equal(!('reason' in decoded), known.has(control), `control ${control}`);
  }
});

test('a payload of 255 bytes is carried, one of 256 is a bug of the caller', () => {
  const frame = { kind: LineKind.request, address: modemAddress(1), sequence: 0, attentionWaiting: false };
  assert.equal(encodeLineFrame({ ...frame, payload: new Uint8Array(255) }).length, 261);
  assert.throws(() => encodeLineFrame({ ...frame, payload: new Uint8Array(256) }), RangeError);
  assert.throws(() => encodeLineFrame({ ...frame, sequence: 4, payload: new Uint8Array(0) }), RangeError);
  assert.throws(() => encodeLineFrame({ ...frame, kind: LineKind.bid, payload: new Uint8Array(1) }), RangeError);
});

test('a modem passes by what is for others, and reads what is for all and for itself', () => {
  const at = (kind: LineKind, address: number, payload = new Uint8Array(0)) =>
    encodeLineFrame({ kind, address: modemAddress(address), sequence: 0, attentionWaiting: false, payload });
  const me = modemAddress(9);
  assert.equal(isForOthers(at(LineKind.request, 9), me), false);
  assert.equal(isForOthers(at(LineKind.request, 8), me), true);
  assert.equal(isForOthers(at(LineKind.answer, 8), me), true);
  // Nobody but itself may speak there: it looks who does.
  assert.equal(isForOthers(at(LineKind.answer, 9), me), false);
  assert.equal(isForOthers(at(LineKind.rollCall, 0, Uint8Array.of(32)), me), false);
  const twoFrames = Uint8Array.from([...at(LineKind.request, 8), ...at(LineKind.request, 9)]);
  assert.equal(isForOthers(twoFrames, me), false);
});
