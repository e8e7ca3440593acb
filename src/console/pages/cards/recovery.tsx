import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CardJson, RecoveryJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Confirmed } from './confirm.tsx';

interface Recovered {
  readonly regions: readonly RecoveryJson[];
}

/** What of the value of a card that ended is given back at once, and what only when its tickets have ended. */
export function Recoveries({ card }: { readonly card: CardJson }): ReactNode {
  const words = useWords(CARD_WORDS);
  const { exact } = useFormat();
  const read = useRead<Recovered>(`/cards/${card.number}/recovery`, { live: true });
  return (
    <Panel title={words.recovery}>
      <Stack gap="sm">
        <Text size="sm">{words.recoveryHint}</Text>
        <Loaded of={read} waiting={words.recoveryWaiting}>
          {({ regions }) => (
            <>
              <DataTable
                label={words.recovery}
                items={regions}
                keyOf={({ region }) => region}
                minWidth={520}
                columns={[
                  { head: words.region, cell: ({ region }) => words.regions[region] },
                  { head: words.now, cell: ({ now }) => <Money tokens={now} />, isFigure: true },
                  { head: words.later, cell: ({ later }) => <Money tokens={later} />, isFigure: true },
                  {
                    head: words.laterFrom,
                    cell: ({ later, laterFrom }) =>
                      later !== '0' && (laterFrom === undefined ? words.notKnown : exact(laterFrom)),
                  },
                  { head: words.recovered, cell: ({ recovered }) => <Money tokens={recovered} />, isFigure: true },
                ]}
              />
              <Give card={card} regions={regions} />
            </>
          )}
        </Loaded>
      </Stack>
    </Panel>
  );
}

function Give({ card, regions }: Recovered & { readonly card: CardJson }): ReactNode {
  const words = useWords(CARD_WORDS);
  const { money } = useFormat();
  const mayRecover = useMay('proposeCardRecovery') !== undefined;
  const sum = regions.reduce((all, { now }) => all + BigInt(now), 0n);
  const label = fill(words.recover, money(sum));
  if (card.replacedBy === undefined) {
    return (
      <Text size="sm" className="quiet">
        {words.recoverFirst}
      </Text>
    );
  }
  if (!mayRecover || sum === 0n) return null;
  return (
    <Group>
      <Confirmed needsReason label={label} ask={words.recoverAsk} path={`/cards/${card.number}/recovery`} />
    </Group>
  );
}
