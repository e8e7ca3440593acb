import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { SubscriberJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { useSubscriberName } from '../../moving/occupant.ts';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { AddSubscriber } from './add-subscriber.tsx';
import { subscriberAddress } from './address.ts';

const TYPED_MS = 250;

/** Everybody who buys here, found by name, id or contact. What is searched for stands in the address. */
export function SubscribersPage(): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const names = useWords(PAGE_NAMES);
  const nameOf = useSubscriberName();
  const mayAdd = useMay('addSubscriber') !== undefined;
  const [isAdding, { open, close }] = useDisclosure();
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(params.get('search') ?? '');
  const [search] = useDebouncedValue(text.trim(), TYPED_MS);
  useEffect(() => {
    setParams(search === '' ? {} : { search }, { replace: true });
  }, [search, setParams]);
  const found = usePages<SubscriberJson>('/subscribers', { query: search === '' ? {} : { search } });
  return (
    <Page
      title={names.subscribers}
      note={words.note}
      actions={
        mayAdd && (
          <Button size="xs" onClick={open}>
            {words.add}
          </Button>
        )
      }
    >
      <AddSubscriber isOpen={isAdding} close={close} />
      <TextInput
        type="search"
        aria-label={words.search}
        placeholder={words.searchHint}
        leftSection={<Search size={16} aria-hidden />}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        maw={420}
      />
      <Panel>
        <Rows of={found} waiting={words.waiting} blank={search === '' ? words.none : fill(words.nobody, search)}>
          {(items) => (
            <DataTable
              label={names.subscribers}
              items={items}
              keyOf={({ id }) => id}
              minWidth={420}
              columns={[
                { head: words.name, cell: (each) => <Link to={subscriberAddress(each.id)}>{nameOf(each)}</Link> },
                { head: words.id, cell: ({ id }) => id },
                { head: words.contact, cell: ({ contact }) => contact },
              ]}
            />
          )}
        </Rows>
      </Panel>
    </Page>
  );
}
