import { Anchor, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { CardJson } from '../../../api/index.ts';
import { CARD_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { subscriberAddress } from '../subscribers/address.ts';
import { cardAddress, isCardNumber } from './address.ts';
import { CardStateLabel } from './state.tsx';

const TYPED_MS = 250;
const STATES = ['active', 'lost', 'blocked', 'replaced'] as const;

/** All cards, found by their number or by whose they are. What is looked for stands in the address. */
export function CardList(): ReactNode {
  const words = useWords(CARD_WORDS);
  const [params, setParams] = useSearchParams();
  const state = STATES.find((each) => each === params.get('state'));
  const [text, setText] = useState(params.get('search') ?? '');
  const [search] = useDebouncedValue(text.trim(), TYPED_MS);
  useEffect(() => {
    setParams(
      (before) => {
        if (search === '') before.delete('search');
        else before.set('search', search);
        return before;
      },
      { replace: true },
    );
  }, [search, setParams]);
  const choose = (chosen: string | null) =>
    setParams(
      (before) => {
        if (chosen === null) before.delete('state');
        else before.set('state', chosen);
        return before;
      },
      { replace: true },
    );
  return (
    <>
      <Group gap="sm" align="flex-end" mb="md">
        <TextInput
          type="search"
          label={words.search}
          placeholder={words.searchHint}
          leftSection={<Search size={16} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          style={{ flexGrow: 1, maxWidth: 420 }}
        />
        <Select
          label={words.state}
          placeholder={words.anyState}
          clearable
          data={STATES.map((value) => ({ value, label: words.states[value] }))}
          value={state ?? null}
          onChange={choose}
          w={160}
        />
      </Group>
      <Panel>
        {isCardNumber(search) ? <OneCard number={search} state={state} /> : <Found search={search} state={state} />}
      </Panel>
    </>
  );
}

function Found({ search, state }: { readonly search: string; readonly state: string | undefined }): ReactNode {
  const words = useWords(CARD_WORDS);
  const query = { ...(search !== '' && { subscriber: search }), ...(state !== undefined && { state }) };
  const cards = usePages<CardJson>('/cards', { query, live: true });
  const isNarrowed = search !== '' || state !== undefined;
  return (
    <Rows of={cards} waiting={words.waiting} blank={isNarrowed ? words.nothing : words.none}>
      {(items) => <Cards items={items} />}
    </Rows>
  );
}

/** A number is no list to the host: it knows the card, or it says that there is none. */
function OneCard({ number, state }: { readonly number: string; readonly state: string | undefined }): ReactNode {
  const words = useWords(CARD_WORDS);
  const { data, error, refetch } = useRead<CardJson>(`/cards/${number}`);
  const isUnknown = error?.code === 'card-unknown';
  const isOther = data !== undefined && state !== undefined && data.state !== state;
  const found = {
    items: isUnknown || isOther ? [] : data?.number === number ? [data] : undefined,
    error: isUnknown ? null : error,
    ...{ refetch, hasNextPage: false, isFetchingNextPage: false, fetchNextPage: refetch },
  };
  return (
    <Rows of={found} waiting={words.waiting} blank={words.nothing}>
      {(items) => <Cards items={items} />}
    </Rows>
  );
}

function Cards({ items }: { readonly items: readonly CardJson[] }): ReactNode {
  const words = useWords(CARD_WORDS);
  const mayKnow = useMay('listSubscribers') !== undefined;
  return (
    <DataTable
      label={words.cards}
      items={items}
      keyOf={({ number }) => number}
      minWidth={640}
      columns={[
        {
          head: words.number,
          cell: ({ number }) => (
            <Anchor component={Link} to={cardAddress(number)} ff="monospace" size="sm">
              {number}
            </Anchor>
          ),
        },
        {
          head: words.subscriber,
          cell: ({ subscriber }) =>
            mayKnow ? <Link to={subscriberAddress(subscriber)}>{subscriber}</Link> : subscriber,
        },
        {
          head: words.state,
          cell: ({ state, regions }) => (
            <CardStateLabel state={state} isFrozen={regions.some(({ frozen }) => frozen !== undefined)} />
          ),
        },
        { head: words.regionsOn, cell: ({ regions }) => regions.map(({ region }) => words.regions[region]).join(', ') },
        { head: words.balance, cell: (card) => <Balance of={card} />, isFigure: true },
      ]}
    />
  );
}

/** All that its regions hold, as far as they were read. */
function Balance({ of: { regions } }: { readonly of: CardJson }): ReactNode {
  const words = useWords(CARD_WORDS);
  const told = regions.flatMap(({ balance }) => (balance === undefined ? [] : [BigInt(balance)]));
  if (told.length === 0) return <span className="quiet">{words.unread}</span>;
  return <Money tokens={told.reduce((sum, each) => sum + each, 0n)} />;
}
