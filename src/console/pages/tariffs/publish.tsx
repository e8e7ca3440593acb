import { Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { TariffJson } from '../../../api/index.ts';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { useSession } from '../../session.tsx';
import type { Definition } from './painting.ts';
import { zonedInstant } from './zoned.ts';

interface PublishProps {
  readonly name: string;
  readonly definition: Definition;
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Publishes what is painted, from an instant on. */
export function PublishTariff({ name, definition, isOpen, close }: PublishProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { zone } = useSession().utility;
  const [at, setAt] = useState('');
  const validFrom = at.trim() === '' ? undefined : zonedInstant(at, zone);
  const isWrong = at.trim() !== '' && validFrom === undefined;
  const publishing = useDoing<TariffJson>(
    () => change(`/tariffs/${encodeURIComponent(name)}`, { method: 'PUT', body: { definition, validFrom } }),
    ({ edition }) => {
      say(fill(words.published, edition, name));
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publishing.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={fill(words.publishTitle, name)}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.publishNote}</Text>
          <TextInput
            label={words.at}
            description={fill(words.atNote, zone)}
            placeholder="2026-03-01 00:00"
            value={at}
            error={isWrong && words.atWrong}
            onChange={({ currentTarget }) => setAt(currentTarget.value)}
          />
          <RefusalLine error={publishing.error} />
          <Submit label={words.publish} isPending={publishing.isPending} disabled={isWrong} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
