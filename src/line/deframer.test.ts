import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from '../bytes/index.ts';
import { modemAddress } from '../units/index.ts';
import { Deframer, encodeLineFrame, LINE_FRAME_BYTES_MAX, LineKind, type ReceivedLineFrame } from './index.ts';

const frameBytes = fc
  .record({ address: fc.nat(255), sequence: fc.nat(3), payload: fc.uint8Array({ maxLength: 240 }) })
  .map(({ address, sequence, payload }) =>
    encodeLineFrame({
      kind: LineKind.request,
      address: modemAddress(address),
      sequence,
      attentionWaiting: false,
      payload,
    }),
  );

test('any bytes in any pieces never throw, and never more than one frame is held', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (chunks) => {
      const deframer = new Deframer();
      const frames: ReceivedLineFrame[] = [];
      for (const chunk of chunks) {
        deframer.push(chunk, frames);
        assert.ok(deframer.heldBytes < LINE_FRAME_BYTES_MAX);
      }
      deframer.flush(frames);
      assert.equal(deframer.heldBytes, 0);
      const taken = frames.reduce((sum, frame) => sum + 6 + frame.payload.length, 0);
      assert.equal(
        taken + deframer.skippedBytes,
        chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      );
    }),
  );
});

test('frames come out of a stream as they went in, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(frameBytes, { maxLength: 6 }), fc.integer({ min: 1, max: 300 }), (sent, piece) => {
      const stream = concat(...sent);
      const deframer = new Deframer();
      const got: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += piece) {
        const frames: ReceivedLineFrame[] = [];
        deframer.push(stream.slice(at, at + piece), frames);
        for (const frame of frames) got.push(encodeLineFrame(frame));
      }
      assert.deepEqual(got, sent);
      assert.equal(deframer.skippedBytes, 0);
    }),
  );
});

test('noise before a frame delays it at most until the line falls silent', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), frameBytes, (noise, sent) => {
      const deframer = new Deframer();
      const frames: ReceivedLineFrame[] = [];
      deframer.push(concat(noise, sent), frames);
      deframer.flush(frames);
      assert.ok(frames.some((frame) => Buffer.from(encodeLineFrame(frame)).equals(sent)));
    }),
  );
});

test('the buffer of the caller may be used again while a frame is unfinished', () => {
  const sent = encodeLineFrame({
    kind: LineKind.answer,
    address: modemAddress(3),
    sequence: 1,
    attentionWaiting: true,
    payload: Uint8Array.of(1, 2, 3, 4, 5),
  });
  const deframer = new Deframer();
  const frames: ReceivedLineFrame[] = [];
  const buffer = sent.slice(0, 7);
  deframer.push(buffer, frames);
  buffer.fill(0xff);
  deframer.push(sent.slice(7), frames);
  assert.deepEqual(frames[0]?.payload, Uint8Array.of(1, 2, 3, 4, 5));
});
