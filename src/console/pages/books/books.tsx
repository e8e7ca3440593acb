import { Code, Stack, Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import type { BooksJson } from '../../../api/index.ts';
import { BOOKS_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Accounts } from './accounts.tsx';
import { AuditLog } from './audit-log.tsx';
import { Equations } from './equation.tsx';
import { Heads } from './heads.tsx';
import { Postings } from './postings.tsx';

const TABS = [
  { tab: 'accounts', needs: 'readAccounts', View: Accounts },
  { tab: 'postings', needs: 'listPostings', View: Postings },
  { tab: 'heads', needs: 'listHeads', View: Heads },
  { tab: 'audit', needs: 'listAudit', View: AuditLog },
  { tab: 'prove', needs: 'readBooks', View: Prove },
] as const;

/** The equations that tick, and under them everything they stand on. */
export function BooksPage(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const names = useWords(PAGE_NAMES);
  const [parameters, setParameters] = useSearchParams();
  const may = {
    readAccounts: useMay('readAccounts'),
    listPostings: useMay('listPostings'),
    listHeads: useMay('listHeads'),
    listAudit: useMay('listAudit'),
    readBooks: useMay('readBooks'),
  };
  const tabs = TABS.filter(({ needs }) => may[needs] !== undefined);
  const { pathname } = useLocation();
  const wanted = parameters.get('tab') ?? (pathname === '/audit' ? 'audit' : undefined);
  const asked = tabs.find(({ tab }) => tab === wanted) ?? tabs[0];
  return (
    <Page title={names.books} note={words.note}>
      {may.readBooks !== undefined && <Sums />}
      <Tabs
        value={asked?.tab ?? null}
        onChange={(tab) => setParameters(tab === null ? {} : { tab })}
        keepMounted={false}
      >
        <Tabs.List>
          {tabs.map(({ tab }) => (
            <Tabs.Tab key={tab} value={tab}>
              {words.tabs[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ tab, View }) => (
          <Tabs.Panel key={tab} value={tab} pt="md">
            <View />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}

function Sums(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const books = useRead<BooksJson>('/books', { live: true });
  return (
    <Loaded of={books} waiting={words.waiting}>
      {(found) => (
        <Panel title={found.balanced ? words.balanced : words.notBalanced}>
          <Equations books={found} />
        </Panel>
      )}
    </Loaded>
  );
}

const COMMANDS = {
  keyring: 'wattpurse audit --data DIR',
  published: 'wattpurse audit --database FILE --key books.jwks',
  ledger: 'wattpurse export ledger --out ledger.csv --data DIR',
} as const;

/** How anybody proves the books without this host. */
function Prove(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  return (
    <Panel title={words.tabs.prove}>
      <Stack gap="xs" maw={760}>
        <Text size="sm">{words.prove}</Text>
        <Text size="sm">{words.proveKeyring}</Text>
        <Code block>{COMMANDS.keyring}</Code>
        <Text size="sm">{words.provePublished}</Text>
        <Code block>{COMMANDS.published}</Code>
        <Text size="sm">{words.exportNote}</Text>
        <Code block>{COMMANDS.ledger}</Code>
        <Text size="sm" className="quiet">
          {words.proveNot}
        </Text>
      </Stack>
    </Panel>
  );
}
