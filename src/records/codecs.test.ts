import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes/index.ts';
import { unixSeconds } from '../units/index.ts';
import * as records from './index.ts';

interface Codec {
  readonly encode: (value: never) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const codecs: Record<string, Codec> = {
  clockSet: { encode: records.encodeClockSet, decode: records.decodeClockSet },
  clockSetAnswer: { encode: records.encodeClockSetAnswer, decode: records.decodeClockSetAnswer },
  clockSlew: { encode: records.encodeClockSlew, decode: records.decodeClockSlew },
  clockSlewAnswer: { encode: records.encodeClockSlewAnswer, decode: records.decodeClockSlewAnswer },
  relayCommand: { encode: records.encodeRelayCommand, decode: records.decodeRelayCommand },
  relayAnswer: { encode: records.encodeRelayAnswer, decode: records.decodeRelayAnswer },
  policy: { encode: records.encodePolicy, decode: records.decodePolicy },
  policyAnswer: { encode: records.encodePolicyAnswer, decode: records.decodePolicyAnswer },
  hotList: { encode: records.encodeHotList, decode: records.decodeHotList },
  hotListAnswer: { encode: records.encodeHotListAnswer, decode: records.decodeHotListAnswer },
  interphoneSaid: { encode: records.encodeInterphoneSaid, decode: records.decodeInterphoneSaid },
  interphoneAnswer: { encode: records.encodeInterphoneAnswer, decode: records.decodeInterphoneAnswer },
  cardPaymentCommand: { encode: records.encodeCardPaymentCommand, decode: records.decodeCardPaymentCommand },
  cardPaymentTold: { encode: records.encodeCardPaymentTold, decode: records.decodeCardPaymentTold },
  keyChange: { encode: records.encodeKeyChange, decode: records.decodeKeyChange },
  keyChangeAnswer: { encode: records.encodeKeyChangeAnswer, decode: records.decodeKeyChangeAnswer },
  event: { encode: records.encodeEvent, decode: records.decodeEvent },
  eventRequest: { encode: records.encodeEventRequest, decode: records.decodeEventRequest },
  eventAnswer: { encode: records.encodeEventAnswer, decode: records.decodeEventAnswer },
  useRequest: { encode: records.encodeUseRequest, decode: records.decodeUseRequest },
  useAnswer: { encode: records.encodeUseAnswer, decode: records.decodeUseAnswer },
  voltages: { encode: records.encodeVoltages, decode: records.decodeVoltages },
  totals: { encode: records.encodeTotals, decode: records.decodeTotals },
  controlStatus: { encode: records.encodeControlStatus, decode: records.decodeControlStatus },
  monitoringStatus: { encode: records.encodeMonitoringStatus, decode: records.decodeMonitoringStatus },
  maintenanceStatus: { encode: records.encodeMaintenanceStatus, decode: records.decodeMaintenanceStatus },
  attention: { encode: records.encodeAttention, decode: records.decodeAttention },
  seedUse: { encode: records.encodeSeedUse, decode: records.decodeSeedUse },
  bcdTime: {
    encode: ({ seconds }: { seconds: number }) => records.encodeBcdTime(seconds),
    decode: records.decodeBcdTime,
  } as Codec,
};

interface Vector {
  readonly codec: string;
  readonly bytes: string;
  readonly value: unknown;
}
const file = new URL('../../test/vectors/records.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'), revive).bodies;

test('every codec has a published vector', () => {
  assert.deepEqual([...new Set(vectors.map(({ codec }) => codec))].sort(), Object.keys(codecs).sort());
});

for (const [name, codec] of Object.entries(codecs)) {
  const bodies = vectors.filter((vector) => vector.codec === name);

  test(`${name}: the published bytes are written and read`, () => {
    for (const { bytes, value } of bodies) {
      assert.equal(toHex(codec.encode(value as never)), bytes);
      assert.deepEqual(codec.decode(fromHex(bytes)), value);
    }
  });

  test(`${name}: bytes with one bit changed are refused, or are the bytes of another value`, () => {
    for (const { bytes } of bodies) {
      const body = fromHex(bytes);
      for (let bit = 0; bit < 8 * body.length; bit++) {
        const changed = body.slice();
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        writesItselfAgain(codec, changed);
      }
    }
  });

  test(`${name}: bytes too few or too many are refused, or are the bytes of another value`, () => {
    for (const { bytes } of bodies) {
      const body = fromHex(bytes);
      for (let length = 0; length < body.length; length++) writesItselfAgain(codec, body.subarray(0, length));
      writesItselfAgain(codec, fromHex(`${bytes}00`));
    }
  });

  test(`${name}: any bytes are read without a throw`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => writesItselfAgain(codec, bytes)),
      { numRuns: 300 },
    );
  });
}

test('a result outside the list is no answer', () => {
  const answer = records.encodePolicyAnswer({ head: head(), version: 3 });
  answer[0] = 18;
  assert.deepEqual(records.decodePolicyAnswer(answer), { reason: 'field-out-of-range' });
  answer[0] = 17;
  assert.equal(records.isRecordFailure(records.decodePolicyAnswer(answer)), false);
});

test('flags above bit 11 are refused', () => {
  const status = { clock: 1, tableVersion: 2, nextTableVersion: 0, policyVersion: 3, flags: 0x0fff };
  const bytes = records.encodeControlStatus(status as records.ControlStatus);
  assert.deepEqual(records.decodeControlStatus(bytes), status);
  bytes[16] = 0x1f;
  assert.deepEqual(records.decodeControlStatus(bytes), { reason: 'reserved-bits-set' });
});

test('a slew of 60 s is read, one of 61 s or of nothing is not', () => {
  assert.deepEqual(records.decodeClockSlew(fromHex('3c')), { seconds: 60 });
  assert.deepEqual(records.decodeClockSlew(fromHex('c4')), { seconds: -60 });
  for (const hex of ['3d', 'c3', '00', '80']) {
    assert.deepEqual(records.decodeClockSlew(fromHex(hex)), { reason: 'field-out-of-range' });
  }
});

test('a wrapped key has the length of its suite', () => {
  for (const [n, size] of [
    [0x91, 16],
    [0xa1, 24],
    [0xb1, 40],
  ] as const) {
    const change = { n, floor: 1, wrappedKey: new Uint8Array(size) };
    assert.deepEqual(records.decodeKeyChange(records.encodeKeyChange(change)), change);
    const short = records.encodeKeyChange({ ...change, wrappedKey: new Uint8Array(size - 8) });
    assert.deepEqual(records.decodeKeyChange(short), { reason: 'length-wrong' });
    const high = records.encodeKeyChange({ ...change, floor: 2 });
    assert.deepEqual(records.decodeKeyChange(high), { reason: 'field-out-of-range' });
  }
});

test('events come in rising order and below the next sequence', () => {
  const event = (sequence: number): records.EventRecord =>
    ({ sequence, time: 5, kind: records.EventKind.lastGasp, supply: 0, detail: 0, value: 0 }) as records.EventRecord;
  const decode = (...sequences: number[]) =>
    records.decodeEventAnswer(
      records.encodeEventAnswer({ head: head(), oldest: 2, next: 9, events: sequences.map(event) }),
    );
  assert.equal(records.isRecordFailure(decode(2, 4, 8)), false);
  for (const wrong of [[1], [9], [4, 4], [5, 4]]) assert.deepEqual(decode(...wrong), { reason: 'order-wrong' });
});

test('a maintenance status names no generation of a key that is not held', () => {
  const status = { clock: unixSeconds(5), flags: 0, held: 0b1010 };
  const keys = [0, 3, 0, 15].map((active) => ({ floor: 2, active }));
  const bytes = records.encodeMaintenanceStatus({ ...status, keys });
  assert.deepEqual(records.decodeMaintenanceStatus(bytes), { ...status, keys });
  for (const purpose of [0, 2]) {
    const wrong = bytes.slice();
    wrong[7 + purpose] = 0x21;
    assert.deepEqual(records.decodeMaintenanceStatus(wrong), { reason: 'not-canonical' });
    const named = keys.map((key, i) => (i === purpose ? { ...key, active: 1 } : key));
    assert.throws(() => records.encodeMaintenanceStatus({ ...status, keys: named }), RangeError);
  }
});

test('a BCD time is one that a calendar has', () => {
  assert.deepEqual(records.decodeBcdTime(fromHex('240229235959')), { seconds: 1709251199 });
  for (const hex of ['230229000000', '240001000000', '240101240000', '240101006000', '24010100000a', 'a00101000000']) {
    assert.deepEqual(records.decodeBcdTime(fromHex(hex)), { reason: 'field-out-of-range' });
  }
});

test('the first six bytes of an attention carry at least one reason', () => {
  assert.deepEqual(records.decodeAttention(fromHex('000000000001')), { reason: 'field-out-of-range' });
  assert.deepEqual(records.decodeAttention(fromHex('c00000000001')), { reasons: 0xc000, counter: 1 });
  assert.deepEqual(records.decodeAttention(fromHex('000100000001')), { reasons: 1, counter: 1 });
});

test('status and policy keep within their sizes', () => {
  const sizeOf = (name: string) => vectors.find(({ codec }) => codec === name)?.bytes.length;
  assert.equal(sizeOf('controlStatus'), 2 * 18);
  assert.equal(sizeOf('monitoringStatus'), 2 * 24);
  assert.equal(sizeOf('maintenanceStatus'), 2 * 11);
  assert.equal(sizeOf('totals'), 2 * records.TOTALS_BYTES);
});

const head = (): records.AnswerHead => ({ result: 0, balance: 1, clock: 2 }) as records.AnswerHead;

/** What a decoder accepts, its encoder writes again byte for byte. */
function writesItselfAgain(codec: Codec, bytes: Uint8Array): void {
  const decoded = codec.decode(bytes);
  if (records.isRecordFailure(decoded)) return;
  assert.equal(toHex(codec.encode(decoded as never)), toHex(bytes));
}

/** Bytes stand in the vectors as `{ hex }`, energies as `{ u16 }`. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('hex' in value) return fromHex(value.hex as string);
  if ('runs' in value) {
    const energies = (value.runs as [number, number][]).flatMap(([energy, minutes]) => new Array(minutes).fill(energy));
    return Uint16Array.from(energies);
  }
  return value;
}
