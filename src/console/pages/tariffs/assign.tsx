import { Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';

interface AssignProps {
  readonly name: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Moves a meter to a tariff. */
export function AssignTariff({ name, isOpen, close }: AssignProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const [meter, setMeter] = useState('');
  const number = meter.trim().toLowerCase();
  const assigning = useDoing(
    () => change(`/meters/${encodeURIComponent(number)}/tariff`, { method: 'PUT', body: { tariff: name } }),
    () => {
      say(fill(words.assigned, number));
      setMeter('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    assigning.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.assign}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.assignNote}</Text>
          <TextInput
            label={words.previewMeter}
            required
            data-autofocus
            autoCapitalize="none"
            value={meter}
            onChange={({ currentTarget }) => setMeter(currentTarget.value)}
          />
          <RefusalLine error={assigning.error} />
          <Submit label={words.assign} isPending={assigning.isPending} disabled={number === ''} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
