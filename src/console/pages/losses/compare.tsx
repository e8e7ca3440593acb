import { ActionIcon, Anchor, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { Link } from 'react-router';
import type { CheckMinuteJson, GridJson, UseBucketJson } from '../../../api/index.ts';
import { fill, LOSSES_WORDS } from '../../../words/index.ts';
import { read } from '../../ask.ts';
import { daysBefore, instantOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { HourBars } from './hour-bars.tsx';
import { type Counted, countedIn, type DaySum, gaveIn, together } from './sums.ts';

const DAY_MS = 86_400_000;

interface CompareProps {
  readonly localUnit: number;
  readonly day: string;
  /** The last day that is over. */
  readonly last: string;
  readonly choose: (day: string) => void;
}

/** One day of one line: what its transformer gave, and what its meters counted. */
export function Compare({ localUnit, day, last, choose }: CompareProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { zone } = useSession().utility;
  const { day: dayText } = useFormat();
  const start = instantOf({ date: day, minute: 0 }, zone);
  const check = useRead<{ readonly items: readonly CheckMinuteJson[] }>(`/lines/${localUnit}/check-minutes`, {
    query: { from: new Date(start).toISOString(), to: new Date(start + DAY_MS).toISOString() },
  });
  const [mayUse, mayGrid] = [useMay('readUse'), useMay('readGrid')];
  const mayCount = mayUse !== undefined && mayGrid !== undefined;
  return (
    <Panel
      title={fill(words.compare, localUnit)}
      aside={
        <Group gap={4} wrap="nowrap">
          <ActionIcon variant="default" aria-label={words.before} onClick={() => choose(daysBefore(day, 1))}>
            <ChevronLeft size={16} />
          </ActionIcon>
          <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
            {dayText(start)}
          </Text>
          <ActionIcon
            variant="default"
            aria-label={words.after}
            disabled={day >= last}
            onClick={() => choose(daysBefore(day, -1))}
          >
            <ChevronRight size={16} />
          </ActionIcon>
        </Group>
      }
    >
      <Loaded of={check} waiting={words.waitingCheck}>
        {({ items }) => {
          if (items.length === 0) return <Blank title={words.noCheck} />;
          const gave = gaveIn(items, start);
          return mayCount ? (
            <WithMeters localUnit={localUnit} start={start} gave={gave} />
          ) : (
            <Stack gap="md">
              <Gave gave={gave} />
              <Text size="sm">{words.noCount}</Text>
            </Stack>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function Gave({ gave }: { readonly gave: DaySum }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy, count } = useFormat();
  return (
    <Figure label={words.gave} value={energy(gave.wattHours)} note={fill(words.minutesTold, count(gave.minutes))} />
  );
}

interface WithMetersProps {
  readonly localUnit: number;
  readonly start: number;
  readonly gave: DaySum;
}

function WithMeters({ localUnit, start, gave }: WithMetersProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const grid = useRead<GridJson>('/grid', { query: { localUnit } });
  const meters = grid.data?.street?.meters ?? [];
  const span = { by: 'hour', from: new Date(start).toISOString(), to: new Date(start + DAY_MS).toISOString() };
  const supplies = meters.flatMap(({ number, supplies: of }) =>
    Array.from({ length: of }, (_, nth) => ({ number, supply: nth + 1 })),
  );
  const uses = useQueries({
    queries: supplies.map(({ number, supply }) => ({
      queryKey: ['still', `/meters/${number}/use`, { ...span, supply }],
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) =>
        read<{ readonly items: readonly UseBucketJson[] }>(`/meters/${number}/use`, { ...span, supply }, signal),
      staleTime: DAY_MS,
    })),
  });
  const done = uses.filter(({ data }) => data !== undefined).length;
  const failed = uses.find(({ error }) => error !== null)?.error;
  if (failed != null) return <Text size="sm">{failed.message}</Text>;
  if (grid.data === undefined || done < supplies.length) {
    return (
      <Stack gap="md">
        <Gave gave={gave} />
        <Text size="sm" role="status">
          {fill(words.waitingMeters, done, supplies.length)}
        </Text>
      </Stack>
    );
  }
  const counted = supplies.map(({ number }, nth) => countedIn(number, uses[nth]?.data?.items ?? [], start));
  return <Compared localUnit={localUnit} gave={gave} counted={counted} />;
}

interface ComparedProps {
  readonly localUnit: number;
  readonly gave: DaySum;
  readonly counted: readonly Counted[];
}

function Compared({ localUnit, gave, counted }: ComparedProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy, share, count } = useFormat();
  const all = useMemo(() => together(counted), [counted]);
  const difference = gave.wattHours - all.wattHours;
  const isWhole = all.unknownMinutes === 0;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Gave gave={gave} />
        <Figure
          label={words.counted}
          value={energy(all.wattHours)}
          note={!isWhole && fill(words.unknownMinutes, count(all.unknownMinutes))}
        />
        <Figure
          label={words.difference}
          value={energy(difference)}
          note={
            <>
              {gave.wattHours > 0 && fill(words.ofAll, share(difference / gave.wattHours))}
              {!isWhole && <div>{words.incomplete}</div>}
            </>
          }
        />
      </SimpleGrid>
      <HourBars gave={gave.hours} counted={all.hours} label={fill(words.chart, localUnit)} />
      <Table.ScrollContainer minWidth={360} mah={360}>
        <Table verticalSpacing={3} stickyHeader aria-label={words.byMeter}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.meter}</Table.Th>
              <Table.Th ta="right">{words.used}</Table.Th>
              <Table.Th ta="right">{words.missing}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {counted.map(({ meter, wattHours, unknownMinutes }, nth) => (
              <Table.Tr key={`${meter}${String(nth)}`}>
                <Table.Td>
                  <Anchor component={Link} to={`/meters/${meter}?tab=load`} ff="monospace" size="sm">
                    {meter}
                  </Anchor>
                </Table.Td>
                <Table.Td ta="right">{energy(wattHours)}</Table.Td>
                <Table.Td ta="right">{count(unknownMinutes)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
