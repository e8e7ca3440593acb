import type { ReactNode } from 'react';
import { COMMAND_WORDS, fill } from '../../words/index.ts';
import { useWords } from '../locale.tsx';
import { commandOfSlot } from './command-name.ts';

interface CommandLabelProps {
  readonly slot: string;
  /** How many the meter has: of the only one nothing is said. */
  readonly supplies: number;
}

/** What was ordered of a meter, in words. */
export function CommandLabel({ slot, supplies }: CommandLabelProps): ReactNode {
  const { names, supply: ofSupply } = useWords(COMMAND_WORDS);
  const { name, supply = 0 } = commandOfSlot(slot, names);
  return supply > 0 && supplies > 1 ? fill(ofSupply, name, supply) : name;
}
