import { Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { OfflineMeterJson } from '../../../api/index.ts';
import { CARD_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Unread } from '../../parts/states.tsx';
import { KeyField, keyOf } from './key-field.tsx';
import { useProviders } from './providers.ts';

interface Props {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Writes down a meter to which value comes by cards alone. */
export function EnrolMeter({ isOpen, close }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const { read: providers, nameOf } = useProviders();
  const [number, setNumber] = useState('');
  const [provider, setProvider] = useState<string | null>(null);
  const [subscriber, setSubscriber] = useState('');
  const [key, setKey] = useState('');
  const n = keyOf(key);
  const enrolling = useDoing<OfflineMeterJson>(
    () => {
      const body = { number: number.trim(), provider, subscriber: subscriber.trim(), n };
      return change('/offline-meters', { method: 'POST', body });
    },
    () => {
      setNumber('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enrolling.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.enrol}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.enrolHint}</Text>
          <TextInput
            label={words.meterNumber}
            required
            data-autofocus
            autoCapitalize="none"
            autoComplete="off"
            value={number}
            onChange={({ currentTarget }) => setNumber(currentTarget.value)}
          />
          <Select
            label={words.provider}
            required
            data={(providers.data?.items ?? []).map(({ id }) => ({ value: id, label: nameOf(id) }))}
            value={provider}
            onChange={setProvider}
            allowDeselect={false}
          />
          <TextInput
            label={words.subscriber}
            required
            autoCapitalize="none"
            value={subscriber}
            onChange={({ currentTarget }) => setSubscriber(currentTarget.value)}
          />
          <KeyField value={key} onChange={setKey} />
          <Unread of={providers} what={words.provider} />
          <RefusalLine error={enrolling.error} />
          <Submit
            label={words.enrol}
            isPending={enrolling.isPending}
            disabled={provider === null || n === undefined}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
