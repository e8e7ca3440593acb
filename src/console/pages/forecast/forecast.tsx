import { Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ForecastJson, LineJson } from '../../../api/index.ts';
import { FORECAST_WORDS, fill, GRID_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { parseBasisPoints } from '../../parts/basis-points.ts';
import { Figure } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Blank, Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { DemandChart } from './demand-chart.tsx';
import { Purchase } from './purchase.tsx';
import { type SpanJson, Spans } from './spans.tsx';

const [AREA, LINE] = ['area', 'line'] as const;

/** What transformers will be asked for: of all of them, of an area unit, or of one, `?of=line-3`. */
export function ForecastPage(): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const names = useWords(PAGE_NAMES);
  const [search, setSearch] = useSearchParams();
  const [reserve, setReserve] = useState('');
  const of = search.get('of') ?? '';
  const [kind, number] = of.split('-');
  const scope = { [AREA]: 'areaUnit', [LINE]: 'localUnit' }[kind ?? ''];
  const points = parseBasisPoints(reserve);
  const query = { ...(scope && { [scope]: number }), ...(points !== undefined && { reserveBasisPoints: points }) };
  const read = useRead<ForecastJson>('/forecast', { query });
  return (
    <Page
      title={names.forecast}
      note={words.note}
      actions={<Scope of={of} choose={(next) => setSearch(next === '' ? {} : { of: next }, { replace: true })} />}
    >
      <Loaded of={read} waiting={words.waiting}>
        {(forecast) =>
          forecast.history.days === 0 ? (
            <Panel>
              <Blank title={words.none} />
            </Panel>
          ) : (
            <>
              <Standing forecast={forecast} />
              <Panel title={words.hours}>
                <DemandChart forecast={forecast} />
              </Panel>
              <Spans forecast={forecast} />
              <Purchase
                of={forecast.purchase}
                reserve={reserve}
                setReserve={setReserve}
                isWrong={reserve !== '' && points === undefined}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface ScopeProps {
  readonly of: string;
  readonly choose: (of: string) => void;
}

function Scope({ of, choose }: ScopeProps): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const { street } = useWords(GRID_WORDS);
  const read = useRead<{ readonly items: readonly LineJson[] }>('/lines');
  const lines = read.data?.items ?? [];
  const areas = [...new Set(lines.map(({ localUnit }) => localUnit >> 8))];
  const data = [
    { value: '', label: words.all },
    ...(areas.length > 1 ? areas.map((area) => ({ value: `${AREA}-${area}`, label: fill(words.areaUnit, area) })) : []),
    ...lines.map(({ localUnit }) => ({ value: `${LINE}-${localUnit}`, label: fill(street, localUnit) })),
  ];
  return (
    <>
      <Unread of={read} what={words.about} />
      <Select
        aria-label={words.about}
        size="xs"
        w={220}
        searchable
        allowDeselect={false}
        data={data}
        value={of}
        onChange={(next) => choose(next ?? '')}
      />
    </>
  );
}

/** What the next days bring, how good the forecast was, and what is not known of it. */
function Standing({ forecast }: { readonly forecast: ForecastJson }): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const { share } = useFormat();
  const { transformers, byMeters, history, days, test } = forecast;
  const percent = (value: number) => share(value / 100);
  return (
    <Panel>
      <Stack gap="md">
        {!history.isEnough && <Text size="sm">{fill(words.short, history.knownDays)}</Text>}
        {history.isEnough && !history.hasYear && <Text size="sm">{words.noYear}</Text>}
        {byMeters > 0 && <Text size="sm">{fill(words.byMeters, transformers, byMeters)}</Text>}
        {history.temperatureDays > 0 && <Text size="sm">{fill(words.warmth, history.temperatureDays)}</Text>}
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <DayFigure label={words.today} day={days[0]} />
          <DayFigure label={words.tomorrow} day={days[1]} />
          {test !== undefined && (
            <>
              <Figure
                label={words.dayError}
                value={percent(test.errorPercent)}
                note={fill(words.tested, test.days, percent(test.naivePercent))}
              />
              <Figure
                label={words.monthError}
                value={test.monthErrorPercent === undefined ? '–' : percent(test.monthErrorPercent)}
                note={
                  test.monthNaivePercent === undefined
                    ? words.notTested
                    : fill(words.monthTested, percent(test.monthNaivePercent))
                }
              />
            </>
          )}
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}

function DayFigure({ label, day }: { readonly label: string; readonly day: SpanJson | undefined }): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const { energy } = useFormat();
  const { expectedWattHours, naiveWattHours, lowWattHours, highWattHours } = day ?? {};
  const value = expectedWattHours ?? naiveWattHours;
  const hasBand = lowWattHours !== undefined && highWattHours !== undefined;
  return (
    <Figure
      label={label}
      value={value === undefined ? '–' : energy(Number(value))}
      note={
        expectedWattHours === undefined
          ? words.naiveOnly
          : hasBand && fill(words.between, energy(Number(lowWattHours)), energy(Number(highWattHours)))
      }
    />
  );
}
