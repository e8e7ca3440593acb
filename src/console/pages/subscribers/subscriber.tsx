import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { MeterJson, PersonJson, SubscriberJson } from '../../../api/index.ts';
import { MOVING_WORDS, PHONE_ACCESS_WORDS, SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { useConsoleWords, useWords } from '../../locale.tsx';
import { Moving, useMovesNow } from '../../moving/moving.tsx';
import { isUnoccupied, UNOCCUPIED, useSubscriberName } from '../../moving/occupant.ts';
import { Stays } from '../../moving/stays.tsx';
import { Aged, Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Facts, Rows } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Contract } from './contract.tsx';
import { Dues } from './dues.tsx';
import { EnrolMeter } from './enrol-meter.tsx';
import { OwedElsewhere } from './owed-elsewhere.tsx';
import { PhoneAccess } from './phone-access.tsx';

/** Somebody who buys: their meters, and for each what is owed and what is transferred by itself. */
export function SubscriberPage(): ReactNode {
  const { subscriber: id = '' } = useParams();
  const read = useRead<SubscriberJson>(`/subscribers/${encodeURIComponent(id)}`);
  return <Loaded of={read}>{(subscriber) => <Told key={id} subscriber={subscriber} />}</Loaded>;
}

function Told({ subscriber }: { readonly subscriber: SubscriberJson }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const nameOf = useSubscriberName();
  const { id, contact } = subscriber;
  const isPerson = id !== UNOCCUPIED;
  const mayEnrol = useMay('enrolMeter') !== undefined && isPerson;
  const mayPeople = useMay('listPeople') !== undefined && isPerson;
  const mayStays = useMay('listSubscriberTenancies') !== undefined && isPerson;
  const mayDues = useMay('readSubscriberDues') !== undefined && isPerson;
  const [isEnrolling, { open, close }] = useDisclosure();
  const meters = usePages<MeterJson>('/meters', { query: { subscriber: id }, live: true });
  return (
    <Page
      title={nameOf(subscriber)}
      note={isPerson ? `${id} · ${contact === '' ? words.noContact : contact}` : id}
      actions={
        mayEnrol && (
          <Button size="xs" onClick={open}>
            {words.enrol}
          </Button>
        )
      }
    >
      <EnrolMeter subscriber={id} isOpen={isEnrolling} close={close} />
      <Title order={2} size="h6">
        {words.meters}
      </Title>
      <Rows of={meters} waiting={words.metersWaiting} blank={words.noMeters}>
        {(items) => (
          <Stack gap="md">
            {items.map((meter) => (
              <MeterPanel key={meter.number} meter={meter} />
            ))}
          </Stack>
        )}
      </Rows>
      {mayStays && <Stays subscriber={id} />}
      {mayDues && <OwedElsewhere subscriber={id} />}
      {mayPeople && <People subscriber={id} />}
    </Page>
  );
}

function MeterPanel({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const { title: byTelephone } = useWords(PHONE_ACCESS_WORDS);
  const { unknown } = useConsoleWords();
  const isHome = !isUnoccupied(meter);
  const maySell = useMay('buy') !== undefined && isHome;
  const mayDues = useMay('readDues') !== undefined && isHome;
  const mayContract = useMay('readContract') !== undefined && isHome;
  const mayPhone = useMay('readPhoneAccess') !== undefined && isHome;
  const mayTenancies = useMay('listTenancies') !== undefined;
  const moving = useWords(MOVING_WORDS);
  const { balance } = meter.known;
  const { heard } = meter.agesMs;
  return (
    <section className="surface" style={{ padding: 16 }} aria-label={`${words.meter} ${meter.number}`}>
      <Group justify="space-between" mb="sm">
        <Title order={3} size="h6" ff="monospace">
          <Link to={`/meters/${meter.number}`}>{meter.number}</Link>
        </Title>
        {maySell && (
          <Button size="compact-sm" variant="default" component={Link} to={`/sell?meter=${meter.number}`}>
            {words.sell}
          </Button>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="xl">
        <Facts
          of={[
            {
              label: words.balance,
              value:
                balance === undefined ? (
                  unknown
                ) : (
                  <Aged ms={meter.agesMs.balance}>
                    <Money tokens={balance} />
                  </Aged>
                ),
            },
            { label: words.heard, value: heard === undefined ? words.never : <Aged ms={heard}>{''}</Aged> },
            { label: words.meter, value: words.purse[meter.purse.freeze === undefined ? meter.purse.state : 'frozen'] },
            { label: words.tariff, value: meter.tariff ?? words.usual },
          ]}
        />
        {mayDues && (
          <div>
            <Text size="sm" fw={600} mb={6}>
              {words.dues}
            </Text>
            <Dues meter={meter.number} />
          </div>
        )}
        {mayContract && (
          <div>
            <Text size="sm" fw={600} mb={6}>
              {words.contract}
            </Text>
            <Contract meter={meter.number} />
          </div>
        )}
        {mayPhone && (
          <div>
            <Text size="sm" fw={600} mb={6}>
              {byTelephone}
            </Text>
            <PhoneAccess meter={meter.number} />
          </div>
        )}
        {mayTenancies && (
          <div>
            <Text size="sm" fw={600} mb={6}>
              {moving.title}
            </Text>
            <Moving meter={meter} size="compact-sm" useMoves={useMovesNow} />
          </div>
        )}
      </SimpleGrid>
    </section>
  );
}

const PEOPLE_MAX = 200;

/** Who logs in as this subscriber, for those who see people. */
function People({ subscriber }: { readonly subscriber: string }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const people = usePages<PersonJson>('/people', { query: { limit: PEOPLE_MAX } });
  const own = people.items?.filter((person) => person.subscriber === subscriber);
  return (
    <Panel title={words.people}>
      <Rows of={{ ...people, items: own }} waiting={words.waiting} blank={words.noPeople}>
        {(items) => (
          <DataTable
            label={words.people}
            items={items}
            keyOf={({ login }) => login}
            minWidth={280}
            columns={[
              { head: words.name, cell: ({ name }) => name },
              { head: words.login, cell: ({ login }) => login },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}
