import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MessageJson } from '../../api/index.ts';
import { fill, MESSAGE_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

type State = MessageJson['state'];

const IN_FLIGHT = { fill: 'var(--in-flight)', stroke: 'var(--in-flight)' };
/** On its way is the one bright colour; what arrived is a full disc, and what did not an empty one. */
const MARKS: Readonly<Record<State, { readonly fill: string; readonly stroke: string }>> = {
  waiting: IN_FLIGHT,
  sending: IN_FLIGHT,
  handed: IN_FLIGHT,
  delivered: { fill: 'var(--state-supplied)', stroke: 'var(--state-supplied)' },
  failed: { fill: 'none', stroke: 'var(--state-off)' },
  unclear: { fill: 'none', stroke: 'var(--state-low)' },
};

/** How a message stands, as a mark with its word, and why where it did not arrive. */
export function MessageState({ message: { state, why } }: { readonly message: MessageJson }): ReactNode {
  const words = useWords(MESSAGE_WORDS);
  return (
    <div>
      <Group gap={6} wrap="nowrap" component="span" display="inline-flex" title={words.means[state]}>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <circle cx="6" cy="6" r="4.5" {...MARKS[state]} strokeWidth="2" />
        </svg>
        <Text component="span" size="sm" style={{ whiteSpace: 'nowrap' }}>
          {words.states[state]}
        </Text>
      </Group>
      {why !== undefined && (
        <Text size="xs" className="quiet">
          {fill(words.because, why)}
        </Text>
      )}
    </div>
  );
}
