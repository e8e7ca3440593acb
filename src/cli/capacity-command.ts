import { type Capacity, capacityOf } from './capacity.ts';
import { COLLECTION, CORES_MEASURED, FIGURES } from './capacity-figures.ts';
import { wholeOf } from './field-options.ts';
import { parsedWords, withNumbers } from './flags.ts';
import { WrongUse } from './usage.ts';

/** As many as there are local units and addresses on their lines. */
const METERS_MAX = 16_777_216;
const TOP_UPS_USUAL = 1;
const TOP_UPS_MAX = 100;
const HEADROOM_USUAL = 10;
const HEADROOM_MAX = 100;

/** `wattpurse capacity --meters N`: what a utility needs, by what was measured. */
export async function capacity(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('capacity', withNumbers(args), {
    ...{ meters: { type: 'string' }, 'top-ups': { type: 'string' }, headroom: { type: 'string' } },
    json: { type: 'boolean' },
  });
  if (positionals.length > 0) {
    throw new WrongUse(`capacity takes no "${positionals[0]}": see "wattpurse help capacity".`);
  }
  if (values.meters === undefined) throw new WrongUse('capacity needs --meters with how many there are to be.');
  const found = capacityOf({
    meters: wholeOf(values.meters, '--meters', METERS_MAX, 1),
    topUpsAWeek: wholeOf(values['top-ups'] ?? String(TOP_UPS_USUAL), '--top-ups', TOP_UPS_MAX),
    headroom: wholeOf(values.headroom ?? String(HEADROOM_USUAL), '--headroom', HEADROOM_MAX, 1),
  });
  const figures = { ...FIGURES, collection: COLLECTION };
  process.stdout.write(values.json === true ? `${JSON.stringify({ ...found, figures })}\n` : capacityText(found));
  return 0;
}

const n = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const bytes = (value: number): string => (value >= 1e12 ? `${n(value / 1e12, 1)} TB` : `${n(value / 1e9, 1)} GB`);

function capacityText(found: Capacity): string {
  const { meters, localUnits, areaUnits, headroom } = found;
  const { topUps, profiles, profileBytes, topUpBytes } = FIGURES;
  const plural = (count: number, word: string) => `${n(count)} ${word}${count === 1 ? '' : 's'}`;
  return [
    `${plural(meters, 'meter')}, each with a profile a day and ${n(found.topUpsAWeek)} top-ups a week:`,
    '',
    `  field     ${plural(localUnits, 'local unit')} below ${plural(areaUnits, 'area unit')}`,
    `  rates     ${n(found.profilesASecond, 2)} profiles and ${n(found.topUpsASecond, 2)} top-ups a second in the mean`,
    `  machines  ${n(found.machines)} with ${CORES_MEASURED} cores for ${n(headroom)} times as much: ${n(found.machinesForProfiles, 2)} for profiles, ${n(found.machinesForTopUps, 2)} for top-ups`,
    `  storage   ${bytes(found.bytesADay)} a day, ${bytes(found.bytesAYear)} a year, kept once`,
    ...found.lines.map(
      ({ bitsPerSecond, minutesADay }) =>
        `  line      ${n(minutesADay, 1)} minutes of each day on the air at ${n(bitsPerSecond)} bit/s`,
    ),
    '',
    'By what was measured:',
    `  ${n(topUps.value)} top-ups ${topUps.unit} (${topUps.source})`,
    `  ${n(profiles.value, 1)} profiles ${profiles.unit}, ${n(profileBytes.value)} bytes a profile, ${n(topUpBytes.value)} a top-up (${profiles.source})`,
    ...COLLECTION.map(
      ({ seconds, bitsPerSecond }) =>
        `  ${n(seconds.value)} s for 256 meters at ${n(bitsPerSecond)} bit/s (${seconds.source})`,
    ),
    'Not in it, because not measured: exchanges on their way, pages, several hosts on one database, copies, growth of indexes.',
    '',
  ].join('\n');
}
