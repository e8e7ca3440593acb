import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { MOVING_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

const WAYS = ['cash', 'bank-transfer'] as const;
/** How money changes hands with somebody who leaves, or left. */
export type PaidBy = (typeof WAYS)[number];

interface PaidByFieldProps {
  readonly value: PaidBy;
  readonly onChange: (way: PaidBy) => void;
}

export function PaidByField({ value, onChange }: PaidByFieldProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  return (
    <Select
      label={words.method}
      allowDeselect={false}
      data={WAYS.map((way) => ({ value: way, label: words.methods[way] }))}
      value={value}
      onChange={(way) => onChange(way as PaidBy)}
    />
  );
}
