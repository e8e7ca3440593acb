import type { CardKeyScope } from '../crypto/index.ts';
import { type Csn, isCsn, REGIONS, type Region } from '../units/index.ts';
import { parsedWords, type WordOptions } from './flags.ts';
import { WrongUse } from './usage.ts';

/** Where PINs of master cards come from. */
export const PIN_VARIABLE = 'WATTPURSE_PIN';

/** How a region is named on the command line, in the order of its numbers. */
const REGION_NAMES: Readonly<Record<Region, string>> = {
  1: 'electricity',
  2: 'gas',
  3: 'water',
  4: 'hot-water',
  5: 'heat',
  6: 'pay-tv',
};

export const regionName = (region: Region): string => REGION_NAMES[region];

/** @throws WrongUse */
export function regionOf(text: string, flag: string): Region {
  const region = REGIONS.find((each) => REGION_NAMES[each] === text || String(each) === text);
  if (region !== undefined) return region;
  throw new WrongUse(`${flag} is one of ${Object.values(REGION_NAMES).join(', ')}, not "${text}".`);
}

/** @throws WrongUse */
export const scopeOf = (text: string, flag: string): CardKeyScope => (text === 'issuer' ? 0 : regionOf(text, flag));

/** @throws WrongUse */
export function csnOf(text: string): Csn {
  if (isCsn(text)) return text;
  throw new WrongUse(`A card's number (CSN) is 14 lower-case hex digits, not "${text}".`);
}

/** The words and flags of one verb. @throws WrongUse */
export const parsedVerb = <const O extends WordOptions>(args: readonly string[], options: O) =>
  parsedWords('card', args, options);

/** @param what it is, for the sentence @throws WrongUse */
export function oneWord(positionals: readonly string[], verb: string, what: string): string {
  const [word, ...more] = positionals;
  if (word !== undefined && more.length === 0) return word;
  throw new WrongUse(`card ${verb} takes ${what}: see "wattpurse help card".`);
}

/** @throws WrongUse */
export function noWord(positionals: readonly string[], verb: string): void {
  if (positionals.length > 0)
    throw new WrongUse(`card ${verb} takes no "${positionals[0]}": see "wattpurse help card".`);
}
