import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import type { MeterJson, SubscriberJson } from '../../api/index.ts';
import { fill, SELLING_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';
import { meterNumberOf } from '../meter-number.ts';
import { useSubscriberName } from '../moving/occupant.ts';
import { RefusalLine } from '../parts/fields.tsx';
import { Unread } from '../parts/states.tsx';
import { useRead } from '../reads.ts';

const FOUND_MAX = 8;
const TYPED_MS = 250;

/** Finds a meter by its number, or by whose it is. */
export function MeterFinder({ onFound }: { readonly onFound: (meter: string) => void }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), TYPED_MS);
  const number = meterNumberOf(wanted);
  const isNumber = number !== undefined;
  const meter = useRead<MeterJson>(`/meters/${number}`, { enabled: isNumber });
  const people = useRead<{ readonly items: readonly SubscriberJson[] }>('/subscribers', {
    query: { search: wanted, limit: FOUND_MAX },
    enabled: wanted !== '',
  });
  const found = wanted === '' ? [] : (people.data?.items ?? []);
  const direct = isNumber && meter.error === null ? meter.data : undefined;
  const isLooking = wanted !== text.trim() || people.isFetching || (isNumber && meter.isFetching);
  // That there is no meter of that number is an answer.
  const unread = isNumber && meter.error?.code !== 'meter-unknown' ? meter.error : null;
  const isNone = unread === null && wanted !== '' && !isLooking && found.length === 0 && direct === undefined;
  return (
    <Stack gap="xs">
      <TextInput
        label={words.find}
        description={words.findHint}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => key === 'Enter' && direct !== undefined && onFound(direct.number)}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        autoFocus
      />
      {isLooking && wanted !== '' && (
        <Text size="sm" className="quiet" role="status">
          {words.finding}
        </Text>
      )}
      {isNone && people.error === null && (
        <Text size="sm" role="status">
          {words.foundNone}
        </Text>
      )}
      {people.error !== null && <RefusalLine error={people.error} />}
      <RefusalLine error={unread} />
      {direct !== undefined && (
        <Button variant="default" justify="flex-start" onClick={() => onFound(direct.number)}>
          {words.meter} {direct.number}
        </Button>
      )}
      {found.map((subscriber) => (
        <MetersOf key={subscriber.id} subscriber={subscriber} onFound={onFound} />
      ))}
    </Stack>
  );
}

interface MetersOfProps {
  readonly subscriber: SubscriberJson;
  readonly onFound: (meter: string) => void;
}

function MetersOf({ subscriber, onFound }: MetersOfProps): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { id } = subscriber;
  const name = useSubscriberName()(subscriber);
  const read = useRead<{ readonly items: readonly MeterJson[] }>('/meters', { query: { subscriber: id } });
  const { data } = read;
  return (
    <Group justify="space-between" gap="xs" wrap="wrap" py={4} style={{ borderBottom: '1px solid var(--line)' }}>
      <div>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" className="quiet">
          {id}
        </Text>
      </div>
      <Group gap={6}>
        <Unread of={read} />
        {data?.items.length === 0 && (
          <Text size="sm" className="quiet">
            {fill(words.noMeter, name)}
          </Text>
        )}
        {data?.items.map(({ number }) => (
          <Button key={number} size="xs" variant="default" ff="monospace" onClick={() => onFound(number)}>
            {number}
          </Button>
        ))}
      </Group>
    </Group>
  );
}
