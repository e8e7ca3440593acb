import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { KioskCardJson, KioskJson } from '../../../api/index.ts';
import { read } from '../../ask.ts';
import { useRead } from '../../reads.ts';

/** The reader at a kiosk's own machine; undefined where a browser looks at the host itself, which has none. */
export const useKiosk = (): KioskJson | undefined =>
  useQuery({
    queryKey: ['kiosk'],
    queryFn: () => read<KioskJson>('/kiosk'),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  }).data;

/** Tells of the purse card that somebody puts into the reader. */
export function useCardInReader(isLooked: boolean, tell: (card: string) => void): void {
  const { data } = useRead<KioskCardJson>('/kiosk/card', {
    enabled: isLooked,
    until: ({ card }) => card !== undefined,
  });
  const card = isLooked ? data?.card : undefined;
  useEffect(() => {
    if (card !== undefined) tell(card);
  }, [card, tell]);
}
