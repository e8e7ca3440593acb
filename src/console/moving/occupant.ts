import type { SubscriberJson } from '../../api/index.ts';
import { MOVING_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

/** Of meters where nobody lives: a subscriber who is kept for them. */
export const UNOCCUPIED = 'unoccupied';

/** What a subscriber is called; who is nobody, in the words of whoever reads it. */
export function useSubscriberName(): (subscriber: Pick<SubscriberJson, 'id' | 'name'>) => string {
  const { unoccupied } = useWords(MOVING_WORDS);
  return ({ id, name }) => (id === UNOCCUPIED ? unoccupied : name);
}
