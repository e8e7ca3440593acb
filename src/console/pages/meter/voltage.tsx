import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { VoltagesJson } from '../../../api/index.ts';
import { fill, METER_WORDS, READING_WORDS, VOLTAGE_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Unread } from '../../parts/states.tsx';
import { VoltageChart } from '../../parts/voltage-chart.tsx';
import { rangeOf } from '../../parts/voltage-days.ts';
import { useRead } from '../../reads.ts';

interface VoltageProps {
  readonly number: string;
  readonly query: { readonly from: string; readonly to: string; readonly supply: number };
}

const SHOWN = 6;
const MS_PER_MINUTE = 60_000;

/** The voltage of these days by quarter of an hour, and what is wrong with it. A meter that tells none has no panel. */
export function VoltagePanel({ number, query }: VoltageProps): ReactNode {
  const words = useWords(VOLTAGE_WORDS);
  const meterWords = useWords(METER_WORDS);
  const reasons = useWords(READING_WORDS);
  const { voltage, count, day, time } = useFormat();
  const read = useRead<VoltagesJson>(`/meters/${number}/voltages`, { query, live: true });
  const { data } = read;
  const range = data && rangeOf(data.days);
  if (data === undefined || range === undefined) return <Unread of={read} what={words.title} />;
  const marks = data.days
    .flatMap(({ start, checks }) =>
      checks.map(({ minute, minutes, reason }) => {
        const begin = Date.parse(start) + minute * MS_PER_MINUTE;
        return { begin, end: begin + minutes * MS_PER_MINUTE, reason };
      }),
    )
    .filter(({ reason }) => reason !== 'missing')
    .reverse();
  return (
    <Panel title={words.title}>
      <SimpleGrid cols={{ base: 1, xs: 3 }} mb="md">
        <Figure label={words.lowest} value={voltage(range.lowest)} />
        <Figure label={words.highest} value={voltage(range.highest)} />
        <Figure label={meterWords.unknownMinutes} value={fill(meterWords.minutes, count(15 * range.unknown))} />
      </SimpleGrid>
      <VoltageChart days={data.days} />
      {marks.slice(0, SHOWN).map(({ begin, end, reason }) => (
        <Text size="sm" key={`${begin} ${reason}`}>
          {day(begin)} {time(begin)}–{time(end)}: {reason === 'impossible' ? words.impossible : reasons[reason]}
        </Text>
      ))}
      {marks.length > SHOWN && <Text size="sm">{fill(reasons.more, count(marks.length - SHOWN))}</Text>}
      <Text size="xs" className="quiet">
        {words.note}
      </Text>
    </Panel>
  );
}
