import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MeterJson, TariffWeekJson } from '../../../api/index.ts';
import { fill, METER_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { Week } from './week.tsx';

/** What a kilowatt-hour costs in each hour of the week. */
export function TariffTab({ meter: { number } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const week = useRead<TariffWeekJson>(`/meters/${number}/tariff-week`);
  return (
    <Panel title={words.tabs.tariff}>
      <Loaded of={week} waiting={words.tariffWaiting}>
        {({ table, days, next }) =>
          table === undefined && days.length === 0 ? (
            <Blank title={words.noTable} />
          ) : (
            <Stack gap="md">
              {table !== undefined && <Table table={table} />}
              <Week days={days} />
              {next !== undefined && <Next next={next} />}
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Table({ table }: { readonly table: NonNullable<TariffWeekJson['table']> }): ReactNode {
  const words = useWords(METER_WORDS);
  const { day, exact, price } = useFormat();
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        <Figure label={words.tabs.tariff} value={table.tariff} note={`${words.version} ${table.edition}`} />
        <Figure label={words.perUnit} value={price(BigInt(table.unitCharge))} />
        <Figure label={words.since} value={<span title={exact(table.from)}>{day(table.from)}</span>} />
      </SimpleGrid>
      <Text size="xs" className="quiet">
        {table.source === 'told' ? words.tariffTold : words.tariffAssumed}
      </Text>
    </>
  );
}

function Next({ next }: { readonly next: NonNullable<TariffWeekJson['next']> }): ReactNode {
  const words = useWords(METER_WORDS);
  const { exact } = useFormat();
  return <Text size="sm">{fill(words.next, next.tariff, next.edition, exact(next.from))}</Text>;
}
