import type { MeterJson, SubscriberJson } from '../../api/index.ts';
import { MOVING_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

/** Of meters where nobody lives: no person, and nothing is sold to it or agreed with it. */
export const UNOCCUPIED = 'unoccupied';

export const isUnoccupied = ({ subscriber }: Pick<MeterJson, 'subscriber'>): boolean => subscriber === UNOCCUPIED;

/** What a subscriber is called; who is nobody, in the words of whoever reads it. */
export function useSubscriberName(): (subscriber: Pick<SubscriberJson, 'id' | 'name'>) => string {
  const { unoccupied } = useWords(MOVING_WORDS);
  return ({ id, name }) => (id === UNOCCUPIED ? unoccupied : name);
}
