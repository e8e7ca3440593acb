import { Button, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { CARD_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Page } from '../../parts/page.tsx';
import { useMay } from '../../session.tsx';
import { EnrolMeter } from './enrol-meter.tsx';
import { IssueCard } from './issue-card.tsx';
import { CardList } from './list.tsx';
import { OfflineMeters } from './offline-meters.tsx';
import { CardTotals } from './totals.tsx';

/** Purse cards with what is on them, and the meters that nothing else reaches. */
export function CardsPage(): ReactNode {
  const words = useWords(CARD_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayIssue = useMay('issueCard') !== undefined;
  const mayEnrol = useMay('enrolOfflineMeter') !== undefined;
  const mayTotal = useMay('readCardBooks') !== undefined;
  const [isIssuing, issuing] = useDisclosure();
  const [isEnrolling, enrolling] = useDisclosure();
  const [search, setSearch] = useSearchParams();
  const tab = search.get('tab') === 'meters' ? 'meters' : 'cards';
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
        </>
      }
    >
      <IssueCard isOpen={isIssuing} close={issuing.close} />
      <EnrolMeter isOpen={isEnrolling} close={enrolling.close} />
      <Tabs
        value={tab}
        onChange={(chosen) => setSearch(chosen === 'meters' ? { tab: 'meters' } : {})}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="cards">{words.cards}</Tabs.Tab>
          <Tabs.Tab value="meters">{words.meters}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="cards">
          {mayTotal && <CardTotals />}
          <CardList />
        </Tabs.Panel>
        <Tabs.Panel value="meters">
          <OfflineMeters />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
