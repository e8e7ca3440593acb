import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex, Writer } from '../bytes/index.ts';
import { svpmsn, UNIX_MS_MAX } from '../units/index.ts';
import {
  type BackhaulMessage,
  clippedCounter,
  clippedOffset,
  clippedTime,
  decodeEnvelope,
  encodeEnvelope,
  ROUND_MS_MIN,
  VOICE_BYTES_MAX,
} from './index.ts';

interface Vectors {
  messages: { name: string; localUnit: number; message: Record<string, unknown>; bytes: string }[];
  refused: { name: string; bytes: string; reason: string }[];
}
const file = join(import.meta.dirname, '../../test/vectors/backhaul.json');
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));

/** Byte fields stand as hex in the file. */
const BYTE_FIELDS = new Set(['wrapped', 'use', 'status', 'events', 'sound']);
function parsed(value: unknown, name = ''): unknown {
  if (name === 'frames' && Array.isArray(value)) return value.map(fromHex); // A number in line health.
  if (BYTE_FIELDS.has(name)) return fromHex(value as string);
  if (Array.isArray(value)) return value.map((entry) => parsed(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, parsed(field, key)]));
}

for (const { name, localUnit, message, bytes } of vectors.messages) {
  test(`the published message has its published bytes: ${name}`, () => {
    const envelope = { localUnit, message: parsed(message) as BackhaulMessage };
    assert.equal(toHex(encodeEnvelope(envelope)), bytes);
    assert.deepEqual(decodeEnvelope(fromHex(bytes)), envelope);
  });
}

for (const { name, bytes, reason } of vectors.refused) {
  test(`bytes that are no message are refused: ${name}`, () => {
    assert.deepEqual(decodeEnvelope(fromHex(bytes)), { reason });
  });
}

test('the published messages are of every type', () => {
  const types = new Set(vectors.messages.map(({ message }) => message.type));
  assert.equal(types.size, 17);
});

/** Whatever is decoded has one form only: encoding it again gives the same bytes. */
function checkCanonical(bytes: Uint8Array): boolean {
  const envelope = decodeEnvelope(bytes);
  if ('reason' in envelope) return false;
  assert.equal(toHex(encodeEnvelope(envelope)), toHex(bytes));
  return true;
}

test('every single-bit change of a message is refused, or is another message with exactly those bytes', () => {
  let refused = 0;
  for (const { bytes } of vectors.messages) {
    const whole = fromHex(bytes);
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const changed = whole.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      if (!checkCanonical(changed)) refused++;
    }
  }
  assert.ok(refused > 1000);
});

test('a message that is cut short anywhere is refused', () => {
  for (const { bytes } of vectors.messages) {
    const whole = fromHex(bytes);
    for (let length = 0; length < whole.length; length++) {
      assert.ok('reason' in decodeEnvelope(whole.subarray(0, length)), `${bytes} cut to ${length}`);
    }
  }
});

test('any bytes are decoded or refused, and never throw', () => {
  const types = vectors.messages.map(({ bytes }) => Number.parseInt(bytes.slice(0, 2), 16));
  const bytes = fc
    .tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 80 }))
    .map(([type, rest]) => Uint8Array.of(type, ...rest));
  fc.assert(
    fc.property(bytes, (some) => {
      checkCanonical(some);
    }),
    { numRuns: 3000 },
  );
});

test('a decoded message does not change when the buffer it came in is used again', () => {
  const carry = { type: 'carry', ticket: 1, svpmsn: svpmsn(1), priority: 'value', frames: [fromHex('0102')] } as const;
  const bytes = encodeEnvelope({ localUnit: 0, message: carry });
  const decoded = decodeEnvelope(bytes);
  bytes.fill(0xff);
  assert.deepEqual(decoded, { localUnit: 0, message: carry });
});

test('a carry without frames, and frames beside no answer, are bugs of the caller', () => {
  const carry = { type: 'carry', ticket: 1, svpmsn: svpmsn(1), priority: 'value', frames: [] } as const;
  assert.throws(() => encodeEnvelope({ localUnit: 0, message: carry }), RangeError);
  const carried = {
    type: 'carried',
    ticket: 1,
    svpmsn: svpmsn(1),
    outcome: 'no-answer',
    frames: [fromHex('00')],
  } as const;
  assert.throws(() => encodeEnvelope({ localUnit: 0, message: carried }), RangeError);
  assert.throws(() => encodeEnvelope({ localUnit: 256, message: { type: 'time', unixMs: 1 } }), RangeError);
});

test('offsets and counters stop at the edge of their field', () => {
  assert.equal(clippedOffset(1e12), 0x7fff_ffff);
  assert.equal(clippedOffset(-1e12), -0x8000_0000);
  assert.equal(clippedOffset(-12.4), -12);
  assert.equal(clippedCounter(1e12), 0xffff_ffff);
  assert.equal(clippedCounter(7), 7);
});

test('a time is one that a u32 of seconds can tell, in every message that has one', () => {
  const messages = (unixMs: number): BackhaulMessage[] => [
    { type: 'time', unixMs },
    { type: 'poll-result', svpmsn: svpmsn(1), atMs: unixMs, clockOffsetMs: 0 },
    { type: 'attention', svpmsn: svpmsn(1), reasons: 1, counter: 1, atMs: unixMs },
    { ...HEALTH, fromMs: unixMs },
    { ...HEALTH, toMs: unixMs },
    { ...HEALTH, suspicions: [{ kind: 'no-answer', address: 1, svpmsn: svpmsn(1), sinceMs: unixMs }] },
  ];
  for (const unixMs of [0, UNIX_MS_MAX]) {
    for (const message of messages(unixMs)) {
      assert.deepEqual(decodeEnvelope(encodeEnvelope({ localUnit: 0, message })), { localUnit: 0, message });
    }
  }
  const beyond = toHex(new Writer().u64(UNIX_MS_MAX + 1).done());
  const last = toHex(new Writer().u64(UNIX_MS_MAX).done());
  for (const message of messages(UNIX_MS_MAX)) {
    const bytes = toHex(encodeEnvelope({ localUnit: 0, message }));
    assert.deepEqual(decodeEnvelope(fromHex(bytes.replace(last, beyond))), { reason: 'field-out-of-range' });
  }
  for (const message of messages(UNIX_MS_MAX + 1)) {
    assert.throws(() => encodeEnvelope({ localUnit: 0, message }), RangeError);
  }
  assert.deepEqual([clippedTime(-1), clippedTime(5), clippedTime(2 ** 53)], [0, 5, UNIX_MS_MAX]);
});

const HEALTH = {
  type: 'line-health',
  fromMs: 1,
  toMs: 2,
  frames: 0,
  bytes: 0,
  airtimeMs: 0,
  retries: 0,
  garbled: 0,
  suspicions: [],
} as const;

test('speech of more than 60 ms is no message', () => {
  const message = { type: 'voice', svpmsn: svpmsn(1), sound: new Uint8Array(VOICE_BYTES_MAX) } as const;
  const bytes = encodeEnvelope({ localUnit: 3, message });
  assert.deepEqual(decodeEnvelope(bytes), { localUnit: 3, message });
  const more = new Writer()
    .bytes(bytes.subarray(0, 5))
    .u16(VOICE_BYTES_MAX + 1)
    .bytes(new Uint8Array(VOICE_BYTES_MAX + 1));
  assert.deepEqual(decodeEnvelope(more.done()), { reason: 'field-out-of-range' });
  const tooMuch = { ...message, sound: new Uint8Array(VOICE_BYTES_MAX + 1) };
  assert.throws(() => encodeEnvelope({ localUnit: 3, message: tooMuch }), RangeError);
});

test('a round of less than a second is refused', () => {
  const plan = { type: 'poll-plan', profiles: true, supplies: 1, tableVersion: 0, slewAboveMs: 0 } as const;
  const message = { ...plan, roundMs: ROUND_MS_MIN };
  const bytes = encodeEnvelope({ localUnit: 0, message });
  assert.deepEqual(decodeEnvelope(bytes), { localUnit: 0, message });
  for (const roundMs of [0, ROUND_MS_MIN - 1]) {
    bytes.set(new Writer(4).u32(roundMs).done(), 2);
    assert.deepEqual(decodeEnvelope(bytes), { reason: 'field-out-of-range' });
    assert.throws(() => encodeEnvelope({ localUnit: 0, message: { ...plan, roundMs } }), RangeError);
  }
});
