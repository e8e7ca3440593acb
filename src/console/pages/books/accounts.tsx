import { Anchor, Table, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { Link } from 'react-router';
import type { TrialBalanceJson } from '../../../api/index.ts';
import { BOOKS_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { grouped } from './account-groups.ts';
import { useAccountName } from './ledger-names.ts';

/** The trial balance by groups; each account leads to its postings. */
export function Accounts(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const balance = useRead<TrialBalanceJson>('/books/accounts', { live: true });
  return (
    <Panel>
      <Loaded of={balance} waiting={words.waiting}>
        {(found) => (found.accounts.length === 0 ? <Blank title={words.noAccounts} /> : <Balance of={found} />)}
      </Loaded>
    </Panel>
  );
}

function Balance({ of }: { readonly of: TrialBalanceJson }): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const { count } = useFormat();
  const nameOf = useAccountName();
  return (
    <>
      <WideTable
        label={words.tabs.accounts}
        minWidth={600}
        spacing={6}
        heads={[
          { head: words.account },
          ...[words.debit, words.credit, words.balance, words.lines].map((head) => ({ head, isFigure: true })),
        ]}
      >
        <Table.Tbody>
          {grouped(of.accounts).map(({ group, accounts, debit, credit, balance }) => (
            <Fragment key={group}>
              <Table.Tr style={{ background: 'var(--surface-sunk)' }}>
                <Table.Th scope="rowgroup">{words.groups[group]}</Table.Th>
                <Sums of={[debit, credit, balance]} />
                <Table.Td />
              </Table.Tr>
              {accounts.map(({ account, lines, ...sums }) => (
                <Table.Tr key={account}>
                  <Table.Td pl="lg">
                    <Anchor
                      component={Link}
                      underline="always"
                      size="sm"
                      to={`?tab=postings&account=${encodeURIComponent(account)}`}
                    >
                      {nameOf(account)}
                    </Anchor>
                  </Table.Td>
                  <Sums of={[sums.debit, sums.credit, sums.balance]} />
                  <Table.Td ta="right">{count(lines)}</Table.Td>
                </Table.Tr>
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>{words.sum}</Table.Th>
            <Sums of={[of.debit, of.credit, BigInt(of.debit) - BigInt(of.credit)]} />
            <Table.Td />
          </Table.Tr>
        </Table.Tfoot>
      </WideTable>
      <Text size="xs" className="quiet" mt="xs">
        {fill(words.upTo, count(of.posting))}
      </Text>
    </>
  );
}

function Sums({ of }: { readonly of: readonly [string | bigint, string | bigint, string | bigint] }): ReactNode {
  return (['debit', 'credit', 'balance'] as const).map((name, i) => (
    <Table.Td key={name} ta="right">
      <Money tokens={of[i] ?? 0} />
    </Table.Td>
  ));
}
