import { Anchor, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';
import { Link } from 'react-router';
import type { OverviewJson } from '../../../api/index.ts';
import { fill, METER_STATES, OVERVIEW_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { StateLabel, stateColour } from '../../parts/state-mark.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { Equations } from './equations.tsx';

/** With the words of cards, which the first view does not wait for. */
const ValueOnCards = lazy(async () => ({ default: (await import('./cards.tsx')).ValueOnCards }));

/** What an operator looks at first: does anything need them, does the value add up, are the meters supplied. */
export function OverviewPage(): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const names = useWords(PAGE_NAMES);
  const overview = useRead<OverviewJson>('/overview', { live: true });
  return (
    <Page title={names.overview} note={words.note}>
      <Loaded of={overview} waiting={words.waiting}>
        {(data) => (
          <Stack gap="md">
            {data.books !== undefined && <Equations books={data.books} today={data.today} />}
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
              <Meters meters={data.meters} />
              {data.alarms !== undefined && <Alarms alarms={data.alarms} />}
              <Energy energy={data.energy} />
              <Stack gap="md">
                <Orders orders={data.orders} />
                {data.lines !== undefined && <Lines lines={data.lines} />}
              </Stack>
            </SimpleGrid>
            {data.cards !== undefined && data.cards.length > 0 && (
              <Suspense>
                <ValueOnCards of={data.cards} />
              </Suspense>
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

/** How the meters stand: one bar in which each has its share, and the list that says the same in words. */
function Meters({ meters }: { readonly meters: OverviewJson['meters'] }): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const { count } = useFormat();
  const shown = [...METER_STATES].reverse().filter((state) => meters.byState[state] > 0);
  return (
    <Panel
      title={words.meters}
      aside={
        <Text size="xs" className="quiet">
          {fill(words.metersCount, count(meters.count))}
          {meters.stale > 0 && ` · ${fill(words.stale, count(meters.stale))}`}
        </Text>
      }
    >
      <div style={{ display: 'flex', gap: 2, height: 14, marginBottom: 12 }} aria-hidden="true">
        {shown.map((state) => (
          <span
            key={state}
            style={{ flexGrow: meters.byState[state], background: stateColour(state), borderRadius: 3, minWidth: 3 }}
          />
        ))}
      </div>
      <SimpleGrid cols={2} spacing="xl" verticalSpacing={6}>
        {shown.map((state) => (
          <Anchor key={state} component={Link} to={`/meters?state=${state}`} underline="hover">
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <StateLabel state={state} />
              <Text size="sm" fw={600}>
                {count(meters.byState[state])}
              </Text>
            </Group>
          </Anchor>
        ))}
      </SimpleGrid>
    </Panel>
  );
}

const ALARMS_SHOWN = 6;
const ALARM_STATES = { frozen: 'frozen', tampered: 'tampered', dark: 'dark', suspicion: 'tampered' } as const;

function Alarms({ alarms: { items } }: { readonly alarms: NonNullable<OverviewJson['alarms']> }): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const { count } = useFormat();
  const now = useNow();
  return (
    <Panel title={words.alarms} aside={<Text fw={640}>{count(items.length)}</Text>}>
      {items.length === 0 && (
        <Text size="sm" className="quiet">
          {words.noAlarms}
        </Text>
      )}
      <Stack gap={6}>
        {items.slice(0, ALARMS_SHOWN).map(({ kind, meter, localUnit, since }) => (
          <Group key={`${kind} ${meter ?? ''} ${localUnit}`} justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="xs" wrap="nowrap">
              <StateLabel state={ALARM_STATES[kind]} />
              <Anchor
                component={Link}
                size="sm"
                to={meter === undefined ? `/grid?unit=${localUnit}` : `/meters/${meter}`}
              >
                {meter ?? fill(words.line, localUnit)}
              </Anchor>
              {kind === 'suspicion' && <Text size="sm">{words.alarmKinds.suspicion}</Text>}
            </Group>
            {since !== undefined && (
              <Text size="xs" className="quiet" style={{ whiteSpace: 'nowrap' }}>
                <When at={since} now={now} />
              </Text>
            )}
          </Group>
        ))}
        {items.length > ALARMS_SHOWN && (
          <Anchor component={Link} to="/losses" size="sm">
            {fill(words.moreAlarms, count(items.length - ALARMS_SHOWN))}
          </Anchor>
        )}
      </Stack>
    </Panel>
  );
}

function Energy({ energy }: { readonly energy: OverviewJson['energy'] }): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const format = useFormat();
  return (
    <Panel title={words.energy}>
      {energy === undefined ? (
        <Text size="sm" className="quiet">
          {words.noEnergy}
        </Text>
      ) : (
        <Group gap={48} align="flex-start">
          {(['today', 'hour'] as const).map((span) => (
            <Figure
              key={span}
              label={span === 'today' ? words.energyToday : words.energyHour}
              value={format.energy(Number(energy[span].energyWh))}
              note={energy[span].beforeMinutes > 0 && fill(words.before, format.energy(Number(energy[span].beforeWh)))}
            />
          ))}
        </Group>
      )}
    </Panel>
  );
}

function Orders({ orders: { unsettled, oldestMs } }: Pick<OverviewJson, 'orders'>): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const { count, duration } = useFormat();
  const maySee = useMay('listOrders') !== undefined;
  return (
    <Panel title={words.orders} aside={<Text fw={640}>{count(unsettled)}</Text>}>
      <Text size="sm" className="quiet">
        {unsettled === 0 || oldestMs === undefined ? words.ordersNone : fill(words.oldest, duration(oldestMs))}
      </Text>
      {unsettled > 0 && maySee && (
        <Anchor component={Link} to="/payments" size="sm">
          {words.inFlight}
        </Anchor>
      )}
    </Panel>
  );
}

function Lines({ lines }: { readonly lines: NonNullable<OverviewJson['lines']> }): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const { count } = useFormat();
  const troubles = [
    ...(lines.silent > 0 ? [fill(words.silent, count(lines.silent))] : []),
    ...(lines.mapRefused > 0 ? [fill(words.mapRefused, count(lines.mapRefused))] : []),
    ...(lines.suspicions > 0 ? [fill(words.suspicions, count(lines.suspicions))] : []),
  ];
  return (
    <Panel title={words.lines} aside={<Text fw={640}>{count(lines.count)}</Text>}>
      <Text size="sm">{troubles.length === 0 ? words.linesWell : troubles.join(' · ')}</Text>
      <Text size="xs" className="quiet">
        {fill(words.frames, count(lines.frames), count(lines.retries))} · {fill(words.garbled, count(lines.garbled))}
      </Text>
    </Panel>
  );
}
