import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { KioskCardJson, KioskJson } from '../../../api/index.ts';
import { Refusal, read } from '../../ask.ts';

const LOOK_MS = 1_000;
const NO_READER: KioskJson = { purses: false, chips: false };

/** The reader at a kiosk's own machine: none where a browser looks at the host itself; undefined until that is known. */
export const useKiosk = (): KioskJson | undefined =>
  useQuery({
    queryKey: ['kiosk'],
    queryFn: () =>
      read<KioskJson>('/kiosk').catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 'not-found') return NO_READER;
        throw error;
      }),
    staleTime: Number.POSITIVE_INFINITY,
  }).data;

/** Tells of the purse card that somebody puts into the reader. */
export function useCardInReader(isLooked: boolean, tell: (card: string) => void): void {
  const { data } = useQuery({
    queryKey: ['kiosk-card'],
    queryFn: ({ signal }) => read<KioskCardJson>('/kiosk/card', undefined, signal),
    enabled: isLooked,
    // Whoever comes next has a card of their own: which one was there before is forgotten.
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.card === undefined ? LOOK_MS : false),
  });
  const card = isLooked ? data?.card : undefined;
  useEffect(() => {
    if (card !== undefined) tell(card);
  }, [card, tell]);
}
