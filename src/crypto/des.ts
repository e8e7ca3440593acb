/**
 * The DES rounds (FIPS 46-3) as two-key triple-DES uses them: EDE with K1, K2, K1.
 *
 * What makes it fast: each S-box is looked up already permuted by P; the halves stay rotated left by one bit, so
 * that the expansion E is eight shifts; IP and FP cancel between the three passes and are done once; decryption
 * walks the same schedule backwards, so that there is only one to compute.
 * Its table look-ups depend on the key: it does not hide it from someone who can time this machine's caches.
 */

/**
 * The first two passes in the order of encryption, two words a round: the six-bit round keys of S1, S3, S5, S7, then
 * those of S2, S4, S6, S8, one to a byte. The third pass is the first again. Thirty bits at most: a plain array of
 * small integers, which is allocated several times faster than a typed array, and a session key lives for one exchange.
 */
export type TripleDesSchedule = readonly number[];

const WORDS_PER_PASS = 32;
const WORDS = 2 * WORDS_PER_PASS;

/** The schedule of the 16-byte key at `at`. Bit 0 of each byte (parity) is ignored. */
export function tripleDesSchedule(key: Uint8Array, at: number): TripleDesSchedule {
  const words = new Array<number>(WORDS);
  singleSchedule(key, at, words, 0, 2);
  singleSchedule(key, at + 8, words, WORDS - 2, -2);
  return words;
}

export const encryptTripleDes = (
  schedule: TripleDesSchedule,
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
): void => rounds(schedule, 0, 2, from, fromAt, to, toAt);

export const decryptTripleDes = (
  schedule: TripleDesSchedule,
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
): void => rounds(schedule, WORDS_PER_PASS - 2, -2, from, fromAt, to, toAt);

/** FIPS 46-3, figure 1, three times; IP and FP by exchanging bits between the halves. */
function rounds(
  schedule: TripleDesSchedule,
  first: number,
  step: number,
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
): void {
  let left = word(from, fromAt);
  let right = word(from, fromAt + 4);
  let swap = ((left >>> 4) ^ right) & 0x0f0f_0f0f;
  right ^= swap;
  left ^= swap << 4;
  swap = ((left >>> 16) ^ right) & 0xffff;
  right ^= swap;
  left ^= swap << 16;
  swap = ((right >>> 2) ^ left) & 0x3333_3333;
  left ^= swap;
  right ^= swap << 2;
  swap = ((right >>> 8) ^ left) & 0x00ff_00ff;
  left ^= swap;
  right ^= swap << 8;
  right = (right << 1) | (right >>> 31);
  swap = (left ^ right) & 0xaaaa_aaaa;
  left ^= swap;
  right ^= swap;
  left = (left << 1) | (left >>> 31);

  let at = first;
  for (let pass = 0; pass < 3; pass++) {
    for (let pair = 0; pair < 8; pair++) {
      left ^= mixed(right, schedule[at] as number, schedule[at + 1] as number);
      at += step;
      right ^= mixed(left, schedule[at] as number, schedule[at + 1] as number);
      at = (at + step) & (WORDS - 1);
    }
    swap = left;
    left = right;
    right = swap;
  }

  left = (left << 31) | (left >>> 1);
  swap = (left ^ right) & 0xaaaa_aaaa;
  left ^= swap;
  right ^= swap;
  right = (right << 31) | (right >>> 1);
  swap = ((right >>> 8) ^ left) & 0x00ff_00ff;
  left ^= swap;
  right ^= swap << 8;
  swap = ((right >>> 2) ^ left) & 0x3333_3333;
  left ^= swap;
  right ^= swap << 2;
  swap = ((left >>> 16) ^ right) & 0xffff;
  right ^= swap;
  left ^= swap << 16;
  swap = ((left >>> 4) ^ right) & 0x0f0f_0f0f;
  right ^= swap;
  left ^= swap << 4;
  putWord(to, toAt, left);
  putWord(to, toAt + 4, right);
}

/** The function f of FIPS 46-3 on a half that is rotated left by one. */
function mixed(half: number, odd: number, even: number): number {
  const a = ((half << 28) | (half >>> 4)) ^ odd;
  const b = half ^ even;
  // In pairs of pairs: a chain of eight would wait for itself, and 48 such functions wait for one another.
  return (
    (SP1[(a >>> 24) & 63] as number) ^
    (SP3[(a >>> 16) & 63] as number) ^
    ((SP5[(a >>> 8) & 63] as number) ^ (SP7[a & 63] as number)) ^
    ((SP2[(b >>> 24) & 63] as number) ^
      (SP4[(b >>> 16) & 63] as number) ^
      ((SP6[(b >>> 8) & 63] as number) ^ (SP8[b & 63] as number)))
  );
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** The 16 round keys of one DES key, the first at `words[first]`, each next one `step` further. */
function singleSchedule(key: Uint8Array, at: number, words: number[], first: number, step: number): void {
  let c = 0;
  let d = 0;
  for (let i = 0; i < 8; i++) {
    const entry = (i << 7) | ((key[at + i] as number) >>> 1);
    c |= PC1_C[entry] as number;
    d |= PC1_D[entry] as number;
  }
  let to = first;
  for (let round = 0; round < 16; round++) {
    const turn = (ONE_BIT_TURNS >>> round) & 1 ? 1 : 2;
    c = ((c << turn) | (c >>> (28 - turn))) & 0x0fff_ffff;
    d = ((d << turn) | (d >>> (28 - turn))) & 0x0fff_ffff;
    const forC =
      (PC2_C[c >>> 21] as number) |
      (PC2_C[((c >>> 14) & 127) | 128] as number) |
      (PC2_C[((c >>> 7) & 127) | 256] as number) |
      (PC2_C[(c & 127) | 384] as number);
    const forD =
      (PC2_D[d >>> 21] as number) |
      (PC2_D[((d >>> 14) & 127) | 128] as number) |
      (PC2_D[((d >>> 7) & 127) | 256] as number) |
      (PC2_D[(d & 127) | 384] as number);
    words[to] = (forC & 0x3f3f_0000) | (forD >>> 16);
    words[to + 1] = ((forC & 0x3f3f) << 16) | (forD & 0x3f3f);
    to += step;
  }
}

/** Rounds 1, 2, 9 and 16 turn C and D by one bit, all others by two. */
const ONE_BIT_TURNS = 0b1000_0001_0000_0011;

// FIPS 46-3, appendix 1: one string a box, its four rows of 16 one after the other.
const S_BOXES = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];
// biome-ignore format: as in the standard
const P = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
  2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
// biome-ignore format: as in the standard
const PC1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
// biome-ignore format: as in the standard
const PC2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/** For each of a box's 64 inputs its output, permuted by P, rotated left by one. */
const SP1 = sp(1);
const SP2 = sp(2);
const SP3 = sp(3);
const SP4 = sp(4);
const SP5 = sp(5);
const SP6 = sp(6);
const SP7 = sp(7);
const SP8 = sp(8);
/** 8 key bytes x 128 (parity dropped): what the byte puts into C, or D. */
const PC1_C = pc1(0);
const PC1_D = pc1(28);
/** 4 x 7 bits of C, or D, from the top: the round key bits that they are, one box to a byte. */
const PC2_C = pc2(0);
const PC2_D = pc2(24);

function sp(box: number): Int32Array {
  const table = new Int32Array(64);
  for (let input = 0; input < 64; input++) {
    const row = ((input >>> 4) & 2) | (input & 1);
    const column = (input >>> 1) & 15;
    const output = Number.parseInt((S_BOXES[box - 1] as string).charAt(16 * row + column), 16);
    let permuted = 0;
    P.forEach((source, i) => {
      const bit = 4 * box - source;
      if (bit >= 0 && bit < 4 && (output >>> bit) & 1) permuted |= 1 << (31 - i);
    });
    table[input] = (permuted << 1) | (permuted >>> 31);
  }
  return table;
}

function pc1(from: 0 | 28): Int32Array {
  const table = new Int32Array(8 * 128);
  for (let i = 0; i < 28; i++) {
    const source = (PC1[from + i] as number) - 1;
    for (let bits = 0; bits < 128; bits++) {
      if ((bits >>> (6 - (source & 7))) & 1) {
        const entry = 128 * (source >>> 3) + bits;
        table[entry] = (table[entry] as number) | (1 << (27 - i));
      }
    }
  }
  return table;
}

function pc2(from: 0 | 24): Int32Array {
  // The odd box of a pair goes to the upper half of the word, so that each round key word is one mask and one shift.
  const byteOfBox = [24, 8, 16, 0];
  const table = new Int32Array(4 * 128);
  for (let i = 0; i < 24; i++) {
    const source = ((PC2[from + i] as number) - 1) % 28;
    const target = (byteOfBox[Math.floor(i / 6)] as number) + 5 - (i % 6);
    for (let bits = 0; bits < 128; bits++) {
      if ((bits >>> (6 - (source % 7))) & 1) {
        const entry = 128 * Math.floor(source / 7) + bits;
        table[entry] = (table[entry] as number) | (1 << target);
      }
    }
  }
  return table;
}
