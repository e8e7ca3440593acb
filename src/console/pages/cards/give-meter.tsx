import { Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { OfflineMeterJson } from '../../../api/index.ts';
import { OFFLINE_METER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';

interface Props {
  readonly number: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** A meter without a line has another household from now on, with what that does to cards and to what is in it. */
export function GiveMeter({ number, isOpen, close }: Props): ReactNode {
  const words = useWords(OFFLINE_METER_WORDS);
  const [subscriber, setSubscriber] = useState('');
  const giving = useDoing<OfflineMeterJson>(
    () => change(`/offline-meters/${number}`, { method: 'PATCH', body: { subscriber: subscriber.trim() } }),
    () => {
      setSubscriber('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    giving.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={`${words.give}: ${number}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.giveHint}</Text>
          <TextInput
            label={words.subscriber}
            description={words.giveNobody}
            required
            data-autofocus
            autoCapitalize="none"
            autoComplete="off"
            value={subscriber}
            onChange={({ currentTarget }) => setSubscriber(currentTarget.value)}
          />
          <RefusalLine error={giving.error} />
          <Submit label={words.give} isPending={giving.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
