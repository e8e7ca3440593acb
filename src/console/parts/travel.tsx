import { List, Text } from '@mantine/core';
import { ArrowLeft, ArrowRight } from 'lucide-react';
import { type ReactNode, useCallback, useState } from 'react';
import { PANEL_WORDS } from '../../words/index.ts';
import { type LiveEvent, useLive } from '../live.ts';
import { useWords } from '../locale.tsx';
import { heard, NO_TRAVEL, PASSES, type Travel } from './travel.ts';

/** How far value for a meter has come, as its passes are heard on the line. */
export function useTravel(meter: string): Travel {
  const [travel, setTravel] = useState(NO_TRAVEL);
  useLive(
    useCallback(
      ({ kind, data }: LiveEvent) => {
        if (kind !== 'traffic') return;
        setTravel((before) => data.items.reduce((known, record) => heard(known, meter, record), before));
      },
      [meter],
    ),
  );
  return travel;
}

/** The four passes between host and meter, those that have passed in the colour of value in flight. */
export function Passes({ travel }: { readonly travel: Travel }): ReactNode {
  const words = useWords(PANEL_WORDS);
  return (
    <List listStyleType="none" spacing={4} aria-label={words.passes} aria-live="polite">
      {PASSES.map((pass, i) => {
        const hasPassed = travel.passed.includes(pass);
        const Arrow = i % 2 === 0 ? ArrowRight : ArrowLeft;
        return (
          <List.Item
            key={pass}
            icon={
              <Arrow
                size={16}
                color={hasPassed ? 'var(--in-flight)' : 'var(--line)'}
                aria-label={hasPassed ? words.passDone : words.passNotYet}
              />
            }
          >
            <Text size="sm" className={hasPassed ? undefined : 'quiet'}>
              {words.passOf[pass]}
            </Text>
          </List.Item>
        );
      })}
    </List>
  );
}
