import { Anchor, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { CutOffJson } from '../../../api/index.ts';
import { CUT_WORDS, fill, PAGE_NAMES } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, Money, When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Blank, Loading, Refused } from '../../parts/states.tsx';
import { usePages } from '../../reads.ts';
import { useNow } from '../../time.ts';
import { SixHours } from './six-hours.tsx';
import { Ended, Notices, NotKnown, Rules } from './why.tsx';

/** Why a meter was cut off: what is known of it, as evidence, and what is not. */
export function CutPage(): ReactNode {
  const words = useWords(CUT_WORDS);
  const names = useWords(PAGE_NAMES);
  const { number = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const cuts = usePages<CutOffJson>(`/meters/${number}/cut-offs`, { live: true });
  const { items, error, refetch, hasNextPage, fetchNextPage } = cuts;
  const chosen = items?.find((each) => String(each.number) === search.get('of')) ?? items?.[0];
  return (
    <Page
      title={names.cut}
      note={
        <Anchor component={Link} to={`/meters/${number}`} size="sm">
          {fill(words.toMeter, number)}
        </Anchor>
      }
    >
      {items === undefined ? (
        error === null ? (
          <Loading sentence={words.waiting} />
        ) : (
          <Refused error={error} retry={() => void refetch()} />
        )
      ) : chosen === undefined ? (
        <Panel>
          <Blank title={words.never} />
        </Panel>
      ) : (
        <>
          <Group gap={6} role="group" aria-label={words.which}>
            {items.map((each) => (
              <Choice
                key={each.number}
                cut={each}
                isChosen={each === chosen}
                choose={() => setSearch({ of: String(each.number) })}
              />
            ))}
            {hasNextPage && (
              <Button size="compact-sm" variant="subtle" onClick={() => void fetchNextPage()}>
                {words.older}
              </Button>
            )}
          </Group>
          <Cut key={chosen.number} cut={chosen} />
        </>
      )}
    </Page>
  );
}

interface ChoiceProps {
  readonly cut: CutOffJson;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

function Choice({ cut: { at, heardAt }, isChosen, choose }: ChoiceProps): ReactNode {
  const { day, time } = useFormat();
  const when = at ?? heardAt;
  return (
    <Button size="compact-sm" variant={isChosen ? 'filled' : 'default'} aria-pressed={isChosen} onClick={choose}>
      {day(when)}, {time(when)}
    </Button>
  );
}

function Cut({ cut }: { readonly cut: CutOffJson }): ReactNode {
  const words = useWords(CUT_WORDS);
  const { exact } = useFormat();
  const { supply, reasons, at, heardAt } = cut;
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {fill(words.headline, supply, reasons.map((reason) => words.reasons[reason]).join(', '))}
        </Title>
        <Text size="sm" className="quiet">
          {exact(at ?? heardAt)}
        </Text>
      </div>
      <SixHours cut={cut} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Notices cut={cut} />
        <Stack gap="md">
          <Then cut={cut} />
          <Ended cut={cut} />
        </Stack>
        <Rules cut={cut} />
        <NotKnown cut={cut} />
      </SimpleGrid>
    </Stack>
  );
}

function Then({ cut: { balance } }: { readonly cut: CutOffJson }): ReactNode {
  const words = useWords(CUT_WORDS);
  const now = useNow();
  if (balance === undefined) return null;
  return (
    <Panel title={words.moment}>
      <SimpleGrid cols={{ base: 2, xs: 3 }}>
        <Figure label={words.purse} value={<Money tokens={balance.purse} />} />
        <Figure label={words.owed} value={<Money tokens={balance.emergencyCredit} />} />
        <Figure label={words.inFlight} value={<Money tokens={balance.inFlight} />} />
      </SimpleGrid>
      {balance.at !== undefined && (
        <Text size="xs" className="quiet" component="div">
          {words.booksAt.split('{}')[0]}
          <When at={balance.at} now={now} />
          {words.booksAt.split('{}')[1]}
        </Text>
      )}
    </Panel>
  );
}
