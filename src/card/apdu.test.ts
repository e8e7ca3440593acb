import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { newCard } from './bench.testing.ts';
import { type CommandApdu, decodeCommandApdu, decodeResponseApdu, encodeCommandApdu, response } from './index.ts';

/** ISO/IEC 7816-3:2006 §12.1.3: each case with its smallest, an ordinary and its greatest form. */
const CASES: readonly [clause: string, bytes: string, nc: number, ne: number | undefined][] = [
  ['case 1', '00a40000', 0, undefined],
  ['case 2S, Ne 1', '00b0000001', 0, 1],
  ['case 2S, Ne 255', '00b00000ff', 0, 255],
  ['case 2S, Le 00 is 256', '00b0000000', 0, 256],
  ['case 3S, Nc 1', '00d6000001aa', 1, undefined],
  ['case 3S, Nc 255', `00d60000ff${'aa'.repeat(255)}`, 255, undefined],
  ['case 4S, Ne 1', '0088000001aa01', 1, 1],
  ['case 4S, Le 00 is 256', `00880000ff${'aa'.repeat(255)}00`, 255, 256],
  ['case 2E, Ne 1', '00b00000000001', 0, 1],
  ['case 2E, Ne 257', '00b00000000101', 0, 257],
  ['case 2E, Le 0000 is 65,536', '00b00000000000', 0, 65_536],
  ['case 3E, Nc 1', '00d60000000001aa', 1, undefined],
  ['case 3E, Nc 65,535', `00d6000000ffff${'aa'.repeat(65_535)}`, 65_535, undefined],
  ['case 4E, Nc 1, Ne 1', '0088000000' + '0001aa0001', 1, 1],
  ['case 4E, Le 0000 is 65,536', `00880000000100${'aa'.repeat(256)}0000`, 256, 65_536],
];
for (const [clause, bytes, nc, ne] of CASES) {
  test(`a command is taken apart as it is written: ${clause}`, () => {
    const command = decodeCommandApdu(fromHex(bytes));
    assert.ok(!('reason' in command), JSON.stringify(command));
    assert.deepEqual([command.data.length, command.expected], [nc, ne]);
    assert.deepEqual(decodeCommandApdu(encodeCommandApdu(command)), command);
  });
}

/** What contradicts itself: ISO/IEC 7816-3:2006 §12.1.3, and 6700 of ISO/IEC 7816-4:2005 table 6. */
const CONTRADICTIONS: readonly [what: string, bytes: string][] = [
  ['no header', ''],
  ['a header that is cut', '00a400'],
  ['Lc 2 and one byte', '00d6000002aa'],
  ['Lc 1 and three bytes, which are no data and Le', '00d6000001aabbcc'],
  ['an extended Lc that is cut', '00d600000001'],
  ['an extended Lc of 0 with Le, which is written without Lc', '00b000000000000001'],
  ['an extended Lc of 0 with data', '00d60000000000aa'],
  ['an extended Lc 2 and one byte', '00d60000000002aa'],
  ['an extended Lc with a short Le', '00880000000001aa01'],
  ['an extended Lc with a byte too many', '00880000000001aa000000'],
];
for (const [what, bytes] of CONTRADICTIONS) {
  test(`a command with ${what} is no command: 6700`, () => {
    const reason = fromHex(bytes).length < 4 ? 'too-short' : 'lengths-contradict';
    assert.deepEqual(decodeCommandApdu(fromHex(bytes)), { reason });
    assert.equal(newCard().status(fromHex(bytes)), 0x6700);
  });
}

/** ISO/IEC 7816-4:2005 §5.1.1: every class byte there is, with what follows it for a command that any card has. */
test('of the classes the card serves 00 and 80, and says of each other one what it is', () => {
  for (let cla = 0; cla <= 0xff; cla++) {
    const bytes = Uint8Array.of(cla, 0xa4, 0x00, 0x00);
    const failure = decodeCommandApdu(bytes);
    const wanted =
      cla === 0x00 || cla === 0x80
        ? undefined
        : cla === 0xff || (cla >= 0x20 && cla <= 0x3f)
          ? ['class-reserved', 0x6e00]
          : cla >= 0xa0
            ? ['class-unknown', 0x6e00]
            : (cla >= 0x40 && cla <= 0x7f) || (cla & 0x03) !== 0
              ? ['channel-unknown', 0x6881]
              : (cla & 0x0c) !== 0
                ? ['secure-messaging', 0x6882]
                : ['chained', 0x6884];
    assert.deepEqual(
      'reason' in failure ? failure.reason : undefined,
      wanted?.[0],
      `CLA ${toHex(bytes.subarray(0, 1))}`,
    );
    if (wanted !== undefined) assert.equal(newCard().status(bytes), wanted[1]);
  }
});

test('a class that is not served is answered as such whatever its lengths say', () => {
  assert.deepEqual(decodeCommandApdu(fromHex('ffd6000002aa')), { reason: 'class-reserved' });
  assert.deepEqual(decodeCommandApdu(fromHex('10d6000002aa')), { reason: 'chained' });
});

test('every command of any lengths comes back from its bytes, short where it fits', () => {
  for (const nc of [0, 1, 16, 255, 256, 1_000]) {
    for (const expected of [undefined, 1, 255, 256, 257, 65_536]) {
      const command: CommandApdu = {
        ...{ class: 0x80, instruction: 0x50, p1: 1, p2: 2, expected },
        data: new Uint8Array(nc).fill(nc),
      };
      const bytes = encodeCommandApdu(command);
      assert.deepEqual(decodeCommandApdu(bytes), command);
      const extended = nc > 255 || (expected ?? 0) > 256;
      const lengths =
        (nc === 0 ? 0 : extended ? 3 : 1) + (expected === undefined ? 0 : extended ? (nc === 0 ? 3 : 2) : 1);
      assert.equal(bytes.length, 4 + lengths + nc);
    }
  }
  const command: CommandApdu = { class: 0, instruction: 0, p1: 0, p2: 0, data: new Uint8Array(0x1_0000), expected: 1 };
  assert.throws(() => encodeCommandApdu(command), /65,535 bytes/);
  for (const expected of [0, 65_537]) {
    assert.throws(() => encodeCommandApdu({ ...command, data: new Uint8Array(0), expected }), /Ne is 1 to 65,536/);
  }
});

test('a response is data and two bytes of status, or the status alone', () => {
  assert.equal(toHex(response(0x9000)), '9000');
  assert.equal(toHex(response(0x6282, fromHex('0102'))), '01026282');
  assert.deepEqual(decodeResponseApdu(fromHex('01026282')), { data: fromHex('0102'), status: 0x6282 });
  assert.deepEqual(decodeResponseApdu(fromHex('9000')), { data: new Uint8Array(0), status: 0x9000 });
  for (const bytes of ['', '90']) assert.deepEqual(decodeResponseApdu(fromHex(bytes)), { reason: 'too-short' });
});

test('what is decoded is a copy: the reader’s buffer may be used again', () => {
  const bytes = concat(fromHex('00d6000001'), Uint8Array.of(0xaa));
  const command = decodeCommandApdu(bytes);
  bytes[5] = 0;
  assert.ok(!('reason' in command));
  assert.deepEqual(command.data, Uint8Array.of(0xaa));
});
