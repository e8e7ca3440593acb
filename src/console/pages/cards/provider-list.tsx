import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CardProviderJson } from '../../../api/index.ts';
import { CARD_PROVIDER_WORDS, CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { ChangeProvider } from './provider-form.tsx';
import { UnitCharges } from './unit-charges.tsx';

/** For whom cards carry value, and on what terms meters take it where nobody can ask. */
export function ProviderList(): ReactNode {
  const words = useWords(CARD_PROVIDER_WORDS);
  const { regions } = useWords(CARD_WORDS);
  const { count, exact } = useFormat();
  const mayChange = useMay('changeCardProvider') !== undefined;
  const providers = useRead<{ readonly items: readonly CardProviderJson[] }>('/card-providers');
  const mayReadCharges = useMay('listCardCharges') !== undefined;
  const [charged, setCharged] = useState<CardProviderJson>();
  const [changed, setChanged] = useState<CardProviderJson>();
  return (
    <Panel>
      <Loaded of={providers} waiting={words.waiting}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title={words.none} />
          ) : (
            <DataTable
              label={words.providers}
              items={items}
              keyOf={({ id }) => id}
              minWidth={820}
              columns={[
                { head: words.name, cell: ({ name }) => name },
                { head: words.region, cell: ({ region }) => regions[region] },
                { head: words.utility, cell: ({ utility }) => utility, isFigure: true },
                { head: words.account, cell: ({ account }) => account },
                { head: words.limit, cell: ({ ticketLimit }) => <Money tokens={ticketLimit} />, isFigure: true },
                {
                  head: words.days,
                  cell: ({ ticketDays }) => fill(words.daysOf, count(ticketDays)),
                  isFigure: true,
                },
                { head: words.since, cell: ({ createdAt }) => exact(createdAt) },
                {
                  head: '',
                  cell: (provider) => (
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      {mayReadCharges && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={fill(words.chargesTitle, provider.name)}
                          onClick={() => setCharged(provider)}
                        >
                          {words.charges}
                        </Button>
                      )}
                      {mayChange && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={`${words.change}: ${fill(words.changeTitle, provider.name)}`}
                          onClick={() => setChanged(provider)}
                        >
                          {words.change}
                        </Button>
                      )}
                    </Group>
                  ),
                  isFigure: true,
                },
              ]}
            />
          )
        }
      </Loaded>
      {charged !== undefined && <UnitCharges key={charged.id} provider={charged} close={() => setCharged(undefined)} />}
      {changed !== undefined && (
        <ChangeProvider key={changed.id} provider={changed} close={() => setChanged(undefined)} />
      )}
    </Panel>
  );
}
