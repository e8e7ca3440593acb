import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { OrderJson } from '../../api/index.ts';
import { PORTAL_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';
import { Money } from './figures.tsx';

interface TopUpLineProps {
  readonly order: OrderJson;
  /** When it was ordered, as the page says it. */
  readonly children: ReactNode;
}

/** One top-up in a list: when, where its value is, and how much. */
export function TopUpLine({ order: { amount, state }, children }: TopUpLineProps): ReactNode {
  const { orderStates } = useWords(PORTAL_WORDS);
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <div>
        <Text size="sm">{children}</Text>
        <Text size="xs" className="quiet">
          {orderStates[state]}
        </Text>
      </div>
      <Text fw={600}>
        <Money tokens={amount} />
      </Text>
    </Group>
  );
}
