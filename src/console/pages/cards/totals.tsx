import { Box, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CardBooksJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useProviders } from './providers.ts';

/** Where the value of each provider is, and what its tickets can cost at most. */
export function CardTotals(): ReactNode {
  const words = useWords(CARD_WORDS);
  const read = useRead<{ readonly items: readonly CardBooksJson[] }>('/books/cards');
  const { nameOf } = useProviders();
  return (
    <Box mb="md">
      <Panel title={words.totals}>
        <Loaded of={read}>
          {({ items }) =>
            items.length === 0 ? (
              <Text size="sm" className="quiet">
                {words.noTotals}
              </Text>
            ) : (
              <>
                <DataTable
                  label={words.totals}
                  items={items}
                  keyOf={({ provider }) => provider}
                  minWidth={760}
                  columns={[
                    { head: words.provider, cell: ({ provider }) => nameOf(provider) },
                    { head: words.books, cell: (books) => said(books, words) },
                    { head: words.inFlight, cell: ({ inFlight }) => <Money tokens={inFlight} />, isFigure: true },
                    { head: words.onCards, cell: ({ onCards }) => <Money tokens={onCards} />, isFigure: true },
                    { head: words.inMeters, cell: ({ inMeters }) => <Money tokens={inMeters} />, isFigure: true },
                    { head: words.spent, cell: ({ spent }) => <Money tokens={spent} />, isFigure: true },
                    { head: words.exposure, cell: ({ exposure }) => <Money tokens={exposure} />, isFigure: true },
                  ]}
                />
                <Text size="xs" className="quiet" mt="xs">
                  {words.exposureHint}
                </Text>
              </>
            )
          }
        </Loaded>
      </Panel>
    </Box>
  );
}

function said({ balanced, frozen }: CardBooksJson, words: (typeof CARD_WORDS)['en']): string {
  const even = balanced ? words.balanced : words.unbalanced;
  return frozen === 0 ? even : `${even}, ${fill(words.frozenRegions, frozen)}`;
}
