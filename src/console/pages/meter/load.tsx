import { Group, SegmentedControl, SimpleGrid, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { MeterJson, MinutesJson } from '../../../api/index.ts';
import { fill, METER_WORDS } from '../../../words/index.ts';
import { dateOf, daysBefore } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure } from '../../parts/figures.tsx';
import { LoadChart } from '../../parts/load-chart.tsx';
import { sumOf } from '../../parts/load-days.ts';
import { LoadMap } from '../../parts/load-map.tsx';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { MarkedReadings } from './readings.tsx';
import { VoltagePanel } from './voltage.tsx';

const DAYS = 14;

/** What it measured: days of minutes over their prices, and today. */
export function LoadTab({ meter: { number, supplies } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { zone } = useSession().utility;
  const [search, setSearch] = useSearchParams();
  const supply = Math.max(1, Math.min(supplies, Number(search.get('supply') ?? 1) || 1));
  const to = dateOf(useNow(), zone);
  const query = { from: daysBefore(to, DAYS - 1), to, supply };
  const minutes = useRead<MinutesJson>(`/meters/${number}/minutes`, { query, live: true });
  return (
    <Stack gap="md">
      {supplies > 1 && (
        <Group>
          <SegmentedControl
            size="xs"
            aria-label={words.supplies}
            value={String(supply)}
            onChange={(chosen) => setSearch({ tab: 'load', supply: chosen }, { replace: true })}
            data={Array.from({ length: supplies }, (_, nth) => ({
              value: String(nth + 1),
              label: fill(words.supply, nth + 1),
            }))}
          />
        </Group>
      )}
      <Loaded of={minutes} waiting={words.sawWaiting}>
        {(found) =>
          found.days.every(({ energy }) => energy.every((value) => value < 0)) ? (
            <Panel>
              <Blank title={words.sawNothing} />
            </Panel>
          ) : (
            <Load minutes={found} />
          )
        }
      </Loaded>
      <VoltagePanel number={number} query={query} />
    </Stack>
  );
}

function Load({ minutes }: { readonly minutes: MinutesJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { energy, power, count } = useFormat();
  const sum = sumOf(minutes.days);
  const today = minutes.days.at(-1);
  return (
    <>
      <Panel title={words.saw}>
        <SimpleGrid cols={{ base: 1, xs: 3 }} mb="md">
          <Figure label={words.used} value={energy(sum.wattHours)} note={fill(words.days, minutes.days.length)} />
          <Figure label={words.peak} value={power(sum.watts)} />
          <Figure label={words.unknownMinutes} value={fill(words.minutes, count(sum.unknownMinutes))} />
        </SimpleGrid>
        <LoadMap minutes={minutes} />
      </Panel>
      {today !== undefined && (
        <Panel title={words.loadToday}>
          <LoadChart day={today} />
        </Panel>
      )}
      <MarkedReadings minutes={minutes} />
    </>
  );
}
