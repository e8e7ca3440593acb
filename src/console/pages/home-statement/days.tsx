import { Accordion, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { StatementJson } from '../../../api/index.ts';
import { HOME_STATEMENT_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { Day } from './day.tsx';
import { movementsOf } from './sums.ts';

type StatementDay = StatementJson['days'][number];

interface DaysProps {
  readonly statement: StatementJson;
  readonly today: string;
}

/** Each day with a bar of what was used, what it was worth, and what came; opened, it explains itself. */
export function Days({ statement, today }: DaysProps): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const [open, setOpen] = useState<string | null>(null);
  const most = Math.max(1, ...statement.days.map(({ energyWh }) => Number(energyWh)));
  return (
    <Panel title={words.days}>
      <Accordion value={open} onChange={setOpen} chevronPosition="left" chevronSize={20} variant="default">
        {statement.days.toReversed().map((day) => {
          const movements = movementsOf(statement, day.date);
          return (
            <Accordion.Item key={day.date} value={day.date}>
              <Accordion.Control px={0}>
                <Row day={day} most={most} movements={movements} isToday={day.date === today} />
              </Accordion.Control>
              <Accordion.Panel>
                {open === day.date && <Day meter={statement.meter} day={day} movements={movements} />}
              </Accordion.Panel>
            </Accordion.Item>
          );
        })}
      </Accordion>
    </Panel>
  );
}

interface RowProps {
  readonly day: StatementDay;
  readonly most: number;
  readonly movements: StatementJson['entries'];
  readonly isToday: boolean;
}

function Row({ day, most, movements, isToday }: RowProps): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const format = useFormat();
  const came = movements.reduce((sum, { change }) => sum + BigInt(change.purse), 0n);
  const unknown = isToday ? words.dayToday : noteOf(day, words);
  return (
    <div className="statement-day">
      <Text size="sm" fw={600} component="span">
        {format.date(day.date)}
      </Text>
      <span aria-hidden="true" className="statement-bar">
        <span style={{ width: `${(Number(day.energyWh) / most) * 100}%` }} />
      </span>
      <Text size="sm" ta="right" component="span">
        {day.profile === 'none' ? '–' : format.energy(Number(day.energyWh))}
      </Text>
      <Text size="sm" ta="right" fw={600} component="span">
        {day.profile === 'none' ? format.money(day.spent) : format.money(day.used)}
      </Text>
      {(unknown !== undefined || came !== 0n) && (
        <Text size="xs" component="span" className="quiet statement-note">
          {[came === 0n ? undefined : `${came > 0n ? '+' : ''}${format.money(came)}`, unknown]
            .filter((each) => each !== undefined)
            .join(' · ')}
        </Text>
      )}
    </div>
  );
}

function noteOf({ profile }: StatementDay, words: (typeof HOME_STATEMENT_WORDS)['en']): string | undefined {
  if (profile === 'none') return words.dayNone;
  return profile === 'part' ? words.dayPart : undefined;
}
