import { Group, Input, NativeSelect } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { FORM_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';

interface DayOfYearProps {
  readonly label: string;
  /** `06-01`, or nothing as long as no month was chosen. */
  readonly value: string;
  readonly onChange: (day: string) => void;
  readonly error?: string | undefined;
}

/** A day of any year, by a month and a day as the language names them: there is none that could be written wrongly. */
export function DayOfYearField({ label, value, onChange, error }: DayOfYearProps): ReactNode {
  const words = useWords(FORM_WORDS);
  const { monthOfYear, dayOfMonth } = useFormat();
  const id = useId();
  const month = value.slice(0, 2);
  return (
    <Input.Wrapper label={label} labelProps={{ id }} labelElement="div" size="xs" required error={error}>
      <Group gap={6} wrap="nowrap" role="group" aria-labelledby={id}>
        <NativeSelect
          aria-label={words.month}
          size="xs"
          flex={1}
          value={month}
          onChange={({ currentTarget }) => onChange(sameDayOf(currentTarget.value, value.slice(3)))}
        >
          {month === '' && <option value="">{words.month}</option>}
          {MONTHS.map((each) => (
            <option key={each} value={each}>
              {monthOfYear(`${each}-01`)}
            </option>
          ))}
        </NativeSelect>
        <NativeSelect
          aria-label={words.day}
          size="xs"
          miw={72}
          disabled={month === ''}
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          {month === '' && <option value="">{words.day}</option>}
          {daysOf(month).map((day) => (
            <option key={day} value={day}>
              {dayOfMonth(day)}
            </option>
          ))}
        </NativeSelect>
      </Group>
    </Input.Wrapper>
  );
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');
const MONTHS: readonly string[] = Array.from({ length: 12 }, (_, i) => twoDigits(i + 1));
/** The day before the first of the next month is its last; in a leap year February has all its days. */
const lengthOf = (month: string): number => new Date(Date.UTC(2000, Number(month), 0)).getUTCDate();
const daysOf = (month: string): string[] =>
  month === '' ? [] : Array.from({ length: lengthOf(month) }, (_, i) => `${month}-${twoDigits(i + 1)}`);

/** The same day of another month, its last one where it has no such day, and its first where none was chosen. */
const sameDayOf = (month: string, day: string): string =>
  `${month}-${twoDigits(Math.min(day === '' ? 1 : Number(day), lengthOf(month)))}`;
