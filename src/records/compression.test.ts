import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes/index.ts';
import { compressProfile, decompressProfile } from './compression.ts';
import { isRecordFailure } from './failure.ts';
import { daysOf, HOMES, missing } from './homes.testing.ts';
import { BAND_BYTES, ENERGY_MAX, ENERGY_MISSING, ENERGY_UNCERTAIN, MINUTES_PER_DAY, setBand } from './profile.ts';

const NO_BANDS = new Uint8Array(BAND_BYTES);
const RAW_BYTES = 2 * MINUTES_PER_DAY + BAND_BYTES;

test('the published profiles are compressed to their bytes and come back', () => {
  const file = new URL('../../test/vectors/records.json', import.meta.url);
  for (const { energies, bands, compressed } of JSON.parse(readFileSync(file, 'utf8')).profiles) {
    const runs: [number, number][] = energies.runs;
    const day = Uint16Array.from(runs.flatMap(([energy, minutes]) => new Array(minutes).fill(energy)));
    assert.equal(toHex(compressProfile(day, fromHex(bands.hex))), compressed);
    assert.deepEqual(decompressProfile(fromHex(compressed)), { energies: day, bands: fromHex(bands.hex) });
  }
});

test('a constant day, and a day of which nothing is recorded, take a few bytes', () => {
  for (const value of [0, 1, 432, ENERGY_MAX, ENERGY_UNCERTAIN, ENERGY_MISSING]) {
    for (const band of [0x00, 0x55, 0xff]) {
      const energies = new Uint16Array(MINUTES_PER_DAY).fill(value);
      const bands = new Uint8Array(BAND_BYTES).fill(band);
      const bytes = compressProfile(energies, bands);
      assert.ok(bytes.length <= 10, `${bytes.length} bytes for ${value}`);
      assert.deepEqual(decompressProfile(bytes), { energies, bands });
    }
  }
});

test('a day that cannot be compressed takes one byte more than it is long', () => {
  const next = xorshift(7);
  const energies = Uint16Array.from({ length: MINUTES_PER_DAY }, next);
  const bands = Uint8Array.from({ length: BAND_BYTES }, next);
  const bytes = compressProfile(energies, bands);
  assert.equal(bytes.length, RAW_BYTES + 1);
  assert.deepEqual(decompressProfile(bytes), { energies, bands });
});

test('any day comes back as it was, within two bytes of its raw size', () => {
  const run = fc.tuple(
    fc.oneof(fc.nat(60), fc.nat(0xffff), fc.constantFrom(ENERGY_MISSING, ENERGY_UNCERTAIN, ENERGY_MAX, 0)),
    fc.integer({ min: 1, max: 400 }),
    fc.nat(3),
    fc.nat(40),
  );
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1 }), (runs, seed) => {
      const next = xorshift(seed);
      const energies = new Uint16Array(MINUTES_PER_DAY);
      const bands = new Uint8Array(BAND_BYTES);
      let minute = 0;
      for (const [level, length, band, noise] of runs) {
        for (const end = Math.min(MINUTES_PER_DAY, minute + length); minute < end; minute++) {
          energies[minute] = level > ENERGY_MAX ? level : Math.min(ENERGY_MAX, level + (next() % (noise + 1)));
          setBand(bands, minute, band);
        }
      }
      const bytes = compressProfile(energies, bands);
      assert.ok(bytes.length <= RAW_BYTES + 2);
      assert.deepEqual(decompressProfile(bytes), { energies, bands });
    }),
    { numRuns: 300 },
  );
});

test('bytes with one bit changed are refused, or are the bytes of another day', () => {
  const next = xorshift(3);
  const energies = Uint16Array.from({ length: MINUTES_PER_DAY }, (_, m) => (m > 1300 ? ENERGY_MISSING : next() % 9));
  const bytes = compressProfile(energies, NO_BANDS);
  let refused = 0;
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    if (!readsItselfAgain(changed)) refused++;
  }
  assert.ok(refused >= 8, 'the form byte alone has eight');
  for (let length = 0; length < bytes.length; length++) readsItselfAgain(bytes.subarray(0, length));
});

test('any bytes are read in bounded work, and what is accepted is written again byte for byte', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 200 }), (form, tail) => {
      readsItselfAgain(Uint8Array.of(form, ...tail));
    }),
    { numRuns: 1000 },
  );
  assert.deepEqual(decompressProfile(new Uint8Array(RAW_BYTES + 2)), { reason: 'length-wrong' });
  assert.deepEqual(decompressProfile(new Uint8Array(0)), { reason: 'length-wrong' });
});

test('a form that is not the shortest is refused', () => {
  const raw = new Uint8Array(RAW_BYTES + 1);
  assert.deepEqual(decompressProfile(raw), { reason: 'not-canonical' });
  const bytes = compressProfile(new Uint16Array(MINUTES_PER_DAY), NO_BANDS);
  assert.deepEqual(decompressProfile(Uint8Array.of(...bytes, 0)), { reason: 'not-canonical' });
});

for (const home of HOMES) {
  test(`half of the days of ${home.file} take at most ${home.median} bytes`, { skip: missing(home) }, () => {
    const sizes = daysOf(home).map((energies) => {
      const bytes = compressProfile(energies, NO_BANDS);
      assert.deepEqual(decompressProfile(bytes), { energies, bands: NO_BANDS });
      return bytes.length;
    });
    sizes.sort((a, b) => a - b);
    const middle = sizes[sizes.length >> 1] as number;
    assert.ok(sizes.length > 30 && middle <= home.median, `median ${middle} bytes of ${sizes.length} days`);
  });
}

function readsItselfAgain(bytes: Uint8Array): boolean {
  const decoded = decompressProfile(bytes);
  if (isRecordFailure(decoded)) return false;
  assert.equal(toHex(compressProfile(decoded.energies, decoded.bands)), toHex(bytes));
  return true;
}

/** Whole numbers of 16 bits that repeat with their seed. */
function xorshift(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) & 0xffff;
  };
}
