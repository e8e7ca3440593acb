import { Button, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { CARD_PROVIDER_WORDS, CARD_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Page } from '../../parts/page.tsx';
import { useMay } from '../../session.tsx';
import { EnrolMeter } from './enrol-meter.tsx';
import { IssueCard } from './issue-card.tsx';
import { CardList } from './list.tsx';
import { OfflineMeters } from './offline-meters.tsx';
import { AddProvider } from './provider-form.tsx';
import { ProviderList } from './provider-list.tsx';
import { CardTotals } from './totals.tsx';

const TABS = ['cards', 'meters', 'providers'] as const;

/** Purse cards with what is on them, the meters that nothing else reaches, and whose the value is. */
export function CardsPage(): ReactNode {
  const words = useWords(CARD_WORDS);
  const ofProviders = useWords(CARD_PROVIDER_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayIssue = useMay('issueCard') !== undefined;
  const mayEnrol = useMay('enrolOfflineMeter') !== undefined;
  const mayAdd = useMay('addCardProvider') !== undefined;
  const mayTotal = useMay('readCardBooks') !== undefined;
  const [isIssuing, issuing] = useDisclosure();
  const [isEnrolling, enrolling] = useDisclosure();
  const [isAdding, adding] = useDisclosure();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((each) => each === search.get('tab')) ?? 'cards';
  return (
    <Page
      title={names.cards}
      note={words.note}
      actions={
        <>
          {tab === 'cards' && mayIssue && (
            <Button size="xs" onClick={issuing.open}>
              {words.issue}
            </Button>
          )}
          {tab === 'meters' && mayEnrol && (
            <Button size="xs" onClick={enrolling.open}>
              {words.enrol}
            </Button>
          )}
          {tab === 'providers' && mayAdd && (
            <Button size="xs" onClick={adding.open}>
              {ofProviders.add}
            </Button>
          )}
        </>
      }
    >
      <IssueCard isOpen={isIssuing} close={issuing.close} />
      <EnrolMeter isOpen={isEnrolling} close={enrolling.close} />
      <AddProvider isOpen={isAdding} close={adding.close} />
      <Tabs
        value={tab}
        onChange={(chosen) => setSearch(chosen === null || chosen === 'cards' ? {} : { tab: chosen })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="cards">{words.cards}</Tabs.Tab>
          <Tabs.Tab value="meters">{words.meters}</Tabs.Tab>
          <Tabs.Tab value="providers">{ofProviders.providers}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="cards">
          {mayTotal && <CardTotals />}
          <CardList />
        </Tabs.Panel>
        <Tabs.Panel value="meters">
          <OfflineMeters />
        </Tabs.Panel>
        <Tabs.Panel value="providers">
          <ProviderList />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
