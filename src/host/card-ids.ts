import type { Csn, Region } from '../units/index.ts';
import type { CardProvider } from './types.ts';

/** Id of one region of a card: `04a1b2c3d4e5f6-2`. */
export const purseIdOf = (card: string, region: number): string => `${card}${BETWEEN}${region}`;

/** The card and the region that the id of a purse names. */
export function placeOfPurse(id: string): { readonly card: Csn; readonly region: Region } {
  const [card, region] = id.split(BETWEEN);
  return { card: card as Csn, region: Number(region) as Region };
}

/** Id of whoever gives what the value in a region is for: `258-2`. */
export const providerIdOf = ({ utility, region }: Pick<CardProvider, 'utility' | 'region'>): string =>
  `${utility}${BETWEEN}${region}`;

/** The region that the id of a provider names. */
export const regionOfProvider = (id: string): Region => Number(id.split(BETWEEN)[1]) as Region;

const BETWEEN = '-';
