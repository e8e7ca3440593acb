import { Anchor, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ExchangeJson, MeterJson } from '../../../api/index.ts';
import { EXCHANGE_WORDS, METER_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { usePages } from '../../reads.ts';
import { useNow } from '../../time.ts';

/** What host and meter said to one another, each leading to its own page. */
export function ExchangesTab({ meter: { number } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const exchanges = usePages<ExchangeJson>(`/meters/${number}/exchanges`, {
    live: true,
  });
  return (
    <Panel title={words.tabs.exchanges}>
      <Rows of={exchanges} waiting={words.exchangesWaiting} blank={words.noExchanges}>
        {(items) => <Exchanges exchanges={items} />}
      </Rows>
    </Panel>
  );
}

function Exchanges({ exchanges }: { readonly exchanges: readonly ExchangeJson[] }): ReactNode {
  const words = useWords(METER_WORDS);
  const { commands, outcomes } = useWords(EXCHANGE_WORDS);
  const now = useNow();
  return (
    <WideTable
      label={words.tabs.exchanges}
      minWidth={560}
      spacing={4}
      highlights
      heads={[
        { head: words.command },
        { head: words.at },
        { head: words.amount, isFigure: true },
        { head: words.passes, isFigure: true },
        { head: words.outcome },
      ]}
    >
      <Table.Tbody>
        {exchanges.map(({ meter, number, command, startedAt, amount, passes, outcome }) => (
          <Table.Tr key={number}>
            <Table.Td>
              <Anchor component={Link} to={`/meters/${meter}/exchanges/${number}`} size="sm">
                {commands[command as keyof typeof commands] ?? command}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <When at={startedAt} now={now} />
            </Table.Td>
            <Table.Td ta="right">{amount !== undefined && <Money tokens={amount} />}</Table.Td>
            <Table.Td ta="right">{passes.length}</Table.Td>
            <Table.Td style={outcome === undefined ? { color: 'var(--in-flight)' } : {}}>
              {outcome === undefined ? words.underWay : outcomes[outcome.name]}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
