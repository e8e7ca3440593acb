import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CallJson } from '../../../api/index.ts';
import { PHONE_CALL_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';

/** On the line is the one bright colour; who waits for somebody is an empty ring, and what has ended a grey one. */
const COLOURS: Readonly<Record<CallJson['state'], { readonly fill: string; readonly stroke: string }>> = {
  live: { fill: 'var(--in-flight)', stroke: 'var(--in-flight)' },
  'wants-person': { fill: 'none', stroke: 'var(--state-low)' },
  ended: { fill: 'none', stroke: 'var(--state-off)' },
};

/** How a call stands, as a mark with its word. */
export function CallState({ state }: { readonly state: CallJson['state'] }): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <circle cx="6" cy="6" r="4.5" {...COLOURS[state]} strokeWidth="2" />
      </svg>
      <Text component="span" size="sm" style={{ whiteSpace: 'nowrap' }}>
        {words.states[state]}
      </Text>
    </Group>
  );
}
