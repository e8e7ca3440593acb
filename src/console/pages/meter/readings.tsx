import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MinutesJson } from '../../../api/index.ts';
import { fill, READING_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { WideTable } from '../../parts/wide-table.tsx';

const SHOWN = 20;
const MS_PER_MINUTE = 60_000;

/** What validation marked in these days, the newest first, and what is held in the place of a value that is none. */
export function MarkedReadings({ minutes: { days } }: { readonly minutes: MinutesJson }): ReactNode {
  const words = useWords(READING_WORDS);
  const { day, time, energy, count } = useFormat();
  const marks = days
    .flatMap(({ start, checks }) => {
      const at = (minute: number) => Date.parse(start) + minute * MS_PER_MINUTE;
      return checks.map((check) => ({ ...check, begin: at(check.minute), end: at(check.minute + check.minutes) }));
    })
    .reverse();
  return (
    <Panel title={words.title}>
      {marks.length === 0 ? (
        <Text size="sm">{words.none}</Text>
      ) : (
        <>
          <WideTable
            label={words.title}
            minWidth={420}
            heads={[{ head: words.when }, { head: words.why }, { head: words.held }]}
          >
            <Table.Tbody>
              {marks.slice(0, SHOWN).map(({ begin, end, reason, estimatedWh }) => (
                <Table.Tr key={`${begin} ${reason}`}>
                  <Table.Td>
                    {day(begin)} {time(begin)}–{time(end)}
                  </Table.Td>
                  <Table.Td>{words[reason]}</Table.Td>
                  <Table.Td>
                    {estimatedWh !== undefined
                      ? fill(words.estimated, energy(Number(estimatedWh)))
                      : reason === 'differs' || reason === 'doubled'
                        ? words.asTold
                        : words.notEstimated}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
          {marks.length > SHOWN && <Text size="sm">{fill(words.more, count(marks.length - SHOWN))}</Text>}
          <Text size="xs" className="quiet">
            {words.note}
          </Text>
        </>
      )}
    </Panel>
  );
}
