import type { CardProvider, CardPurse } from './types.ts';

/** Id of one region of a card: `04a1b2c3d4e5f6-2`. */
export const purseIdOf = (card: string, region: number): string => `${card}${BETWEEN}${region}`;

/** The card and the region that the id of a purse names. */
export function placeOfPurse(id: string): Pick<CardPurse, 'card' | 'region'> {
  const [card = '', region] = id.split(BETWEEN);
  return { card, region: Number(region) as CardPurse['region'] };
}

/** Id of whoever gives what the value in a region is for: `258-2`. */
export const providerIdOf = ({ utility, region }: Pick<CardProvider, 'utility' | 'region'>): string =>
  `${utility}${BETWEEN}${region}`;

/** The region that the id of a provider names. */
export const regionOfProvider = (id: string): CardProvider['region'] =>
  Number(id.split(BETWEEN)[1]) as CardProvider['region'];

const BETWEEN = '-';
