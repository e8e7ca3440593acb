import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../bytes/index.ts';
import { type Atr, type AtrFailure, atrLength, buildAtr, type InterfaceBytes, parseAtr, speedOf } from './atr.ts';

const parsed = (hex: string): Atr => {
  const atr = parseAtr(fromHex(hex));
  return 'reason' in atr ? assert.fail(`${hex}: ${atr.reason}`) : atr;
};

/** Built by hand from ISO 7816-3 §8.2, byte by byte. */
test('every field of an answer to reset is read', () => {
  // TS, T0 (TA1 TB1 TC1 TD1, 2 historical), TA1, TB1, TC1, TD1 (TA2 TC2 TD2, T=0), TA2, TC2, TD2 (all, T=1),
  // TA3, TB3, TC3, TD3 (TA4 TB4, T=15), TA4, TB4, two historical bytes, TCK.
  const bytes = fromHex('3bf29500fed0900cf1805501 3f87 c0 5761'.replaceAll(' ', ''));
  const whole = Uint8Array.from([...bytes, bytes.slice(1).reduce((sum, byte) => sum ^ byte, 0)]);
  const atr = parsed(toHex(whole));
  assert.deepEqual(atr.historical, fromHex('5761'));
  assert.deepEqual(atr.protocols, [0, 1]);
  assert.deepEqual(atr.speed, { rate: { f: 512, d: 16 }, clockHzMax: 5_000_000, code: 0x95 });
  assert.equal(atr.extraGuard, 254);
  assert.deepEqual(atr.specificMode, { protocol: 0, changeable: false, implicitRate: true });
  assert.equal(atr.waitingInteger, 12);
  assert.deepEqual(atr.blocks, { ifsc: 128, characterWaitingInteger: 5, blockWaitingInteger: 5, check: 'crc' });
  assert.equal(atr.clockStop, 'high');
  assert.equal(atr.spu, 'proprietary');
  assert.deepEqual(atr.classes, ['A', 'B', 'C']);
  assert.ok(atr.hasGlobalBytes && atr.classesSaid);
});

test('what a card does not say has its default', () => {
  const { rounds, ...atr } = parsed('3b00');
  assert.deepEqual(rounds, []);
  assert.deepEqual(atr, {
    convention: 'direct',
    historical: new Uint8Array(0),
    protocols: [0],
    speed: { rate: { f: 372, d: 1 }, clockHzMax: 5_000_000, code: 0x11 },
    extraGuard: 0,
    specificMode: undefined,
    waitingInteger: 10,
    blocks: { ifsc: 32, characterWaitingInteger: 13, blockWaitingInteger: 4, check: 'lrc' },
    clockStop: 'no',
    spu: 'not-used',
    classes: ['A'],
    classesSaid: false,
    hasGlobalBytes: false,
  });
  assert.equal(parsed('3f00').convention, 'inverse');
});

const tck = (hex: string): string => {
  const sum = fromHex(hex)
    .slice(1)
    .reduce((total, byte) => total ^ byte, 0);
  return hex + sum.toString(16).padStart(2, '0');
};

const REFUSED: readonly (readonly [why: AtrFailure['reason'], hex: string])[] = [
  ['initial-character-unknown', ''],
  ['initial-character-unknown', '3c00'],
  ['initial-character-unknown', '0300'],
  ['atr-cut', '3b'],
  ['atr-cut', '3b01'],
  ['atr-cut', '3b10'],
  ['atr-cut', '3b80'],
  ['atr-cut', '3b8081'],
  ['bytes-left-over', '3b0000'],
  ['atr-cut', `3b${'ff'.repeat(9)}`],
  ['atr-too-long', `3b${'ff'.repeat(33)}`],
  ['atr-too-long', `3bff${'000000f0'.repeat(4)}000000${'00'.repeat(16)}`],
  ['check-wrong', '3b800100'],
  ['first-protocol-is-15', tck('3b801f01')],
  ['protocols-out-of-order', tck('3b808100')],
  ['protocols-out-of-order', tck('3b80818f01')],
  ['waiting-integer-zero', '3b804000'],
  ['ifsc-reserved', tck('3b80811100')],
  ['ifsc-reserved', tck('3b808111ff')],
  ['block-waiting-integer-reserved', tck('3b808121a0')],
  ['check-code-reserved', tck('3b80814102')],
  ['classes-reserved', tck('3b80811f05')],
];

for (const [index, [why, hex]] of REFUSED.entries()) {
  test(`an answer to reset is refused: ${why} (${index})`, () => {
    assert.deepEqual(parseAtr(fromHex(hex)), { reason: why }, hex);
  });
}

test('clock and bit rates are those of the standard, and the rest is reserved', () => {
  const f = [372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0];
  const megahertz = [4, 5, 6, 8, 12, 16, 20, 0, 0, 5, 7.5, 10, 15, 20, 0, 0];
  const d = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0];
  for (let code = 0; code < 256; code++) {
    const [high, low] = [code >> 4, code & 15];
    const expected =
      f[high] === 0 || d[low] === 0
        ? undefined
        : { rate: { f: f[high], d: d[low] }, clockHzMax: 1e6 * (megahertz[high] as number), code };
    assert.deepEqual(speedOf(code), expected);
  }
});

test('a reserved bit rate is no speed, and no reason to refuse a card', () => {
  assert.equal(parsed('3b1071').speed, undefined);
  assert.equal(parsed('3b1010').speed, undefined);
});

const byte = fc.integer({ min: 0, max: 255 });
const rounds: fc.Arbitrary<InterfaceBytes[]> = fc
  .tuple(
    fc.record({ ta: byte, tb: byte, tc: byte }, { requiredKeys: [] }),
    fc.record({ ta: byte, tb: byte, tc: fc.integer({ min: 1, max: 255 }) }, { requiredKeys: [] }),
    fc.record(
      { ta: fc.integer({ min: 1, max: 254 }), tb: fc.integer({ min: 0, max: 0x9f }), tc: fc.nat(1) },
      { requiredKeys: [] },
    ),
    fc.record({ ta: fc.constantFrom(1, 2, 3, 0x46, 0xc7), tb: byte }, { requiredKeys: [] }),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([first, second, blocks, global, count]) =>
    [
      { ...first, ...(count > 1 ? { td: 1 } : {}) },
      { ...second, ...(count > 2 ? { td: 1 } : {}) },
      { ...blocks, ...(count > 3 ? { td: 15 } : {}) },
      global,
    ].slice(0, count),
  );

test('what is built is read as it was meant, and its length is known as soon as it can be', () => {
  fc.assert(
    fc.property(
      rounds,
      fc.uint8Array({ maxLength: 15 }),
      fc.constantFrom('direct' as const, 'inverse' as const),
      (meant, historical, convention) => {
        const bytes = buildAtr({ convention, rounds: meant, historical });
        const atr = parseAtr(bytes);
        if ('reason' in atr) {
          assert.equal(atr.reason, 'atr-too-long');
          assert.ok(bytes.length > 33);
          return;
        }
        assert.equal(atr.convention, convention);
        assert.deepEqual(atr.historical, historical);
        assert.equal(atr.extraGuard, meant[0]?.tc ?? 0);
        assert.equal(atr.waitingInteger, meant[1]?.tc ?? 10);
        assert.equal(atr.blocks.ifsc, meant[2]?.ta ?? 32);
        assert.equal(atr.blocks.check, meant[2]?.tc === 1 ? 'crc' : 'lrc');
        const known = Array.from(bytes, (_, end) => atrLength(bytes.subarray(0, end + 1)));
        assert.equal(known.at(-1), bytes.length);
        for (const length of known) assert.ok(length === undefined || length === bytes.length);
        for (let end = 0; end < bytes.length; end++) assert.ok('reason' in parseAtr(bytes.subarray(0, end)));
        assert.ok('reason' in parseAtr(Uint8Array.from([...bytes, 0])));
      },
    ),
  );
});

test('any bytes are an answer to reset or a failure', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0x3b, 0x3f), (rest, initial) => {
      const atr = parseAtr(Uint8Array.from([initial, ...rest]));
      assert.ok('reason' in atr || atr.protocols.length > 0);
    }),
  );
});

test('every single bit behind the first character of an answer that bears a check is guarded', () => {
  const bytes = buildAtr({
    convention: 'direct',
    rounds: [{ ta: 0x11, td: 1 }, { td: 1 }, { ta: 0xfe, tb: 0x43 }],
    historical: fromHex('57617474'),
  });
  assert.ok(!('reason' in parseAtr(bytes)));
  for (let bit = 8; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (0x80 >> (bit & 7));
    assert.ok('reason' in parseAtr(flipped), `bit ${bit}`);
  }
});

test('an answer that cannot be built is a mistake', () => {
  const build = (rounds: InterfaceBytes[], historical = 0) =>
    buildAtr({ convention: 'direct', rounds, historical: new Uint8Array(historical) });
  assert.throws(() => build([], 16), RangeError);
  assert.throws(() => build([{ ta: 1 }, { ta: 1 }]), RangeError);
  assert.equal(toHex(build([{ td: 0 }])), '3b8000');
});
