import { SegmentedControl, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ForecastJson } from '../../../api/index.ts';
import { FORECAST_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank } from '../../parts/states.tsx';

export type SpanJson = ForecastJson['days'][number];

const KINDS = ['days', 'months', 'seasons'] as const;
const ASSUMED = '*';

/** Energy of the days, months or seasons to come. */
export function Spans({ forecast }: { readonly forecast: ForecastJson }): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const { energy, date, month } = useFormat();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('months');
  const items = forecast[kind];
  const nameOf = (name: string) => (kind === 'days' ? date(name) : kind === 'months' ? month(name) : name);
  const text = (wattHours: string | undefined) => (wattHours === undefined ? '–' : energy(Number(wattHours)));
  const isAssumed = ({ isTested, highWattHours }: SpanJson) => !isTested && highWattHours !== undefined;
  return (
    <Panel
      title={words.spans}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={words.name}
          data={KINDS.map((value) => ({ value, label: words[value] }))}
          value={kind}
          onChange={(next) => setKind(next as (typeof KINDS)[number])}
        />
      }
    >
      {items.length === 0 ? (
        <Blank title={words.noSeasons} />
      ) : (
        <DataTable
          label={words.spans}
          items={items}
          keyOf={({ name }) => name}
          columns={[
            { head: words.name, cell: ({ name }) => nameOf(name) },
            { head: words.expected, cell: ({ expectedWattHours }) => text(expectedWattHours), isFigure: true },
            {
              head: words.band,
              cell: (span) =>
                span.highWattHours === undefined
                  ? '–'
                  : `${text(span.lowWattHours)} – ${text(span.highWattHours)}${isAssumed(span) ? ` ${ASSUMED}` : ''}`,
              isFigure: true,
            },
            { head: words.naive, cell: ({ naiveWattHours }) => text(naiveWattHours), isFigure: true },
          ]}
        />
      )}
      {items.some(isAssumed) && (
        <Text size="xs" className="quiet" mt="xs">
          {ASSUMED} {words.assumed}
        </Text>
      )}
    </Panel>
  );
}
