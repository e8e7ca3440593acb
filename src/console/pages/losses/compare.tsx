import { ActionIcon, Anchor, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { Link } from 'react-router';
import type { LineDayJson } from '../../../api/index.ts';
import { fill, LOSSES_WORDS } from '../../../words/index.ts';
import { civilOf, clockText, daysBefore, instantOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';
import { HourBars } from './hour-bars.tsx';
import { type DaySums, sumsOf } from './sums.ts';
import { Verdict } from './verdict.tsx';

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
  const read = useRead<LineDayJson>(`/lines/${localUnit}/days/${day}`);
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
      <Loaded of={read} waiting={words.waitingCheck}>
        {(of) =>
          of.hours.every(({ gaveMinutes }) => gaveMinutes === 0) ? (
            <Blank title={words.noCheck} />
          ) : (
            <Stack gap="md">
              <Verdict localUnit={localUnit} day={day} />
              <Day of={of} />
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Day({ of }: { readonly of: LineDayJson }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const sums = useMemo(() => sumsOf(of), [of]);
  const { counted } = sums;
  if (counted !== undefined) return <Compared of={of} sums={sums} counted={counted} />;
  return (
    <Stack gap="md">
      <Gave sums={sums} />
      <Text size="sm">{words.noCount}</Text>
    </Stack>
  );
}

function Gave({ sums: { gaveAll, gaveMinutes } }: { readonly sums: DaySums }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy, count } = useFormat();
  return <Figure label={words.gave} value={energy(gaveAll)} note={fill(words.minutesTold, count(gaveMinutes))} />;
}

interface ComparedProps {
  readonly of: LineDayJson;
  readonly sums: DaySums;
  readonly counted: NonNullable<DaySums['counted']>;
}

function Compared({ of: { localUnit, hours, meters = [] }, sums, counted }: ComparedProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy, share, count } = useFormat();
  const { zone } = useSession().utility;
  const difference = sums.gaveAll - counted.all;
  const isWhole = counted.unknownMinutes === 0;
  const names = useMemo(
    () => hours.map(({ start }) => clockText(civilOf(start, zone).minute).slice(0, 2)),
    [hours, zone],
  );
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Gave sums={sums} />
        <Figure
          label={words.counted}
          value={energy(counted.all)}
          note={!isWhole && fill(words.unknownMinutes, count(counted.unknownMinutes))}
        />
        <Figure
          label={words.difference}
          value={energy(difference)}
          note={
            <>
              {sums.gaveAll > 0 && fill(words.ofAll, share(difference / sums.gaveAll))}
              {!isWhole && <div>{words.incomplete}</div>}
            </>
          }
        />
      </SimpleGrid>
      <HourBars names={names} gave={sums.gave} counted={counted.hours} label={fill(words.chart, localUnit)} />
      <WideTable
        label={words.byMeter}
        minWidth={360}
        maxHeight={360}
        spacing={3}
        heads={[{ head: words.meter }, { head: words.used, isFigure: true }, { head: words.missing, isFigure: true }]}
      >
        <Table.Tbody>
          {meters.map(({ meter, energyWh, unknownMinutes }) => (
            <Table.Tr key={meter}>
              <Table.Td>
                <Anchor component={Link} to={`/meters/${meter}?tab=load`} ff="monospace" size="sm">
                  {meter}
                </Anchor>
              </Table.Td>
              <Table.Td ta="right">{energy(Number(energyWh))}</Table.Td>
              <Table.Td ta="right">{count(unknownMinutes)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </Stack>
  );
}
