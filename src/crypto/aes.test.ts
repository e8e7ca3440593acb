import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { AesKey, ccmOpen, ccmSeal, cmac, kdf, unwrapKey, wrapKey } from './index.ts';

const seeded = (seed: number, size: number): Uint8Array =>
  new Uint8Array(
    createCipheriv('aes-128-ctr', new Uint8Array(16).fill(seed), new Uint8Array(16)).update(new Uint8Array(size)),
  );

const ccmByNode = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array => {
  const algorithm = key.length === 16 ? 'aes-128-ccm' : 'aes-256-ccm';
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: 8 });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
};

test('a block encrypts as node:crypto does it, in place, at any offset', () => {
  for (const size of [16, 32]) {
    for (let i = 0; i < 500; i++) {
      const all = seeded(i & 0xff, size + 16 + i).subarray(i);
      const cipher = createCipheriv(size === 16 ? 'aes-128-ecb' : 'aes-256-ecb', all.subarray(0, size), null);
      const expected = toHex(cipher.update(all.subarray(size)));
      const bytes = concat(Uint8Array.of(1, 2, 3), all.subarray(size));
      new AesKey(all.subarray(0, size)).encryptBlock(bytes, 3, bytes, 3);
      assert.equal(toHex(bytes), `010203${expected}`);
    }
  }
});

test('a key of any other length is refused', () => {
  for (const length of [0, 15, 17, 24, 31, 33]) assert.throws(() => new AesKey(new Uint8Array(length)), RangeError);
});

// RFC 4493 §4 and SP 800-38B, appendix D: one message, cut at four lengths.
const CMAC_MESSAGE = fromHex(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
);
const CMAC_CASES = [
  {
    key: '2b7e151628aed2a6abf7158809cf4f3c',
    tags: {
      0: 'bb1d6929e95937287fa37d129b756746',
      16: '070a16b46b4d4144f79bdd9dd04a287c',
      40: 'dfa66747de9ae63030ca32611497c827',
      64: '51f0bebf7e3b9d92fc49741779363cfe',
    },
  },
  {
    key: '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    tags: {
      0: '028962f61b7bf89efc6b551f4667d983',
      16: '28a7023f452e8f82bd4bf28d8c37c35c',
      40: 'aaf3d8f1de5640c232f5b169b9c911e6',
      64: 'e1992190549f6ed5696a2c056c315410',
    },
  },
];

test('CMAC meets RFC 4493 and SP 800-38B with keys of 16 and 32 bytes', () => {
  for (const { key, tags } of CMAC_CASES) {
    const aes = new AesKey(fromHex(key));
    for (const [length, tag] of Object.entries(tags)) {
      assert.equal(toHex(cmac(aes, CMAC_MESSAGE.subarray(0, Number(length)))), tag, `${length} bytes`);
      const inside = concat(new Uint8Array(5), CMAC_MESSAGE);
      assert.equal(toHex(cmac(aes, inside, 5, 5 + Number(length))), tag, `${length} bytes inside others`);
    }
  }
});

/** CMAC from node:crypto's CBC alone (RFC 4493 §2), by way of numbers instead of bytes. */
function cmacByNode(key: Uint8Array, message: Uint8Array): Uint8Array {
  const cbc = (data: Uint8Array) => {
    const cipher = createCipheriv(key.length === 16 ? 'aes-128-cbc' : 'aes-256-cbc', key, new Uint8Array(16));
    return cipher.update(data).subarray(-16);
  };
  const doubled = (value: bigint) => ((value << 1n) & ((1n << 128n) - 1n)) ^ (value >> 127n ? 0x87n : 0n);
  const k1 = doubled(BigInt(`0x${cbc(new Uint8Array(16)).toString('hex')}`));
  const whole = message.length > 0 && message.length % 16 === 0;
  const padded = whole
    ? message.slice()
    : concat(message, Uint8Array.of(0x80), new Uint8Array(15 - (message.length % 16)));
  const subkey = fromHex((whole ? k1 : doubled(k1)).toString(16).padStart(32, '0'));
  for (let i = 0; i < 16; i++) {
    const at = padded.length - 16 + i;
    padded[at] = (padded[at] as number) ^ (subkey[i] as number);
  }
  return cbc(padded);
}

test('CMAC is what CBC of node:crypto makes of it, at every length', () => {
  for (let length = 0; length <= 70; length++) {
    for (const size of [16, 32]) {
      const key = seeded(length, size);
      const message = seeded(100 + length, length);
      assert.equal(toHex(cmac(new AesKey(key), message)), toHex(cmacByNode(key, message)), `${length} bytes`);
    }
  }
});

test('a derived key is SP 800-108 counter mode, as long as the key it comes from', () => {
  for (const size of [16, 32]) {
    const key = seeded(20, size);
    for (const [label, context] of [
      ['KT01', seeded(21, 6)],
      ['SAUT', seeded(22, 37)],
      ['', new Uint8Array(0)],
    ] as const) {
      const block = (i: number) =>
        cmacByNode(
          key,
          concat(
            Uint8Array.of(i),
            Buffer.from(label),
            Uint8Array.of(0),
            context,
            Uint8Array.of(size >> 5, (8 * size) & 255),
          ),
        );
      const expected = concat(block(1), block(2)).subarray(0, size);
      assert.equal(toHex(kdf(new AesKey(key), label, context)), toHex(expected), `${label}, ${size} bytes`);
    }
  }
});

test('CCM meets packet vector 1 of RFC 3610', () => {
  // RFC 3610 §8
  const key = new AesKey(fromHex('c0c1c2c3c4c5c6c7c8c9cacbcccdcecf'));
  const nonce = fromHex('00000003020100a0a1a2a3a4a5');
  const aad = fromHex('0001020304050607');
  const plain = fromHex('08090a0b0c0d0e0f101112131415161718191a1b1c1d1e');
  const sealed = '588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0';
  assert.equal(toHex(ccmSeal(key, nonce, [aad], plain)), sealed);
});

test('CCM seals what node:crypto seals, at random lengths of message and associated data', () => {
  const lengths = [0, 1, 15, 16, 17, 31, 32, 33, 100, 224];
  for (const size of [16, 32]) {
    const keyBytes = seeded(30, size);
    const key = new AesKey(keyBytes);
    for (let i = 0; i < 400; i++) {
      const [a = 0, b = 0] = seeded(i & 0xff, 2 + (i >>> 8)).subarray(-2);
      const plain = seeded(31, lengths[i] ?? a * 2);
      const aad = seeded(32, lengths[lengths.length - i] ?? b * 3);
      const nonce = seeded(33 + (i & 63), 13);
      const expected = ccmByNode(keyBytes, nonce, aad, plain);
      assert.equal(toHex(ccmSeal(key, nonce, [aad], plain)), toHex(expected), `${plain.length}, ${aad.length}`);
      const parts = [aad.subarray(0, b), aad.subarray(b, b), aad.subarray(b)];
      assert.deepEqual(ccmOpen(key, nonce, parts, expected), plain);
    }
  }
});

test('associated data around 65,280 bytes, where its length changes form, seals as node:crypto seals it', () => {
  const keyBytes = seeded(40, 16);
  const nonce = seeded(41, 13);
  const plain = seeded(42, 20);
  for (const length of [0xfeff, 0xff00, 70_000]) {
    const aad = seeded(43, length);
    const sealed = ccmSeal(new AesKey(keyBytes), nonce, [aad], plain);
    assert.equal(toHex(sealed), toHex(ccmByNode(keyBytes, nonce, aad, plain)), `${length} bytes`);
  }
});

test('a sealed message opens, and with any one bit changed in it, its associated data or its nonce it does not', () => {
  for (const size of [16, 32]) {
    const key = new AesKey(seeded(50, size));
    const nonce = seeded(51, 13);
    const aad = seeded(52, 37);
    const plain = seeded(53, 35);
    const sealed = ccmSeal(key, nonce, [aad], plain);
    assert.deepEqual(ccmOpen(key, nonce, [aad], sealed), plain);
    for (const bytes of [nonce, aad, sealed]) {
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flip = () => {
          bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
        };
        flip();
        assert.equal(ccmOpen(key, nonce, [aad], sealed), undefined, `bit ${bit} of ${bytes.length} bytes`);
        flip();
      }
    }
  }
});

test('opening leaves what arrived as it was, also a Buffer', () => {
  const key = new AesKey(seeded(54, 16));
  const nonce = seeded(55, 13);
  const sealed = Buffer.from(ccmSeal(key, nonce, [], seeded(56, 20)));
  const before = toHex(sealed);
  assert.deepEqual(ccmOpen(key, nonce, [], sealed), seeded(56, 20));
  assert.equal(toHex(sealed), before);
});

test('bytes that are too short or too long to be sealed do not open, and throw nothing', () => {
  const key = new AesKey(seeded(60, 16));
  const nonce = new Uint8Array(13);
  for (const length of [0, 1, 7, 8, 9, 0xffff + 9]) {
    assert.equal(ccmOpen(key, nonce, [], new Uint8Array(length)), undefined, `${length} bytes`);
  }
  assert.throws(() => ccmSeal(key, nonce, [], new Uint8Array(0x1_0000)), RangeError);
  assert.throws(() => ccmSeal(key, new Uint8Array(12), [], plainOf(3)), RangeError);
  assert.throws(() => ccmOpen(key, new Uint8Array(14), [], plainOf(11)), RangeError);
});
const plainOf = (length: number) => new Uint8Array(length);

// RFC 3394 §4.1, §4.3 (a 32-byte wrapping key) and §4.6.
const WRAP_CASES = [
  {
    wrapping: '000102030405060708090a0b0c0d0e0f',
    key: '00112233445566778899aabbccddeeff',
    wrapped: '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
  },
  {
    wrapping: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    key: '00112233445566778899aabbccddeeff',
    wrapped: '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7',
  },
  {
    wrapping: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    key: '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f',
    wrapped: '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
  },
];

test('key wrap meets RFC 3394, and a wrapped key with any bit changed is refused', () => {
  for (const { wrapping, key, wrapped } of WRAP_CASES) {
    const kek = new AesKey(fromHex(wrapping));
    assert.equal(toHex(wrapKey(kek, fromHex(key))), wrapped);
    assert.equal(toHex(unwrapKey(kek, fromHex(wrapped)) ?? new Uint8Array()), key);
    for (let bit = 0; bit < 4 * wrapped.length; bit++) {
      const changed = fromHex(wrapped);
      changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
      assert.equal(unwrapKey(kek, changed), undefined, `bit ${bit}`);
    }
  }
});

test('only keys of 16 and 32 bytes are wrapped, and other lengths do not unwrap', () => {
  const kek = new AesKey(seeded(70, 16));
  for (const length of [0, 8, 15, 24]) assert.throws(() => wrapKey(kek, new Uint8Array(length)), RangeError);
  for (const length of [0, 8, 16, 23, 25, 32, 48]) assert.equal(unwrapKey(kek, new Uint8Array(length)), undefined);
});
