import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ENERGY_MISSING, MINUTES_PER_DAY } from './profile.ts';

/** Measured homes, which lie beside the checkout and are no part of it, and what half of their days may take. */
export const HOMES = [
  { name: 'ukdale-2', file: 'house_ukdale_2_1min.csv.gz', column: 'aggregate_w', watts: 1, median: 600 },
  { name: 'refit-2', file: 'house_refit_2_1min.csv.gz', column: 'aggregate_w', watts: 1, median: 600 },
  { name: 'ideal-65', file: 'house_ideal_65_1min.csv.gz', column: 'aggregate_w', watts: 1, median: 600 },
  { name: 'sceaux', file: 'house_uci_sceaux_1min_35d.csv.gz', column: 'p_kw', watts: 1000, median: 1000 },
] as const;
export type Home = (typeof HOMES)[number];

const pathOf = ({ file }: Home): URL => new URL(`../../../shared/data/${file}`, import.meta.url);

/** For `skip` of a test. */
export const missing = (home: Home): string | false =>
  existsSync(pathOf(home)) ? false : `Put ${home.file} into ../shared/data to run this test.`;

/** Days of 0.1 Wh a minute, what rounding leaves carried to the next minute; a minute without a row is missing. */
export function daysOf(home: Home): Uint16Array[] {
  const [header, ...rows] = gunzipSync(readFileSync(pathOf(home)))
    .toString()
    .trimEnd()
    .split('\n');
  const at = (header as string).split(',').indexOf(home.column);
  const days = new Map<number, Uint16Array>();
  let carry = 0;
  for (const row of rows) {
    const fields = row.split(',');
    const minute = Date.parse(`${fields[0]?.slice(0, 16)}Z`) / 60_000;
    const number = Math.floor(minute / MINUTES_PER_DAY);
    const day = days.get(number) ?? new Uint16Array(MINUTES_PER_DAY).fill(ENERGY_MISSING);
    days.set(number, day);
    if (fields[at] === '') continue;
    const energy = (Number(fields[at]) * home.watts) / 6 + carry;
    const whole = Math.max(0, Math.round(energy));
    carry = energy - whole;
    day[minute % MINUTES_PER_DAY] = whole;
  }
  return [...days.values()];
}
