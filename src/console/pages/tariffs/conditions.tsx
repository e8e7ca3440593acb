import { ActionIcon, Button, Checkbox, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { X } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { decimalText, MILLI_DIGITS, parseMoney } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { useSession } from '../../session.tsx';
import type { Painting } from './painting.ts';

interface ConditionProps {
  readonly painting: Painting;
  readonly onChange?: (painting: Painting) => void;
}

/** What a kilowatt-hour costs at 100%, in the currency. */
export function ChargePanel({ painting, onChange }: ConditionProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { code, exponent } = useSession().utility.currency;
  const { price } = useFormat();
  const digits = exponent + MILLI_DIGITS;
  const written = decimalText(painting.unitCharge, digits).replace(/\.?0+$/, '');
  const [text, setText] = useState<string>();
  const parsed = text === undefined ? painting.unitCharge : parseMoney(text, digits);
  return (
    <Panel title={words.chargeLabel}>
      {onChange === undefined ? (
        <Text size="sm">{fill(words.chargeNote, price(BigInt(painting.unitCharge)))}</Text>
      ) : (
        <TextInput
          aria-label={words.chargeLabel}
          description={fill(words.chargeNote, price(BigInt(painting.unitCharge)))}
          inputWrapperOrder={['input', 'description', 'error']}
          inputMode="decimal"
          value={text ?? written}
          error={parsed === undefined && words.chargeWrong}
          rightSection={
            <Text size="xs" className="quiet">
              {code}
            </Text>
          }
          rightSectionWidth={52}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onBlur={() => {
            if (parsed === undefined) return;
            setText(undefined);
            if (parsed !== painting.unitCharge) onChange({ ...painting, unitCharge: parsed });
          }}
        />
      )}
    </Panel>
  );
}

/** Days on which the row of holidays holds. */
export function HolidaysPanel({ painting, onChange }: ConditionProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { dateOfYear } = useFormat();
  const [day, setDay] = useState('');
  const { holidays } = painting;
  const add = (event: FormEvent) => {
    event.preventDefault();
    setDay('');
    onChange?.({ ...painting, holidays: [...new Set([...holidays, day])].sort() });
  };
  return (
    <Panel title={words.holidays}>
      <Stack gap="xs">
        {holidays.length === 0 && <Text size="sm">{words.noHolidays}</Text>}
        <Group
          gap={6}
          component="ul"
          style={{ listStyle: 'none', margin: 0, padding: 0, maxHeight: 132, overflow: 'auto' }}
        >
          {holidays.map((each) => (
            <Group key={each} component="li" gap={2} wrap="nowrap">
              <Text size="sm">{dateOfYear(each)}</Text>
              {onChange !== undefined && (
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  aria-label={fill(words.holidayRemove, dateOfYear(each))}
                  onClick={() => onChange({ ...painting, holidays: holidays.filter((other) => other !== each) })}
                >
                  <X size={14} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          ))}
        </Group>
        {onChange !== undefined && (
          <form onSubmit={add}>
            <Group gap="xs" wrap="nowrap">
              <TextInput
                type="date"
                aria-label={words.holiday}
                size="xs"
                required
                value={day}
                onChange={({ currentTarget }) => setDay(currentTarget.value)}
                flex={1}
              />
              <Button type="submit" size="xs" variant="default" disabled={day === ''}>
                {words.holidayAdd}
              </Button>
            </Group>
          </form>
        )}
        <Text size="xs" className="quiet">
          {words.holidaysNote}
        </Text>
      </Stack>
    </Panel>
  );
}

/** Bands of lag, which are their places. */
const BANDS = ['none', 'slight', 'strong', 'worst'] as const;
const SURCHARGE_USUAL = { percents: [100, 105, 110, 120], limits: [18, 26, 37] };

/** Four bands of lag, each with what it multiplies the price by. */
export function SurchargePanel({ painting, onChange }: ConditionProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { surcharge } = painting;
  const set = (changed: Painting['surcharge']) => onChange?.({ ...painting, surcharge: changed });
  const placed = (list: readonly number[], place: number, value: number) =>
    list.map((old, i) => (i === place ? value : old));
  const rises = surcharge?.limits.every((limit, i, limits) => i === 0 || limit > (limits[i - 1] ?? 0)) ?? true;
  const labels = surcharge && [
    fill(words.lagUpTo, surcharge.limits[0] ?? 0),
    ...surcharge.limits.map((limit) => fill(words.lagFrom, limit)),
  ];
  return (
    <Panel title={words.surcharge}>
      <Stack gap="xs">
        <Checkbox
          label={words.surchargeOn}
          checked={surcharge !== undefined}
          disabled={onChange === undefined}
          onChange={({ currentTarget }) => set(currentTarget.checked ? SURCHARGE_USUAL : undefined)}
        />
        {surcharge !== undefined && (
          <>
            <SimpleGrid cols={3} spacing={6}>
              {surcharge.limits.map((limit, i) => (
                <NumberInput
                  key={BANDS[i]}
                  size="xs"
                  aria-label={fill(words.limit, i + 1)}
                  readOnly={onChange === undefined}
                  min={1}
                  max={90}
                  allowDecimal={false}
                  suffix="°"
                  value={limit}
                  onChange={(value) =>
                    value !== '' && set({ ...surcharge, limits: placed(surcharge.limits, i, Number(value)) })
                  }
                />
              ))}
            </SimpleGrid>
            <SimpleGrid cols={4} spacing={6}>
              {surcharge.percents.map((percent, i) => (
                <NumberInput
                  key={BANDS[i]}
                  size="xs"
                  label={labels?.[i]}
                  aria-label={fill(words.percentOf, i)}
                  readOnly={onChange === undefined}
                  min={0}
                  max={1000}
                  allowDecimal={false}
                  hideControls
                  suffix="%"
                  value={percent}
                  onChange={(value) =>
                    value !== '' && set({ ...surcharge, percents: placed(surcharge.percents, i, Number(value)) })
                  }
                />
              ))}
            </SimpleGrid>
            {!rises && (
              <Text size="xs" role="alert">
                {words.surchargeWrong}
              </Text>
            )}
          </>
        )}
        <Text size="xs" className="quiet">
          {words.surchargeNote}
        </Text>
      </Stack>
    </Panel>
  );
}
