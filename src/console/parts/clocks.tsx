import type { ReactNode } from 'react';
import { CLOCK_WORDS, fill } from '../../words/index.ts';
import { useDemo } from '../demo.ts';
import { useFormat, useWords } from '../locale.tsx';
import { useNow } from '../time.ts';

/** What stands over the time at which people acted: in a demo it says by which clock that was. */
export function useActedAt(elsewhere: string): string {
  const { wall } = useWords(CLOCK_WORDS);
  return useDemo() === undefined ? elsewhere : wall;
}

/** Of a demo: what time it is where the meters are, beside the time at which people act. */
export const OwnClock = (): ReactNode => (useDemo() === undefined ? null : <Told />);

function Told(): ReactNode {
  const { note } = useWords(CLOCK_WORDS);
  const { exact } = useFormat();
  return fill(note, exact(useNow()));
}
