import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { OverviewJson } from '../../../api/index.ts';
import { OVERVIEW_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { useMay } from '../../session.tsx';
import { useProviders } from '../cards/providers.ts';

/** Where the value of each provider is that no line carries. */
export function ValueOnCards({ of }: { readonly of: NonNullable<OverviewJson['cards']> }): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const { nameOf } = useProviders();
  const maySee = useMay('listCards') !== undefined;
  return (
    <Panel
      title={words.cards}
      aside={
        <Text size="xs" className="quiet">
          {words.cardsAsTold}
        </Text>
      }
    >
      <DataTable
        label={words.cards}
        items={of}
        keyOf={({ provider }) => provider}
        columns={[
          { head: words.provider, cell: ({ provider }) => nameOf(provider) },
          { head: words.cardsInFlight, cell: ({ inFlight }) => <Money tokens={inFlight} />, isFigure: true },
          { head: words.onCards, cell: ({ onCards }) => <Money tokens={onCards} />, isFigure: true },
          { head: words.inMeters, cell: ({ inMeters }) => <Money tokens={inMeters} />, isFigure: true },
          { head: words.spent, cell: ({ spent }) => <Money tokens={spent} />, isFigure: true },
        ]}
      />
      {maySee && (
        <Anchor component={Link} to="/cards" size="sm">
          {words.toCards}
        </Anchor>
      )}
    </Panel>
  );
}
