import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type ShownState, STATE_LOOKS, STATE_WORDS, type StateLook } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

/** The colour of a state, as theme.css has it. */
export const stateColour = (state: ShownState): string => `var(--state-${STATE_LOOKS[state].tone})`;

interface MarkProps {
  readonly state: ShownState;
  readonly size?: number;
}

/** The shape of a state in its colour. A word stands beside it, or in its label. */
export function StateMark({ state, size = 14 }: MarkProps): ReactNode {
  const words = useWords(STATE_WORDS);
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" role="img" aria-label={words[state]}>
      <g fill="none" stroke={stateColour(state)} strokeWidth="2.5">
        {shapeOf(STATE_LOOKS[state].shape, stateColour(state))}
      </g>
    </svg>
  );
}

/** A state with its word. */
export function StateLabel({ state }: MarkProps): ReactNode {
  const words = useWords(STATE_WORDS);
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <StateMark state={state} />
      <Text component="span" size="sm" style={{ whiteSpace: 'nowrap' }}>
        {words[state]}
      </Text>
    </Group>
  );
}

function shapeOf(shape: StateLook['shape'], colour: string): ReactNode {
  switch (shape) {
    case 'disc':
      return <circle cx="8" cy="8" r="6" fill={colour} stroke="none" />;
    case 'three-quarter-ring':
      return <path d="M8 2.5 A5.5 5.5 0 1 1 2.5 8" />;
    case 'quarter-ring':
      return (
        <>
          <circle cx="8" cy="8" r="5.5" strokeWidth="1" />
          <path d="M8 2.5 A5.5 5.5 0 0 1 13.5 8" />
        </>
      );
    case 'dashed-ring':
      return <circle cx="8" cy="8" r="5.5" strokeDasharray="3.2 2.6" />;
    case 'ring':
      return <circle cx="8" cy="8" r="5.5" />;
    case 'barred-ring':
      return (
        <>
          <circle cx="8" cy="8" r="5.5" />
          <path d="M4.2 11.8 L11.8 4.2" />
        </>
      );
    case 'triangle':
      return <path d="M8 2.2 L14.4 13.4 H1.6 Z" fill={colour} strokeLinejoin="round" strokeWidth="1.5" />;
    case 'snow':
      return <path d="M8 1.5 V14.5 M2.4 4.75 L13.6 11.25 M13.6 4.75 L2.4 11.25" strokeWidth="2" />;
    case 'hatched':
      return (
        <>
          <circle cx="8" cy="8" r="6" strokeWidth="1.5" />
          <path d="M4 10 L10 4 M6 12 L12 6" strokeWidth="1.5" />
        </>
      );
  }
}
