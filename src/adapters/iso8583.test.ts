import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes/index.ts';
import { MESSAGES } from './acquirer/messages.testing.ts';
import {
  ANSWER_TO,
  decodeMessage,
  encodeMessage,
  frameMessage,
  isAsking,
  MESSAGE_BYTES_MAX,
  MESSAGE_BYTES_MIN,
  type Message,
  MessageStream,
} from './iso8583.ts';

const ascii = (text: string): string => toHex(new TextEncoder().encode(text));

test('an authorisation has the bytes of the standard', () => {
  const bytes = encodeMessage(MESSAGES[0] as Message);
  // Fields 2, 3, 4, 7 | 11, 12, 13, 14 | | 32 | 37 | 41, 42 | 49.
  const bitmap = '723c000108c08000';
  assert.equal(
    toHex(bytes),
    ascii('0100') +
      bitmap +
      ascii('16' + '4111111111111111' + '000000' + '000000005000' + '0302041109' + '000123' + '131109' + '0302') +
      ascii('2912' + '04' + '4201' + '606104000123' + 'WATT0001' + 'WATTPURSE SEOUL' + '410'),
  );
  assert.equal(toHex(frameMessage(bytes)).slice(0, 12), `007a${ascii('0100')}`);
});

test('a reversal has its second bitmap and the original data elements', () => {
  const reversal = MESSAGES.find(({ type }) => type === '0420') as Message;
  const hex = toHex(encodeMessage(reversal));
  assert.equal(hex.slice(8, 40), 'b238000108c08000' + '0000004000000000');
  assert.ok(hex.endsWith(ascii('410' + '0100' + '000123' + '0302041109' + '00000004201' + '00000000000')));
});

test('every type is among the messages, and is read as it was written', () => {
  for (const message of MESSAGES) assert.deepEqual(decodeMessage(encodeMessage(message)), message);
  const types = new Set(MESSAGES.map(({ type }) => type));
  assert.equal(types.size, 18);
  for (const [asking, answer] of Object.entries(ANSWER_TO)) {
    assert.ok(types.has(asking as Message['type']) && types.has(answer));
  }
  assert.deepEqual(
    MESSAGES.filter((message) => !isAsking(message)).map(({ type }) => type),
    ['0110', '0110', '0210', '0230', '0410', '0430', '0810'],
  );
});

const digits = (least: number, most = least) =>
  fc.stringMatching(new RegExp(`^[0-9]{${least},${most}}$`), { size: 'max' });
const text = (most: number) =>
  fc.stringMatching(new RegExp(`^([\\x20-\\x7e]{0,${most - 1}}[\\x21-\\x7e])?$`), { size: 'max' });
const trace = fc.nat({ max: 999_999 });
/** Any value of each field. */
const values: Record<string, fc.Arbitrary<unknown>> = {
  pan: digits(12, 19),
  processing: digits(6),
  amount: fc.nat({ max: 999_999_999_999 }),
  transmitted: digits(10),
  trace,
  localTime: digits(6),
  localDate: digits(4),
  expiry: digits(4),
  entryMode: digits(3),
  sequence: fc.nat({ max: 999 }),
  track2: fc.stringMatching(/^[0-9]{12,19}=[0-9]{7,17}$/),
  acquirer: digits(1, 11),
  reference: text(12),
  approval: text(6),
  response: fc.stringMatching(/^[0-9A-Za-z]{2}$/),
  terminal: text(8),
  merchant: text(15),
  currency: fc.nat({ max: 999 }),
  chip: fc.uint8Array({ minLength: 1, maxLength: 255 }),
  network: digits(3),
  original: fc.record(
    {
      type: digits(4),
      trace,
      transmitted: digits(10),
      acquirer: digits(11),
      forwarder: digits(11),
    },
    { noNullPrototype: true },
  ),
};
const anyMessage: fc.Arbitrary<Message> = fc.constantFrom(...MESSAGES).chain((like) => {
  const fields = Object.keys(like).filter((name) => name !== 'type');
  const drawn = Object.fromEntries(fields.map((name) => [name, values[name] as fc.Arbitrary<unknown>]));
  return fc
    .record(drawn, { noNullPrototype: true })
    .map((record) => ({ type: like.type, ...record }) as unknown as Message);
});

test('any message is read as it was written, however the stream is cut', () => {
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 4 }), cuts, (messages, lengths) => {
      const stream = new MessageStream();
      const whole = Uint8Array.from(messages.flatMap((message) => [...frameMessage(encodeMessage(message))]));
      const read: unknown[] = [];
      let at = 0;
      for (const length of [...lengths, whole.length]) {
        const came = stream.push(whole.subarray(at, at + length));
        assert.ok(!('reason' in came));
        read.push(...came.map((bytes) => decodeMessage(bytes)));
        at = Math.min(whole.length, at + length);
      }
      assert.deepEqual(read, messages);
    }),
    { numRuns: 300 },
  );
});

/** Whatever is read and written again is read alike: what was read over, and how lengths were padded, is gone. */
function checkRead(bytes: Uint8Array): boolean {
  const message = decodeMessage(bytes);
  if ('reason' in message) {
    assert.match(message.sentence, /^[A-Z][^\n]*\.$/);
    return false;
  }
  assert.deepEqual(decodeMessage(encodeMessage(message)), message);
  return true;
}

test('any bytes are a message or a failure, and never throw', () => {
  const types = MESSAGES.map(({ type }) => [...new TextEncoder().encode(type)]);
  const bytes = fc
    .tuple(fc.constantFrom(...types, [0x30, 0x31]), fc.uint8Array({ maxLength: 200 }))
    .map(([type, rest]) => Uint8Array.from([...type, ...rest]));
  fc.assert(
    fc.property(bytes, (some) => {
      checkRead(some);
      const stream = new MessageStream();
      stream.push(some);
      stream.push(some);
    }),
    { numRuns: 3000 },
  );
});

test('every single-bit change of a message is refused, or is another message', () => {
  let [refused, read] = [0, 0];
  for (const message of MESSAGES) {
    const whole = encodeMessage(message);
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const changed = whole.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      if (checkRead(changed)) read++;
      else refused++;
    }
  }
  assert.ok(refused > 5000 && read > 1000, `${refused} refused, ${read} read`);
});

test('a message that is cut short anywhere, or goes on, is refused', () => {
  for (const message of MESSAGES) {
    const whole = encodeMessage(message);
    for (let length = 0; length < whole.length; length++) {
      const read = decodeMessage(whole.subarray(0, length));
      assert.ok('reason' in read && read.reason === 'length-wrong', `${message.type} cut to ${length}`);
    }
    const longer = decodeMessage(Uint8Array.from([...whole, 0x30]));
    assert.ok('reason' in longer && longer.reason === 'length-wrong');
  }
});

const frameOf = (type: string, bitmap: string, content: string): Uint8Array =>
  fromHex(ascii(type) + bitmap + ascii(content));

for (const { name, bytes, failure } of [
  {
    name: 'of a type that nobody sends here',
    bytes: frameOf('0300', '0000000000000000', ''),
    failure: { reason: 'type-unknown', field: undefined },
  },
  {
    name: 'with a third bitmap',
    bytes: frameOf('0800', '80000000000000008000000000000000', ''),
    failure: { reason: 'bitmap-wrong', field: 65 },
  },
  {
    name: 'whose card number has a letter',
    bytes: frameOf('0100', '4000000000000000', '12' + '41111111111A'),
    failure: { reason: 'field-unreadable', field: 2 },
  },
  {
    name: 'whose card number is longer than any',
    bytes: frameOf('0100', '4000000000000000', '20' + '41111111111111111111'),
    failure: { reason: 'length-wrong', field: 2 },
  },
  {
    name: 'whose length has no digits',
    bytes: frameOf('0100', '4000000000000000', '1x' + '411111111111'),
    failure: { reason: 'length-wrong', field: 2 },
  },
  {
    name: 'without a response code',
    bytes: frameOf('0110', '0020000008800000', '000123' + '606104000123' + 'WATT0001'),
    failure: { reason: 'field-missing', field: 39 },
  },
] as const) {
  test(`a message ${name} is refused, in one sentence that tells nothing of a card`, () => {
    const read = decodeMessage(bytes);
    assert.ok('reason' in read);
    assert.deepEqual({ reason: read.reason, field: read.field }, failure);
    assert.match(read.sentence, /^[A-Z][^\n]*\.$/);
    assert.doesNotMatch(read.sentence, /4111/);
  });
}

test('fields of the standard that are not ours are read over, wherever they stand', () => {
  // 0110 with 15 (settlement date), 44 (additional data), 54 (amounts), 102 (account) besides 11, 37, 39 and 41.
  const bytes = frameOf(
    '0110',
    '80220000' + '0a900400' + '00000000' + '04000000',
    '000123' + '0303' + '606104000123' + '00' + 'WATT0001' + '05' + 'HELLO' + '004' + 'ABCD' + '03' + '123',
  );
  assert.deepEqual(decodeMessage(bytes), {
    type: '0110',
    trace: 123,
    reference: '606104000123',
    response: '00',
    terminal: 'WATT0001',
  });
});

test('spaces after a text are none of it, and spaces before it are', () => {
  const answer = MESSAGES[4] as Extract<Message, { type: '0110' }>;
  const read = decodeMessage(encodeMessage({ ...answer, approval: ' A1', terminal: '' }));
  assert.deepEqual(read, { ...answer, approval: ' A1', terminal: '' });
  assert.match(new TextDecoder('latin1').decode(encodeMessage({ ...answer, approval: ' A1' })), / A1 {3}51/);
});

test('a value that does not fit its field is a bug of the caller, and is not told', () => {
  const request = MESSAGES[0] as Extract<Message, { type: '0100' }>;
  for (const wrong of [
    { pan: '4111-1111-1111-1111' },
    { amount: 1_000_000_000_000 },
    { amount: -1 },
    { amount: 0.5 },
    { trace: 1_000_000 },
    { terminal: 'WATT00011' },
    { terminal: 'WATT ' },
    { merchant: 'Wattpurse 서울' },
    { chip: new Uint8Array(0) },
    { chip: new Uint8Array(256) },
    { entryMode: '51' },
    { sequence: 1000 },
    { track2: '4111111111111111' },
    { track2: `4111111111111111=${'2'.repeat(21)}` },
    { transmitted: '0302' },
  ]) {
    assert.throws(
      () => encodeMessage({ ...request, ...wrong }),
      (error) => error instanceof RangeError && /field \d+/.test(error.message) && !/4111/.test(error.message),
    );
  }
});

test('a length that no message has ends a stream, and the shortest and the longest do not', () => {
  const pushed = (length: number) => new MessageStream().push(Uint8Array.of(length >> 8, length & 0xff));
  for (const length of [MESSAGE_BYTES_MIN, MESSAGE_BYTES_MAX]) assert.deepEqual(pushed(length), []);
  for (const length of [0, MESSAGE_BYTES_MIN - 1, MESSAGE_BYTES_MAX + 1, 0xffff]) {
    const read = pushed(length);
    assert.ok('reason' in read && read.reason === 'length-wrong', `${length}`);
  }
});

test('chip data does not change when the buffer it came in is used again', () => {
  const message = MESSAGES[1] as Message;
  const bytes = encodeMessage(message);
  const read = decodeMessage(bytes);
  bytes.fill(0);
  assert.deepEqual(read, message);
});

/** The columns of the page's table of fields. */
const COLUMNS: readonly (readonly Message['type'][])[] = [
  ['0100', '0101', '0200', '0201'],
  ['0220', '0221'],
  ['0400', '0401', '0420', '0421'],
  ['0110', '0210', '0230', '0410', '0430'],
  ['0800', '0801'],
  ['0810'],
];
const NUMBERS: Readonly<Record<string, number>> = {
  pan: 2,
  processing: 3,
  amount: 4,
  transmitted: 7,
  trace: 11,
  localTime: 12,
  localDate: 13,
  expiry: 14,
  entryMode: 22,
  sequence: 23,
  acquirer: 32,
  track2: 35,
  reference: 37,
  approval: 38,
  response: 39,
  terminal: 41,
  merchant: 42,
  currency: 49,
  chip: 55,
  network: 70,
  original: 90,
};

test('the page says which fields a message must have, may have, and does not have', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/acquirer.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) \| [^|]+ \| [^|]+ \|((?: ?[●○]? ?\|){6})$/gm)];
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Object.values(NUMBERS),
  );
  // Every field that there is, so that nothing but its type decides what is written of it.
  const all: Record<string, unknown> = Object.assign({}, ...MESSAGES);
  for (const [row, [name, number]] of Object.entries(NUMBERS).entries()) {
    const marks = (rows[row]?.[2] ?? '').split('|').map((mark) => mark.trim());
    for (const [column, types] of COLUMNS.entries()) {
      for (const type of types) {
        const whole = decodeMessage(encodeMessage({ ...all, type } as unknown as Message));
        const without = decodeMessage(encodeMessage({ ...all, [name]: undefined, type } as unknown as Message));
        const must = 'reason' in without && without.reason === 'field-missing' && without.field === number;
        assert.equal(marks[column], must ? '●' : name in whole ? '○' : '', `field ${number} in a ${type}`);
      }
    }
  }
});
