import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SeededRandom, seededRandom } from './random.ts';

const draw = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.u32());

test('a seed gives the same numbers on every machine, in every version', () => {
  assert.deepEqual(draw(seededRandom(1), 4), [228_497_601, 43_699_852, 909_058_936, 4_086_263_751]);
  assert.deepEqual(
    draw(seededRandom('1').fork('meter').fork(7), 4),
    [1_238_817_774, 351_821_027, 2_719_807_606, 3_543_131_593],
  );
});

test('a seed is the same in any type, and another seed gives other numbers', () => {
  const numbers = draw(seededRandom(42), 8);
  assert.deepEqual(draw(seededRandom(42n), 8), numbers);
  assert.deepEqual(draw(seededRandom('42'), 8), numbers);
  const firsts = new Set(Array.from({ length: 10_000 }, (_, seed) => seededRandom(seed).u32()));
  // Of 10,000 numbers of 32 bits, two may meet by chance, hardly three pairs.
  assert.ok(firsts.size > 9_997);
});

test('a fork is decided by its path, not by how much was drawn before', () => {
  const early = seededRandom(1);
  const late = seededRandom(1);
  draw(late, 1000);
  assert.deepEqual(draw(early.fork('a'), 8), draw(late.fork('a'), 8));
  assert.notDeepEqual(draw(early.fork('a'), 8), draw(early.fork('b'), 8));
  assert.notDeepEqual(draw(early.fork('a').fork('b'), 8), draw(early.fork('ab'), 8));
  assert.notDeepEqual(draw(seededRandom('ab'), 8), draw(seededRandom('a').fork('b'), 8));
});

test('every bit is set in half of the numbers, and independently of the same bit in the next', () => {
  const random = seededRandom('bits');
  const count = 40_000;
  const set = new Array<number>(32).fill(0);
  const same = new Array<number>(32).fill(0);
  let previous = random.u32();
  for (let i = 0; i < count; i += 1) {
    const next = random.u32();
    for (let bit = 0; bit < 32; bit += 1) {
      set[bit] = (set[bit] as number) + ((next >>> bit) & 1);
      same[bit] = (same[bit] as number) + (((next ^ previous) >>> bit) & 1);
    }
    previous = next;
  }
  // Five standard deviations of a fair coin.
  for (const ones of [...set, ...same]) assert.ok(Math.abs(ones - count / 2) < 5 * Math.sqrt(count / 4), `${ones}`);
});

test('below is even over its range and never reaches its bound', () => {
  const random = seededRandom('below');
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i += 1) {
    const drawn = random.below(7);
    counts[drawn] = (counts[drawn] as number) + 1;
  }
  assert.equal(counts.length, 7);
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `${count}`);
  assert.equal(random.below(1), 0);
  assert.ok(Number.isInteger(random.below(2 ** 32)));
  for (const n of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) assert.throws(() => random.below(n), RangeError);
});

test('a chance of 0 never comes, of 1 always, of a quarter in a quarter', () => {
  const random = seededRandom('chance');
  const share = (p: number) => Array.from({ length: 10_000 }, () => random.chance(p)).filter(Boolean).length / 10_000;
  assert.equal(share(0), 0);
  assert.equal(share(1), 1);
  assert.ok(Math.abs(share(0.25) - 0.25) < 0.03);
});

test('uniform numbers lie in [0, 1), normal ones have mean 0 and deviation 1 and end at 6', () => {
  const random = seededRandom('shape');
  let sum = 0;
  let squares = 0;
  let withinOne = 0;
  const count = 50_000;
  for (let i = 0; i < count; i += 1) {
    const uniform = random.uniform();
    assert.ok(uniform >= 0 && uniform < 1);
    const normal = random.normal();
    assert.ok(Math.abs(normal) <= 6);
    sum += normal;
    squares += normal * normal;
    if (Math.abs(normal) < 1) withinOne += 1;
  }
  assert.ok(Math.abs(sum / count) < 0.02);
  assert.ok(Math.abs(squares / count - 1) < 0.03);
  assert.ok(Math.abs(withinOne / count - 0.683) < 0.015);
});

test('fill writes the whole array, whatever its length, and nothing beside it', () => {
  const words = draw(seededRandom('fill'), 3);
  for (let length = 0; length <= 9; length += 1) {
    const around = new Uint8Array(length + 2).fill(0xaa);
    seededRandom('fill').fill(around.subarray(1, length + 1));
    const expected = Array.from({ length }, (_, i) => ((words[i >> 2] as number) >>> (8 * (i & 3))) & 0xff);
    assert.deepEqual([...around], [0xaa, ...expected, 0xaa]);
  }
});
