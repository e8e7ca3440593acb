import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { CardTicketJson, OfflineMeterJson, PostingJson } from '../../../api/index.ts';
import { EVENT_WORDS, type EventName, FLAG_WORDS, fill, OFFLINE_METER_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, Money, When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Facts, Rows } from '../../parts/rows.tsx';
import { StateLabel } from '../../parts/state-mark.tsx';
import { Loaded } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { subscriberAddress } from '../subscribers/address.ts';
import { GiveMeter } from './give-meter.tsx';
import { useProviders } from './providers.ts';
import { registerText } from './register.ts';
import { standingOf } from './standing.ts';
import { TicketTable } from './tickets.tsx';

/** One meter that nobody can ask: what cards brought of it, which cards may be spent there, and what was. */
export function OfflineMeterPage(): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const { number = '' } = useParams();
  const read = useRead<OfflineMeterJson>(`/offline-meters/${encodeURIComponent(number)}`, { live: true });
  return (
    <Loaded of={read} waiting={words.waiting}>
      {(meter) => <Told key={meter.number} meter={meter} />}
    </Loaded>
  );
}

interface Props {
  readonly meter: OfflineMeterJson;
}

function Told({ meter }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const { nameOf } = useProviders();
  const maySeeTickets = useMay('listOfflineMeterTickets') !== undefined;
  const maySeePostings = useMay('listPostings') !== undefined;
  return (
    <Page title={fill(words.title, meter.number)} note={nameOf(meter.provider)}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Report meter={meter} />
        <Stack gap="md">
          <Whose meter={meter} />
          {meter.reportedAt !== undefined && <Events meter={meter} />}
        </Stack>
      </SimpleGrid>
      {maySeeTickets && <Tickets meter={meter} />}
      {maySeePostings && <History meter={meter} />}
    </Page>
  );
}

function Report({ meter }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const says = useWords(FLAG_WORDS);
  const { count } = useFormat();
  const now = useNow();
  const { reportedAt, region } = meter;
  // It writes its report while a card is in it: that flag says nothing.
  const flags = meter.flags.filter((flag) => flag !== 'cardInserted');
  const standing = standingOf(meter);
  if (reportedAt === undefined || standing === undefined) {
    return (
      <Panel title={words.report}>
        <Text fw={600}>{words.unheard}</Text>
        <Text size="sm" className="quiet">
          {words.unheardHint}
        </Text>
      </Panel>
    );
  }
  return (
    <Panel
      title={words.report}
      aside={
        <Text size="xs" className="quiet">
          <When at={reportedAt} now={now} />
        </Text>
      }
    >
      <Stack gap="md">
        {meter.doubt !== undefined && (
          <Alert variant="default" p="xs" style={{ borderColor: 'var(--state-tampered)' }}>
            <Text size="sm">{words.doubt}</Text>
          </Alert>
        )}
        <StateLabel state={standing} />
        <Group gap="xl" align="flex-start">
          <Figure label={words.balance} value={<Money tokens={meter.balance} />} />
          <Figure label={words.register} value={registerText(region, meter.register, count)} />
          {meter.owed !== '0' && <Figure label={words.owed} value={<Money tokens={meter.owed} />} />}
        </Group>
        <Facts
          of={[
            { label: words.fromCards, value: <Money tokens={meter.fromCards} /> },
            { label: words.spent, value: <Money tokens={meter.spent} /> },
            flags.length > 0 && { label: words.says, value: flags.map((flag) => says[flag]).join(' · ') },
          ]}
        />
      </Stack>
    </Panel>
  );
}

function Whose({ meter }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const { exact, count } = useFormat();
  const { nameOf } = useProviders();
  const mayKnow = useMay('listSubscribers') !== undefined;
  const { subscriber, epoch, epochThere } = meter;
  const toldOfBlocked = epochThere < epoch ? words.hotListBehind : words.hotListThere;
  const mayGive = useMay('giveOfflineMeter') !== undefined && meter.standing === 'offline';
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Panel title={words.whose}>
      <Facts
        of={[
          { label: words.provider, value: nameOf(meter.provider) },
          {
            label: words.subscriber,
            value: mayKnow ? <Link to={subscriberAddress(subscriber)}>{subscriber}</Link> : subscriber,
          },
          { label: words.key, value: meter.n },
          { label: words.enrolled, value: exact(meter.enrolledAt) },
          {
            label: words.hotList,
            value: epoch === 0 ? words.hotListEmpty : fill(toldOfBlocked, count(epoch), count(epochThere)),
          },
        ]}
      />
      {mayGive && (
        <Button size="compact-sm" variant="default" mt="sm" onClick={open}>
          {words.give}
        </Button>
      )}
      <GiveMeter number={meter.number} isOpen={isOpen} close={close} />
    </Panel>
  );
}

function Events({ meter: { events } }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const names = useWords(EVENT_WORDS);
  const { exact } = useFormat();
  return (
    <Panel title={words.events}>
      {events.length === 0 ? (
        <Text size="sm" className="quiet">
          {words.noEvents}
        </Text>
      ) : (
        <DataTable
          label={words.events}
          items={events.map((event, place) => ({ ...event, place }))}
          keyOf={({ place }) => String(place)}
          minWidth={320}
          columns={[
            {
              head: words.seen,
              cell: ({ at }) => (at === undefined ? <span className="quiet">{words.noClock}</span> : exact(at)),
            },
            { head: words.event, cell: ({ kind }) => names[kind as EventName] ?? kind },
          ]}
        />
      )}
    </Panel>
  );
}

function Tickets({ meter: { number } }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const tickets = usePages<CardTicketJson>(`/offline-meters/${number}/tickets`, { live: true });
  return (
    <Panel title={words.cards}>
      <Text size="xs" className="quiet" mb="xs">
        {words.cardsHint}
      </Text>
      <Rows of={tickets} waiting={words.cardsWaiting} blank={words.noCards}>
        {(items) => <TicketTable label={words.cards} items={items} isOf="meter" />}
      </Rows>
    </Panel>
  );
}

function History({ meter: { number, provider } }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const { exact } = useFormat();
  const account = `offline-revenue:${provider}`;
  const postings = usePages<PostingJson>('/postings', { query: { account, order: number }, live: true });
  return (
    <Panel title={words.history}>
      <Text size="xs" className="quiet" mb="xs">
        {words.historyHint}
      </Text>
      <Rows of={postings} waiting={words.historyWaiting} blank={words.noHistory}>
        {(items) => (
          <DataTable
            label={words.history}
            items={items}
            keyOf={({ number: posting }) => String(posting)}
            minWidth={320}
            columns={[
              { head: words.booked, cell: ({ at }) => exact(at) },
              {
                head: words.spentThen,
                cell: ({ lines }) => <Money tokens={-amountOn(account, lines)} />,
                isFigure: true,
              },
              {
                head: words.posting,
                cell: ({ number: posting }) => (
                  <Link to={`/books?tab=postings&account=${encodeURIComponent(account)}`}>{posting}</Link>
                ),
                isFigure: true,
              },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}

const amountOn = (account: string, lines: PostingJson['lines']): bigint =>
  lines.reduce((sum, line) => (line.account === account ? sum + BigInt(line.amount) : sum), 0n);
