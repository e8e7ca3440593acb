import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svpmsn } from '../units/index.ts';
import {
  AesKey,
  cbcMac,
  cbcMacInto,
  cmac,
  deriveTerminalKey,
  deriveTransportKey,
  halvesEqual,
  kdf,
  keyName,
  Purpose,
  SipKey,
  Suite,
  sessionTripleDesXo,
  sipHash24,
  TripleDesKey,
  terminalKeyFromBytes,
} from './index.ts';

const counting = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i);
const METER = svpmsn(0x0a1b2c);
const aes = new AesKey(counting(16));
const des = new TripleDesKey(counting(16));
const sip = new SipKey(counting(16));
const kt = terminalKeyFromBytes(keyName(Purpose.value, Suite.tripleDesXo, 0), METER, counting(16));
const r1 = Uint8Array.from({ length: 16 }, (_, i) => i * i);

/** Beside each use that is right the ones next to it that would be a mistake of this program. */
const USES: readonly {
  readonly what: string;
  readonly right: () => unknown;
  readonly wrong: readonly (() => unknown)[];
}[] = [
  {
    what: 'an AES block that reaches beyond its bytes',
    right: () => aes.encryptBlock(counting(17), 1, new Uint8Array(18), 2),
    wrong: [
      () => aes.encryptBlock(counting(17), 2, new Uint8Array(18), 2),
      () => aes.encryptBlock(counting(17), 1, new Uint8Array(18), 3),
    ],
  },
  {
    what: 'a block of a CBC-MAC that reaches beyond its bytes',
    right: () => aes.chainBlock(new Int32Array(4), counting(20), 4),
    wrong: [() => aes.chainBlock(new Int32Array(4), counting(20), 5)],
  },
  {
    what: 'a triple-DES block that reaches beyond its bytes',
    right: () => des.decryptBlock(counting(9), 1, new Uint8Array(10), 2),
    wrong: [
      () => des.encryptBlock(counting(9), 2, new Uint8Array(10), 2),
      () => des.encryptBlock(counting(9), 1, new Uint8Array(10), 3),
      () => des.decryptBlock(counting(9), 2, new Uint8Array(10), 2),
      () => des.decryptBlock(counting(9), 1, new Uint8Array(10), 3),
    ],
  },
  {
    what: 'a CMAC of more than there is',
    right: () => cmac(aes, counting(20), 20, 20),
    wrong: [
      () => cmac(aes, counting(20), -1, 20),
      () => cmac(aes, counting(20), 0, 21),
      () => cmac(aes, counting(20), 5, 4),
    ],
  },
  {
    what: 'a label of which bits would be lost',
    right: () => kdf(aes, 'SA~T', new Uint8Array(0)),
    wrong: [() => kdf(aes, 'SA\u0080T', new Uint8Array(0)), () => kdf(aes, 'SA\u0141T', new Uint8Array(0))],
  },
  {
    what: 'a CBC-MAC of more than there is, or one without room for its tag',
    right: () => cbcMacInto(des, counting(20), 20, 20, new Uint8Array(9), 1),
    wrong: [
      () => cbcMacInto(des, counting(20), -1, 20, new Uint8Array(8), 0),
      () => cbcMacInto(des, counting(20), 0, 21, new Uint8Array(8), 0),
      () => cbcMacInto(des, counting(20), 5, 4, new Uint8Array(8), 0),
      () => cbcMacInto(des, counting(20), 0, 20, new Uint8Array(9), 2),
      () => cbcMacInto(des, counting(20), 0, 20, new Uint8Array(9), -1),
    ],
  },
  {
    what: 'halves of a key that is not there',
    right: () => halvesEqual(counting(20), 4),
    wrong: [() => halvesEqual(counting(20), 5), () => halvesEqual(counting(8)), () => halvesEqual(counting(20), -1)],
  },
  {
    what: 'a SipHash of more than there is, or one without room for its tag',
    right: () => sipHash24(sip, counting(20), 20, 20, new Uint8Array(9), 1),
    wrong: [
      () => sipHash24(sip, counting(20), -1, 20, new Uint8Array(8), 0),
      () => sipHash24(sip, counting(20), 0, 21, new Uint8Array(8), 0),
      () => sipHash24(sip, counting(20), 5, 4, new Uint8Array(8), 0),
      () => sipHash24(sip, counting(20), 0, 20, new Uint8Array(9), 2),
      () => sipHash24(sip, counting(20), 0, 20, new Uint8Array(9), -1),
    ],
  },
  {
    what: 'an R1 or R3 of another size',
    right: () => sessionTripleDesXo(kt, r1, counting(8)),
    wrong: [
      () => sessionTripleDesXo(kt, r1.subarray(1), counting(8)),
      () => sessionTripleDesXo(kt, r1, counting(7)),
      () => sessionTripleDesXo(kt, r1, counting(9)),
    ],
  },
  {
    what: 'a key of a meter number that is another meter’s',
    right: () => deriveTerminalKey(counting(16), kt.n, svpmsn(0xff_ffff), 1),
    wrong: [
      () => deriveTerminalKey(counting(16), kt.n, (0x100_0000 + METER) as typeof METER, 1),
      () => deriveTerminalKey(counting(16), kt.n, -1 as typeof METER, 1),
    ],
  },
  {
    what: 'a transport key of a local unit that is another’s',
    right: () => deriveTransportKey(counting(32), 0xffff, 0xffff),
    wrong: [
      () => deriveTransportKey(counting(32), 0x1_0000, 0),
      () => deriveTransportKey(counting(32), 0, 0x1_0000),
      () => deriveTransportKey(counting(32), -1, 0),
      () => deriveTransportKey(counting(32), 0, -1),
    ],
  },
];

for (const { what, right, wrong } of USES) {
  test(`it is a mistake of the program, and stops it: ${what}`, () => {
    assert.doesNotThrow(right);
    for (const mistake of wrong) assert.throws(mistake, /^Error: must hold, and does not: /, String(mistake));
  });
}

test('a tag is written before or behind what it covers in the same bytes, and never into it', () => {
  const signed = counting(24);
  const tag = cbcMac(des, signed);
  for (const [from, at] of [
    [8, 0],
    [0, 24],
  ] as const) {
    const bytes = new Uint8Array(32);
    bytes.set(signed, from);
    cbcMacInto(des, bytes, from, from + 24, bytes, at);
    assert.deepEqual(bytes.subarray(at, at + 8), tag);
    assert.deepEqual(bytes.subarray(from, from + 24), signed);
  }
  for (const at of [1, 8, 23]) {
    const bytes = new Uint8Array(40);
    assert.throws(() => cbcMacInto(des, bytes, 8, 32, bytes, at), /does not write over what it covers/);
  }
});
