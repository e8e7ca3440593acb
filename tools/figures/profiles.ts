import { daysOf, HOMES, missing } from '../../src/records/homes.testing.ts';
import { BAND_BYTES, compressProfile, MINUTES_PER_DAY } from '../../src/records/index.ts';
import { atMost, type Figure, notFound } from './figure.ts';

const NO_BANDS = new Uint8Array(BAND_BYTES);
const RAW_BYTES = 2 * MINUTES_PER_DAY + BAND_BYTES;

/** How many bytes the days of measured homes take, and a day that cannot be compressed. */
export async function profiles(): Promise<readonly Figure[]> {
  const sizes = HOMES.map((home): Figure => {
    const name = `profile-bytes-${home.name}`;
    const lacking = missing(home);
    if (lacking !== false) return notFound(name, `at most ${home.median} B`, lacking);
    const days = daysOf(home);
    const bytes = days.map((energies) => compressProfile(energies, NO_BANDS).length).sort((a, b) => a - b);
    const value = bytes[bytes.length >> 1] as number;
    const how = `the median of ${days.length} days of a home, 0.1 Wh a minute, of which none had a part in the coder`;
    return atMost(home.median, { name, value, unit: 'B', how });
  });
  return [...sizes, growth()];
}

/** Whatever a day holds, it is sent raw before it grows. */
function growth(): Figure {
  let state = 1;
  const noise = Uint16Array.from({ length: MINUTES_PER_DAY }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  });
  const value = compressProfile(noise, Uint8Array.from(noise.subarray(0, BAND_BYTES))).length - RAW_BYTES;
  return atMost(2, {
    name: 'profile-growth',
    value,
    unit: 'B',
    how: 'a day of noise, less its 3,240 bytes as they are',
  });
}
