import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CardJson } from '../../../api/index.ts';
import { CARD_WORDS, type ShownState, STATE_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { StateMark } from '../../parts/state-mark.tsx';

const MARKS: Readonly<Record<CardJson['state'], ShownState>> = {
  ...{ active: 'supplied', lost: 'off', blocked: 'blocked', replaced: 'off' },
};

interface Props {
  readonly state: CardJson['state'];
  /** One of its regions at least stands still until a person has looked. */
  readonly isFrozen: boolean;
}

/** How a card stands, in the shapes of the states of meters. */
export function CardStateLabel({ state, isFrozen }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const shown = useWords(STATE_WORDS);
  const frozen = state === 'active' && isFrozen;
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <span aria-hidden style={{ display: 'inline-flex' }}>
        <StateMark state={frozen ? 'frozen' : MARKS[state]} />
      </span>
      <Text component="span" inherit style={{ whiteSpace: 'nowrap' }}>
        {frozen ? shown.frozen : words.states[state]}
      </Text>
    </Group>
  );
}
