import type { CardLookupJson } from '../../api/index.ts';
import { CARD_WORDS } from '../../words/index.ts';
import type { Refusal } from '../ask.ts';
import { useReads } from '../reads.ts';

export type RegionName = CardLookupJson['region'];

const REGIONS = Object.keys(CARD_WORDS.en.regions) as readonly RegionName[];

interface CardLookups {
  /** What may be bought for the card, as far as it is known by now. */
  readonly found: readonly CardLookupJson[];
  readonly isPending: boolean;
  /** Why nothing is found; a region that the card has not is no reason. */
  readonly error: Refusal | null;
}

/** Whose card that is, as far as a shop may know, and whose value it carries. */
export function useCardLookups(card: string | undefined): CardLookups {
  const reads = useReads<CardLookupJson>(
    '/vend/card-lookup',
    card === undefined ? [] : REGIONS.map((region) => ({ card, region })),
  );
  const found = reads.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const errors = reads.flatMap(({ error }) => (error === null ? [] : [error]));
  return {
    found,
    isPending: reads.some(({ isPending }) => isPending),
    error: errors.find(({ code }) => code !== 'card-region-unknown') ?? null,
  };
}
