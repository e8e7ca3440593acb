import { Button, SimpleGrid, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { PAGE_NAMES, SELLING_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { MeterFinder } from '../../sale/meter-finder.tsx';
import { SellForm } from './sell-form.tsx';

/** Value for money, at a counter: find the meter, see what the payment is made of, take it, watch it arrive. */
export function SellPage(): ReactNode {
  const words = useWords(SELLING_WORDS);
  const names = useWords(PAGE_NAMES);
  const [search, setSearch] = useSearchParams();
  const go = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const meter = search.get('meter') ?? undefined;
  const choose = (number: string) => setSearch({ meter: number });
  return (
    <Page
      title={names.sell}
      note={words.note}
      isNarrow
      actions={
        meter !== undefined && (
          <Button size="xs" variant="default" disabled={isAsked} onClick={() => setSearch({})}>
            {words.other}
          </Button>
        )
      }
    >
      {meter === undefined ? (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
          <Panel>
            <MeterFinder onFound={choose} />
          </Panel>
          <Panel title={words.quote}>
            <Text size="sm" className="quiet" py="xl" ta="center">
              {words.quoteHint}
            </Text>
          </Panel>
        </SimpleGrid>
      ) : (
        <SellForm key={meter} meter={meter} setAsked={setAsked} onSold={(address) => go(address)} />
      )}
    </Page>
  );
}
