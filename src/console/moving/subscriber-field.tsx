import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useId } from 'react';
import type { SubscriberJson } from '../../api/index.ts';
import { useRead } from '../reads.ts';
import { useMay } from '../session.tsx';
import { UNOCCUPIED } from './occupant.ts';

const SUGGESTED_MAX = 8;
const TYPED_MS = 250;

interface SubscriberFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly autoFocus?: boolean;
}

/** The id of a subscriber, which few know by heart: found by name while one writes. */
export function SubscriberField({ label, value, onChange, autoFocus }: SubscriberFieldProps): ReactNode {
  const list = useId();
  const [wanted] = useDebouncedValue(value.trim(), TYPED_MS);
  const mayList = useMay('listSubscribers') !== undefined;
  const { data } = useRead<{ readonly items: readonly SubscriberJson[] }>('/subscribers', {
    query: { limit: SUGGESTED_MAX, ...(wanted !== '' && { search: wanted }) },
    enabled: mayList,
  });
  const people = (data?.items ?? []).filter(({ id }) => id !== UNOCCUPIED);
  return (
    <>
      <TextInput
        label={label}
        required
        data-autofocus={autoFocus}
        autoCapitalize="none"
        autoComplete="off"
        list={list}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <datalist id={list}>
        {people.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}
