import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { CARD_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { wholeWithin } from './whole.ts';

const BOUNDS = { least: 0, most: 255 };

/** The name that somebody typed; undefined where it is none. */
export const keyOf = (text: string): number | undefined => wholeWithin(text, BOUNDS);

interface Props {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** By which master key something was personalised: the key itself is never typed. */
export function KeyField({ value, onChange }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  return (
    <TextInput
      label={words.key}
      description={words.keyHint}
      required
      inputMode="numeric"
      autoComplete="off"
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={value !== '' && keyOf(value) === undefined && words.keyHint}
    />
  );
}
