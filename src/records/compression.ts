import { assert } from '../units/index.ts';
import { failure, type RecordFailure } from './failure.ts';
import { BAND_BYTES, bandAt, ENERGY_MAX, ENERGY_UNCERTAIN, MINUTES_PER_DAY, setBand } from './profile.ts';
import { modelOf, RangeDecoder, RangeEncoder } from './range-coder.ts';

/**
 * A day profile in few bytes. Byte 0 is the form:
 * - 0 raw: 1,440 energies as u16, then the 360 band bytes; 3,241 bytes in all;
 * - 1 coded: one message of the adaptive range coder; taken only where it is shorter than raw.
 *
 * The coded message says, in this order: the marks, the energies of the minutes without a mark, the bands.
 *
 * A *length* n from 1 to 1,441 is e = floor(log2 n) in unary (model `unary + i` asks "is it i?" for i = 0, 1 … 9;
 * after ten noes e is 10), then the lower e bits of n plain.
 *
 * Marks: one bit `MARKS`, 1 if any minute is marked. If so, from minute 0 on and until minute 1,440: the number of
 * minutes without a mark plus 1 as a length over `MARK_GAP`; if minutes are left, one bit `MARK_KIND` (1 = 0xFFFE,
 * 0 = 0xFFFF) and the length of the run of that mark over `MARK_RUN`.
 *
 * Energies: d is the difference to the last energy without a mark (0 before the first), d1 and d2 the two differences
 * before. The context c is the number of values of `SCALE_LIMITS` that |d1| + |d2| reaches, and t is 0, 1 or 2 for d1
 * below, at or above 0. Bit `ZERO + 3c + t`: d is 0. If not: bit `SIGN + 3c + t`, 1 for d above 0; e = floor(log2 |d|)
 * in unary over `SIZE + 16c`, e = 15 after fifteen noes; then the lower e bits of |d| plain: models of the upper two
 * would save 2 to 9 bytes of a day, and cost a fifth of the time.
 *
 * Bands: two plain bits, the band of minute 0. Then for each run of one band: bit `BAND_TO_END`; if 0, the length of
 * the run over `BAND_RUN` and the next band less this one, modulo 4, as 1 (bit `BAND_STEP` 1), 2 (`BAND_STEP` 0,
 * `BAND_STEP + 1` 1) or 3.
 *
 * @param energies 1,440 values of 0.1 Wh or marks
 * @param bands 360 bytes
 * @returns at most 3,241 bytes; the same day always gives the same bytes
 */
export function compressProfile(energies: Uint16Array, bands: Uint8Array): Uint8Array {
  assert(energies.length === MINUTES_PER_DAY && bands.length === BAND_BYTES, 'a profile has 1,440 minutes');
  const bytes = new Uint8Array(RAW_BYTES);
  bytes[0] = CODED;
  const encoder = new RangeEncoder(START.slice(), bytes, 1);
  encodeMarks(encoder, energies);
  encodeEnergies(encoder, energies);
  encodeBands(encoder, bands);
  const length = encoder.finish();
  if (length >= 0 && length < RAW_BYTES) return bytes.slice(0, length);
  return rawProfile(energies, bands);
}

/** The day of `compressProfile`'s bytes. Any bytes are read in bounded work; only bytes that it writes are accepted. */
export function decompressProfile(bytes: Uint8Array): { energies: Uint16Array; bands: Uint8Array } | RecordFailure {
  if (bytes.length === 0 || bytes.length > RAW_BYTES) return failure('length-wrong');
  const energies = new Uint16Array(MINUTES_PER_DAY);
  const bands = new Uint8Array(BAND_BYTES);
  if (bytes[0] === RAW) {
    if (bytes.length !== RAW_BYTES) return failure('length-wrong');
    for (let m = 0; m < MINUTES_PER_DAY; m++) {
      energies[m] = ((bytes[1 + 2 * m] as number) << 8) | (bytes[2 + 2 * m] as number);
    }
    bands.set(bytes.subarray(1 + 2 * MINUTES_PER_DAY));
  } else if (bytes[0] === CODED) {
    const decoder = new RangeDecoder(START.slice(), bytes, 1);
    const readable = decodeMarks(decoder, energies) && decodeEnergies(decoder, energies) && decodeBands(decoder, bands);
    if (!readable) return failure('field-out-of-range');
  } else return failure('format-unknown');
  // A day has one form only: what another encoder would have written differently is refused.
  const canonical = compressProfile(energies, bands);
  if (canonical.length !== bytes.length || canonical.some((byte, i) => byte !== bytes[i])) {
    return failure('not-canonical');
  }
  return { energies, bands };
}

const RAW = 0;
const CODED = 1;
const RAW_BYTES = 1 + 2 * MINUTES_PER_DAY + BAND_BYTES;

const CONTEXTS = 9;
const SCALE_LIMITS = [2, 4, 6, 10, 16, 26, 50, 120];
/** The context of |d1| + |d2|, looked up; from the last limit on it is the last context. */
const CONTEXT_OF = Uint8Array.from({ length: 121 }, (_, sum) => SCALE_LIMITS.filter((limit) => sum >= limit).length);

const MARKS = 0;
const MARK_GAP = 1;
const MARK_RUN = 11;
const MARK_KIND = 21;
const BAND_TO_END = 22;
const BAND_RUN = 23;
const BAND_STEP = 33;
const ZERO = 35;
const SIGN = ZERO + 3 * CONTEXTS;
const SIZE = SIGN + 3 * CONTEXTS;
const MODELS = SIZE + 16 * CONTEXTS;

/**
 * Where the models start, in 1/32768: a difference is two-sided geometric with a mean that grows with the context,
 * mixed with a thin wide tail for appliances that switch. No household's data stands in these numbers.
 */
const ZERO_START = [13542, 9814, 7272, 4913, 3211, 2081, 1233, 589, 207];
const SIZE_START = [
  [14437, 12756, 7351, 6427, 6614, 6801, 7008, 7259, 7584, 8021, 8629, 9516, 10894, 13255, 18081],
  [12682, 15339, 11155, 6617, 6494, 6738, 6975, 7243, 7576, 8016, 8627, 9515, 10893, 13255, 18081],
  [10376, 14636, 14251, 8102, 6402, 6668, 6939, 7224, 7566, 8011, 8624, 9514, 10892, 13255, 18081],
  [7634, 12240, 15646, 12428, 6904, 6544, 6872, 7189, 7548, 8002, 8620, 9511, 10891, 13254, 18081],
  [5276, 9204, 14029, 16052, 10470, 6572, 6763, 7132, 7519, 7987, 8612, 9507, 10889, 13253, 18080],
  [3533, 6495, 10999, 15763, 15725, 8687, 6646, 7043, 7472, 7963, 8599, 9501, 10886, 13252, 18080],
  [2135, 4073, 7421, 12344, 17045, 15623, 8091, 6889, 7380, 7915, 8575, 9488, 10880, 13249, 18078],
  [1030, 2017, 3870, 7128, 12120, 17549, 17895, 9586, 7190, 7787, 8508, 9454, 10862, 13240, 18075],
  [655, 719, 1418, 2761, 5237, 9433, 15369, 20473, 17277, 8495, 8277, 9330, 10799, 13209, 18062],
];
/** After a fall a rise is likelier, and the other way round. */
const SIGN_START = [21299, 16384, 11469];
const MARKS_START = 1024;

/** A young model follows its first bits; those of the energies begin as if they had seen six. */
const START = new Int32Array(MODELS).fill(modelOf(16384, 1));
START[MARKS] = modelOf(MARKS_START, 1);
for (let c = 0; c < CONTEXTS; c++) {
  for (let t = 0; t < 3; t++) {
    START[ZERO + 3 * c + t] = modelOf(ZERO_START[c] as number, 6);
    START[SIGN + 3 * c + t] = modelOf(SIGN_START[t] as number, 6);
  }
  const sizes = SIZE_START[c] as number[];
  for (let e = 0; e < 15; e++) START[SIZE + 16 * c + e] = modelOf(sizes[e] as number, 6);
}

function encodeLength(encoder: RangeEncoder, unary: number, n: number): void {
  const e = 31 - Math.clz32(n);
  for (let i = 0; i < e; i++) encoder.bit(unary + i, 0);
  if (e < 10) encoder.bit(unary + e, 1);
  encoder.plain(n, e);
}

function decodeLength(decoder: RangeDecoder, unary: number): number {
  let e = 0;
  while (e < 10 && decoder.bit(unary + e) === 0) e++;
  return (1 << e) | decoder.plain(e);
}

function encodeMarks(encoder: RangeEncoder, energies: Uint16Array): void {
  let marked = false;
  for (let m = 0; m < MINUTES_PER_DAY && !marked; m++) marked = (energies[m] as number) > ENERGY_MAX;
  encoder.bit(MARKS, marked ? 1 : 0);
  if (!marked) return;
  for (let m = 0; m < MINUTES_PER_DAY; ) {
    const from = m;
    while (m < MINUTES_PER_DAY && (energies[m] as number) <= ENERGY_MAX) m++;
    encodeLength(encoder, MARK_GAP, m - from + 1);
    if (m === MINUTES_PER_DAY) return;
    const mark = energies[m];
    const start = m;
    while (m < MINUTES_PER_DAY && energies[m] === mark) m++;
    encoder.bit(MARK_KIND, mark === ENERGY_UNCERTAIN ? 1 : 0);
    encodeLength(encoder, MARK_RUN, m - start);
  }
}

function decodeMarks(decoder: RangeDecoder, energies: Uint16Array): boolean {
  if (decoder.bit(MARKS) === 0) return true;
  for (let m = 0; m < MINUTES_PER_DAY; ) {
    m += decodeLength(decoder, MARK_GAP) - 1;
    if (m >= MINUTES_PER_DAY) return m === MINUTES_PER_DAY;
    const mark = 0xffff - decoder.bit(MARK_KIND);
    const end = m + decodeLength(decoder, MARK_RUN);
    if (end > MINUTES_PER_DAY) return false;
    energies.fill(mark, m, end);
    m = end;
  }
  return true;
}

function encodeEnergies(encoder: RangeEncoder, energies: Uint16Array): void {
  let last = 0;
  let size1 = 0;
  let size2 = 0;
  let turn = 1;
  for (let m = 0; m < MINUTES_PER_DAY; m++) {
    const energy = energies[m] as number;
    if (energy > ENERGY_MAX) continue;
    const sum = size1 + size2;
    const context = sum > 120 ? CONTEXTS - 1 : (CONTEXT_OF[sum] as number);
    const difference = energy - last;
    size2 = size1;
    if (difference === 0) {
      encoder.bit(ZERO + 3 * context + turn, 1);
      size1 = 0;
      turn = 1;
      continue;
    }
    encoder.bit(ZERO + 3 * context + turn, 0);
    encoder.bit(SIGN + 3 * context + turn, difference > 0 ? 1 : 0);
    size1 = difference > 0 ? difference : -difference;
    turn = difference > 0 ? 2 : 0;
    last = energy;
    const e = 31 - Math.clz32(size1);
    const unary = SIZE + 16 * context;
    for (let i = 0; i < e; i++) encoder.bit(unary + i, 0);
    if (e < 15) encoder.bit(unary + e, 1);
    encoder.plain(size1, e);
  }
}

function decodeEnergies(decoder: RangeDecoder, energies: Uint16Array): boolean {
  let last = 0;
  let size1 = 0;
  let size2 = 0;
  let turn = 1;
  for (let m = 0; m < MINUTES_PER_DAY; m++) {
    if ((energies[m] as number) > ENERGY_MAX) continue;
    const sum = size1 + size2;
    const context = sum > 120 ? CONTEXTS - 1 : (CONTEXT_OF[sum] as number);
    size2 = size1;
    if (decoder.bit(ZERO + 3 * context + turn) === 1) {
      size1 = 0;
      turn = 1;
    } else {
      const up = decoder.bit(SIGN + 3 * context + turn);
      const unary = SIZE + 16 * context;
      let e = 0;
      while (e < 15 && decoder.bit(unary + e) === 0) e++;
      size1 = (1 << e) | decoder.plain(e);
      turn = up === 1 ? 2 : 0;
      last += up === 1 ? size1 : -size1;
      if (last < 0 || last > ENERGY_MAX) return false;
    }
    energies[m] = last;
  }
  return true;
}

function encodeBands(encoder: RangeEncoder, bands: Uint8Array): void {
  let band = bandAt(bands, 0);
  encoder.plain(band, 2);
  for (let m = 0; ; ) {
    const from = m;
    m = bandRunEnd(bands, m, band);
    encoder.bit(BAND_TO_END, m === MINUTES_PER_DAY ? 1 : 0);
    if (m === MINUTES_PER_DAY) return;
    encodeLength(encoder, BAND_RUN, m - from);
    const next = bandAt(bands, m);
    const step = (next - band) & 3;
    encoder.bit(BAND_STEP, step === 1 ? 1 : 0);
    if (step !== 1) encoder.bit(BAND_STEP + 1, step === 2 ? 1 : 0);
    band = next;
  }
}

/** The first minute from `from` on whose band is another. */
function bandRunEnd(bands: Uint8Array, from: number, band: number): number {
  const whole = band * 0x55;
  let m = from;
  while (m < MINUTES_PER_DAY) {
    if ((m & 3) === 0 && bands[m >> 2] === whole) m += 4;
    else if (bandAt(bands, m) === band) m++;
    else break;
  }
  return m;
}

function decodeBands(decoder: RangeDecoder, bands: Uint8Array): boolean {
  let band = decoder.plain(2);
  for (let m = 0; ; ) {
    const toEnd = decoder.bit(BAND_TO_END) === 1;
    const end = toEnd ? MINUTES_PER_DAY : m + decodeLength(decoder, BAND_RUN);
    if (!toEnd && end >= MINUTES_PER_DAY) return false;
    for (; m < end; m++) setBand(bands, m, band);
    if (toEnd) return true;
    const step = decoder.bit(BAND_STEP) === 1 ? 1 : decoder.bit(BAND_STEP + 1) === 1 ? 2 : 3;
    band = (band + step) & 3;
  }
}

function rawProfile(energies: Uint16Array, bands: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RAW_BYTES);
  bytes[0] = RAW;
  for (let m = 0; m < MINUTES_PER_DAY; m++) {
    const energy = energies[m] as number;
    bytes[1 + 2 * m] = energy >>> 8;
    bytes[2 + 2 * m] = energy & 0xff;
  }
  bytes.set(bands, 1 + 2 * MINUTES_PER_DAY);
  return bytes;
}
