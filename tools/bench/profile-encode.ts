import { deflateRawSync } from 'node:zlib';
import { daysOf, HOMES, type Home, missing } from '../../src/records/homes.testing.ts';
import { BAND_BYTES, compressProfile } from '../../src/records/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';
import { unmeasured } from './measured.ts';

const GOAL_MICROSECONDS = 60;
const NO_BANDS = new Uint8Array(BAND_BYTES);

/** The days of four measured homes compressed, as a meter does it before it seals them. */
export const profileEncode = async (): Promise<readonly Figure[]> => HOMES.map(ofHome);

function ofHome(home: Home): Figure {
  const name = `profile-encode-${home.name}`;
  const lacking = missing(home);
  if (lacking !== false) return unmeasured(name, `${home.file} is not in ../shared/data`);
  const days = daysOf(home);
  const raw = days.map((energies) => Buffer.concat([new Uint8Array(energies.buffer), NO_BANDS]));
  const microseconds = interleave({
    coder: () => days.map((energies) => compressProfile(energies, NO_BANDS)),
    deflate: () => raw.map((bytes) => deflateRawSync(bytes, { level: 9 })),
  });
  const value = microseconds.coder / days.length;
  return lessIsBetter(
    {
      ...{ name, value, unit: 'µs', limit: microseconds.deflate / days.length },
      limitHow: 'the same bytes by the deflate of node:zlib, level 9',
      goal: `at most ${GOAL_MICROSECONDS} µs`,
    },
    () => value <= GOAL_MICROSECONDS,
  );
}
