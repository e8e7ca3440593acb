import { Anchor, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { PostingJson, TrialBalanceJson } from '../../../api/index.ts';
import { BOOKS_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { DataTable, Facts, Rows } from '../../parts/rows.tsx';
import { Blank, Unread } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useAccountName, useKindName } from './ledger-names.ts';

/** Postings, the newest first, of one account or meter where named; the address says of which. */
export function Postings(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const [parameters] = useSearchParams();
  const account = parameters.get('account') ?? undefined;
  const meter = parameters.get('meter') ?? undefined;
  const postings = usePages<PostingJson>('/postings', { query: { account, meter }, live: true });
  const [open, setOpen] = useState<PostingJson>();
  return (
    <Panel>
      <Stack gap="sm">
        <Filter key={`${account} ${meter}`} account={account} meter={meter} />
        <Rows
          of={postings}
          waiting={words.waiting}
          blank={
            <Blank title={postings.hasNextPage ? words.searching : words.noPostings}>
              {postings.hasNextPage && (
                <Button size="xs" variant="default" onClick={() => void postings.fetchNextPage()}>
                  {words.filter}
                </Button>
              )}
            </Blank>
          }
        >
          {(items) => <List postings={items} open={setOpen} />}
        </Rows>
      </Stack>
      <OnePosting posting={open} close={() => setOpen(undefined)} />
    </Panel>
  );
}

interface FilterProps {
  readonly account: string | undefined;
  readonly meter: string | undefined;
}

function Filter({ account, meter }: FilterProps): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const [, setParameters] = useSearchParams();
  const [wanted, setWanted] = useState({ account: account ?? '', meter: meter ?? '' });
  const nameOf = useAccountName();
  const read = useRead<TrialBalanceJson>('/books/accounts');
  const known = read.data?.accounts.map((each) => each.account) ?? [];
  const accounts = account === undefined || known.includes(account) ? known : [account, ...known];
  const show = (event: FormEvent) => {
    event.preventDefault();
    const found = Object.entries(wanted).filter(([, value]) => value.trim() !== '');
    setParameters({ tab: 'postings', ...Object.fromEntries(found.map(([name, value]) => [name, value.trim()])) });
  };
  return (
    <form onSubmit={show}>
      <Unread of={read} what={words.filterAccount} />
      <Group gap="xs" align="flex-end">
        <Select
          size="xs"
          w={260}
          label={words.filterAccount}
          searchable
          clearable
          data={accounts.map((value) => ({ value, label: nameOf(value) }))}
          value={wanted.account === '' ? null : wanted.account}
          onChange={(chosen) => setWanted((old) => ({ ...old, account: chosen ?? '' }))}
        />
        <TextInput
          size="xs"
          label={words.filterMeter}
          autoCapitalize="none"
          value={wanted.meter}
          onChange={({ currentTarget }) => setWanted((old) => ({ ...old, meter: currentTarget.value }))}
        />
        <Button size="xs" type="submit" variant="default">
          {words.filter}
        </Button>
        {(account !== undefined || meter !== undefined) && (
          <Button size="xs" variant="subtle" onClick={() => setParameters({ tab: 'postings' })}>
            {words.clear}
          </Button>
        )}
      </Group>
    </form>
  );
}

interface ListProps {
  readonly postings: readonly PostingJson[];
  readonly open: (posting: PostingJson) => void;
}

/** What a posting moved: the sum of its debits, which is that of its credits. */
const movedBy = ({ lines }: PostingJson): bigint =>
  lines.reduce((sum, { amount }) => (BigInt(amount) > 0n ? sum + BigInt(amount) : sum), 0n);

function List({ postings, open }: ListProps): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const { exact } = useFormat();
  const nameOf = useAccountName();
  const kindOf = useKindName();
  return (
    <DataTable
      label={words.tabs.postings}
      items={postings}
      keyOf={({ number }) => String(number)}
      minWidth={680}
      columns={[
        {
          head: words.posting,
          cell: (posting) => (
            <Anchor underline="always" component="button" type="button" size="sm" onClick={() => open(posting)}>
              {posting.number}
            </Anchor>
          ),
        },
        { head: words.at, cell: ({ at }) => exact(at) },
        { head: words.kind, cell: ({ kind }) => kindOf(kind) },
        { head: words.meter, cell: ({ meter }) => <OfMeter meter={meter} /> },
        {
          head: words.account,
          cell: ({ lines }) => (
            <Text size="xs" className="quiet">
              {lines.map(({ account }) => nameOf(account)).join(' · ')}
            </Text>
          ),
        },
        { head: words.amount, cell: (posting) => <Money tokens={movedBy(posting)} />, isFigure: true },
      ]}
    />
  );
}

function OfMeter({ meter }: { readonly meter: string | undefined }): ReactNode {
  return meter === undefined ? null : <PageLink to={`/meters/${meter}`}>{meter}</PageLink>;
}

/** An order to a meter has a page; one to a card, or what else a posting names, has none. */
function OfOrder({ posting: { order = '', meter, kind } }: { readonly posting: PostingJson }): ReactNode {
  const hasPage = meter !== undefined && SALES.includes(kind);
  return hasPage ? <PageLink to={`/sell/${encodeURIComponent(order)}`}>{order}</PageLink> : order;
}

const SALES: readonly string[] = ['sold', 'stored', 'refunded', 'paid-out', 'returned'];

interface OneProps {
  readonly posting: PostingJson | undefined;
  readonly close: () => void;
}

function OnePosting({ posting, close }: OneProps): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const { exact } = useFormat();
  const nameOf = useAccountName();
  const kindOf = useKindName();
  return (
    <Dialog isOpen={posting !== undefined} close={close} title={fill(words.postingTitle, posting?.number ?? '')}>
      {posting !== undefined && (
        <Stack gap="sm">
          <Facts
            of={[
              { label: words.kind, value: kindOf(posting.kind) },
              { label: words.at, value: exact(posting.at) },
              posting.meter !== undefined && { label: words.meter, value: <OfMeter meter={posting.meter} /> },
              posting.order !== undefined && { label: words.order, value: <OfOrder posting={posting} /> },
            ]}
          />
          <Table aria-label={fill(words.postingTitle, posting.number)}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.account}</Table.Th>
                <Table.Th ta="right">{words.debit}</Table.Th>
                <Table.Th ta="right">{words.credit}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {posting.lines.map(({ account, amount }) => {
                const value = BigInt(amount);
                return (
                  <Table.Tr key={account}>
                    <Table.Td>{nameOf(account)}</Table.Td>
                    <Table.Td ta="right">{value >= 0n && <Money tokens={value} />}</Table.Td>
                    <Table.Td ta="right">{value < 0n && <Money tokens={-value} />}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
          <Text size="xs" className="quiet">
            {words.sumsToZero}
          </Text>
        </Stack>
      )}
    </Dialog>
  );
}
