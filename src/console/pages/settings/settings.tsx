import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { PAGE_NAMES, readinessText, SETTINGS_WORDS } from '../../../words/index.ts';
import { Refusal, read } from '../../ask.ts';
import { useConsoleWords, useLocale, useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Unread } from '../../parts/states.tsx';
import { useMay, useSession } from '../../session.tsx';
import { TermsPanel } from './terms.tsx';
import { Webhooks } from './webhooks.tsx';

/** Terms, webhooks, and what runs here. */
export function SettingsPage(): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayReadTerms = useMay('readTerms') === 'all';
  const mayListWebhooks = useMay('listWebhooks') !== undefined;
  return (
    <Page title={names.settings} note={words.note}>
      {mayReadTerms && <TermsPanel />}
      {mayListWebhooks && <Webhooks />}
      <About />
    </Page>
  );
}

interface Readiness {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, string>>;
}

/** It stands beside the API, because whoever keeps the host running asks it without a version. */
async function readiness(): Promise<Readiness> {
  const answer = await fetch('/ready').catch(() => undefined);
  if (answer === undefined) throw new Refusal('away', 'The host does not answer.');
  return (await answer.json()) as Readiness;
}

function About(): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const shared = useConsoleWords();
  const { language } = useLocale();
  const { zone } = useSession().utility;
  const mayAudit = useMay('listAudit') !== undefined;
  const document = useQuery({
    queryKey: ['still', '/openapi.json'],
    queryFn: () => read<{ readonly info: { readonly version: string } }>('/openapi.json'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const health = useQuery({ queryKey: ['still', '/ready'], queryFn: readiness, retry: false });
  const parts = Object.entries(health.data?.parts ?? {}).map(([name, how]) => readinessText(language, name, how));
  const state = health.data?.ready === true ? words.ready : words.notReady;
  return (
    <Panel title={words.about}>
      <Facts
        of={[
          {
            label: words.version,
            value: document.data?.info.version ?? (document.error ? <Unread of={document} /> : shared.unknown),
          },
          {
            label: words.health,
            value:
              health.data !== undefined ? (
                [state, ...parts].join(' · ')
              ) : health.error === null ? (
                shared.unknown
              ) : (
                <Unread of={health} />
              ),
          },
          { label: words.zone, value: zone },
          {
            label: words.reference,
            value: (
              <Anchor size="sm" underline="always" href="/api/reference">
                {words.referenceLink}
              </Anchor>
            ),
          },
          mayAudit && {
            label: words.audit,
            value: (
              <Anchor component={Link} underline="always" size="sm" to="/audit?tab=audit">
                {words.audit}
              </Anchor>
            ),
          },
        ]}
      />
    </Panel>
  );
}
