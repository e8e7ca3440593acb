import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PaymentJson } from '../../../api/index.ts';
import { PAYMENT_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';

type State = PaymentJson['state'];

/** In flight is the one bright colour; what is settled well is a full disc, and what needs somebody an empty one. */
function markOf(state: State): { readonly fill: string; readonly stroke: string } {
  switch (state) {
    case 'captured':
      return { fill: 'var(--state-supplied)', stroke: 'var(--state-supplied)' };
    case 'asked':
    case 'pending':
    case 'approved':
    case 'capturing':
    case 'reversing':
      return { fill: 'var(--in-flight)', stroke: 'var(--in-flight)' };
    case 'stuck':
    case 'returned':
      return { fill: 'none', stroke: 'var(--state-low)' };
    case 'declined':
    case 'reversed':
      return { fill: 'none', stroke: 'var(--state-off)' };
  }
}

/** How a payment stands, as a mark with its word. */
export function PaymentState({ state }: { readonly state: State }): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const { fill, stroke } = markOf(state);
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex" title={words.means[state]}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <circle cx="6" cy="6" r="4.5" fill={fill} stroke={stroke} strokeWidth="2" />
      </svg>
      <Text component="span" size="sm" style={{ whiteSpace: 'nowrap' }}>
        {words.states[state]}
      </Text>
    </Group>
  );
}
