import { Button, SimpleGrid, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import type { AgentJson, VendJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, SELLING_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { VendTable } from '../../sale/vend-table.tsx';
import { VendForm } from './vend-form.tsx';

export const vendAddress = (reference: string): string => `/vend/${encodeURIComponent(reference)}`;

/** Where a shop sells: whose meter it is, what is paid, and everything that it sold. */
export function VendPage(): ReactNode {
  const words = useWords(VEND_WORDS);
  const names = useWords(PAGE_NAMES);
  const go = useNavigate();
  const agent = useRead<AgentJson>('/vend/agent', { live: true });
  return (
    <Page title={names.sell} note={agent.data && fill(words.note, agent.data.name)}>
      <Loaded of={agent}>
        {(found) => (
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
              <VendForm agent={found} onSold={({ reference }) => go(vendAddress(reference))} />
              <Panel>
                <Float agent={found} />
              </Panel>
            </SimpleGrid>
            <Sales agent={found.id} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Float({ agent }: { readonly agent: AgentJson }): ReactNode {
  const { percent } = useFormat();
  const words = useWords(VEND_WORDS);
  return (
    <SimpleGrid cols={2}>
      <Figure
        label={words.float}
        value={<Money tokens={agent.float} />}
        {...(agent.closedAt !== undefined && { note: words.closed })}
      />
      <Figure label={words.commission} value={percent(agent.commissionBasisPoints / 100)} />
    </SimpleGrid>
  );
}

function Sales({ agent }: { readonly agent: string }): ReactNode {
  const words = useWords(VEND_WORDS);
  const { exact } = useFormat();
  const vends = usePages<VendJson>(`/agents/${encodeURIComponent(agent)}/vends`, { live: true });
  return (
    <Panel title={words.sales}>
      <Rows of={vends} waiting={words.salesWaiting} blank={words.noSales}>
        {(items) => (
          <VendTable
            label={words.sales}
            items={items}
            at={({ at, reference }) => <Link to={vendAddress(reference)}>{exact(at)}</Link>}
          />
        )}
      </Rows>
    </Panel>
  );
}

/** To the place where one sells, from a sale. */
export function SellMore(): ReactNode {
  const words = useWords(SELLING_WORDS);
  return (
    <Button component={Link} to="/vend">
      {words.another}
    </Button>
  );
}
